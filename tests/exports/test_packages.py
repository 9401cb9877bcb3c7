"""The machine-readable descriptions of an edition, judged by the programs that others read them with."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from exports import candidate
from exports.candidate import Candidate
from exports.csvw import METADATA
from tests.exports.small_warehouse import COLUMNS, description_of

FIRST_EXCEL_DAY = date(1900, 3, 1)


@pytest.fixture(scope="module", params=list(COLUMNS))
def made(
    request: pytest.FixtureRequest, warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Candidate:
    """A candidate of each product of the small warehouse, which has a date before Excel's first."""
    folder = tmp_path_factory.mktemp("packages") / request.param
    return candidate.build(warehouse, request.param, description_of(request.param), folder)


def complaints(folder: Path) -> list[str]:
    """What frictionless finds wrong with a whole data package, every table read."""
    frictionless = pytest.importorskip("frictionless", reason="frictionless is not installed: make dev")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the reader of workbooks by itself
        report = frictionless.Package(str(folder / "datapackage.json")).validate()
    found = [error.message for error in report.errors]
    return found + [f"{task.name}: {error.message}" for task in report.tasks for error in task.errors]


def test_the_data_package_is_valid_as_a_whole(made: Candidate) -> None:
    assert complaints(made.path) == []


def test_every_kind_of_wrong_file_is_found(made: Candidate, tmp_path: Path) -> None:
    """Else a package of which nothing is read would be valid too."""
    for name, old, new in (
        (f"{made.product}.csv", b"KREIS", b"KREIZ"),
        (f"{made.product}_excel.csv", b"\r\n", b";\r\n"),
        ("dictionary.csv", b"column,", b"columns,"),
        (f"{made.product}.parquet", b"PAR1", b"PAR2"),
    ):
        copied = tmp_path / name
        shutil.copytree(made.path, copied)
        file = copied / name
        file.write_bytes(file.read_bytes().replace(old, new, 1))
        assert any(words.startswith(("csv", "dictionary", "parquet")) for words in complaints(copied)), name


def test_the_sheet_is_described_by_its_headings_and_kinds(made: Candidate) -> None:
    package = json.loads(made.files["datapackage.json"].read_text(encoding="utf-8"))
    sheet, german = (
        next(one for one in package["resources"] if one["name"] == name) for name in ("xlsx", "csv-excel")
    )
    assert sheet["dialect"] == {"sheetName": "Daten"}
    kinds = {field["name"]: field["type"] for field in sheet["schema"]["fields"]}
    declared = {field["name"]: field["type"] for field in german["schema"]["fields"]}
    other = {name for name in kinds if kinds[name] != declared[name]}
    assert kinds.keys() == declared.keys()
    assert {declared[name] for name in other} <= {"date"}


def tables(made: Candidate) -> Iterator[tuple[str, list[dict[str, Any]], Any]]:
    """Every CSV of a candidate as the CSVW library reads it by the metadata beside, strictly."""
    csvw = pytest.importorskip("csvw", reason="csvw is not installed: make dev")
    group = csvw.TableGroup.from_file(made.path / METADATA)
    group.validate_schema(strict=True)
    for table in group.tables:
        table.check_primary_key()
        yield str(table.url), [dict(row) for row in table.iterdicts(strict=True)], table


def test_every_csv_reads_by_its_metadata(made: Candidate) -> None:
    found = {name: rows for name, rows, _ in tables(made)}
    assert set(found) == {name for name in made.files if name.endswith(".csv")}
    machine, german = found[f"{made.product}.csv"], found[f"{made.product}_excel.csv"]
    assert len(machine) == len(german) == made.rows
    assert len(found["dictionary.csv"]) > len(machine[0])
    codes = [name for name in machine[0] if name in german[0] and isinstance(machine[0][name], str)]
    assert "area_code" in codes
    for name in codes:
        if name.endswith(("_code", "_key", "_symbol", "_level")):
            assert [row[name] for row in german] == [row[name] for row in machine], "the tab is no part of it"


def test_kinds_are_read_and_not_texts(made: Candidate) -> None:
    package = json.loads(made.files["datapackage.json"].read_text(encoding="utf-8"))
    fields = next(one for one in package["resources"] if one["name"] == "csv")["schema"]["fields"]
    for name, rows, _ in tables(made):
        for field in fields if name.startswith(made.product) else ():
            values = [row[field["name"]] for row in rows if row[field["name"]] is not None]
            assert not values or field["type"] == "string" or not isinstance(values[0], str), field["name"]


def test_a_value_that_is_no_number_is_found(made: Candidate, tmp_path: Path) -> None:
    copied = tmp_path / made.product
    shutil.copytree(made.path, copied)
    file = copied / f"{made.product}_excel.csv"
    file.write_bytes(file.read_bytes().replace(b"123,4", b"12x,4").replace(b"28,4", b"28x4"))
    if made.product == "population":
        file.write_bytes(file.read_bytes().replace(b"31.12.2014", b"31.13.2014"))
    with pytest.raises(ValueError, match=r"_excel\.csv"):
        list(tables(candidate.read(copied)))
