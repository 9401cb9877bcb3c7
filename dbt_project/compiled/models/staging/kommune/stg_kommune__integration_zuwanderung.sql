{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('kommune', 'integration-zuwanderung', ['newcomer_group', 'sex', 'guidance_end']) }}
