{{ versioned_fact('unemployment', ['sex', 'nationality', 'age_group', 'unemployed_group'], [
    {'model': 'stg_regionalstatistik__13211_02_05_4'},
    {'model': 'stg_regionalstatistik__13211_01_03_4', 'has': ['nationality', 'age_group', 'unemployed_group']},
]) }}
