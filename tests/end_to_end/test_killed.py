"""A run killed at any point leaves readers what they had, and the next run goes on.

One data root is taken through the whole job by runs that are killed (SIGKILL, no farewell) in ever later
phases: while landing, while dbt builds, while a candidate is written, while the gate checks, while releases
are published. Then one run is let through.
"""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from exports.release import verify
from orchestration.resources import Paths, is_running

from .conftest import OF_SAMPLE, Place

pytestmark = pytest.mark.end_to_end

FIRST = "areas"
"""The product that is released first: no other one is made of the same cells."""
PHASES = {
    "landing": "landing 12411-04-02-4",
    "dbt": "dbt 40/",
    "candidate": f"{FIRST}: writing {FIRST}.gpkg",
    "gate": f"{FIRST}: the gate checks",
    "release": f"ASSET_MATERIALIZATION - Materialized value release {FIRST}",
}
PATIENCE = 600.0  # seconds for a phase to come, on a busy machine


def newest_log(root: Path, before: set[Path]) -> str:
    """The text of the log that came after `before`."""
    new = set((root / "logs").glob("run-*.log")) - before
    return max(new).read_text(encoding="utf-8", errors="replace") if new else ""


def kill_at(place: Place, sign: str) -> None:
    """Start a run, kill it when its log shows the sign, and see that no dbt of it lives on."""
    before = set((place.root / "logs").glob("run-*.log"))
    with place.start("run") as process:
        end = time.monotonic() + PATIENCE
        while sign not in newest_log(place.root, before):
            assert process.poll() is None, f"ended before {sign!r}: {newest_log(place.root, before)[-3000:]}"
            assert time.monotonic() < end, f"{sign!r} did not come"
            time.sleep(0.02)
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
    gone, alive = psutil.wait_procs(children, timeout=10)
    assert alive == [], "what it had started ends with it"
    assert len(gone) == len(children)


def readable(place: Place) -> dict[str, str]:
    """What `current` leads to; every byte of it is as the gate saw it."""
    current = place.current()
    for product in current:
        verify(place.root / "releases", product)
    return current


def test_killed_in_every_phase(place: Place) -> None:
    """The same second may not name two logs, so phases wait for the next."""
    for phase, sign in PHASES.items():
        kill_at(place, sign)
        assert not is_running(Paths(place.root)), "the data root is free again"
        released = readable(place)
        assert set(released) == ({FIRST} if phase == "release" else set()), phase
        time.sleep(1.1)

    ended = place.planstat("run")
    assert ended.code == 0, ended.said
    assert set(readable(place)) == set(OF_SAMPLE)
    assert readable(place)[FIRST] == released[FIRST], "what was published before stands"
    leftovers = [
        path for path in place.root.rglob("*") if path.name.startswith(".tmp-") or path.suffix == ".part"
    ]
    assert leftovers == []


def test_interrupted_by_hand(place: Place) -> None:
    """Ctrl-C ends with words and 130."""
    with place.start("run") as process:
        end = time.monotonic() + PATIENCE
        while not is_running(Paths(place.root)):
            assert time.monotonic() < end
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        try:
            said, _ = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert process.returncode == 130, said
    assert "stopped; what was released before stands" in said
    assert "Traceback" not in said
    assert set(readable(place)) == set(OF_SAMPLE)
