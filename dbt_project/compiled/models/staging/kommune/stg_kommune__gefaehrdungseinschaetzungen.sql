{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('kommune', 'gefaehrdungseinschaetzungen', ['assessment_result', 'age_group', 'sex']) }}
