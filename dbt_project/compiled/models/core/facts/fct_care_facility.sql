{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('care_facility', [], [
    {'model': 'stg_regionalstatistik__22411_01_01_4'},
], judged_by={}) }}
