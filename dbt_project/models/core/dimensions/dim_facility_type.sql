{{ code_dimension('facility_type') }}
