{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('migration', ['sex', 'age_group', 'nationality'], [
    {'model': 'stg_regionalstatistik__12711_01_03_4', 'has': ['sex', 'age_group']},
    {'model': 'stg_regionalstatistik__12711_03_02_4', 'has': ['sex', 'nationality']},
    {'model': 'stg_regionalstatistik__12711_01_03_5', 'has': ['sex', 'age_group'], 'gemeinden': True},
], judged_by={
    'parts': [
        {'dimension': 'sex', 'parts': ['M', 'F']},
        {'dimension': 'nationality', 'parts': ['GERMAN', 'FOREIGN']},
        {'dimension': 'age_group', 'parts': ['Y_LT18', 'Y18T24', 'Y25T29', 'Y30T49', 'Y50T64', 'Y_GE65']},
    ],
}) }}
