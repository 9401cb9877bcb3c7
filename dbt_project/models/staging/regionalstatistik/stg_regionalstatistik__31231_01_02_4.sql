{{ stage_cells('regionalstatistik', '31231-01-02-4', ['building_size', 'dwelling_size']) }}
