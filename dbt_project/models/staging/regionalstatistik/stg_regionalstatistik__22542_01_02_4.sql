{{ stage_cells('regionalstatistik', '22542-01-02-4', ['facility_type']) }}
