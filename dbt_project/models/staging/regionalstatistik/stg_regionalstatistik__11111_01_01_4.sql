{{ stage_cells('regionalstatistik', '11111-01-01-4', []) }}
