{{ stage_cells('regionalstatistik', '13111-01-03-4', ['sex', 'nationality']) }}
