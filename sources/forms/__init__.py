"""Forms that an office fills in."""
