{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ code_dimension('social_index') }}
