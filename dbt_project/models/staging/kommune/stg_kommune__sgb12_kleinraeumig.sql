{{ stage_cells('kommune', 'sgb12-kleinraeumig', ['benefit', 'setting', 'age_group']) }}
