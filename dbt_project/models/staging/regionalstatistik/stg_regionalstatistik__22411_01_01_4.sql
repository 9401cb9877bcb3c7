{{ stage_cells('regionalstatistik', '22411-01-01-4', []) }}
