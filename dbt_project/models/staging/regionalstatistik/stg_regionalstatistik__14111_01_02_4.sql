{{ stage_cells('regionalstatistik', '14111-01-02-4', ['party']) }}
