{#- The last three were succeeded by others: one series goes across, the seam is a row of dim_break. -#}
{{ versioned_fact('benefit_receipt', ['benefit', 'sex', 'nationality', 'age_group', 'setting'], [
    {'model': 'stg_regionalstatistik__22121_01_03_4', 'fixed': {'benefit': 'SGB12_HLU'}},
    {'model': 'stg_regionalstatistik__22811_01_01_4', 'has': ['benefit', 'setting']},
    {'model': 'stg_regionalstatistik__22811_02_02_4', 'has': ['benefit', 'sex', 'nationality', 'age_group']},
    {'model': 'stg_regionalstatistik__22151_01_02_4', 'fixed': {'benefit': 'SGB12_GSIAE'}},
    {'model': 'stg_regionalstatistik__22221_01_01_4', 'has': ['benefit', 'sex', 'age_group']},
    {'model': 'stg_regionalstatistik__22311_01_02_4', 'has': ['benefit']},
    {'model': 'stg_regionalstatistik__22131_01_02_4'},
    {'model': 'stg_regionalstatistik__22121_01_02_4', 'fixed': {'benefit': 'SGB12_HLU'}, 'has': ['sex', 'nationality', 'age_group']},
    {'model': 'stg_regionalstatistik__22151_01_01_4', 'fixed': {'benefit': 'SGB12_GSIAE'}},
    {'model': 'stg_regionalstatistik__22311_01_01_4', 'has': ['benefit']},
]) }}
