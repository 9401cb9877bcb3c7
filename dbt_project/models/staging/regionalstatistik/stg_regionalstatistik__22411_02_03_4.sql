{{ stage_cells('regionalstatistik', '22411-02-03-4', ['care_type', 'sex']) }}
