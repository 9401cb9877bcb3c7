{{ versioned_fact('immigration_background', ['migration_background', 'age_group', 'length_of_stay', 'sex', 'nationality'], [
    {'model': 'stg_regionalstatistik__12111_07_01_4', 'has': ['migration_background', 'age_group']},
    {'model': 'stg_regionalstatistik__12111_08_01_4', 'has': ['length_of_stay', 'sex', 'nationality']},
]) }}
