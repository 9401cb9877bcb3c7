"""One request at a time per host, among threads and among processes of this machine.

Statistical offices answer parallel requests of one account with errors ("zu viele parallele Anfragen"). The
lock is one of the operating system, which lets go of it when a process dies, so a killed run holds nothing.
"""

from __future__ import annotations

import getpass
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sources.fetch.errors import FetchError, Trouble
from sources.foundation.files import Busy, locked


@contextmanager
def turn(host: str, folder: Path, *, wait_seconds: float = 3600.0) -> Iterator[None]:
    """Hold the only turn at `host` (name with port) while the block runs.

    Args:
        folder: where lock files live; one per host, never deleted (deleting a held lock file lets two in).
        wait_seconds: how long to wait for somebody else's turn.

    Raises:
        FetchError: another process held the turn for longer than `wait_seconds`.
    """
    key = re.sub(r"[^A-Za-z0-9.-]", "_", host.lower())
    try:
        with locked(folder / f"{key}.lock", wait_seconds):
            yield
    except Busy as error:
        raise FetchError(
            Trouble.BUSY,
            f"Another run has been fetching from {host} for more than {wait_seconds:.0f} seconds",
            host,
            "Wait until it is done or stop it, then start again.",
        ) from error


def lock_folder() -> Path:
    """The folder of lock files shared by all runs of this user on this machine."""
    user = getpass.getuser() if sys.platform == "win32" else os.getuid()
    return Path(tempfile.gettempdir()) / f"planstat-turns-{user}"
