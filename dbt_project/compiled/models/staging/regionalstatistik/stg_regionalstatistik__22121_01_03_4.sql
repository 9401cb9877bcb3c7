{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '22121-01-03-4', ['sex', 'nationality', 'setting', 'age_group']) }}
