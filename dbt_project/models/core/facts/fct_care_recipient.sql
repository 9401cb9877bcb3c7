{{ versioned_fact('care_recipient', ['care_type', 'care_type_until_2007', 'sex'], [
    {'model': 'stg_regionalstatistik__22411_02_02_4', 'has': ['care_type', 'sex']},
    {'model': 'stg_regionalstatistik__22411_02_03_4', 'has': ['care_type', 'sex']},
    {'model': 'stg_regionalstatistik__22411_02_01_4', 'has': ['care_type_until_2007', 'sex']},
]) }}
