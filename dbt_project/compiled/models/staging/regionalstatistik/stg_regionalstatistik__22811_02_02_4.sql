{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '22811-02-02-4', ['benefit', 'sex', 'nationality', 'age_group']) }}
