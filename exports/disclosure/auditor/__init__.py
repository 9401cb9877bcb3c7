"""The attacker. Knows the published files and the declaration, and nothing of how they were protected.

This package imports nothing from the planner: it builds its own equations from the declared codes.
"""
