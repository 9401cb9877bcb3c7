"""Statistical disclosure control: decide what must not be published, hide it, and try to break the result.

`declaration` says what is published, `policy` says what must be protected; `constraints`, `primary` and
`secondary` plan; `cell_key` and `rounding` are the alternatives to hiding; `auditor` attacks the published
files knowing only the declaration; `standalone` joins them for a single CSV file.
"""
