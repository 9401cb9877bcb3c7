"""Small files that went wrong, and what is right (../shared/cases): each stands for a kind."""

from __future__ import annotations

import shutil
from pathlib import Path
from string import Formatter

import pyarrow.parquet as pq
import pytest

from sources.arrival.landing import Landing, Outcome
from sources.declared.catalogue import Catalog
from sources.errors import _OF_PUBLISHER, PROBLEMS, SourceError, problem
from sources.forms import blank
from sources.twins.musterstadt import write_musterstadt

SGB2 = "sgb2-kleinraeumig"


@pytest.fixture(scope="module")
def town(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("musterstadt")
    write_musterstadt(folder, catalog=catalog)
    return folder


@pytest.fixture
def landing(catalog: Catalog, town: Path, tmp_path: Path) -> Landing:
    """A landing that knows the town's areas."""
    landing = Landing(tmp_path / "data", catalog)
    landing.prepare()
    file = town / "gebietsgliederung.xlsx"
    assert landing.land(catalog["gebietsgliederung"], [file], origin="drop").status == "landed"
    return landing


def hand_in(landing: Landing, file: Path, dataset_id: str = SGB2) -> Outcome:
    return landing.land(landing.catalog[dataset_id], [file], origin="drop")


def refused(outcome: Outcome) -> SourceError:
    assert outcome.status == "set_aside"
    assert outcome.error is not None
    return outcome.error


def test_names_sorted_away_from_their_keys_are_told(landing: Landing, shared_cases: Path) -> None:
    error = refused(hand_in(landing, shared_cases / "H5_names_against_keys" / f"{SGB2}.csv"))
    assert (error.code, error.line) == ("key_against_name", 2)
    for words in ("990010000101", "altstadt", "Bahnhofsviertel", "990010000102"):
        assert words in error.sentence_de


@pytest.mark.parametrize(
    ("name", "cell", "found"),
    [(SGB2, "D2", "#DIV/0!"), ("gebietsgliederung", "G3", "#N/A")],
)
def test_an_error_of_excel_is_no_empty_cell(
    landing: Landing, shared_cases: Path, name: str, cell: str, found: str
) -> None:
    error = refused(hand_in(landing, shared_cases / "H6_excel_error_cell" / f"{name}.xlsx", name))
    assert error.code == "excel_error"
    assert f"Zelle {cell} im Blatt" in error.sentence_de
    assert found in error.sentence_de
    assert "abrufen" not in error.sentence_de


def test_an_error_of_excel_in_a_csv_is_one_too(landing: Landing, tmp_path: Path) -> None:
    row = ["202412", "990010000101", "Altstadt", "#NV", *["3"] * 7]
    file = tmp_path / f"{SGB2}.csv"
    file.write_bytes(blank.csv_text(landing.catalog, landing.catalog[SGB2], [row]))
    error = refused(hand_in(landing, file))
    assert (error.code, error.line, error.column) == ("excel_error", 2, 4)


def test_a_row_of_sums_is_refused_at_the_door(landing: Landing, shared_cases: Path) -> None:
    error = refused(hand_in(landing, shared_cases / "H7_sum_row_in_form" / f"{SGB2}.xlsx"))
    assert (error.code, error.line) == ("area_of_parts", 67)
    assert "Zeilen 67–69" in error.sentence_de
    assert "Summenzeilen weglassen" in error.sentence_de


@pytest.mark.parametrize("time", ["205212", "209901"])
def test_a_month_to_come_is_refused(landing: Landing, tmp_path: Path, time: str) -> None:
    row = [time, "990010000101", "Altstadt", *["3"] * 8]
    file = tmp_path / f"{SGB2}.csv"
    file.write_bytes(blank.csv_text(landing.catalog, landing.catalog[SGB2], [row]))
    error = refused(hand_in(landing, file))
    assert (error.code, error.line) == ("not_yet", 2)
    assert f"{time!r} liegt in der Zukunft" in error.sentence_de


@pytest.mark.parametrize("name", [f"{SGB2}.xlsx", f"{SGB2}.csv"])
def test_two_signs_for_one_letter_and_the_letters_of_excel_are_read(
    landing: Landing, shared_cases: Path, name: str
) -> None:
    outcome = hand_in(landing, shared_cases / "H10_nfd_and_cp1252" / name)
    assert outcome.status == "landed", outcome.error
    (snapshot,) = [one for one in landing.snapshots() if one.dataset_id == SGB2]
    names = set(pq.read_table(snapshot.folder / "cells.parquet")["area_name"].to_pylist())
    assert "Südstadt" in names


def test_a_zero_of_a_kreis_that_ended_is_no_reason_to_refuse(
    catalog: Catalog, shared_cases: Path, tmp_path: Path
) -> None:
    landing = Landing(tmp_path / "data", catalog)
    landing.prepare()
    file = shared_cases / "H4_zero_under_ended_code" / "12411-01-01-4.csv"
    assert landing.land(catalog["12411-01-01-4"], [file], origin="folder").status == "landed"
    other = tmp_path / file.name
    shutil.copyfile(file, other)
    other.write_bytes(other.read_bytes().replace(b"Kreis;0;0;0", b"Kreis;3;0;3"))
    error = refused(landing.land(catalog["12411-01-01-4"], [other], origin="folder"))
    assert (error.code, error.line) == ("area_ended", 12)


def test_no_office_that_fills_in_a_form_is_told_to_fetch_it() -> None:
    for code, words in PROBLEMS.items():
        facts = {name: "?" for name in _fields(words.what_de + words.todo_de)}
        error = problem(code, "form.xlsx", **facts).of_form()
        assert not _OF_PUBLISHER.search(error.remedy_de), (code, error.remedy_de)
        for word in ("publisher", "declar", "fetch"):
            assert word not in error.remedy.lower(), (code, error.remedy)


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}
