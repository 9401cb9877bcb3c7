"""Who gets it: products, writers, disclosure control, releases."""
