{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '21111-01-03-4', ['school_type', 'sex', 'nationality', 'grade']) }}
