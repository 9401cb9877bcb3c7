{{ code_dimension('unemployed_group') }}
