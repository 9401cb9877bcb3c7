{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('childcare', ['childcare_type', 'age_group'], [
    {'model': 'stg_regionalstatistik__22543_01_02_4'},
    {'model': 'stg_regionalstatistik__AI_N_05', 'has': ['age_group']},
], judged_by={
    'parts': [
        {'dimension': 'age_group', 'measure': 'children', 'parts': ['Y_LT3', 'Y3T5', 'Y6T13']},
    ],
    'rates': ['full_day_rate_pct'],
}) }}
