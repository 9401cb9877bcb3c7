{{ stage_cells('regionalstatistik', '22131-01-02-4', ['benefit', 'sex', 'nationality', 'setting', 'age_group']) }}
