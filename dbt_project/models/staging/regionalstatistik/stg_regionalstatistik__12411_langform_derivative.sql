{{ stage_cells('regionalstatistik', '12411-langform-derivative', ['age_group', 'sex']) }}
