{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ code_dimension('mother_age') }}
