{{ versioned_fact('poverty_risk', [], [
    {'model': 'stg_regionalstatistik__AI_S_02'},
]) }}
