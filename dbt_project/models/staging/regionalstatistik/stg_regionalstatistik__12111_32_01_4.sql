{{ stage_cells('regionalstatistik', '12111-32-01-4', ['household_type']) }}
