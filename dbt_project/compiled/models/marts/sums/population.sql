{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ summands('population', 'persons', ['sex', 'age_group', 'nationality']) }}
