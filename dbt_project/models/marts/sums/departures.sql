{{ summands('migration', 'departures', ['sex', 'age_group', 'nationality']) }}
