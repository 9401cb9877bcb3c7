{{ summands('employment', 'employees', ['sex', 'nationality']) }}
