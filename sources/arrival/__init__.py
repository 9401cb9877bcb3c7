"""How a file arrives: found, told apart, read, kept as a snapshot or set aside."""
