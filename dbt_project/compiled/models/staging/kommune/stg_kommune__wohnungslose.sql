{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('kommune', 'wohnungslose', ['age_group']) }}
