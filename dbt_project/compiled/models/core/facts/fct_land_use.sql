{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('land_use', ['land_use'], [
    {'model': 'stg_regionalstatistik__33111_01_01_4'},
], judged_by={
    'measured': True,
}) }}
