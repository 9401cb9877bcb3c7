"""A text that is neither number nor sign is read as a person says; the file lands, and the row tells it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from sources.arrival.landing import Landing
from sources.arrival.outcome import Outcome
from sources.declared.catalogue import Catalog, load_catalog
from sources.declared.text_corrections import COLUMNS, text_corrections
from sources.foundation.located_yaml import DeclarationError
from tests.sources.arrival.test_landing import LATER, NOW
from tests.sources.classic_table import ROWS, catalog, text

CHECKS = Path(__file__).resolve().parents[3] / "dbt_project" / "tests"
WRONG = "31.12.2015;09;  Bayern;Insgesamt;0;-56;2"
LINE = "bayern;12345-01-01-4;09;31.12.2015;persons;sex=M;-56;56;Vorzeichen, nachgefragt;A. Muster;2027-01-31"


def office(root: Path, *lines: str) -> Path:
    file = root / "town" / "text_corrections.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([";".join(COLUMNS), *lines, ""]), encoding="utf-8")
    return file


def landed(root: Path, table: str, declared: Catalog, now: object = NOW) -> Outcome:
    file = root / "12345-01-01-4.csv"
    root.mkdir(parents=True, exist_ok=True)
    file.write_text(table, encoding="utf-8")
    landing = Landing(root, declared)
    landing.prepare()
    return landing.land(declared["12345-01-01-4"], [file], origin="folder", now=now)  # type: ignore[arg-type]


def table(line: str = WRONG) -> str:
    return text([line if row.startswith("31.12.2015;09;") else row for row in ROWS])


def rows(root: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = pq.read_table(root / "landing" / "text_corrections.parquet").to_pylist()
    return found


def said_to_be_mended(root: Path) -> list[tuple[object, ...]]:
    """What the warehouse's check of the same name finds: correction and what is printed now."""
    check = (CHECKS / "text_corrections_still_apply.sql").read_text(encoding="utf-8")
    for name in ("text_corrections", "ledger"):
        table = root / "landing" / f"{name}.parquet"
        check = check.replace(f"{{{{ source('catalog', '{name}') }}}}", f"read_parquet('{table}')")
    return duckdb.sql(f"select correction_id, printed from ({check})").fetchall()


def test_one_wrong_text_sets_no_file_aside(tmp_path: Path) -> None:
    declared, _ = catalog()
    aside = landed(tmp_path / "before", table(), declared)
    assert aside.status == "landed"
    assert [row["correction_id"].split("-")[0] for row in rows(tmp_path / "before")] == ["impossible"]
    office(tmp_path, LINE)
    outcome = landed(tmp_path, table(), declared)
    assert (outcome.status, outcome.rows) == ("landed", 3 * len(ROWS))
    folder = tmp_path / "landing" / "office" / "12345-01-01-4" / f"snapshot={outcome.snapshot_id}"
    original = folder / "original" / "12345-01-01-4.csv"
    assert original.read_text(encoding="utf-8") == table(), "what was delivered stays as it is"
    (told,) = rows(tmp_path)
    assert (told["correction_id"], told["printed"], told["text"], told["is_applied"]) == (
        "bayern",
        "-56",
        "56",
        True,
    )
    assert (told["person"], told["reason"]) == ("A. Muster", "Vorzeichen, nachgefragt")
    cells = pq.read_table(folder / "cells.parquet").to_pylist()
    (one,) = [c for c in cells if (c["line"], c["column_no"]) == (told["line"], told["column_no"])]
    assert (one["area_code"], one["sex"], one["value_text"]) == ("09", "M", "56")
    clean = landed(tmp_path / "clean", table(WRONG.replace("-56", "56")), declared)
    other = tmp_path / "clean" / "landing" / "office" / "12345-01-01-4" / f"snapshot={clean.snapshot_id}"
    assert cells == pq.read_table(other / "cells.parquet").to_pylist(), "no other cell changed"


def test_a_sign_can_stand_for_the_text(tmp_path: Path) -> None:
    declared, _ = catalog()
    office(tmp_path, LINE.replace(";56;", ";.;"))
    assert landed(tmp_path, table(), declared).status == "landed"
    assert [row["text"] for row in rows(tmp_path)] == ["."]
    assert said_to_be_mended(tmp_path) == []


def test_another_text_is_not_corrected_and_a_mended_source_is_said(tmp_path: Path) -> None:
    declared, _ = catalog()
    office(tmp_path, LINE)
    assert landed(tmp_path / "other", table(WRONG.replace("-56", "5.7")), declared).status == "set_aside"
    mended = landed(tmp_path, table(WRONG.replace("-56", "61")), declared, LATER)
    assert mended.status == "landed"
    assert [(row["printed"], row["is_applied"]) for row in rows(tmp_path)] == [("61", False)]
    assert said_to_be_mended(tmp_path) == [("bayern", "61")]


def test_a_table_without_the_cell_says_nothing(tmp_path: Path) -> None:
    declared, _ = catalog()
    office(tmp_path, LINE.replace(";09;", ";08;"))
    assert landed(tmp_path, text(), declared).status == "landed"
    assert rows(tmp_path) == []


def test_a_correction_is_part_of_how_a_table_is_read(tmp_path: Path) -> None:
    declared, declaration = catalog()
    office(tmp_path, LINE)
    corrected = declared.corrected_by(tmp_path / "town")
    assert corrected.fingerprint(declaration) != declared.fingerprint(declaration)
    again = dataclasses.replace(corrected, text_corrections=())
    assert again.fingerprint(declaration) == declared.fingerprint(declaration)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (LINE.replace("12345-01-01-4", "1"), "dataset_id: '1' is not declared"),
        (LINE.replace(";-56;", ";57;"), "expected_text: can be read as it is"),
        (LINE.replace(";56;", ";-5;"), "text: '-5' is neither a number"),
        (LINE.replace("sex=M", "sex=X"), "dimensions: 'sex=X': codes are _T, M, F"),
        (LINE.replace("sex=M", "age=X"), "dimensions: 'age=X': the table has age_group, sex"),
        (LINE.replace("persons", "men"), "measure: is 'men', declared are persons"),
        (LINE.replace("31.12.2015", "2015"), "time_text: '2015' is no time of the table"),
        (LINE.replace("A. Muster", ""), "person: is empty"),
        (LINE.replace("2027-01-31", "31.1.27"), "date: is '31.1.27'"),
        (LINE + ";x", "has 12 fields instead of 11"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    declared, _ = catalog()
    file = office(tmp_path, line)
    with pytest.raises(DeclarationError) as refused:
        text_corrections(declared, file)
    assert f"{file}:2:" in str(refused.value)
    assert said in str(refused.value)


def test_a_cell_is_corrected_once(tmp_path: Path) -> None:
    declared, _ = catalog()
    file = office(tmp_path, LINE, LINE.replace("bayern", "again"))
    with pytest.raises(DeclarationError, match="corrected twice"):
        text_corrections(declared, file)


def test_a_format_that_does_not_correct_is_refused(tmp_path: Path) -> None:
    published = load_catalog()
    name = next(one.id for one in published.values() if one.format.kind == "form")
    file = office(tmp_path, LINE.replace("12345-01-01-4", name))
    with pytest.raises(DeclarationError, match="is read as form"):
        text_corrections(published, file)
