{{ versioned_fact('youth_facility', ['facility_branch', 'facility_type'], [
    {'model': 'stg_regionalstatistik__22541_01_04_4', 'fixed': {'facility_branch': 'DAYCARE'}},
    {'model': 'stg_regionalstatistik__22542_01_02_4', 'fixed': {'facility_branch': 'YOUTH_SERVICE'}},
]) }}
