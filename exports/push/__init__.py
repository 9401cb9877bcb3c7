"""Released editions handed to other programs: what is sent is what was released."""
