{{ code_dimension('childcare_type') }}
