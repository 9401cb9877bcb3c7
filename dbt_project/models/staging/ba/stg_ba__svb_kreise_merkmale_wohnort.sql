{#- Germany is the line of those who live in it; the lines of employees living abroad or nowhere known are no area. -#}
{{ stage_columns('ba', 'svb-kreise-merkmale-wohnort', ['sex', 'nationality'], [
    {'column': 'total', 'at': 3, 'measure': 'employees_at_residence', 'unit': 'Anzahl'},
    {'column': 'men', 'at': 4, 'measure': 'employees_at_residence', 'unit': 'Anzahl', 'codes': {'sex': 'M'}},
    {'column': 'women', 'at': 5, 'measure': 'employees_at_residence', 'unit': 'Anzahl', 'codes': {'sex': 'F'}},
    {'column': 'german', 'at': 6, 'measure': 'employees_at_residence', 'unit': 'Anzahl', 'codes': {'nationality': 'GERMAN'}},
    {'column': '"foreign"', 'at': 7, 'measure': 'employees_at_residence', 'unit': 'Anzahl', 'codes': {'nationality': 'FOREIGN'}},
], area="case when records.area_name = 'Deutschland (Wohnort)' then 'DG' else records.area_code end") }}
