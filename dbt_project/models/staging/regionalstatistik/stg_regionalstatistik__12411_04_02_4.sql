{{ stage_cells('regionalstatistik', '12411-04-02-4', ['age_group', 'sex']) }}
