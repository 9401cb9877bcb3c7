{{ versioned_fact('population', ['sex', 'age_group', 'nationality'], [
    {'model': 'stg_regionalstatistik__12411_01_01_4', 'has': ['sex']},
    {'model': 'stg_regionalstatistik__12411_02_03_4', 'has': ['sex', 'age_group']},
    {'model': 'stg_regionalstatistik__12411_03_03_4'},
    {'model': 'stg_regionalstatistik__12411_04_02_4', 'has': ['sex', 'age_group']},
    {'model': 'stg_berlin__ewr_lor2021', 'has': ['sex', 'age_group'], 'measure': 'registered_persons'},
    {'model': 'stg_berlin__lor_population_derivative'},
    {'model': 'stg_zensus__zensus2022_bevoelkerung', 'has': []},
]) }}
