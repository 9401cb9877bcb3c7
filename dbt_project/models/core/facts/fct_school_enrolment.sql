{{ versioned_fact('school_enrolment', ['school_type', 'sex', 'nationality', 'grade'], [
    {'model': 'stg_regionalstatistik__21111_01_03_4'},
]) }}
