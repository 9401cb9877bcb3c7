{{ stage_cells('regionalstatistik', '12411-05-01-4', ['sex']) }}
