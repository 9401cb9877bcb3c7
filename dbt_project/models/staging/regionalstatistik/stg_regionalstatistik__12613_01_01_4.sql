{{ stage_cells('regionalstatistik', '12613-01-01-4', ['sex']) }}
