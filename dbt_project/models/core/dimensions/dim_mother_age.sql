{{ code_dimension('mother_age') }}
