"""Questions about single numbers: which there are, what one is, where it comes from."""
