{{ summands('population', 'persons', ['sex', 'age_group', 'nationality']) }}
