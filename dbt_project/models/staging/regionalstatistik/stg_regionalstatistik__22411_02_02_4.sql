{{ stage_cells('regionalstatistik', '22411-02-02-4', ['care_type', 'sex']) }}
