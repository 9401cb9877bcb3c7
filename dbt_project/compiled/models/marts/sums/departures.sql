{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ summands('migration', 'departures', ['sex', 'age_group', 'nationality']) }}
