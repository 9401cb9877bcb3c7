{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('deprivation', [], [
    {'model': 'stg_rki__gisd_kreise'},
], judged_by={
    'unjudged': ['gisd_score', 'gisd_quintile', 'gisd_decile', 'gisd_class'],
    'ranked': {'score': 'gisd_score', 'most': 1.0, 'classes': {'gisd_quintile': 5, 'gisd_decile': 10, 'gisd_class': 3}},
}) }}
