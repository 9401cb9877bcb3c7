{{ summands('childcare', 'children', ['childcare_type', 'age_group']) }}
