"""Every kind of damage to a data root is mended by the next run, or named with what to do.

A root is made once by the whole way over a few tables; each kind of damage is done to a copy of it.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from exports.release import current_release, repair, verify
from orchestration.healing import Finding, heal, look
from orchestration.plan import Landed, State
from orchestration.resources import Paths, Settings, only_run
from sources.arrival.landing import Landing
from sources.arrival.mending import gaps
from sources.foundation.exits import FAILED, REFUSED

from .conftest import ROOT, Place
from .damages import DAMAGES, DATASET, LAND, SNAPSHOT, garbage, truncated
from .test_killed import PUBLISHED, delivery  # noqa: F401 - the fixture

pytestmark = pytest.mark.end_to_end

NAMED = {
    "withdrawn.json truncated": "sources withdraw",
    "original truncated": "restore it from a backup",
    "original and cells truncated": "deliver the file again",
    "current gone, edition flipped": "releases lost",
    "edition half copied": "doctor --mend",
    "only edition: data flipped": "releases lost",
    "only edition: receipt truncated": "releases lost",
    "only edition: release.json gone": "releases lost",
    "only edition: package empty": "releases lost",
    "history garbage": "releases adopt",
    "history a folder": "releases adopt",
    "history empty": "releases adopt",
    "history gone": "releases adopt",
}
"""Kinds that a run cannot mend, and what is said of them."""

SILENT = {
    "ledger gone",
    "warehouse gone",
    "warehouse log garbage",
    "candidate_state gone",
    "candidate_state foreign",
    "current gone",
    "current dangling",
    "history truncated in a line",
    "catalog garbage",
    "index garbage",
    "database truncated",
    "dagster.yaml empty",
    "run.lock garbage",
    "last_run truncated",
    "run.lock a folder",
}
"""Kinds that need no word: what is gone or cut off is made anew as if it had never been."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, place: Place, delivery: Path) -> Path:  # noqa: F811
    """A root that was made by a whole run."""
    ended = place.planstat("run", "--from", str(delivery))
    assert ended.code == 0, ended.said
    return place.root


@pytest.fixture
def damaged(whole: Path, tmp_path: Path) -> Settings:
    """A copy to damage: no link leads back to the whole one."""
    root = tmp_path / "root"
    shutil.copytree(whole, root, symlinks=True)
    return Settings(Paths(root), ROOT / "dbt_project")


def delivered(root: Path) -> dict[str, str]:
    """The hash of every file of every snapshot, by its place."""
    return {
        str(file.relative_to(root)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted((root / "landing").glob("*/*/snapshot=2*/**/*"))
        if file.is_file()
    }


def as_a_run_does(settings: Settings) -> list[str]:
    """Mend, then make anew what follows from landing and from the editions."""
    paths = settings.paths
    with only_run(paths):
        told = heal(settings)
        Landing(paths.root).prepare()
    return told


def words_of(findings: list[Finding]) -> str:
    return "\n".join(f"{one.words}; {one.remedy}" for one in findings)


def test_a_whole_root_is_whole(damaged: Settings) -> None:
    assert look(damaged, thoroughly=True) == []
    assert len(DAMAGES) >= 23


@pytest.mark.parametrize("kind", DAMAGES)
def test_healed_or_named(kind: str, damaged: Settings) -> None:
    """Nothing but what a person has to do is left, and no other dataset or edition suffers."""
    paths = damaged.paths
    before, accepted = delivered(paths.root), Landed.read(paths).accepted([DATASET, "gv-isys", "vg2500-krs"])
    DAMAGES[kind](paths.root)

    found = look(damaged, thoroughly=True)
    assert bool(found) == (kind not in SILENT), words_of(found)
    told = as_a_run_does(damaged)
    left = look(damaged, thoroughly=True)
    if kind in NAMED:
        command = NAMED[kind]
        assert left, kind
        assert command in "\n".join(told) + words_of(left) + ("doctor --mend" if not left[0].by_run else "")
    else:
        assert left == [], words_of(left)
        now = delivered(paths.root)
        assert now.keys() == before.keys()
        changed = [name for name in now if now[name] != before[name] and kind != "snapshot.json and ledger"]
        assert changed == [], "what was delivered is as it was, byte for byte"
        assert Landed.read(paths).accepted([DATASET, "gv-isys", "vg2500-krs"]) == accepted
        assert gaps(paths.landing) == {}
    State.read(paths)
    if not kind.startswith("history "):
        repair(paths.releases, damaged.memory)
        verify(paths.releases, "areas", memory=damaged.memory)
        current = current_release(paths.releases, "areas")
        assert current is not None, "the other product is out"
    assert kind in NAMED or heal(damaged) == [], "and it stays so"


def test_a_delivery_that_is_lost_is_no_older_state(damaged: Settings) -> None:
    """While a delivery can be read no more, its dataset has a gap, until it comes again or is withdrawn."""
    paths = damaged.paths
    DAMAGES["original and cells truncated"](paths.root)
    as_a_run_does(damaged)
    assert list(gaps(paths.landing)) == [DATASET]
    (name,) = gaps(paths.landing)[DATASET]
    assert list((paths.aside / f"snapshot={name}").glob("cells.parquet.*")), "moved aside, not deleted"

    with only_run(paths):
        Landing(paths.root).withdraw(name, "damaged", "the office")
    assert gaps(paths.landing) == {}
    assert heal(damaged) == []


def test_the_same_file_again_closes_the_gap(damaged: Settings, delivery: Path) -> None:  # noqa: F811
    paths = damaged.paths
    DAMAGES["original and cells truncated"](paths.root)
    as_a_run_does(damaged)
    landing = Landing(paths.root)
    declaration = landing.catalog[DATASET]
    outcome = landing.land(declaration, [next(delivery.glob(f"{DATASET}*"))], origin="folder")
    assert outcome.status == "landed"
    assert gaps(paths.landing) == {}


def test_current_turns_to_what_is_whole_only(damaged: Settings) -> None:
    """Two editions, the newer one changed: a link that is made anew leads to the older one."""
    releases = damaged.paths.releases
    DAMAGES["current gone, edition flipped"](damaged.paths.root)
    repair(releases, damaged.memory)
    assert current_release(releases, LAND) is None
    assert current_release(releases, "areas") is not None


def test_doctor_says_and_mends(whole: Path, tmp_path: Path) -> None:
    """It only looks until it is asked to mend; a run afterwards finds the root as it was."""
    root = tmp_path / "root"
    shutil.copytree(whole, root, symlinks=True)
    place = Place(root)
    was = {str(path): path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}
    truncated(next(root.glob(f"{SNAPSHOT}/cells.parquet")))
    garbage(root / "warehouse.duckdb")
    garbage(root / "candidate_state.json")

    looked = place.planstat("doctor")
    assert looked.code == FAILED
    for part in ("cells.parquet", "warehouse.duckdb", "candidate_state.json", "--mend"):
        assert part in looked.said, looked.said
    changed = {
        name
        for name, at in was.items()
        if Path(name).stat().st_mtime_ns != at and not name.endswith("-shm")  # of SQLite, for readers too
    }
    assert changed == {str(root / "run.lock")} | {
        str(path)
        for path in (
            next(root.glob(f"{SNAPSHOT}/cells.parquet")),
            root / "warehouse.duckdb",
            root / "candidate_state.json",
        )
    }
    mended = place.planstat("doctor", "--mend")
    assert mended.code == 0, mended.said
    assert mended.said.count("mended: ") == 3
    assert not (root / "warehouse.duckdb").exists()
    assert place.planstat("doctor").code == 0


def test_a_run_mends_and_goes_on(whole: Path, tmp_path: Path, delivery: Path) -> None:  # noqa: F811
    """Damage in every room at once: one run says so, mends it, and ends as if nothing had been."""
    root = tmp_path / "root"
    shutil.copytree(whole, root, symlinks=True)
    place = Place(root)
    before, current = delivered(root), place.current()
    kinds = ("ledger truncated", "cells flipped", "warehouse_state truncated", "candidate_state truncated")
    kinds += ("current a folder", "dagster runs garbage", "leftovers of killed runs", "run.lock a folder")
    for kind in kinds:
        DAMAGES[kind](root)

    status = place.planstat("status")
    assert "damaged: " in status.said
    assert "the next run mends it" in status.said
    ended = place.planstat("run", "--from", str(delivery))
    assert ended.code == 0, ended.said
    for name in (
        "ledger.parquet",
        "cells.parquet",
        "warehouse_state.json",
        "candidate_state.json",
        "current",
    ):
        assert name in ended.said
    assert delivered(root) == before
    assert place.current() == current, "the same editions: nothing was published anew"
    assert set(current) == PUBLISHED
    assert place.planstat("doctor").code == 0


def test_nothing_made_from_a_lost_delivery_leaves(whole: Path, tmp_path: Path) -> None:
    """Without it an older state would pass for the newest: the edition before stands, others go on."""
    root = tmp_path / "root"
    shutil.copytree(whole, root, symlinks=True)
    place = Place(root)
    current = place.current()
    DAMAGES["original and cells truncated"](root)
    ended = place.planstat("run", "--inbox")
    assert ended.code == REFUSED, ended.said
    assert "deliver the file again" in ended.said
    assert place.current() == current
