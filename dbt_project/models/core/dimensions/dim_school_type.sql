{{ code_dimension('school_type') }}
