"""A run killed at any point leaves readers what they had, and the next run goes on.

One data root is taken through the whole job by runs that are killed (SIGKILL, no farewell) in ever later
phases: while landing, while dbt builds, while a candidate is written, while the gate checks, while releases
are published. Then one run is let through. A few tables of the sample go through every phase as all do.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from exports.release import verify
from orchestration.resources import Paths, is_running
from sources.arrival.folder import match_folder
from sources.declared.catalogue import load_catalog
from sources.twins.sample import write_sample

from .conftest import Place

pytestmark = pytest.mark.end_to_end

TABLES = {"gv-isys", "vg2500-krs", "11111-01-01-4"}
"""What is delivered: the register of areas, its outlines, and areas by use."""
PUBLISHED = {"areas", "land_area"}
"""The products that come of these tables."""
FIRST = "areas"
"""The product that is released first: no other one is made of the same cells."""
PHASES = {
    "landing": "landing 11111-01-01-4",
    "dbt": "dbt 40/",
    "candidate": f"{FIRST}: writing {FIRST}.gpkg",
    "gate": f"{FIRST}: the gate checks",
    "release": f"ASSET_MATERIALIZATION - Materialized value release {FIRST}",
}
PATIENCE = 600.0  # seconds for a phase to come, on a busy machine


@pytest.fixture(scope="module")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with these tables of the sample."""
    whole, folder = tmp_path_factory.mktemp("sample"), tmp_path_factory.mktemp("delivery")
    write_sample(whole)
    for one in match_folder(load_catalog(), whole):
        if one.dataset_id in TABLES:
            for file in one.files:
                shutil.copy(file, folder)
    return folder


def newest_log(root: Path, before: set[Path]) -> str:
    """The text of the log that came after `before`."""
    new = set((root / "logs").glob("run-*.log")) - before
    return max(new).read_text(encoding="utf-8", errors="replace") if new else ""


def kill_at(place: Place, delivery: Path, sign: str) -> None:
    """Start a run, kill it when its log shows the sign, and see that no dbt of it lives on."""
    before = set((place.root / "logs").glob("run-*.log"))
    with place.start("run", "--from", str(delivery)) as process:
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


def test_killed_in_every_phase(place: Place, delivery: Path) -> None:
    """The same second may not name two logs, so phases wait for the next."""
    for phase, sign in PHASES.items():
        kill_at(place, delivery, sign)
        assert not is_running(Paths(place.root)), "the data root is free again"
        released = readable(place)
        assert set(released) == ({FIRST} if phase == "release" else set()), phase
        time.sleep(1.1)

    ended = place.planstat("run", "--from", str(delivery))
    assert ended.code == 0, ended.said
    assert set(readable(place)) == PUBLISHED
    assert readable(place)[FIRST] == released[FIRST], "what was published before stands"
    leftovers = [
        path for path in place.root.rglob("*") if path.name.startswith(".tmp-") or path.suffix == ".part"
    ]
    assert leftovers == []


def test_interrupted_by_hand(place: Place, delivery: Path) -> None:
    """Ctrl-C ends with words and 130."""
    with place.start("run", "--from", str(delivery)) as process:
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
    assert set(readable(place)) == PUBLISHED
