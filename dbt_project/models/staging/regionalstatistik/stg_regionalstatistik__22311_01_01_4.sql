{{ stage_cells('regionalstatistik', '22311-01-01-4', ['benefit']) }}
