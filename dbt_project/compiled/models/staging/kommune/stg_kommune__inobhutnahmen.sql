{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('kommune', 'inobhutnahmen', ['taking_into_care_reason', 'age_group', 'sex']) }}
