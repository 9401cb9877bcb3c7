{{ stage_cells('regionalstatistik', 'AI-N-05', ['age_group']) }}
