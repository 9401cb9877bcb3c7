{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('school_leaver', ['qualification', 'sex'], [
    {'model': 'stg_regionalstatistik__21111_02_06_4'},
], judged_by={
    'parts': [
        {'dimension': 'qualification', 'parts': ['WITHOUT_HSA', 'HSA', 'MSA', 'FHR', 'AHR']},
    ],
}) }}
