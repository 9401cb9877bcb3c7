"""Case rows are counted in memory: the counts are right, and nothing of a case is kept or quoted."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from unicodedata import normalize

import openpyxl
import pyarrow.parquet as pq
import pytest

from sources.arrival.landing import Landing
from sources.arrival.outcome import Outcome
from sources.declared.catalogue import Catalog
from sources.errors import SourceError
from sources.forms import blank
from sources.readers import cases
from sources.twins.musterstadt import CASE_FORMS, Musterstadt, write_cases

HZE = "hilfen-zur-erziehung"
KEY = "PS-GEHEIM-4711"
HELP = ["2025", "990010000101", "§ 33 Vollzeitpflege", "4", "weiblich"]
LINE = [KEY, *HELP, "ja", "nein", "nein", "ja"]


def places_of(content: bytes, word: str) -> bool:
    """Whether a file holds a word, also packed in a ZIP (workbook) or a Parquet file."""
    if word.encode() in content or word.encode("utf-16-le") in content:
        return True
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(places_of(archive.read(part), word) for part in archive.namelist())
    if content.startswith(b"PAR1"):
        return word in str(pq.read_table(io.BytesIO(content)).to_pydict())
    return False


def kept_anywhere(root: Path, word: str, *, but: Path | None = None) -> list[Path]:
    """Files below a folder that hold a word, or are named by it."""
    files = [file for file in root.rglob("*") if file.is_file() and file != but]
    return [file for file in files if word in file.name or places_of(file.read_bytes(), word)]


def case_file(
    catalog: Catalog, folder: Path, lines: list[list[str]], *, as_csv: bool, name: str = ""
) -> Path:
    """A filled form with a line per case."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / (name or f"{HZE}-faelle.{'csv' if as_csv else 'xlsx'}")
    write = blank.csv_text if as_csv else blank.workbook
    file.write_bytes(write(catalog, catalog[HZE], lines, cases=True))
    return file


def land(catalog: Catalog, root: Path, file: Path) -> Outcome:
    landing = Landing(root, catalog)
    landing.prepare()
    return landing.land(catalog[HZE], [file], origin="drop", source_uri=file.as_uri())


@pytest.mark.parametrize("as_csv", [False, True])
def test_cases_count_to_what_the_counts_say(catalog: Catalog, tmp_path: Path, as_csv: bool) -> None:
    """The town's cases, counted on the way in, are the town's counts."""
    landing = Landing(tmp_path / "data", catalog)
    landing.prepare()
    town = Musterstadt()
    for file, name in zip(write_cases(tmp_path, catalog=catalog, as_csv=as_csv), CASE_FORMS, strict=True):
        outcome = landing.land(catalog[name], [file], origin="drop")
        assert (outcome.status, outcome.cases, outcome.file_name) == ("landed", True, f"{name}.csv"), (
            outcome.error
        )
        (cells,) = tmp_path.glob(f"data/landing/kommune/{name}/snapshot=2*/cells.parquet")
        names = ["time_text", "area_code", *catalog[name].dimensions, "measure", "value_text"]
        found = {tuple(row.values()) for row in pq.read_table(cells, columns=names).to_pylist()}
        wanted = {tuple(row[field] for field in names) for row in town.tables()[name]}
        assert found == wanted
        again = landing.land(catalog[name], [file], origin="drop")
        assert again.status == "unchanged"
    assert places_of(file.read_bytes(), "PS-"), "the search finds what is there"
    assert kept_anywhere(tmp_path / "data", "PS-") == []
    assert all(row["notes"] == cases.COUNTED for row in landing.ledger())


def test_a_newer_declaration_reads_the_counts_again(catalog: Catalog, tmp_path: Path) -> None:
    file = case_file(catalog, tmp_path, [LINE], as_csv=True)
    assert land(catalog, tmp_path / "data", file).status == "landed"
    file.unlink()
    changed = catalog[HZE].model_copy(update={"area_levels": ("SMALL_AREA", "GEMEINDE")})
    newer = Landing(tmp_path / "data", replace(catalog, declarations={HZE: changed}))
    newer.prepare()
    (again,) = newer.refresh()
    assert again.status == "landed"
    assert sorted(row["status"] for row in newer.ledger()) == ["accepted", "superseded"]
    assert {row["notes"] for row in newer.ledger()} == {cases.COUNTED}


WRONG = {
    "time": (1, "im Herbst"),
    "area": (2, "Hauptstraße 7"),
    "kind": (3, "Hilfe für Familie Mustermann"),
    "age": (4, "vier"),
    "too old": (4, "93"),
    "sex": (5, "Erika"),
    "yes or no": (6, "vielleicht"),
    "no key": (0, ""),
}


@pytest.mark.parametrize("as_csv", [False, True])
@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_case_is_told_by_place_alone(
    catalog: Catalog, tmp_path: Path, what: str, as_csv: bool
) -> None:
    column, text = WRONG[what]
    line = list(LINE)
    line[column] = text
    good = ["PS-GEHEIM-0815", *LINE[1:]]
    file = case_file(catalog, tmp_path / "inbox", [good, line], as_csv=as_csv)
    before = file.read_bytes()
    outcome = land(catalog, tmp_path / "data", file)
    assert outcome.status == "set_aside"
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.line, outcome.error.column) == ("case_rows", 3, column + 1)
    if not as_csv:
        assert outcome.error.cell is not None
        assert outcome.error.cell.startswith(f"cell {'ABCDEFGHIJ'[column]}3")
    assert outcome.error.file == file.name
    said = repr(outcome.error.as_dict()) + outcome.error.sentence_de + outcome.error.sentence_en
    for secret in ("GEHEIM", "990010000101", *([text] if len(text) > 4 else [])):
        assert secret not in said
        assert kept_anywhere(tmp_path / "data" / "quarantine", secret) == []
    assert kept_anywhere(tmp_path / "data", "GEHEIM") == []
    assert file.read_bytes() == before
    (reason,) = (tmp_path / "data" / "quarantine" / HZE).iterdir()
    assert sorted(one.name for one in reason.iterdir()) == ["reason.json", "reason.txt"]
    assert land(catalog, tmp_path / "data", file).quarantine == reason, "the same finding is kept once"


def test_a_case_given_twice_is_refused(catalog: Catalog, tmp_path: Path) -> None:
    file = case_file(catalog, tmp_path, [LINE, LINE], as_csv=True)
    outcome = land(catalog, tmp_path / "data", file)
    assert outcome.error is not None
    assert "stands above already" in outcome.error.sentence_en
    assert outcome.error.line == 3


def spoiled_header(catalog: Catalog, folder: Path) -> Path:
    file = case_file(catalog, folder, [LINE], as_csv=True)
    file.write_bytes(file.read_bytes().replace("Fallschlüssel".encode(), b"Aktenzeichen"))
    return file


def without_header(catalog: Catalog, folder: Path) -> Path:
    file = case_file(catalog, folder, [LINE], as_csv=True)
    file.write_bytes(file.read_bytes().split(b"\r\n", 1)[1])
    return file


def in_cp850(catalog: Catalog, folder: Path) -> Path:
    file = case_file(catalog, folder, [LINE], as_csv=True)
    file.write_bytes(file.read_bytes().decode("utf-8-sig").replace("§", "S").encode("cp850"))
    return file


COUNTED = ["2025", "990010000101", "Altstadt", LINE[3], "3 bis unter 6 Jahre", "weiblich", "1", "0", "0", "1"]
"""A line of the same form that holds counts."""


def beside_counts(catalog: Catalog, folder: Path) -> Path:
    """Counts on their sheet, and the cases they came from left on another."""
    file = folder / f"{HZE}.xlsx"
    folder.mkdir(exist_ok=True)
    file.write_bytes(blank.workbook(catalog, catalog[HZE], [COUNTED]))
    book = openpyxl.load_workbook(file)
    book.create_sheet("meine Fälle").append(LINE)
    book.save(file)
    return file


def cut_workbook(catalog: Catalog, folder: Path) -> Path:
    file = case_file(catalog, folder, [LINE], as_csv=False)
    file.write_bytes(file.read_bytes()[:-200])
    return file


@pytest.mark.parametrize("make", [spoiled_header, without_header, in_cp850, beside_counts, cut_workbook])
def test_what_may_hold_cases_is_not_copied(catalog: Catalog, tmp_path: Path, make: object) -> None:
    """Whatever is wrong with a file of such a form, none of its bytes get into the data folder."""
    assert callable(make)
    file = make(catalog, tmp_path / "inbox")
    outcome = land(catalog, tmp_path / "data", file)
    assert outcome.status == "set_aside"
    assert kept_anywhere(tmp_path / "data", KEY) == []
    assert outcome.error is not None
    assert KEY not in outcome.error.sentence_de
    assert file.exists()


@pytest.mark.parametrize("how", ["cp1252", "NFD"])
def test_cases_in_the_letters_of_excel_and_of_a_mac_are_counted_and_not_kept(
    catalog: Catalog, tmp_path: Path, how: str
) -> None:
    file = case_file(catalog, tmp_path / "inbox", [LINE], as_csv=True)
    content = file.read_bytes().decode("utf-8-sig")
    file.write_bytes(content.encode(how) if how == "cp1252" else normalize("NFD", content).encode())
    outcome = land(catalog, tmp_path / "data", file)
    assert (outcome.status, outcome.cases) == ("landed", True), outcome.error
    assert kept_anywhere(tmp_path / "data", KEY) == []


def test_what_is_wrong_is_said_without_content(catalog: Catalog, tmp_path: Path) -> None:
    """Whatever a reader can find has words of its own, or those for all the rest."""
    error = land(catalog, tmp_path / "data", beside_counts(catalog, tmp_path)).error
    assert error is not None
    assert "weitere Blätter" in error.sentence_de
    assert "meine" not in error.sentence_de
    for code, (german, english) in cases._WORDS.items():
        assert german, code
        assert english, code


def test_a_defect_of_the_reader_quotes_nothing(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError(f"could not digest {KEY}")

    monkeypatch.setattr("sources.readers.cases._counts", fails)
    outcome = land(catalog, tmp_path / "data", case_file(catalog, tmp_path, [LINE], as_csv=True))
    assert outcome.error is not None
    assert outcome.error.code == "reader_failed"
    assert kept_anywhere(tmp_path / "data", KEY) == []


def test_counts_on_the_same_form_still_land(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / f"{HZE}.xlsx"
    file.write_bytes(blank.workbook(catalog, catalog[HZE], [COUNTED]))
    outcome = land(catalog, tmp_path / "data", file)
    assert (outcome.status, outcome.cases, outcome.rows) == ("landed", False, 4)


def test_the_words_of_an_error_hide_even_unknown_kinds() -> None:
    error = cases.without_content(SourceError(f"strange {KEY}", file="a.csv", remedy=KEY, line=2, code="new"))
    assert KEY not in error.sentence_de + error.sentence_en
    assert error.line == 2


@pytest.mark.parametrize("as_csv", [False, True])
def test_who_is_neither_male_nor_female_counts_by_chance_and_in_the_total(
    catalog: Catalog, tmp_path: Path, as_csv: bool
) -> None:
    """No third group, which would be so small that it gave persons away; the same case the same each time."""
    lines = [
        [f"PS-{number:04}", *HELP[:-1], sex, *LINE[6:]]
        for number, sex in enumerate(["divers", "ohne Angabe"] * 40)
    ]
    counted = []
    for order in (lines, lines[::-1]):
        folder = tmp_path / str(len(counted))
        data = cases.counts(catalog, catalog[HZE], case_file(catalog, folder, order, as_csv=as_csv))
        assert data is not None
        counted.append(data)
    assert counted[0] == counted[1]
    rows = [line.split(";") for line in counted[0].decode("utf-8-sig").splitlines()[1:]]
    found = {row[5].strip('"'): int(row[-1]) for row in rows}
    assert set(found) == {"männlich", "weiblich"}
    assert sum(found.values()) == 80
    assert 25 <= found["weiblich"] <= 55
