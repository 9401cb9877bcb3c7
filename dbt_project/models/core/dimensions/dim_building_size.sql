{{ code_dimension('building_size') }}
