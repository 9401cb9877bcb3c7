{#- Codes are filled with zeros to eight digits there: those of Land and Kreis are cut to theirs. -#}
{{ stage_columns('regionalstatistik', 'gemeinden-population-2021-derivative', [], [
    {'column': 'total', 'at': 2, 'measure': 'persons', 'unit': 'Anzahl'},
], area=area_of_filled_code('records.ags'), name='cast(null as varchar)', time='cast(null as varchar)') }}
