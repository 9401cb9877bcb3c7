{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '13111-02-02-4', ['sex', 'nationality']) }}
