"""What all rooms share. Everybody may import it; it imports nothing of the house."""
