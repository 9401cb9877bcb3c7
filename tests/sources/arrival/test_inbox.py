"""The drop folder: what is landed leaves it, what is wrong is told beside the file, what is unsafe stays."""

from __future__ import annotations

import dataclasses
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from sources.arrival.inbox import Inbox, listing
from sources.arrival.landing import Landing
from sources.arrival.outcome import Outcome
from sources.declared.catalogue import Catalog, load_catalog
from sources.declared.file_formats import FormFile
from sources.twins.musterstadt import CASE_FORMS, write_cases
from tests.sources.classic_table import catalog as small_catalog
from tests.sources.classic_table import text

NAME = "12345-01-01-4.csv"


class Drop:
    """An inbox beside a landing with one declared table."""

    def __init__(self, folder: Path, **declared: Any) -> None:
        self.catalog: Catalog
        self.catalog, self.declaration = small_catalog(**declared)
        self.root = folder / "data"
        self.folder = folder / "data" / "inbox"
        self.folder.mkdir(parents=True)
        self.landing = Landing(self.root, self.catalog)
        self.landing.prepare()

    def put(self, name: str = NAME, content: str = "", *, seconds_ago: float = 60) -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content or text(), encoding="utf-8")
        then = time.time() - seconds_ago
        os.utime(file, (then, then))
        return file

    def look(self) -> Inbox:
        return Inbox(self.folder, self.landing, sleep=self._no_sleep)

    def take(self) -> list[Outcome]:
        inbox = self.look()
        return [inbox.take(one) for one in inbox.deliveries]

    def names(self) -> list[str]:
        return sorted(str(file.relative_to(self.folder)) for file in self.folder.rglob("*"))

    def message(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8-sig")

    @staticmethod
    def _no_sleep(seconds: float) -> None:
        raise AssertionError(f"waited {seconds} s for files that rest")


@pytest.fixture
def drop(tmp_path: Path) -> Drop:
    return Drop(tmp_path)


def test_a_landed_file_leaves_with_a_receipt(drop: Drop) -> None:
    content = drop.put().read_bytes()
    (outcome,) = drop.take()
    assert outcome.status == "landed"
    assert drop.names() == [f"{NAME}.angenommen.txt"]
    words = drop.message(f"{NAME}.angenommen.txt")
    assert f"{NAME}: angenommen" in words
    assert f"{NAME}: accepted" in words
    assert outcome.snapshot_id is not None
    assert outcome.sha256 is not None
    assert outcome.snapshot_id in words
    assert outcome.sha256 in words
    (original,) = drop.root.glob(f"landing/*/*/snapshot=2*/original/{NAME}")
    assert original.read_bytes() == content
    assert listing(drop.folder) == {}, "a message is no delivery"

    drop.put()
    (again,) = drop.take()
    assert again.status == "unchanged"
    assert "schon bekannt" in drop.message(f"{NAME}.angenommen.txt")
    assert drop.names() == [f"{NAME}.angenommen.txt"]


def test_the_receipt_says_that_no_figure_is_made_of_a_file(tmp_path: Path) -> None:
    said = {"de": "noch fragt keine Kennzahl danach", "en": "no indicator asks for it yet"}
    drop = Drop(tmp_path, unused=said)
    drop.put()
    drop.take()
    message = drop.message(f"{NAME}.angenommen.txt")
    assert "Daraus wird noch keine veröffentlichte Zahl: noch fragt keine Kennzahl danach." in message
    assert "No published figure is made of it yet: no indicator asks for it yet." in message


def test_a_wrong_file_stays_with_a_message_and_is_taken_once_it_is_right(drop: Drop) -> None:
    wrong = text().replace(";DG;", ";Kiel;", 1)
    file = drop.put(content=wrong)
    (outcome,) = drop.take()
    assert outcome.status == "set_aside"
    assert outcome.error is not None
    assert file.read_text(encoding="utf-8") == wrong
    words = drop.message(f"{NAME}.abgelehnt.txt")
    german, english = words.strip().split("\n\n")
    assert german.startswith(f"{NAME}, Zeile {outcome.error.line}, Spalte {outcome.error.column}: ")
    assert english.startswith(f"{NAME}, line {outcome.error.line}, column {outcome.error.column}: ")
    (kept,) = drop.root.glob(f"quarantine/*/*/{NAME}")
    assert kept.read_text(encoding="utf-8") == wrong

    drop.put()
    assert [one.status for one in drop.take()] == ["landed"]
    assert drop.names() == [f"{NAME}.angenommen.txt"]


def test_a_file_of_no_dataset_stays_and_is_told(drop: Drop) -> None:
    drop.put("Urlaub.csv", "a;b\n1;2\n")
    drop.put("deeper/Archiv.zip", "PK\x03\x04../../etc/passwd")
    inbox = drop.look()
    assert inbox.deliveries == []
    assert [one.error.code for one in inbox.left_out] == ["packed", "no_form"]
    assert drop.names() == [
        "Urlaub.csv", "Urlaub.csv.abgelehnt.txt",
        "deeper", "deeper/Archiv.zip", "deeper/Archiv.zip.abgelehnt.txt",
    ]  # fmt: skip
    said = drop.message("Urlaub.csv.abgelehnt.txt")
    assert "kein Vordruck und keine bekannte Tabelle" in said
    assert "deklarier" not in said, "an office declares nothing"
    assert not list(drop.root.glob("quarantine/*/*")), "nothing of it is copied"


def test_links_and_devices_are_refused(drop: Drop, tmp_path: Path) -> None:
    """A link could lead anywhere on the machine, a pipe never ends."""
    secret = tmp_path / "secret.csv"
    secret.write_text(text(), encoding="utf-8")
    (drop.folder / NAME).symlink_to(secret)
    (drop.folder / "folder").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(drop.folder / "12345-01-01-4_pipe.csv")
    inbox = drop.look()
    assert inbox.deliveries == []
    assert {one.file.name: one.error.code for one in inbox.left_out} == {
        NAME: "no_plain_file", "folder": "no_plain_file", "12345-01-01-4_pipe.csv": "no_plain_file",
    }  # fmt: skip
    assert "Verknüpfung" in drop.message(f"{NAME}.abgelehnt.txt")
    assert not list(drop.root.glob("landing/*/*/snapshot=2*"))
    assert secret.exists()


def test_a_file_that_is_being_written_is_left_alone(drop: Drop) -> None:
    growing = drop.put("12345-01-01-4_a.csv", text()[:200], seconds_ago=1)
    done = drop.put("12345-01-01-4_b.csv", seconds_ago=2)
    waited = []

    def writes_on(seconds: float) -> None:
        waited.append(seconds)
        with growing.open("a", encoding="utf-8") as file:
            file.write(text()[200:400])

    inbox = Inbox(drop.folder, drop.landing, sleep=writes_on)
    assert [one.files for one in inbox.deliveries] == [(done,)]
    assert inbox.left_out == []
    assert 0 < waited[0] <= 5
    assert drop.names() == ["12345-01-01-4_a.csv", "12345-01-01-4_b.csv"], "no message: it is not wrong yet"


def test_a_time_in_the_future_is_waited_for_once(drop: Drop) -> None:
    drop.put(seconds_ago=-86400)
    waited: list[float] = []
    inbox = Inbox(drop.folder, drop.landing, sleep=waited.append)
    assert waited == [5.0]
    assert len(inbox.deliveries) == 1


def test_a_file_that_is_replaced_while_it_lands_stays(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    file = drop.put()
    inbox = drop.look()
    land = drop.landing.land

    def meanwhile(*arguments: object, **options: object) -> Outcome:
        outcome = land(*arguments, **options)  # type: ignore[arg-type]
        file.write_text("the next edition", encoding="utf-8")
        return outcome

    monkeypatch.setattr(drop.landing, "land", meanwhile)
    assert inbox.take(inbox.deliveries[0]).status == "landed"
    assert file.read_text(encoding="utf-8") == "the next edition"


def test_a_dataset_that_does_not_come_by_hand(drop: Drop) -> None:
    closed = drop.declaration.model_copy(
        update={"access": drop.declaration.access.model_copy(update={"drop_folder": False})}
    )
    catalog = dataclasses.replace(drop.catalog, declarations={closed.id: closed})
    drop.put()
    inbox = Inbox(drop.folder, Landing(drop.root, catalog))
    assert [one.error.code for one in inbox.left_out] == ["not_by_hand"]


def test_an_absent_inbox_is_an_empty_one(drop: Drop, tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "nowhere", drop.landing)
    assert (inbox.deliveries, inbox.left_out, listing(tmp_path / "nowhere")) == ([], [], {})


def test_the_receipt_of_a_snapshot_names_where_it_lay(drop: Drop) -> None:
    file = drop.put()
    drop.take()
    (about,) = drop.root.glob("landing/*/*/snapshot=2*/snapshot.json")
    assert json.loads(about.read_text("utf-8"))["source_uri"] == file.as_uri()


def test_cases_may_stay_where_their_office_wants_them(tmp_path: Path) -> None:
    """`after: keep`: the counts land, the file of cases stays, and a second look changes nothing."""
    catalog = load_catalog()
    name = CASE_FORMS[0]
    declaration = catalog[name]
    assert isinstance(declaration.format, FormFile)
    assert declaration.format.cases is not None
    cases = declaration.format.cases.model_copy(update={"after": "keep"})
    kept = declaration.model_copy(update={"format": declaration.format.model_copy(update={"cases": cases})})
    catalog = dataclasses.replace(catalog, declarations={**catalog.declarations, name: kept})
    landing = Landing(tmp_path, catalog)
    landing.prepare()
    folder = tmp_path / "inbox"
    file = next(path for path in write_cases(folder, catalog=catalog, as_csv=True) if name in path.name)
    then = time.time() - 60
    os.utime(file, (then, then))

    def look() -> list[str]:
        inbox = Inbox(folder, landing, quiet=0)
        return [inbox.take(one).status for one in inbox.deliveries if one.dataset_id == name]

    before = file.read_bytes()
    assert look() == ["landed"]
    assert file.read_bytes() == before
    assert look() == ["unchanged"]
