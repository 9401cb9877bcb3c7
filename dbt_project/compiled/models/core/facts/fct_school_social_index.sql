{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('school_social_index', ['social_index'], [
    {'model': 'stg_nrw__nrw_schulverzeichnis'},
], judged_by={
    'parts': [
        {'dimension': 'social_index', 'measure': 'pupils', 'parts': ['L1', 'L2', 'L3', 'L4', 'L5', 'L6', 'L7', 'L8', 'L9', 'NONE']},
        {'dimension': 'social_index', 'measure': 'schools', 'parts': ['L1', 'L2', 'L3', 'L4', 'L5', 'L6', 'L7', 'L8', 'L9', 'NONE']},
    ],
}) }}
