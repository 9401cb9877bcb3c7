{{ summands('school_leaver', 'leavers', ['qualification', 'sex']) }}
