{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('unemployment', ['sex', 'nationality', 'age_group', 'unemployed_group'], [
    {'model': 'stg_regionalstatistik__13211_02_05_4'},
    {'model': 'stg_regionalstatistik__13211_01_03_4', 'has': ['nationality', 'age_group', 'unemployed_group']},
], judged_by={
    'rates': ['unemployment_rate_pct', 'unemployment_rate_dependent_pct'],
    'rounded': {'unemployed': 1.0, 'unemployment_rate_pct': 0.1, 'unemployment_rate_dependent_pct': 0.1},
    'paired': [
        [{'measure': 'unemployed'}, {'measure': 'unemployment_rate_pct'}],
        [{'measure': 'unemployed'}, {'measure': 'unemployment_rate_dependent_pct'}],
        [{'measure': 'unemployment_rate_dependent_pct'}, {'measure': 'unemployment_rate_pct'}],
        [{'measure': 'unemployed', 'nationality': 'FOREIGN'}, {'measure': 'unemployment_rate_pct', 'nationality': 'FOREIGN'}],
        [{'measure': 'unemployed', 'age_group': 'Y15T24'}, {'measure': 'unemployment_rate_pct', 'age_group': 'Y15T24'}],
    ],
    'means': [
        [{'measure': 'unemployment_rate_pct'}, {'measure': 'unemployment_rate_pct', 'sex': 'M'}, {'measure': 'unemployment_rate_pct', 'sex': 'F'}],
    ],
}) }}
