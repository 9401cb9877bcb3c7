"""What may leave: suites, comparisons and the gate over a candidate's files."""
