{{ versioned_fact('deprivation', [], [
    {'model': 'stg_rki__gisd_kreise'},
]) }}
