{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('employment', ['sex', 'nationality'], [
    {'model': 'stg_regionalstatistik__13111_01_03_4'},
    {'model': 'stg_regionalstatistik__13111_02_02_4'},
    {'model': 'stg_ba__svb_kreise_merkmale_wohnort'},
    {'model': 'stg_ba__pendler_kreise'},
], judged_by={
    'parts': [
        {'dimension': 'sex', 'parts': ['M', 'F']},
        {'dimension': 'nationality', 'parts': ['GERMAN', 'FOREIGN']},
    ],
}) }}
