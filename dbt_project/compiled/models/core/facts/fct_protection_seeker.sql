{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('protection_seeker', ['protection_status', 'sex'], [
    {'model': 'stg_destatis__12531_0043'},
], judged_by={
    'parts': [
        {'dimension': 'protection_status', 'parts': ['OPEN', 'RECOGNISED', 'NONE']},
        {'dimension': 'sex', 'parts': ['M', 'F']},
    ],
}) }}
