{{ versioned_fact('school_leaver', ['qualification', 'sex'], [
    {'model': 'stg_regionalstatistik__21111_02_06_4'},
]) }}
