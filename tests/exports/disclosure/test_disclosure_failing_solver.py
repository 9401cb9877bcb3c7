"""A solver that fails, at the border to HiGHS itself: nothing is published, whenever and however it fails."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import highspy
import pytest

from exports.disclosure import solver
from exports.disclosure.declaration import DeclarationError
from exports.disclosure.solver import SolverFailure
from exports.disclosure.standalone import protect
from tests.exports.disclosure.test_disclosure_others_defects import cross, write

TABLE = cross({"a": (1, 1, 20), "b": (30, 14, 25), "c": (17, 22, 31), "d": (12, 2, 40)})
LEVELS = {"policy": {"withstand": ["K1", "K2", "K4"], "effort": "quick"}}


def time_out(highs: highspy.Highs) -> None:
    """The clock runs out: HiGHS stops with the status of a time limit."""
    highs.setOptionValue("time_limit", 0.0)


def no_step(highs: highspy.Highs) -> None:
    """It may take no step: HiGHS stops with the status of an iteration limit."""
    highs.setOptionValue("presolve", "off")
    highs.setOptionValue("simplex_iteration_limit", 0)
    highs.setOptionValue("mip_max_nodes", 0)


def nonsense(highs: highspy.Highs) -> None:
    """The model is spoilt: no table fits, where one is known to."""
    highs.addRow(1.0, 1.0, 0, [], [])


CALLS = {"calls": 0, "at": -1}


def failing(how: Callable[[highspy.Highs], None] | None) -> type[highspy.Highs]:
    """HiGHS, which fails at the call of this number and at all later ones."""

    class Failing(highspy.Highs):
        def run(self) -> highspy.HighsStatus:
            CALLS["calls"] += 1
            if how is not None and CALLS["calls"] > CALLS["at"]:
                how(self)
            return super().run()

    return Failing


def calls_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often HiGHS is asked when all goes well; leaves the protected tables below `out`."""
    CALLS.update(calls=0, at=-1)
    monkeypatch.setattr(solver.highspy, "Highs", failing(None))
    protect(*write(folder, TABLE, {"area": {}, "kind": {}}, **LEVELS), folder / "out", secret=b"s" * 16)
    return CALLS["calls"]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9, 1.0])
@pytest.mark.parametrize("how", [time_out, no_step, nonsense])
def test_a_solver_that_fails_publishes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: Callable[[highspy.Highs], None], share: float
) -> None:
    """From the first call on, in the middle of the plan, and in the last call of the attack on the files."""
    whole = tmp_path / "whole"
    whole.mkdir()
    calls = calls_of(whole, monkeypatch)
    assert calls > 10
    before = {path.name: path.read_bytes() for path in (whole / "out" / "published").iterdir()}
    CALLS.update(calls=0, at=min(int(calls * share), calls - 1))
    monkeypatch.setattr(solver.highspy, "Highs", failing(how))
    config = write(tmp_path, TABLE, {"area": {}, "kind": {}}, **LEVELS)
    for out in (tmp_path / "out", whole / "out"):
        CALLS["calls"] = 0
        try:
            protect(*config, out, secret=b"s" * 16)
        except (SolverFailure, DeclarationError, ValueError, RuntimeError):
            assert not (out / ".published.new").exists(), "nothing that nobody attacked stays"
        else:
            assert how is no_step, "a start that is optimal already needs no step"
    if (tmp_path / "out").exists() and how is not no_step:
        assert not (tmp_path / "out" / "published").exists()
    after = {path.name: path.read_bytes() for path in (whole / "out" / "published").iterdir()}
    assert after == before, "what was published before stays, with the certificate that speaks about it"


CRASH = """
import os, sys
from pathlib import Path
import highspy
from exports.disclosure import solver, standalone

calls, at = 0, int(sys.argv[4])

class Crashing(highspy.Highs):
    def run(self):
        global calls
        calls += 1
        if calls > at:
            os.abort()
        return super().run()

solver.highspy.Highs = Crashing
standalone.protect(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), secret=b"s" * 16)
"""


@pytest.mark.parametrize("share", [0.0, 0.97])
def test_a_solver_that_takes_the_process_with_it_publishes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    at = int(calls_of(whole, monkeypatch) * share)
    table, config = write(tmp_path, TABLE, {"area": {}, "kind": {}}, **LEVELS)
    out = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-c", CRASH, str(table), str(config), str(out), str(at)],
        check=False,
        capture_output=True,
        timeout=120,
    )
    assert done.returncode < 0, done.stderr.decode()
    assert not (out / "published").exists()
    assert not (out / "confidential").exists()
    monkeypatch.undo()
    protect(table, config, out, secret=b"s" * 16)
    assert {path.name for path in out.iterdir()} == {"published", "confidential"}, "the next run cleans up"
    assert (out / "confidential").stat().st_mode & 0o077 == 0
