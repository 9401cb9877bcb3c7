{{ stage_cells('regionalstatistik', '12411-01-01-4', ['sex']) }}
