{{ stage_cells('kommune', 'gefaehrdungseinschaetzungen', ['assessment_result', 'age_group', 'sex']) }}
