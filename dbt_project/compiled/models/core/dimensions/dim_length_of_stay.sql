{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ code_dimension('length_of_stay') }}
