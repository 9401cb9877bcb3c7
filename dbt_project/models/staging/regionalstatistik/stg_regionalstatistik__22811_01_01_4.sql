{{ stage_cells('regionalstatistik', '22811-01-01-4', ['benefit', 'setting']) }}
