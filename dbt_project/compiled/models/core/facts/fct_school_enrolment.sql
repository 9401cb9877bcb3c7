{#- Generated from dbt_project/facts (make generate); do not edit. -#}
{{ versioned_fact('school_enrolment', ['school_type', 'sex', 'nationality', 'grade'], [
    {'model': 'stg_regionalstatistik__21111_01_03_4'},
], judged_by={
    'parts': [
        {'dimension': 'school_type', 'measure': 'pupils', 'parts': ['PRE', 'GS', 'OS', 'HS', 'SMB', 'RS', 'GY', 'IGS', 'WALDORF', 'FOES', 'ABEND_KOL']},
    ],
}) }}
