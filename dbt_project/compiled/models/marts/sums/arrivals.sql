{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ summands('migration', 'arrivals', ['sex', 'age_group', 'nationality']) }}
