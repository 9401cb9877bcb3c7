"""Where places lie: points in outlines."""
