{{ code_dimension('care_type_until_2007') }}
