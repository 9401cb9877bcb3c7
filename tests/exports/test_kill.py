"""Killed at any point, the last release stays readable and the next run works.

A "kill" here is an exception raised by an audit hook at the n-th change to the file system, and at every
change after it, so that no clean-up code can pretend: what is on disk then is what a killed process
leaves. A few points are tried again with a real SIGKILL in a process of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from exports import candidate, release
from sources.foundation.files import LEFTOVER
from tests.exports.conftest import Editions
from tests.exports.small_warehouse import description_of, enlarge, passing

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "os.symlink", "shutil.rmtree"}


class Killed(BaseException):
    """The process is gone."""


class Killer:
    """Counts changes below a folder and ends the process, so to speak, at the n-th."""

    def __init__(self) -> None:
        self.folder, self.at, self.count = "", 0, 0

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.at:
            return
        if event == "open":
            path, mode, flags = arguments
            if not (flags & (os.O_WRONLY | os.O_RDWR) or (isinstance(mode, str) and set(mode) & set("wax+"))):
                return
            arguments = (path,)
        elif event not in CHANGES:
            return
        if str(arguments[0]).startswith(self.folder) or str(arguments[-1]).startswith(self.folder):
            self.count += 1
            if self.count >= self.at:
                raise Killed

    @contextmanager
    def armed(self, folder: Path, at: int) -> Iterator[None]:
        """Kill at the n-th change below the folder while this lasts."""
        self.folder, self.at, self.count = str(folder), at, 0
        try:
            yield
        finally:
            self.at = 0


KILLER = Killer()
INSTALLED: list[Killer] = []


@pytest.fixture
def killer() -> Killer:
    """The one audit hook of this process; hooks cannot be taken out again, so it sleeps between tests."""
    if not INSTALLED:
        sys.addaudithook(KILLER)
        INSTALLED.append(KILLER)
    return KILLER


def run(warehouse: Path, root: Path) -> release.Release | release.Unchanged:
    """Candidate, receipt, release, as the main job does it."""
    described = description_of("areas")
    made = candidate.build(
        warehouse, "areas", described, root / "candidates" / "areas", root / "releases" / "areas" / "current"
    )
    current = root / "releases" / "areas" / "current"
    release.write_receipt(made, passing("areas"), described, release.look(made.path), previous=current)
    return release.publish("areas", made, root / "releases", NOW)


@pytest.fixture
def root(editions: Editions, tmp_path: Path) -> Path:
    """A data root where the first edition is released and the second lies checked, ready to be published."""
    made = editions.copy("areas", 1, tmp_path / "data" / "candidates" / "areas")
    release.publish("areas", made, tmp_path / "data" / "releases", NOW)
    made = editions.copy("areas", 2, tmp_path / "data" / "candidates" / "areas")
    current = tmp_path / "data" / "releases" / "areas" / "current"
    described = description_of("areas")
    release.write_receipt(made, passing("areas"), described, release.look(made.path), previous=current)
    return tmp_path / "data"


def assert_readable(root: Path, versions: set[str]) -> None:
    """What a reader finds: a current release that is whole, a catalog and a database that can be read."""
    releases = root / "releases"
    assert str((releases / "areas" / "current").readlink()) in versions
    release.verify(releases, "areas")
    catalog = json.loads((releases / "catalog.json").read_text(encoding="utf-8"))
    assert catalog["products"]["areas"]["current"] in versions
    with duckdb.connect(str(releases / "planstat.duckdb"), read_only=True) as reader:
        assert reader.execute("select count(*) from areas").fetchone() == (7,)


def assert_finished(root: Path, area_sqkm: float) -> None:
    """After the next run: one release more, holding the new figures, and nothing left lying about."""
    releases = root / "releases"
    editions = release.list_releases(releases)
    assert [edition.version for edition in editions] == ["2026-11-22.1", "2026-11-22.2"]
    for edition in editions:
        release.verify(releases, "areas", edition.version)
    assert str((releases / "areas" / "current").readlink()) == "2026-11-22.2"
    catalog = json.loads((releases / "catalog.json").read_text(encoding="utf-8"))
    assert catalog["products"]["areas"]["current"] == "2026-11-22.2"
    with duckdb.connect(str(releases / "planstat.duckdb"), read_only=True) as reader:
        sql = "select area_sqkm from areas where area_code = '05315' order by valid_from desc"
        assert reader.execute(sql).fetchone() == (area_sqkm,)
        assert reader.execute("select version from planstat_releases").fetchall() == [("2026-11-22.2",)]
    assert not list(root.rglob(f"{LEFTOVER}*"))


def test_killed_at_every_change_of_a_publication(killer: Killer, root: Path, tmp_path: Path) -> None:
    """From the verified receipt to the last derived file, one kill per change to the file system.

    The next run publishes what still lies there, or only repairs when the move was made before the kill.
    """
    at = 0
    while True:
        at += 1
        copy = tmp_path / f"kill-{at}"
        shutil.copytree(root, copy, symlinks=True)
        release.repair(copy / "releases")
        try:
            with killer.armed(copy, at):
                release.publish("areas", copy / "candidates" / "areas", copy / "releases", NOW)
        except Killed:
            assert_readable(copy, {"2026-11-22.1", "2026-11-22.2"})
            if (copy / "candidates" / "areas").exists():
                release.publish("areas", copy / "candidates" / "areas", copy / "releases", NOW)
            else:
                release.repair(copy / "releases")
            assert_finished(copy, 124.45)
        else:
            break
    assert at > 15, "the publication changes the file system in many steps; the hook saw too few"


def test_killed_while_a_candidate_is_written(
    killer: Killer, root: Path, own_warehouse: Path, tmp_path: Path
) -> None:
    """At many changes of building; the candidate before it and the release stay, the next run works."""
    described = description_of("areas")
    enlarge(own_warehouse)
    enlarge(own_warehouse)
    at = 1
    while True:
        try:
            with killer.armed(root, at):
                candidate.build(own_warehouse, "areas", described, root / "candidates" / "areas")
        except Killed:
            assert_readable(root, {"2026-11-22.1"})
        else:
            break
        at += 4
    assert at > 10
    assert isinstance(run(own_warehouse, root), release.Release)
    assert_finished(root, 125.45)


PROGRAM = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from exports import release
root, at = Path(sys.argv[1]), int(sys.argv[2])
count = 0
def hook(event, arguments):
    global count
    if event in {"os.rename", "os.chmod", "os.symlink"} and str(arguments[0]).startswith(str(root)):
        count += 1
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
now = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
release.publish("areas", root / "candidates" / "areas", root / "releases", now)
"""


@pytest.mark.parametrize("at", [5, 15, 17])
def test_a_real_kill_leaves_the_last_release_readable(root: Path, own_warehouse: Path, at: int) -> None:
    """Before, at and after the one rename that is the publication; the next run builds anew."""
    enlarge(own_warehouse)
    ended = subprocess.run([sys.executable, "-c", PROGRAM, str(root), str(at)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert_readable(root, {"2026-11-22.1", "2026-11-22.2"})
    run(own_warehouse, root)
    assert_finished(root, 124.45)
