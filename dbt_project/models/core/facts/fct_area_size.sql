{{ versioned_fact('area_size', [], [
    {'model': 'stg_regionalstatistik__11111_01_01_4'},
]) }}
