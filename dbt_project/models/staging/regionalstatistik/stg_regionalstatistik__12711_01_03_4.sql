{{ stage_cells('regionalstatistik', '12711-01-03-4', ['sex', 'age_group']) }}
