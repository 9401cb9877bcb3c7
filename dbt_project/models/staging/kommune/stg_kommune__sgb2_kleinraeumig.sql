{{ stage_cells('kommune', 'sgb2-kleinraeumig', ['benefit', 'age_group']) }}
