"""What the shell is told of an error: each class that is not `REFUSED` says its `exit_code`."""

from __future__ import annotations

RELEASED = 0
"""Released, or unchanged."""

REFUSED = 1
"""Refused or failed; nothing of it was released."""

USAGE = 2
"""Asked for something that cannot be done as asked: a wrong declaration, a name that there is not."""

SOURCE_TROUBLE = 3
"""A file was set aside or a source could not be reached; everything else went on."""


def exit_code_of(error: BaseException) -> int:
    """The exit code of an error."""
    code = getattr(error, "exit_code", REFUSED)
    return code if isinstance(code, int) else REFUSED
