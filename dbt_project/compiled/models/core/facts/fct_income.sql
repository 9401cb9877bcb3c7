{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('income', [], [
    {'model': 'stg_regionalstatistik__82411_01_03_4'},
], judged_by={
    'rates': ['income_per_head_eur'],
    'rounded': {'income_teur': 1.0, 'income_per_head_eur': 1.0},
    'paired': [
        [{'measure': 'income_teur'}, {'measure': 'income_per_head_eur'}],
    ],
}) }}
