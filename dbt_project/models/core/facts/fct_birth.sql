{{ versioned_fact('birth', ['sex', 'nationality', 'mother_age'], [
    {'model': 'stg_regionalstatistik__12612_01_01_4', 'has': ['sex']},
    {'model': 'stg_regionalstatistik__12612_02_01_4'},
]) }}
