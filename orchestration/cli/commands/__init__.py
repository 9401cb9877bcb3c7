"""The command line. Thin: every command calls one plain function, and imports what it needs only then.

Exit codes: `sources.foundation.exits`.
"""

from __future__ import annotations

from typing import NoReturn

from ...speed.programs import run_program
from . import asking, deliveries, disclosure, operating, pictures, planning, push, releases, upkeep
from .frame import Trouble, in_words, main

# importing them is what adds their commands to `main`
__all__ = [
    "Trouble",
    "asking",
    "deliveries",
    "disclosure",
    "in_words",
    "main",
    "operating",
    "pictures",
    "planning",
    "program",
    "push",
    "releases",
    "upkeep",
]


def program() -> NoReturn:
    """`planstat`, as the shell starts it."""
    run_program(main)
