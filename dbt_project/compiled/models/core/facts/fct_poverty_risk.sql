{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('poverty_risk', [], [
    {'model': 'stg_regionalstatistik__AI_S_02'},
], judged_by={
    'rates': ['poverty_risk_national_pct', 'poverty_risk_regional_pct'],
}) }}
