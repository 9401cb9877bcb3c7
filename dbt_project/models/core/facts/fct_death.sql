{{ versioned_fact('death', ['sex', 'nationality', 'age_group'], [
    {'model': 'stg_regionalstatistik__12613_01_01_4', 'has': ['sex']},
    {'model': 'stg_regionalstatistik__12613_02_02_4'},
]) }}
