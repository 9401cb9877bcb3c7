{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '22131-01-02-4', ['benefit', 'sex', 'nationality', 'setting', 'age_group']) }}
