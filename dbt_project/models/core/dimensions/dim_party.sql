{{ code_dimension('party') }}
