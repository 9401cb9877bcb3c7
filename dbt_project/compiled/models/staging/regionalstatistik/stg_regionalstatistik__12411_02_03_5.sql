{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '12411-02-03-5', ['age_group', 'sex']) }}
