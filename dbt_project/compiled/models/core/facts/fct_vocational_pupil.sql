{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('vocational_pupil', ['vocational_school_type', 'sex', 'nationality'], [
    {'model': 'stg_regionalstatistik__21121_01_05_4'},
], judged_by={
    'parts': [
        {'dimension': 'vocational_school_type', 'measure': 'pupils', 'parts': ['BS', 'BAS', 'BFS', 'FOS', 'FGY', 'BOS', 'FS', 'FAK']},
    ],
}) }}
