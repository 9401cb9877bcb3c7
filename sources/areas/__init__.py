"""Areas of deliveries: codes, names, divisions and keys between them, and whether an area existed."""
