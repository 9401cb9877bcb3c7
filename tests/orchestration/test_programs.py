"""A program ends at once, and still says everything, runs its exit handlers and tells how it ended."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
import atexit, sys
from orchestration.speed.programs import run_program

def command_line():
    atexit.register(lambda: print("handled"))
    print("said", end=" ")
    {end}

run_program(command_line)
"""


@pytest.mark.parametrize("plain", ["", "1", "storage"])
@pytest.mark.parametrize(
    ("end", "code"),
    [("pass", 0), ("sys.exit()", 0), ("sys.exit(0)", 0), ("sys.exit(3)", 3), ("sys.exit('no')", 1)],
)
def test_a_program_ends_with_its_code(end: str, code: int, plain: str) -> None:
    """With and without what is there for speed alone."""
    ended = run(end, plain)
    assert (ended.returncode, ended.stdout) == (code, "said handled\n")
    assert ended.stderr == ("no\n" if code == 1 else "")


def test_an_error_ends_as_ever() -> None:
    ended = run("raise ValueError('broken')")
    assert ended.returncode == 1
    assert ended.stdout == "said handled\n"
    assert "ValueError: broken" in ended.stderr


def run(end: str, plain: str = "") -> subprocess.CompletedProcess[str]:
    """A program whose command line ends like this; its output goes through a pipe, so it is buffered."""
    text = PROGRAM.format(end=end)
    return subprocess.run(
        [sys.executable, "-c", text],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PLANSTAT_PLAIN": plain},
    )
