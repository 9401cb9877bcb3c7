{{ stage_cells('kommune', 'bevoelkerung-kleinraeumig', ['age_group', 'sex', 'nationality']) }}
