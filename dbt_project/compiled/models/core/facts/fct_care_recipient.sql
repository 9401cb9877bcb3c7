{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('care_recipient', ['care_type', 'care_type_until_2007', 'sex'], [
    {'model': 'stg_regionalstatistik__22411_02_02_4', 'has': ['care_type', 'sex']},
    {'model': 'stg_regionalstatistik__22411_02_03_4', 'has': ['care_type', 'sex']},
    {'model': 'stg_regionalstatistik__22411_02_01_4', 'has': ['care_type_until_2007', 'sex']},
], judged_by={
    'parts': [
        {'dimension': 'sex', 'parts': ['M', 'F']},
        {'dimension': 'care_type', 'total': 'HOME', 'parts': ['HOME_PERMANENT', 'HOME_SHORT']},
        {'dimension': 'care_type', 'parts': ['OUTPATIENT', 'HOME', 'ALLOWANCE']},
        {'dimension': 'care_type_until_2007', 'parts': ['OUTPATIENT', 'HOME_WITH_DAY', 'ALLOWANCE']},
        {'dimension': 'care_type_until_2007', 'total': 'HOME_WITH_DAY', 'parts': ['HOME_PERMANENT', 'HOME_SHORT', 'HOME_DAY']},
    ],
}) }}
