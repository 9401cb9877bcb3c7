{{ summands('school_enrolment', 'pupils', ['school_type', 'sex', 'nationality', 'grade']) }}
