{{ code_dimension('household_type') }}
