{{ code_dimension('setting') }}
