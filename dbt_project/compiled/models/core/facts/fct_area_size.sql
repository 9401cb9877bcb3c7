{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('area_size', [], [
    {'model': 'stg_regionalstatistik__11111_01_01_4'},
    {'model': 'stg_destatis__gv_isys_kreise', 'measure': ['area_sqkm']},
], judged_by={
    'rounded': {'area_sqkm': 0.01},
    'measured': True,
}) }}
