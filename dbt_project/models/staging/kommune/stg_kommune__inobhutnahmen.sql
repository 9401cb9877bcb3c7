{{ stage_cells('kommune', 'inobhutnahmen', ['taking_into_care_reason', 'age_group', 'sex']) }}
