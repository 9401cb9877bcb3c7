{{ code_dimension('qualification') }}
