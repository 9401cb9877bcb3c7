{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('immigration_background', ['migration_background', 'age_group', 'length_of_stay', 'sex', 'nationality'], [
    {'model': 'stg_regionalstatistik__12111_07_01_4', 'has': ['migration_background', 'age_group']},
    {'model': 'stg_regionalstatistik__12111_08_01_4', 'has': ['length_of_stay', 'sex', 'nationality']},
], judged_by={
    'parts': [
        {'dimension': 'sex', 'parts': ['M', 'F']},
        {'dimension': 'nationality', 'parts': ['GERMAN', 'FOREIGN']},
        {'dimension': 'age_group', 'parts': ['Y_LT10', 'Y10T19', 'Y20T29', 'Y30T39', 'Y40T49', 'Y50T59', 'Y60T69', 'Y70T79', 'Y_GE80']},
        {'dimension': 'length_of_stay', 'parts': ['Y_LT5', 'Y5T9', 'Y10T14', 'Y15T19', 'Y_GE20', 'UNKNOWN', 'NO_BACKGROUND']},
        {'dimension': 'migration_background', 'parts': ['GERMAN', 'FOREIGN']},
        {'dimension': 'migration_background', 'total': 'GERMAN', 'parts': ['GERMAN_WITHOUT', 'GERMAN_WITH']},
    ],
    'rounded': {'persons_in_households': 10.0},
}) }}
