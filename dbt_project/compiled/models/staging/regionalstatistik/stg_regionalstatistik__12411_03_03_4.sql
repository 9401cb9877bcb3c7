{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '12411-03-03-4', ['age_group', 'nationality', 'sex']) }}
