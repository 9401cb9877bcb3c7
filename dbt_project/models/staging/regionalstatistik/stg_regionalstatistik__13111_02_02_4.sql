{{ stage_cells('regionalstatistik', '13111-02-02-4', ['sex', 'nationality']) }}
