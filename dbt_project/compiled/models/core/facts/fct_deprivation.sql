{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('deprivation', [], [
    {'model': 'stg_rki__gisd_kreise'},
    {'model': 'stg_berlin__gesix_planning_areas'},
], judged_by={
    'unjudged': ['gisd_score', 'gisd_quintile', 'gisd_decile', 'gisd_class', 'gesix_index', 'esix_index', 'working_life_index', 'social_status_index', 'health_index'],
    'ranked': {'score': 'gisd_score', 'most': 1.0, 'classes': {'gisd_quintile': 5, 'gisd_decile': 10, 'gisd_class': 3}},
}) }}
