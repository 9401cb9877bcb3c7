{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('household', ['household_type'], [
    {'model': 'stg_regionalstatistik__12111_32_01_4'},
], judged_by={
    'parts': [
        {'dimension': 'household_type', 'parts': ['SINGLE', 'COUPLE', 'COUPLE_WITH_CHILDREN', 'SINGLE_PARENT', 'OTHER']},
    ],
}) }}
