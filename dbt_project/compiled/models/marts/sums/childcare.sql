{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ summands('childcare', 'children', ['childcare_type', 'age_group']) }}
