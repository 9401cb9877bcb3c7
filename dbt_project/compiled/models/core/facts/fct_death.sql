{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('death', ['sex', 'nationality', 'age_group'], [
    {'model': 'stg_regionalstatistik__12613_01_01_4', 'has': ['sex']},
    {'model': 'stg_regionalstatistik__12613_02_02_4'},
], judged_by={
    'parts': [
        {'dimension': 'sex', 'parts': ['M', 'F']},
        {'dimension': 'age_group', 'parts': ['Y0', 'Y1T4', 'Y5T9', 'Y10T14', 'Y15T19', 'Y20T24', 'Y25T29', 'Y30T34', 'Y35T39', 'Y40T44', 'Y45T49', 'Y50T54', 'Y55T59', 'Y60T64', 'Y65T69', 'Y70T74', 'Y75T79', 'Y80T84', 'Y_GE85']},
    ],
}) }}
