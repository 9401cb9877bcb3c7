"""Ctrl-C is heard, whatever swallows it or turns it into something else."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys

import pytest

from orchestration.cli.interrupts import Stopped, interruptible


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_raised_where_it_happens() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(Stopped), interruptible():
        interrupt()
    assert signal.getsignal(signal.SIGINT) is before


def test_heard_where_it_is_swallowed() -> None:
    with interruptible() as interrupted:
        assert not interrupted()
        with contextlib.suppress(BaseException):
            interrupt()
        assert interrupted()
        assert interrupted(), "also when asked again"


def test_heard_where_somebody_else_handles_it() -> None:
    with interruptible() as interrupted:
        signal.signal(signal.SIGINT, lambda *_: None)
        interrupt()
        assert interrupted()


def test_an_error_it_turned_into() -> None:
    with pytest.raises(Stopped) as stopped, interruptible():
        try:
            interrupt()
        except BaseException:
            raise OSError("cannot operate on a closed database") from None
    assert isinstance(stopped.value.__cause__, OSError)


def test_an_error_without_one() -> None:
    with pytest.raises(OSError, match="disk"), interruptible():
        raise OSError("disk")


def test_the_exit_code_holds_after_one_within_exec() -> None:
    """Python would end with the signal instead, once a plain KeyboardInterrupt left `exec`."""
    ended = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=False, timeout=60
    )
    assert (ended.returncode, ended.stderr) == (130, "")


CODE = """
import os, signal, sys
from orchestration.cli.interrupts import Stopped, interruptible
try:
    with interruptible():
        exec("os.kill(os.getpid(), signal.SIGINT)")
except Stopped:
    sys.exit(130)
"""
