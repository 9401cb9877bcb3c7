{{ stage_cells('regionalstatistik', '82411-01-03-4', []) }}
