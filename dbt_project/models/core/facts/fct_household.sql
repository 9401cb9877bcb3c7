{{ versioned_fact('household', ['household_type'], [
    {'model': 'stg_regionalstatistik__12111_32_01_4'},
]) }}
