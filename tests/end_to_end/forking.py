"""The command line with its libraries imported already: each command is a fork of a process that waits.

Most of what a short command costs is the import of Dagster and Great Expectations. A program that tests start
does that once and forks for every command; a fork has arguments, environment and output of its own, and ends
like `planstat` itself. What is about starting and ending (signals, Ctrl-C) is tested with real processes.

`python -m tests.end_to_end.forking` reads one JSON object per line: `arguments`, `environment`, `output` (the
file both streams go to); it answers each with its exit code and the processor seconds that it took.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMPORTED = ("orchestration.cli.commands", "orchestration.definitions", "expectations.validation")


class Forking:
    """The waiting program, seen from the tests."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.end_to_end.forking"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str, float]:
        """Exit code of a command, what it said on both streams, and its processor seconds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.NamedTemporaryFile() as output:
            request = {
                "arguments": list(arguments),
                "environment": dict(environment),
                "output": output.name,
            }
            print(json.dumps(request), file=self._process.stdin, flush=True)
            answer = self._process.stdout.readline()
            assert answer, "the waiting program ended"
            code, seconds = answer.split()
            return int(code), Path(output.name).read_text(encoding="utf-8"), float(seconds)

    def end(self) -> None:
        """Let the program end."""
        self._process.communicate()


def main() -> None:
    """Import, then fork for each line of the input."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in IMPORTED:
            importlib.import_module(name)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _be_planstat(json.loads(line))
        _, status, used = os.wait4(child, 0)
        print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, flush=True)


def _be_planstat(request: Mapping[str, object]) -> None:
    from orchestration.cli import program

    output = os.open(str(request["output"]), os.O_WRONLY | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.umask(0)  # the loosest that a user can have: what must be private is so by itself
    warnings.simplefilter("default")
    sys.argv = ["planstat", *request["arguments"]]
    program()


if __name__ == "__main__":
    main()
