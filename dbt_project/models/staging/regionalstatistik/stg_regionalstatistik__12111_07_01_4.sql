{{ stage_cells('regionalstatistik', '12111-07-01-4', ['age_group', 'migration_background']) }}
