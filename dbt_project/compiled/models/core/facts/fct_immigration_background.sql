{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('immigration_background', ['migration_background', 'age_group', 'length_of_stay', 'sex', 'nationality'], [
    {'model': 'stg_regionalstatistik__12111_07_01_4', 'has': ['migration_background', 'age_group']},
    {'model': 'stg_regionalstatistik__12111_08_01_4', 'has': ['length_of_stay', 'sex', 'nationality']},
], judged_by={
    'parts': [
        {'dimension': 'migration_background', 'parts': ['GERMAN', 'FOREIGN']},
        {'dimension': 'migration_background', 'total': 'GERMAN', 'parts': ['GERMAN_WITHOUT', 'GERMAN_WITH']},
    ],
    'rounded': {'persons_in_households': 10.0},
}) }}
