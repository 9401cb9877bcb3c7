{{ code_dimension('care_type') }}
