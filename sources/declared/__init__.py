"""What is said about data before a file arrives: declarations, formats, code lists, and what they make."""
