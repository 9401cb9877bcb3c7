"""The command line. Thin: every command calls one plain function, and imports what it needs only then.

Exit codes: 0 released or unchanged, 1 refused or failed (nothing of it was released), 2 usage, 3 source
trouble (a file was set aside or a source could not be reached; everything else went on).
"""

from __future__ import annotations

from typing import NoReturn

from ...speed.programs import run_program
from . import asking, deliveries, disclosure, operating, pictures, planning, push, releases
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
]


def program() -> NoReturn:
    """`planstat`, as the shell starts it."""
    run_program(main)
