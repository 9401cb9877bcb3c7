{{ summands('care_recipient', 'persons', ['care_type', 'sex']) }}
