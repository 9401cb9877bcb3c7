{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '12411-04-02-4', ['age_group', 'sex']) }}
