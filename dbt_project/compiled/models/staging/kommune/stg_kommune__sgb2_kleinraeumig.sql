{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('kommune', 'sgb2-kleinraeumig', ['benefit', 'age_group']) }}
