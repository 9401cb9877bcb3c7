{{ versioned_fact('employment', ['sex', 'nationality'], [
    {'model': 'stg_regionalstatistik__13111_01_03_4'},
]) }}
