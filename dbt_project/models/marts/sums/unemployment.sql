{{ summands('unemployment', 'unemployed', ['unemployed_group', 'sex', 'age_group', 'nationality']) }}
