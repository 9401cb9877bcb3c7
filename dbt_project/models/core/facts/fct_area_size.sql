{{ versioned_fact('area_size', [], [
    {'model': 'stg_regionalstatistik__11111_01_01_4'},
    {'model': 'stg_destatis__gv_isys_kreise', 'measure': 'area_sqkm'},
]) }}
