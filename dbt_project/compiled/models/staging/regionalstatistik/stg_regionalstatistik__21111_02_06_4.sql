{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '21111-02-06-4', ['qualification', 'sex']) }}
