"""Facts: what each is made of, declared once, and what is generated from that."""
