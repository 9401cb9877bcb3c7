{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ code_dimension('protection_status') }}
