"""The command line `planstat`: what a person types, and what the terminal answers."""

from .commands import main, program

__all__ = ["main", "program"]
