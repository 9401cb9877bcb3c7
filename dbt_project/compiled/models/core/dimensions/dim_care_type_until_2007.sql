{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ code_dimension('care_type_until_2007') }}
