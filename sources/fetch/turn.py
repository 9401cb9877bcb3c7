"""One request at a time per host, among threads and among processes of this machine.

Statistical offices answer parallel requests of one account with errors ("zu viele parallele Anfragen"). The
lock is an advisory file lock (`flock`), which the kernel releases when a process dies, so a killed run
leaves nothing behind.
"""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sources.fetch.errors import FetchError, Trouble

_guard = threading.Lock()
_in_process: dict[str, threading.Lock] = {}


@contextmanager
def turn(
    host: str, folder: Path, *, wait_seconds: float = 3600.0, pause: Callable[[float], None] = time.sleep
) -> Iterator[None]:
    """Hold the only turn at `host` (name with port) while the block runs.

    Args:
        folder: where lock files live; one per host, never deleted (deleting a held lock file lets two in).
        wait_seconds: how long to wait for somebody else's turn.

    Raises:
        FetchError: another process held the turn for longer than `wait_seconds`.
    """
    key = re.sub(r"[^A-Za-z0-9.-]", "_", host.lower())
    with _guard:
        mine = _in_process.setdefault(key, threading.Lock())
    if not mine.acquire(timeout=wait_seconds):
        raise _waited_too_long(host, wait_seconds)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / f"{key}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _acquire(handle, host, wait_seconds, pause)
            yield
        finally:
            os.close(handle)
    finally:
        mine.release()


def lock_folder() -> Path:
    """The folder of lock files shared by all runs of this user on this machine."""
    return Path(tempfile.gettempdir()) / f"planstat-turns-{os.getuid()}"


def _acquire(handle: int, host: str, wait_seconds: float, pause: Callable[[float], None]) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise _waited_too_long(host, wait_seconds) from None
            pause(0.05)
        else:
            return


def _waited_too_long(host: str, seconds: float) -> FetchError:
    return FetchError(
        Trouble.BUSY,
        f"Another run has been fetching from {host} for more than {seconds:.0f} seconds",
        host,
        "Wait until it is done or stop it, then start again.",
    )
