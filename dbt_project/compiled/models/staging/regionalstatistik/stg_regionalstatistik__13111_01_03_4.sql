{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '13111-01-03-4', ['nationality', 'sex']) }}
