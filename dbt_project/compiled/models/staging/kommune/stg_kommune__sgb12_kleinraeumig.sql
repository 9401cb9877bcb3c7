{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('kommune', 'sgb12-kleinraeumig', ['benefit', 'setting', 'age_group']) }}
