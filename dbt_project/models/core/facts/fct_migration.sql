{{ versioned_fact('migration', ['sex', 'age_group'], [
    {'model': 'stg_regionalstatistik__12711_01_03_4'},
]) }}
