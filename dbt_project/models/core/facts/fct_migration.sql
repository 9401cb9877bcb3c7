{{ versioned_fact('migration', ['sex', 'age_group', 'nationality'], [
    {'model': 'stg_regionalstatistik__12711_01_03_4', 'has': ['sex', 'age_group']},
    {'model': 'stg_regionalstatistik__12711_03_02_4', 'has': ['sex', 'nationality']},
]) }}
