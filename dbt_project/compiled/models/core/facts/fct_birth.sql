{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('birth', ['sex', 'nationality', 'mother_age'], [
    {'model': 'stg_regionalstatistik__12612_01_01_4', 'has': ['sex']},
    {'model': 'stg_regionalstatistik__12612_02_01_4'},
], judged_by={
    'parts': [
        {'dimension': 'sex', 'parts': ['M', 'F']},
        {'dimension': 'mother_age', 'parts': ['Y_LT20', 'Y20T24', 'Y25T29', 'Y30T34', 'Y35T39', 'Y_GE40']},
    ],
}) }}
