"""What became of the newest run of a data root, however it was started: kept when it begins and ends.

Whoever asks needs neither Dagster's history nor the log for it. A run that was killed has no end.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Self

from .resources import InUse, Paths, is_running, only_run, read_json, write_json


@dataclass(frozen=True)
class LastRun:
    """The newest run: where its deliveries came from, process, begin and end (UTC), and what failed in words.

    What the gate refused and which files were set aside is no failure; `health` reads both where they lie.
    """

    origin: str
    process: int
    began: datetime
    ended: datetime | None = None
    failed: tuple[str, ...] = ()

    @classmethod
    def read(cls, paths: Paths) -> Self | None:
        """The newest run; None when there was none yet, or when what is kept of it cannot be read."""
        kept = read_json(paths.last_run)
        try:
            ended = datetime.fromisoformat(kept["ended"]) if kept["ended"] else None
            began = datetime.fromisoformat(kept["began"])
            return cls(kept["origin"], kept["process"], began, ended, tuple(kept["failed"]))
        except (KeyError, TypeError, ValueError):
            return None

    def write(self, paths: Paths) -> None:
        """Put it in the place of the one before."""
        kept: dict[str, Any] = asdict(self)
        kept |= {"began": self.began.isoformat(), "ended": self.ended.isoformat() if self.ended else None}
        write_json(paths.last_run, kept)

    def end(self, paths: Paths) -> str:
        """How it ended: `done`, `failed`, `running`, or `killed` when it has no end and nobody runs."""
        if self.ended is not None:
            return "failed" if self.failed else "done"
        return "running" if is_running(paths) else "killed"


@contextlib.contextmanager
def recorded(paths: Paths, origin: str) -> Iterator[list[str]]:
    """Record a run that holds the data root; gives a list for what fails in words. A kill leaves no end."""
    run = LastRun(origin, os.getpid(), datetime.now(UTC).replace(microsecond=0))
    run.write(paths)
    failed: list[str] = []
    try:
        yield failed
    except BaseException as problem:
        failed.append(_words(problem))
        raise
    finally:
        ended = datetime.now(UTC).replace(microsecond=0)
        LastRun(run.origin, run.process, run.began, ended, tuple(failed)).write(paths)


def record_early_end(paths: Paths, origin: str, problem: Exception) -> None:
    """Record a run that failed before its job began; not while another run holds the data root."""
    with contextlib.suppress(InUse), only_run(paths), recorded(paths, origin) as failed:
        failed.append(_words(problem))


def _words(problem: BaseException) -> str:
    return f"{type(problem).__name__}: {problem}" if isinstance(problem, Exception) else "it was interrupted"
