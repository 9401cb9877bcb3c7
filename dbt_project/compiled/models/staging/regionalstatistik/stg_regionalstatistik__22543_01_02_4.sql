{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('regionalstatistik', '22543-01-02-4', ['childcare_type', 'age_group']) }}
