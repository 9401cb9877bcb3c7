{{ summands('migration', 'arrivals', ['sex', 'age_group', 'nationality']) }}
