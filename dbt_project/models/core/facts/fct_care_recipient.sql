{{ versioned_fact('care_recipient', ['care_type', 'sex'], [
    {'model': 'stg_regionalstatistik__22411_02_02_4'},
    {'model': 'stg_regionalstatistik__22411_02_03_4'},
]) }}
