{{ stage_cells('regionalstatistik', '21111-02-06-4', ['qualification', 'sex']) }}
