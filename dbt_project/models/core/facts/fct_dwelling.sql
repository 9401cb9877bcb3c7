{{ versioned_fact('dwelling', ['building_size', 'dwelling_size'], [
    {'model': 'stg_regionalstatistik__31231_02_01_4'},
    {'model': 'stg_regionalstatistik__31231_01_02_4'},
]) }}
