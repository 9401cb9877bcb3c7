"""Releases: only what passed, exactly those bytes, once, and never half."""

from __future__ import annotations

import json
import os
import shutil
import stat
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from exports import release
from exports.candidate import Candidate
from exports.files import UnsafeName
from exports.history import BESIDE, Memory
from exports.release import Release, ReleaseError, ReleaseRefused, Unchanged
from sources.foundation.files import LEFTOVER, Busy, locked, remove
from tests.exports.conftest import Editions
from tests.exports.small_warehouse import description_of, passing

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


class House:
    """A data root with candidates and releases; `change` moves on to the next edition's figures."""

    def __init__(self, root: Path, editions: Editions, memory: Memory = BESIDE) -> None:
        self.root, self.editions, self.number = root, editions, 1
        self.candidates, self.releases = root / "candidates", root / "releases"
        self.memory = memory

    def checked(self, product: str = "areas", **verdict: Any) -> Candidate:
        made = self.editions.copy(product, self.number, self.candidates / product)
        release.write_receipt(
            made,
            passing(product) | verdict,
            description_of(product),
            release.look(made.path),
            previous=self.releases / product / "current",
            key=self.memory.key,
        )
        return made

    def publish(self, product: str = "areas", now: datetime = NOW) -> Release | Unchanged:
        made = self.checked(product)
        return release.publish(product, made, self.releases, now, memory=self.memory)

    def released(self, product: str = "areas", now: datetime = NOW) -> Release:
        published = self.publish(product, now)
        assert isinstance(published, Release)
        return published

    def change(self) -> None:
        self.number += 1

    def current(self, product: str = "areas") -> str:
        return str((self.releases / product / "current").readlink())


@pytest.fixture
def house(editions: Editions, tmp_path: Path) -> House:
    return House(tmp_path / "data", editions)


def test_a_checked_candidate_becomes_a_release(house: House) -> None:
    made = house.checked()
    published = release.publish("areas", made, house.releases, NOW)
    assert isinstance(published, Release)
    assert published.version == "2026-11-22.1"
    assert published.id == "areas/2026-11-22.1"
    assert published.published_at == NOW
    assert published.rows == made.rows
    assert not made.path.exists()
    assert house.current() == "2026-11-22.1"
    note = json.loads((published.path / "release.json").read_text(encoding="utf-8"))
    assert (note["version"], note["previous"]) == ("2026-11-22.1", None)
    assert release.verify(house.releases, "areas") == published


def test_the_files_of_a_release_are_write_protected(house: House) -> None:
    published = house.released()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in published.path.iterdir()}
    assert set(modes.values()) == {0o444}
    assert stat.S_IMODE(published.path.stat().st_mode) == 0o555
    assert stat.S_IMODE((house.releases / "planstat.duckdb").stat().st_mode) == 0o444


def test_unchanged_content_makes_no_release(house: House) -> None:
    first = house.released()
    again = house.publish(now=NOW + timedelta(days=1))
    assert isinstance(again, Unchanged)
    assert again.release == first
    assert [edition.version for edition in release.list_releases(house.releases)] == ["2026-11-22.1"]


def test_changed_content_makes_the_next_release_and_keeps_the_former(house: House) -> None:
    first = house.released()
    before = (first.path / "areas.csv").read_bytes()
    house.change()
    second = house.released()
    assert second.version == "2026-11-22.2"
    assert house.current() == "2026-11-22.2"
    assert (first.path / "areas.csv").read_bytes() == before
    release.verify(house.releases, "areas", first.version)
    house.change()
    assert house.released(now=NOW + timedelta(days=1)).version == "2026-11-23.1"
    house.change()
    assert house.released(now=NOW).version == "2026-11-23.2", (
        "a clock set back must not sort a release before"
    )
    versions = [edition.version for edition in release.list_releases(house.releases, "areas")]
    assert versions == ["2026-11-22.1", "2026-11-22.2", "2026-11-23.1", "2026-11-23.2"]


def test_the_tenth_release_of_a_day_sorts_after_the_ninth(house: House) -> None:
    first = house.released()
    for number in range(2, 11):
        shutil.copytree(first.path, first.path.with_name(f"2026-11-22.{number}"))
    house.change()
    assert house.released().version == "2026-11-22.11"


def touch(made: Candidate) -> None:
    (made.path / "areas.csv").write_text("area_code\n01001\n", encoding="utf-8")


def add(made: Candidate) -> None:
    (made.path / "extra.txt").write_text("x", encoding="utf-8")


def lose(made: Candidate) -> None:
    (made.path / "LICENCES.md").unlink()


def link(made: Candidate) -> None:
    target = made.path / "areas.csv"
    target.rename(made.path.parent / "elsewhere.csv")
    target.symlink_to(made.path.parent / "elsewhere.csv")


def unreceipted(made: Candidate) -> None:
    (made.path / "receipt.json").unlink()


def garble(made: Candidate) -> None:
    (made.path / "receipt.json").write_text("{", encoding="utf-8")


def flip(made: Candidate) -> None:
    """A file of the same length with one byte other."""
    path = made.path / "areas.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (touch, "areas.csv was changed after the check"),
        (add, "extra.txt is not in the receipt"),
        (lose, "LICENCES.md is in the receipt but not there"),
        (link, "is no ordinary file"),
        (unreceipted, "has no receipt; let the gate check"),
        (garble, "is no readable receipt"),
        (flip, "areas.parquet was changed after the check"),
    ],
)
def test_other_bytes_than_those_checked_are_refused(
    house: House, tamper: Callable[[Candidate], None], words: str
) -> None:
    house.released()
    house.change()
    made = house.checked()
    tamper(made)
    with pytest.raises(ReleaseRefused, match=words):
        release.publish("areas", made, house.releases, NOW)
    assert house.current() == "2026-11-22.1"
    assert made.path.exists()


FAILED = {"id": "additivity", "severity": "fail", "outcome": "failed"}
BROKEN = {"id": "range", "severity": "warn", "outcome": "error"}


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ({"passed": False}, "the gate did not pass"),
        ({"passed": False, "checks": [FAILED]}, "failed: additivity"),
        ({"passed": True, "checks": [FAILED]}, "failed: additivity"),
        ({"passed": True, "checks": [BROKEN]}, "failed: range"),
        ({"passed": True, "checks": []}, "names no checks"),
        ({"passed": "yes"}, "the gate did not pass"),
    ],
)
def test_a_candidate_that_failed_is_refused(house: House, verdict: dict[str, Any], words: str) -> None:
    made = house.checked(**verdict)
    with pytest.raises(ReleaseRefused, match=words):
        release.publish("areas", made, house.releases, NOW)
    assert release.list_releases(house.releases) == []


def test_warnings_do_not_stop_a_release(house: House) -> None:
    warned = {"id": "movement", "severity": "warn", "outcome": "failed"}
    made = house.checked(checks=[*passing("areas")["checks"], warned])
    assert isinstance(release.publish("areas", made.path, house.releases, NOW), Release)


def test_a_receipt_of_another_product_or_format_is_refused(house: House) -> None:
    made = house.checked()
    with pytest.raises(ReleaseRefused, match="is for 'areas', not for 'indicators'"):
        release.publish("indicators", made, house.releases, NOW)
    receipt = json.loads((made.path / "receipt.json").read_text(encoding="utf-8"))
    (made.path / "receipt.json").write_text(json.dumps(receipt | {"format": 99}), encoding="utf-8")
    with pytest.raises(ReleaseRefused, match="no receipt of format 2"):
        release.publish("areas", made, house.releases, NOW)
    (made.path / "receipt.json").write_text(json.dumps(receipt | {"fingerprint": "0"}), encoding="utf-8")
    with pytest.raises(ReleaseRefused, match="differ in product or fingerprint"):
        release.publish("areas", made, house.releases, NOW)


def test_a_receipt_needs_candidate_description_and_verdict_of_one_product(house: House) -> None:
    made = house.checked()
    with pytest.raises(ReleaseRefused, match="give those of one product"):
        release.write_receipt(made, passing("indicators"), description_of("areas"), release.look(made.path))
    with pytest.raises(ReleaseRefused, match="built from another description"):
        other = description_of("areas", title_de="Anders")
        release.write_receipt(made, passing("areas"), other, release.look(made.path))


def test_a_missing_candidate_is_said(house: House) -> None:
    with pytest.raises(ReleaseRefused, match="there is no candidate of 'areas'"):
        release.publish("areas", house.candidates / "areas", house.releases, NOW)


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".", "..", "A", "a" * 33, "ä", "a.b", "current\n"])
def test_product_names_cannot_leave_their_folder(house: House, name: str) -> None:
    with pytest.raises(UnsafeName):
        release.publish(name, house.candidates / "areas", house.releases, NOW)
    with pytest.raises(UnsafeName):
        release.list_releases(house.releases, name)
    with pytest.raises(UnsafeName):
        release.show(house.releases, name)
    assert not house.releases.exists()


def test_versions_cannot_leave_their_folder(house: House) -> None:
    house.released()
    for version in ("../areas", "2026-11-22.1/..", "2026-11-22", "2026-11-22.0"):
        with pytest.raises(ReleaseError, match="is no version"):
            release.show(house.releases, "areas", version)
    with pytest.raises(ReleaseError, match=r"has no release 2026-11-22\.7; there are: 2026-11-22\.1"):
        release.show(house.releases, "areas", "2026-11-22.7")
    with pytest.raises(ReleaseError, match="has no release yet"):
        release.show(house.releases, "indicators")


def test_the_catalog_lists_what_there_is(house: House) -> None:
    house.released("population")
    house.released("areas")
    house.change()
    second = house.released("areas")
    catalog = json.loads((house.releases / "catalog.json").read_text(encoding="utf-8"))
    assert list(catalog["products"]) == ["areas", "population"]
    areas = catalog["products"]["areas"]
    assert areas["current"] == second.version
    assert areas["title_de"] == "Gebiete mit Gültigkeit und Nachfolge"
    assert [item["version"] for item in areas["releases"]] == ["2026-11-22.2", "2026-11-22.1"]
    newest = areas["releases"][0]
    assert newest["path"] == "areas/2026-11-22.2"
    assert newest["rows"] == second.rows
    assert newest["files"]["areas.parquet"]["sha256"] == second.files["areas.parquet"]["sha256"]
    assert [dataset["is_old"] for dataset in newest["datasets"]] == [False, True]


def test_the_database_holds_current_releases_and_survives_a_newer_one(house: House) -> None:
    house.released("population")
    house.released("areas")
    database = house.releases / "planstat.duckdb"
    with duckdb.connect(str(database), read_only=True) as reader:
        old = reader.execute(
            "select area_sqkm from areas where area_code = '05315' order by valid_from"
        ).fetchall()
        house.change()
        house.released("areas")
        sql = "select area_sqkm from areas where area_code = '05315' order by valid_from"
        assert reader.execute(sql).fetchall() == old, "who has it open keeps what he opened"
    with duckdb.connect(str(database), read_only=True) as reader:
        assert reader.execute(sql).fetchall() == [(size + 1,) for (size,) in old]
        assert reader.execute("select product, version from planstat_releases order by all").fetchall() == [
            ("areas", "2026-11-22.2"),
            ("population", "2026-11-22.1"),
        ]
        comments = dict(
            reader.execute(
                "select column_name, comment from duckdb_columns() where table_name = 'areas'"
            ).fetchall()
        )
        assert comments["area_code"].startswith("Amtlicher Schlüssel des Gebiets als Text")
        assert reader.execute("select count(*) from population").fetchone() == (30,)


def test_the_database_is_whole_by_itself_wherever_it_lies(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copied alone to another place, read-only, with the releases it came from hidden."""
    house.released("population")
    house.released("areas")
    with duckdb.connect(str(house.releases / "planstat.duckdb"), read_only=True) as reader:
        before = [reader.execute(f"from {name} order by all").fetchall() for name in ("areas", "population")]
        places = reader.execute("select folder from planstat_releases order by all").fetchall()
    assert places == [("areas/2026-11-22.1",), ("population/2026-11-22.1",)]
    away = tmp_path / "usb"
    away.mkdir()
    shutil.copyfile(house.releases / "planstat.duckdb", away / "planstat.duckdb")
    house.root.rename(house.root.with_name("hidden"))
    (away / "planstat.duckdb").chmod(0o444)
    away.chmod(0o555)
    monkeypatch.chdir("/")
    assert str(house.root).encode() not in (away / "planstat.duckdb").read_bytes()
    with duckdb.connect(str(away / "planstat.duckdb"), read_only=True) as reader:
        after = [reader.execute(f"from {name} order by all").fetchall() for name in ("areas", "population")]
    away.chmod(0o755)
    assert after == before


def test_what_may_be_added_up_has_views_of_its_own(house: House, tmp_path: Path) -> None:
    """Five Kreise on two dates; the table has two age groups beside the total of each."""
    house.released("population")
    house.released("areas")
    copied = shutil.copyfile(house.releases / "planstat.duckdb", tmp_path / "copied.duckdb")
    naive = "select year(reference_date), count(*), sum(value) from sums.population group by 1 order by 1"
    with duckdb.connect(str(copied), read_only=True) as reader:
        assert reader.execute(naive).fetchall() == [(2014, 5, 420_070.0), (2015, 5, 420_075.0)]
        assert reader.execute("select count(*) from population").fetchone() == (30,)
        assert reader.execute(
            "select schema_name, view_name from duckdb_views() where not internal order by all"
        ).fetchall() == [("sums", "population")]


def test_a_moved_root_is_whole_and_goes_on(house: House) -> None:
    house.released()
    moved = house.root.with_name("moved")
    house.root.rename(moved)
    house.root, house.candidates, house.releases = moved, moved / "candidates", moved / "releases"
    assert (moved / "releases" / "areas" / "current").resolve().is_dir()
    house.change()
    house.released()
    with duckdb.connect(str(moved / "releases" / "planstat.duckdb"), read_only=True) as reader:
        assert reader.execute("select folder from planstat_releases").fetchall() == [("areas/2026-11-22.2",)]
        assert reader.execute("select count(*) from areas").fetchone() == (7,)


def test_the_database_does_not_grow_with_the_number_of_releases(house: House) -> None:
    sizes = []
    for _ in range(6):
        house.released()
        sizes.append((house.releases / "planstat.duckdb").stat().st_size)
        house.change()
    assert max(sizes) < 4 * sizes[0]


def test_repair_restores_link_catalog_and_database(house: House) -> None:
    house.released()
    house.change()
    house.released()
    catalog = (house.releases / "catalog.json").read_bytes()
    (house.releases / "areas" / "current").unlink()
    (house.releases / "catalog.json").write_text("{", encoding="utf-8")
    (house.releases / "planstat.duckdb").unlink()
    (house.releases / "planstat.duckdb").write_bytes(b"garbage")
    (house.releases / f"{LEFTOVER}x").write_bytes(b"")
    (house.releases / "areas" / f"{LEFTOVER}current").symlink_to("nowhere")
    release.repair(house.releases)
    assert house.current() == "2026-11-22.2"
    assert (house.releases / "catalog.json").read_bytes() == catalog
    with duckdb.connect(str(house.releases / "planstat.duckdb"), read_only=True) as reader:
        assert reader.execute("select count(*) from areas").fetchone() == (7,)
    assert not list(house.releases.rglob(f"{LEFTOVER}*"))


def test_repair_of_nothing_makes_an_empty_catalog(tmp_path: Path) -> None:
    release.repair(tmp_path / "releases")
    assert json.loads((tmp_path / "releases" / "catalog.json").read_text()) == {"format": 1, "products": {}}
    assert release.list_releases(tmp_path / "releases") == []
    assert release.current_release(tmp_path / "releases", "areas") is None


def test_show_tells_everything_about_an_edition(house: House) -> None:
    house.released()
    house.change()
    house.released()
    shown = release.show(house.releases, "areas")
    assert shown["version"] == "2026-11-22.2"
    assert shown["is_current"]
    assert shown["difference"]["rows_changed"] == 2
    assert shown["verdict"]["passed"] is True
    assert json.loads(json.dumps(shown)) == shown
    assert not release.show(house.releases, "areas", "2026-11-22.1")["is_current"]


def test_two_editions_can_be_compared(house: House, tmp_path: Path) -> None:
    house.released()
    house.change()
    house.released()
    found = release.diff(house.releases, "areas", "2026-11-22.1", "2026-11-22.2", tmp_path / "d.csv")
    assert (found.previous, found.rows_changed) == ("2026-11-22.1", 2)
    back = release.diff(house.releases, "areas", "current", "2026-11-22.1", tmp_path / "d.csv")
    assert back.largest_movements[0]["movement"] == -1.0


def test_verify_notices_a_changed_byte_in_a_release(house: House) -> None:
    published = house.released()
    path = published.path / "areas.csv"
    path.chmod(0o644)
    path.write_text("changed", encoding="utf-8")
    with pytest.raises(ReleaseRefused, match="was changed after the check"):
        release.verify(house.releases, "areas")


def test_a_damaged_release_is_said(house: House) -> None:
    published = house.released()
    path = published.path / "receipt.json"
    path.chmod(0o644)
    path.write_text("{", encoding="utf-8")
    assert release.list_releases(house.releases) == [], "the others would still be listed"
    (problem,) = release.unreadable(house.releases)
    assert "is no readable release" in str(problem)
    with pytest.raises(ReleaseError, match="is no readable release"):
        release.current_releases(house.releases)
    assert list(release.quick_problems(house.releases, BESIDE)) == [published.id]


def test_a_damaged_release_does_not_keep_others_from_being_published(house: House) -> None:
    house.released()
    house.change()
    second = house.released()
    path = second.path / "release.json"
    path.chmod(0o644)
    path.write_text("", encoding="utf-8")
    assert isinstance(house.publish("population"), Release)
    assert house.current() == "2026-11-22.1", "the newest whole edition"
    catalog = json.loads((house.releases / "catalog.json").read_text(encoding="utf-8"))
    assert [entry["path"] for entry in catalog["damaged"]] == ["areas/2026-11-22.2"]
    assert [item["version"] for item in catalog["products"]["areas"]["releases"]] == ["2026-11-22.1"]
    assert house.released().version == "2026-11-22.3", "the damaged edition keeps its name"


def test_a_second_publication_waits_for_the_first(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    made = house.checked()
    outcomes: list[Release | Unchanged] = []
    with locked(house.releases / ".lock"):
        waiting = threading.Thread(
            target=lambda: outcomes.append(release.publish("areas", made, house.releases, NOW))
        )
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
        assert outcomes == []
    waiting.join(30)
    assert isinstance(outcomes[0], Release)
    with (
        locked(house.releases / ".lock"),
        pytest.raises(Busy, match=r"another process is working in .* and holds \.lock"),
        locked(house.releases / ".lock", wait_seconds=0.1),
    ):
        pass


def test_two_publications_of_one_candidate_make_one_release(house: House) -> None:
    made = house.checked()
    outcomes: list[object] = []

    def publish() -> None:
        try:
            outcomes.append(release.publish("areas", made, house.releases, NOW))
        except ReleaseRefused as refused:
            outcomes.append(refused)

    threads = [threading.Thread(target=publish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(outcome, Release) for outcome in outcomes) == 1
    assert len(release.list_releases(house.releases)) == 1


def test_candidates_and_releases_may_lie_on_different_file_systems(house: House) -> None:
    made = house.checked()
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == made.path.stat().st_dev:
        pytest.skip("there is no second file system here to try it on")
    elsewhere = other / f"planstat-test-{os.getpid()}" / "releases"
    try:
        published = release.publish("areas", made, elsewhere, NOW)
        assert isinstance(published, Release)
        assert not made.path.exists()
        assert release.verify(elsewhere, "areas") == published
    finally:
        remove(elsewhere.parent)
