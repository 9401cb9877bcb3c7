{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '13211-01-03-4', ['nationality', 'age_group', 'unemployed_group']) }}
