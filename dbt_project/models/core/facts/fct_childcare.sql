{{ versioned_fact('childcare', ['childcare_type', 'age_group'], [
    {'model': 'stg_regionalstatistik__22543_01_02_4'},
    {'model': 'stg_regionalstatistik__AI_N_05', 'has': ['age_group']},
]) }}
