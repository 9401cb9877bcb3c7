{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ summands('employment', 'employees', ['sex', 'nationality']) }}
