{{ stage_cells('regionalstatistik', '22543-01-02-4', ['childcare_type', 'age_group']) }}
