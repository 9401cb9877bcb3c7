{{ stage_cells('regionalstatistik', '22311-01-02-4', ['benefit']) }}
