{{ versioned_fact('income', [], [
    {'model': 'stg_regionalstatistik__82411_01_03_4'},
]) }}
