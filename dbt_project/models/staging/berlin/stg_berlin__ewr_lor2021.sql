{{ stage_cells('berlin', 'ewr-lor2021', ['sex', 'age_group']) }}
