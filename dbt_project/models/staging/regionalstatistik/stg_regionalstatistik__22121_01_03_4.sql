{{ stage_cells('regionalstatistik', '22121-01-03-4', ['sex', 'nationality', 'setting', 'age_group']) }}
