{{ code_dimension('benefit') }}
