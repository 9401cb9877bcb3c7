{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '13211-02-05-4', ['sex', 'nationality', 'age_group', 'unemployed_group']) }}
