{{ stage_cells('regionalstatistik', '12111-08-01-4', ['length_of_stay', 'sex', 'nationality']) }}
