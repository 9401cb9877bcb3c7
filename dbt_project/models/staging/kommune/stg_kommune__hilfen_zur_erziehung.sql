{{ stage_cells('kommune', 'hilfen-zur-erziehung', ['youth_support', 'age_group', 'sex']) }}
