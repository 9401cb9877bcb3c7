"""dbt as a program of its own, which is there before it is known what it has to do.

`python -m orchestration.dbt_process` imports dbt, reads a list of arguments as JSON from its input, and is
then `dbt …` with these. So the seconds of the import go by while files are landed. Input that ends without
arguments means that there is nothing to do.

The system ends the program together with its parent: without that, a killed run would leave a dbt behind that
goes on writing the warehouse.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from .programs import run_program
from .resources import Settings

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>

_waiting: subprocess.Popen[bytes] | None = None


def begin(settings: Settings) -> None:
    """Start the program, which then waits; a process has one at most that waits."""
    global _waiting  # it goes with the process, not with a value of it
    if _waiting is None or _waiting.poll() is not None:
        _waiting = subprocess.Popen(
            [sys.executable, "-m", "orchestration.dbt_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **settings.for_programs(), "DBT_LOG_FORMAT": "json", "PYTHONUNBUFFERED": "1"},
            cwd=settings.dbt_project,
        )


def hand_over(settings: Settings, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """Let the program that waits, or a new one, run `dbt` with these arguments; from now on it is yours.

    What dbt says comes as lines of JSON from its output. That it could not even start, its exit code tells.
    """
    global _waiting
    begin(settings)
    process, _waiting = _waiting, None
    assert process is not None
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError), process.stdin as its_input:
        its_input.write(json.dumps(list(arguments)).encode())
    process.stdin = None
    return process


def dismiss() -> None:
    """End the program that waits, if one does."""
    global _waiting
    process, _waiting = _waiting, None
    if process is not None:
        process.kill()
        with process:  # closes its streams and takes its exit code
            pass


def _end_with_parent() -> None:
    """Ask the system to end this process when its parent ends (Linux; elsewhere nothing happens)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    """Wait for the arguments, then run dbt's own command line with them."""
    _end_with_parent()
    from dbt.cli.main import cli

    arguments = sys.stdin.buffer.read()
    if arguments:
        cli(json.loads(arguments), prog_name="dbt")


if __name__ == "__main__":
    run_program(main)
