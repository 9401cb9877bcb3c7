{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '22221-01-01-4', ['benefit', 'sex', 'age_group']) }}
