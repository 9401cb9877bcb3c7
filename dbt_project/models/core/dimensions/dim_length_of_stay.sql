{{ code_dimension('length_of_stay') }}
