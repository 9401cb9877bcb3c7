{{ code_dimension('facility_branch') }}
