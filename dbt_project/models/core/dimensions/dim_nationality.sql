{{ code_dimension('nationality') }}
