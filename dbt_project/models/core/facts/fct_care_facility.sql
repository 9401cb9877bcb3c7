{{ versioned_fact('care_facility', [], [
    {'model': 'stg_regionalstatistik__22411_01_01_4'},
]) }}
