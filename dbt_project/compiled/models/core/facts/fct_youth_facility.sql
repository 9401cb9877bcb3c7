{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('youth_facility', ['facility_branch', 'facility_type'], [
    {'model': 'stg_regionalstatistik__22541_01_04_4', 'fixed': {'facility_branch': 'DAYCARE'}},
    {'model': 'stg_regionalstatistik__22542_01_02_4', 'fixed': {'facility_branch': 'YOUTH_SERVICE'}},
], judged_by={
    'parts': [
        {'dimension': 'facility_type', 'measure': 'facilities', 'parts': ['UNDER3', 'Y2T7', 'SCHOOL', 'ALL_AGES']},
    ],
    'rounded': {'fte_pedagogic': 1.0, 'staff_pedagogic_fulltime_to_2010': 1.0},
}) }}
