"""Ctrl-C, heard wherever it falls.

Python raises an interrupt wherever it happens to be, and not every place lets it through: an import's
clean-up swallows it, a query in DuckDB and a database session end with errors of their own, Dagster keeps it
for later or counts it as a failure. So what was heard is kept apart from what became of it.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from types import FrameType

from sources.foundation.exits import INTERRUPTED

KINDS = ("KeyboardInterrupt", "Stopped", "DagsterExecutionInterruptedError")
"""What Ctrl-C raises, also as the cause of another error."""


class Stopped(KeyboardInterrupt):
    """Ctrl-C within a run.

    A class of its own, since Python ends with a signal instead of an exit code when a plain KeyboardInterrupt
    went through `exec`, as many imports use it.
    """

    exit_code = INTERRUPTED


@contextlib.contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Within this block Ctrl-C ends in `Stopped`, whatever it turned into on its way.

    Gives a function that tells whether one was heard; what could not be interrupted asks it. For
    the main thread.
    """
    reader, writer = os.pipe()
    for end in (reader, writer):
        os.set_blocking(end, False)
    heard = False

    def was_heard() -> bool:
        nonlocal heard
        with contextlib.suppress(BlockingIOError):
            heard |= signal.SIGINT in os.read(reader, 4096)
        return heard

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise Stopped

    wakeup = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)  # told of signals, whoever handles them
    handler = signal.signal(signal.SIGINT, stop)
    try:
        yield was_heard
    except BaseException as problem:
        if was_heard():
            raise Stopped from problem
        raise
    finally:
        signal.signal(signal.SIGINT, handler)
        signal.set_wakeup_fd(wakeup)
        os.close(reader)
        os.close(writer)
