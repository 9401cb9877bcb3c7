{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('election', ['party'], [
    {'model': 'stg_regionalstatistik__14111_01_02_4'},
    {'model': 'stg_bundeswahlleiterin__btw2017_kreise', 'has': []},
    {'model': 'stg_bundeswahlleiterin__btw2025_kreise', 'has': []},
], judged_by={
    'parts': [
        {'dimension': 'party', 'measure': 'valid_second_votes', 'parts': ['CDU_CSU', 'SPD', 'GRUENE', 'FDP', 'LINKE', 'OTHER']},
    ],
    'rates': ['turnout_pct'],
    'rounded': {'turnout_pct': 0.1},
    'weighted': [
        {'measures': ['turnout_pct'], 'by': ['entitled']},
    ],
    'products': [
        {'factor': 'turnout_pct', 'by': 'entitled', 'scale': 0.01, 'gives': 'voters'},
    ],
}) }}
