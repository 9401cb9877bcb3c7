{{ stage_cells('regionalstatistik', '22121-01-02-4', ['sex', 'nationality', 'age_group']) }}
