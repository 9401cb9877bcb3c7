{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', 'AI-Z-2011', ['sex', 'age_group']) }}
