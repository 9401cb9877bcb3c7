{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ summands('care_recipient', 'persons', ['care_type', 'care_type_until_2007', 'sex']) }}
