{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '12711-03-02-4', ['nationality', 'sex']) }}
