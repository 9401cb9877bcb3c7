{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ stage_cells('kommune', 'hilfen-zur-erziehung', ['youth_support', 'age_group', 'sex']) }}
