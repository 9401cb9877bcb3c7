{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ summands('school_enrolment', 'pupils', ['school_type', 'sex', 'nationality', 'grade']) }}
