{{ stage_cells('regionalstatistik', '12711-03-02-4', ['nationality', 'sex']) }}
