{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('vocational_leaver', ['qualification', 'sex'], [
    {'model': 'stg_regionalstatistik__21121_02_02_4'},
], judged_by={
    'parts': [
        {'dimension': 'qualification', 'parts': ['HSA', 'MSA', 'FHR', 'AHR']},
    ],
}) }}
