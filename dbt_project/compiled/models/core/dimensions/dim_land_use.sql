{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ code_dimension('land_use') }}
