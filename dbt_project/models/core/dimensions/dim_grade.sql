{{ code_dimension('grade') }}
