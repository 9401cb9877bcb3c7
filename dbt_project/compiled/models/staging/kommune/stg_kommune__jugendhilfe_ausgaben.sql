{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('kommune', 'jugendhilfe-ausgaben', ['youth_support']) }}
