"""What the shell is told of how a command ended. `docs/operation.md` is the page for whoever reads the code.

Each class of errors says its own `exit_code`; an error of a library counts as `FAILED`.
"""

from __future__ import annotations

from collections.abc import Iterable

DONE = 0
"""Done: released, or unchanged; everything holds."""

FAILED = 1
"""Something broke or does not hold: dbt, a check of the warehouse, an edition, a server, an unknown error."""

USAGE = 2
"""Asked for something that cannot be done as asked: a wrong declaration, a name that there is not."""

SOURCE_TROUBLE = 3
"""A file was set aside, a source could not be reached or is overdue; everything else went on."""

REFUSED = 4
"""The gate or disclosure control refused; nothing of it was released, the editions before stand."""

IN_USE = 75
"""Another run holds the data root or the warehouse; again later (EX_TEMPFAIL of sysexits.h)."""

INTERRUPTED = 130
"""Ctrl-C; what was released before stands, the next run goes on (128 + SIGINT)."""

MILDEST_FIRST = (DONE, IN_USE, SOURCE_TROUBLE, REFUSED, USAGE, FAILED, INTERRUPTED)


def worst(codes: Iterable[int]) -> int:
    """The code that somebody has to act on first; `DONE` without any."""
    return max(codes, key=MILDEST_FIRST.index, default=DONE)


def exit_code_of(error: BaseException) -> int:
    """The exit code of an error."""
    code = getattr(error, "exit_code", FAILED)
    return code if isinstance(code, int) else FAILED
