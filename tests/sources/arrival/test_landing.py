"""Landing: what becomes of a delivery, what the ledger says, what is set aside, and what a
kill leaves behind.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from sources.arrival.landing import Landing, LandingRefused
from sources.arrival.ledger import LEDGER
from sources.arrival.outcome import Outcome
from sources.arrival.snapshots import Origin
from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.readers.reading import cells_schema
from tests.sources.classic_table import FOOTER, ROWS, catalog, text

NOW = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=30)


class Place:
    """A landing folder with one declared table, and files to deliver."""

    def __init__(self, folder: Path, **declared: Any) -> None:
        self.folder = folder
        self.catalog: Catalog
        self.declaration: Declaration
        self.catalog, self.declaration = catalog(**declared)
        self.landing = Landing(folder / "data", self.catalog)
        self.landing.prepare()

    def file(self, content: str = "", name: str = "12345-01-01-4.csv") -> Path:
        path = self.folder / name
        path.write_text(content or text(), encoding="utf-8")
        return path

    def land(self, content: str = "", *, origin: Any = "folder", now: dt.datetime = NOW) -> Outcome:
        return self.landing.land(self.declaration, [self.file(content)], origin=origin, now=now)

    def ledger(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = pq.read_table(self.landing.folder / "ledger.parquet").to_pylist()
        return rows

    def statuses(self) -> list[str]:
        return [row["status"] for row in self.ledger()]

    def count(self) -> int:
        """Rows that the warehouse sees, by the glob that it uses."""
        glob = self.landing.folder / "office" / "12345-01-01-4" / "snapshot=*" / "cells.parquet"
        query = "select count(*) from read_parquet(?, hive_partitioning = true, union_by_name = true)"
        (found,) = duckdb.execute(query, [str(glob)]).fetchall()
        return int(found[0])


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_an_undelivered_dataset_is_an_empty_table(place: Place) -> None:
    assert place.count() == 0
    assert place.ledger() == []
    file = place.landing.folder / "office" / "12345-01-01-4" / "snapshot=none" / "cells.parquet"
    assert pq.read_schema(file).equals(cells_schema(place.declaration))
    for table in ("datasets", "missing_symbols", "code_lists", "rounding"):
        assert (place.landing.folder / f"{table}.parquet").exists()


def test_a_delivery_lands_whole(place: Place) -> None:
    outcome = place.land()
    assert outcome.status == "landed"
    assert outcome.rows == 18
    assert outcome.period == (dt.date(2015, 12, 31), dt.date(2015, 12, 31))
    folder = place.landing.folder / "office" / "12345-01-01-4" / f"snapshot={outcome.snapshot_id}"
    assert (folder / "original" / "12345-01-01-4.csv").read_text(encoding="utf-8") == text()
    assert pq.read_schema(folder / "cells.parquet").equals(cells_schema(place.declaration))
    about = json.loads((folder / "snapshot.json").read_text(encoding="utf-8"))
    assert about["attribution"] == "Amt"
    assert about["columns"] == cells_schema(place.declaration).names
    assert place.count() == 18


def test_the_ledger_says_what_landed(place: Place) -> None:
    outcome = place.land()
    table = pq.read_table(place.landing.folder / "ledger.parquet")
    assert table.schema.equals(LEDGER)
    (row,) = table.to_pylist()
    assert row["snapshot_id"] == outcome.snapshot_id
    assert str(row["snapshot_id"]).startswith(f"20261122T093000Z-{row['sha256'][:8]}-")
    assert row["retrieved_at"] == dt.datetime(2026, 11, 22, 9, 30)
    assert row["published_at"] == dt.datetime(2017, 10, 10, 19, 19, 45)
    assert (row["status"], row["origin"], row["row_count"]) == ("accepted", "folder", 18)
    assert (row["reader"], row["size_bytes"]) == ("genesis_table", len(text().encode()))
    assert row["period_max"] == dt.date(2015, 12, 31)
    assert "Gebietsstand" in row["notes"]


def test_the_same_bytes_again_change_nothing(place: Place) -> None:
    first = place.land()
    before = _tree(place.landing.root)
    again = place.land(now=LATER)
    assert (again.status, again.snapshot_id) == ("unchanged", first.snapshot_id)
    Landing(place.landing.root, place.catalog).prepare()
    assert _tree(place.landing.root) == before


def test_editions_lie_side_by_side(place: Place) -> None:
    place.land()
    newer = place.land(text(ROWS[:2], footer=FOOTER.replace("2017", "2026")), now=LATER)
    assert newer.status == "landed"
    assert place.statuses() == ["accepted", "accepted"]
    assert place.count() == 18 + 6


def test_a_changed_declaration_reads_the_same_file_again(tmp_path: Path) -> None:
    place = Place(tmp_path)
    old = place.land()
    changed, declaration = catalog(measures=_measures(decimals=1))
    landing = Landing(place.landing.root, changed)
    landing.prepare()
    new = landing.land(declaration, [place.file()], origin="folder", now=LATER)
    assert new.status == "landed"
    assert new.snapshot_id != old.snapshot_id
    assert str(new.snapshot_id)[:25] == str(old.snapshot_id)[:25], "same time of retrieval, same bytes"
    rows = {row["snapshot_id"]: row for row in place.ledger()}
    assert rows[new.snapshot_id]["status"] == "accepted"
    assert rows[old.snapshot_id]["status"] == "superseded"
    assert str(new.snapshot_id) in rows[old.snapshot_id]["status_reason"]


def test_a_declaration_that_goes_back_makes_the_old_reading_count_again(tmp_path: Path) -> None:
    place = Place(tmp_path)
    old = place.land()
    changed, declaration = catalog(measures=_measures(decimals=1))
    Landing(place.landing.root, changed).land(declaration, [place.file()], origin="folder", now=LATER)
    place.landing = Landing(place.landing.root, place.catalog)
    assert place.land(now=LATER).status == "unchanged"
    rows = {row["snapshot_id"]: row["status"] for row in place.ledger()}
    assert rows[old.snapshot_id] == "accepted"
    assert sorted(rows.values()) == ["accepted", "superseded"]


def test_refresh_reads_stored_originals_again(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.land()
    place.file().unlink()
    changed, _ = catalog(measures=_measures(decimals=1))
    landing = Landing(place.landing.root, changed)
    assert [outcome.status for outcome in landing.refresh(LATER)] == ["landed"]
    assert landing.refresh(LATER) == []
    assert sorted(row["status"] for row in landing.ledger()) == ["accepted", "superseded"]


def test_a_reading_that_fails_after_a_change_leaves_the_old_one_counting(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.land()
    changed, _ = catalog(measures=_measures(unit="Tausend"))
    landing = Landing(place.landing.root, changed)
    (outcome,) = landing.refresh(LATER)
    assert outcome.status == "set_aside"
    assert [row["status"] for row in landing.ledger()] == ["accepted"]


def test_a_title_or_licence_that_changes_reads_nothing_again(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.land()
    changed, _ = catalog(title_de="Anders", notes="neu", rounding=[{"base": 3, "note": "x"}])
    assert Landing(place.landing.root, changed).refresh(LATER) == []


@pytest.mark.parametrize(("first", "second"), [("folder", "sample"), ("sample", "drop")])
def test_the_sample_and_published_files_are_refused_beside_each_other(
    place: Place, first: Origin, second: Origin
) -> None:
    place.land(origin=first)
    with pytest.raises(LandingRefused, match="PLANSTAT_DATA"):
        place.land(text(ROWS[:2]), origin=second)
    assert place.statuses() == ["accepted"]


def test_a_person_can_withdraw_a_snapshot(place: Place) -> None:
    outcome = place.land()
    place.landing.withdraw(str(outcome.snapshot_id), "Zahlen vertauscht, Amt informiert", "A. Muster")
    assert place.statuses() == ["withdrawn"]
    Landing(place.landing.root, place.catalog).prepare()
    assert place.ledger()[0]["status_reason"] == "Zahlen vertauscht, Amt informiert (A. Muster)"
    with pytest.raises(KeyError):
        place.landing.withdraw("nothing", "x", "A. Muster")


def test_a_withdrawn_delivery_that_comes_again_stays_out_and_says_so(place: Place) -> None:
    """Whether a newer reader would read it anew or not."""
    outcome = place.land()
    place.landing.withdraw(str(outcome.snapshot_id), "Zahlen vertauscht", "A. Muster")
    again = place.land(now=LATER)
    assert (again.status, again.snapshot_id) == ("withdrawn", outcome.snapshot_id)
    assert "Zahlen vertauscht" in again.error.sentence_de
    assert f"planstat sources reinstate {outcome.snapshot_id}" in again.error.sentence_de
    place.catalog, place.declaration = catalog(measures=_measures(decimals=1))
    place.landing = Landing(place.landing.root, place.catalog)
    assert place.land(now=LATER).status == "withdrawn"
    assert place.statuses() == ["withdrawn"]


def test_a_withdrawn_delivery_is_reinstated_with_both_reasons_on_record(place: Place) -> None:
    outcome = place.land()
    snapshot = str(outcome.snapshot_id)
    with pytest.raises(KeyError, match="was not withdrawn"):
        place.landing.reinstate(snapshot, "x")
    place.landing.withdraw(snapshot, "Zahlen vertauscht", "A. Muster")
    place.landing.reinstate(snapshot, "das Amt bestätigt die Zahlen")
    assert place.statuses() == ["accepted"]
    assert place.land(now=LATER).status == "unchanged"
    kept = next(place.landing.folder.rglob("withdrawn.json")).read_text(encoding="utf-8")
    assert "Zahlen vertauscht" in kept
    assert "das Amt bestätigt die Zahlen" in kept


def test_the_ledger_can_be_rebuilt_from_the_snapshots(place: Place) -> None:
    place.land()
    place.land(text(ROWS[:2]), now=LATER)
    before = (place.landing.folder / "ledger.parquet").read_bytes()
    (place.landing.folder / "ledger.parquet").unlink()
    Landing(place.landing.root, place.catalog).prepare()
    assert (place.landing.folder / "ledger.parquet").read_bytes() == before


# --- set aside -------------------------------------------------------------------------------------------


def test_a_bad_file_is_set_aside_whole_and_the_good_one_stays(place: Place) -> None:
    place.land()
    bad = text().replace("2030", "2.030")
    outcome = place.land(bad, now=LATER)
    assert outcome.status == "set_aside"
    assert outcome.quarantine is not None
    assert outcome.quarantine.parent == place.landing.quarantine / "12345-01-01-4"
    assert outcome.quarantine.name.startswith("20261222T093000Z-")
    assert (outcome.quarantine / "12345-01-01-4.csv").read_text(encoding="utf-8") == bad
    reason = json.loads((outcome.quarantine / "reason.json").read_text(encoding="utf-8"))
    assert (reason["code"], reason["line"], reason["column"]) == ("bad_value", 7, 5)
    german, english = (outcome.quarantine / "reason.txt").read_text(encoding="utf-8").strip().split("\n\n")
    assert german.startswith("12345-01-01-4.csv, Zeile 7, Spalte 5: '2.030' ist weder")
    assert english.startswith("12345-01-01-4.csv, line 7, column 5: '2.030' is neither")
    assert place.statuses() == ["accepted"]
    assert place.count() == 18


def test_the_same_bad_file_is_kept_once(place: Place) -> None:
    first = place.land("<html>", now=NOW)
    again = place.land("<html>", now=LATER)
    assert first.quarantine == again.quarantine
    assert len(list(place.landing.quarantine.glob("*/*"))) == 1


def test_a_file_that_vanished_is_reported(place: Place) -> None:
    outcome = place.landing.land(place.declaration, [place.folder / "gone.csv"], origin="folder", now=NOW)
    assert outcome.status == "set_aside"
    assert outcome.error is not None
    assert outcome.error.code == "missing_file"


def test_a_defect_of_a_reader_sets_the_file_aside(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("sources.readers.genesis_table.read", broken)
    outcome = place.land()
    assert outcome.error is not None
    assert outcome.error.code == "reader_failed"
    assert "ZeroDivisionError: oops" in outcome.error.sentence_en


def test_time_of_retrieval_needs_a_zone(place: Place) -> None:
    with pytest.raises(ValueError, match="time zone"):
        place.land(now=dt.datetime(2026, 11, 22))


# --- kills -----------------------------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for the end of the process: nothing in the program catches it."""


def _is_readable(place: Place) -> None:
    """The state at any moment: the ledger and the glob can be read, and every ledger row has its snapshot."""
    for row in place.ledger():
        folder = place.landing.folder / "office" / "12345-01-01-4" / f"snapshot={row['snapshot_id']}"
        assert pq.read_metadata(folder / "cells.parquet").num_rows == row["row_count"]
    place.count()


@pytest.mark.parametrize("content", ["", "<html>"])
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("at", range(4))
def test_a_kill_around_any_rename_leaves_a_readable_state(
    place: Place, monkeypatch: pytest.MonkeyPatch, at: int, before: bool, content: str
) -> None:
    place.land(text(ROWS[:2]))
    rename = Path.replace
    calls = 0

    def killing(self: Path, target: Any) -> Path:
        nonlocal calls
        calls += 1
        if calls == at + 1 and before:
            raise Killed
        result = rename(self, target)
        if calls == at + 1:
            raise Killed
        return result

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killing)
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)  # a killed process does not clean up
        try:
            place.land(content, now=LATER)
            killed = False
        except Killed:
            killed = True
    _is_readable(place)
    place.landing = Landing(place.landing.root, place.catalog)
    place.landing.prepare()
    outcome = place.land(content, now=LATER)
    _is_readable(place)
    assert outcome.status in ({"set_aside"} if content else {"landed", "unchanged"})
    assert place.statuses() == ["accepted"] * (1 if content else 2)
    assert not list(place.landing.root.rglob(".tmp-*"))
    assert killed or at > 0


SCRIPT = """
import sys, time
from pathlib import Path
from tests.sources.arrival.test_landing import Place, text
at, folder = int(sys.argv[1]), Path(sys.argv[2])
place = Place(folder)
rename, calls = Path.replace, 0
def stopping(self, target):
    global calls
    calls += 1
    if calls == at:
        print("ready", flush=True)
        time.sleep(60)
    return rename(self, target)
Path.replace = stopping
place.land()
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("at", [1, 2, 99])
def test_a_killed_process_leaves_a_state_that_the_next_run_takes_up(tmp_path: Path, at: int) -> None:
    """SIGKILL before the snapshot is in place, before the ledger is, and after both."""
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(at), str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    place = Place(tmp_path)
    _is_readable(place)
    assert not list(place.landing.root.rglob(".tmp-*"))
    assert len(place.ledger()) == (0 if at == 1 else 1)
    assert place.land().status == ("landed" if at == 1 else "unchanged")
    assert place.count() == 18


def test_another_running_process_keeps_its_unfinished_work(place: Place) -> None:
    other = place.landing.folder / "office" / "12345-01-01-4" / ".tmp-1-abc"
    own = place.landing.folder / "office" / "12345-01-01-4" / ".tmp-99999999-abc"
    other.mkdir()
    own.mkdir()
    place.landing.prepare()
    assert other.exists()
    assert not own.exists()


def _measures(**changes: Any) -> dict[str, Any]:
    measure = {"title_de": "Bevölkerung", "title_en": "Population", "unit": "Anzahl"}
    return {"persons": measure | changes}


def _tree(root: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(root)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_another_number_for_the_same_time_is_refused(place: Place) -> None:
    """Which of two deliveries of one time holds cannot be said; other cells of that time complete it."""
    first = place.land()
    changed = text().replace(ROWS[0], ROWS[0][: ROWS[0].rindex(";")] + ";999")
    assert changed != text()
    second = place.land(changed, now=LATER)
    assert second.status == "set_aside"
    assert second.error is not None
    assert (second.error.code, second.error.line is not None) == ("same_time", True)
    assert str(first.snapshot_id) in str(second.error)
    assert place.statuses() == ["accepted"], "the last good state stays"
    later = place.land(changed.replace("10.10.2017", "11.10.2017"), now=LATER)
    assert later.status == "landed", "with a time of its own it is a new state"
