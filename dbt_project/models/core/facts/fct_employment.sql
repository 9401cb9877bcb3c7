{{ versioned_fact('employment', ['sex', 'nationality'], [
    {'model': 'stg_regionalstatistik__13111_01_03_4'},
    {'model': 'stg_regionalstatistik__13111_02_02_4'},
    {'model': 'stg_ba__svb_kreise_merkmale_wohnort'},
]) }}
