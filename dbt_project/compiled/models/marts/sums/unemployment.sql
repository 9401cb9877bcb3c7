{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ summands('unemployment', 'unemployed', ['unemployed_group', 'sex', 'age_group', 'nationality']) }}
