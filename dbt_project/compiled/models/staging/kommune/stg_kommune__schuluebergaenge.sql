{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('kommune', 'schuluebergaenge', ['school_type', 'sex', 'nationality']) }}
