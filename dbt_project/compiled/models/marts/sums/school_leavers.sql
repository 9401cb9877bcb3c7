{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ summands('school_leaver', 'leavers', ['qualification', 'sex']) }}
