{{ stage_cells('regionalstatistik', '12612-01-01-4', ['sex']) }}
