"""How a program of ours lives: briefly, so it seldom looks for garbage and does not tidy up at its end."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Callable
from typing import NoReturn

from . import is_plain

_OBJECTS_BETWEEN_COLLECTIONS = 200_000


def run_program(command_line: Callable[[], object]) -> NoReturn:
    """Run a command line and end this process with its exit code.

    Dagster and dbt build millions of objects that live as long as the process. Python would go through all of
    them again and again in search of garbage, and take them apart one by one at the end; both together took
    a third of a run that changes nothing. Exit handlers run and streams are written out as ever.
    """
    if is_plain("programs"):
        command_line()
        sys.exit(0)
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    code: object = 0
    try:
        command_line()
    except SystemExit as end:
        code = end.code
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    if code is not None and not isinstance(code, int):
        sys.exit(str(code))
    os._exit(code or 0)
