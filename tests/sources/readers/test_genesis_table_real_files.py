"""The reader of the classic table on the publisher's own files, against an independent reading of every
cell.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sources.catalogue import Catalog, load_catalog
from sources.readers import genesis_table
from sources.readers.reading import Reading

pytestmark = pytest.mark.real_files

FOLDER = "01-genesis-regio"

# ruff: noqa: E501 - tables of expectations
# file below the folder, rows of cells, layout
FILES = [
    ("area/11111-01-01-4_00/11111-01-01-4_00.csv", 11046, "2017"),
    ("labour-income/13211-02-05-4_00/13211-02-05-4_00.csv", 109408, "2017"),
    ("labour-income/82411-01-03-4_00/82411-01-03-4_00.csv", 15780, "2017"),
    ("modern-2026/13211-02-05-4/13211-02-05-4.csv", 6994, "2026"),
    ("modern-2026/21111-01-03-4/21111-01-03-4.csv", 38736, "2026"),
    ("modern-2026/21111-02-06-4/21111-02-06-4.csv", 7532, "2026"),
    ("modern-2026/82411-01-03-4/82411-01-03-4.csv", 1076, "2017"),
    ("population/12411-01-01-4_00/12411-01-01-4_00.csv", 33138, "dates-in-header"),
    ("population/12411-02-03-4_00/12411-02-03-4_00.csv", 28404, "2017"),
    ("population/12411-03-03-4_00/12411-03-03-4_00.csv", 104148, "2017"),
    ("population/12411-04-02-4_00/12411-04-02-4_00.csv", 126240, "2017"),
    ("schools/21111-01-03-4_00/21111-01-03-4_00.csv", 37872, "2017"),
    ("schools/21111-02-06-4_00/21111-02-06-4_00.csv", 14728, "2017"),
    ("social/22121-01-03-4_00/22121-01-03-4_00.csv", 57860, "2017"),
    ("social/22151-01-02-4_00/22151-01-02-4_00.csv", 34716, "2017"),
    ("social/22221-01-01-4_00/22221-01-01-4_00.csv", 31560, "2017"),
    ("social/22311-01-02-4_00/22311-01-02-4_00.csv", 34716, "2017"),
    ("social/22811-01-01-4_00/22811-01-01-4_00.csv", 22092, "2017"),
    ("social/22811-02-02-4_00/22811-02-02-4_00.csv", 47866, "2017"),
    ("youth-welfare/22541-01-04-4_00/22541-01-04-4_00.csv", 68380, "2017"),
    ("youth-welfare/22542-01-02-4_00/22542-01-02-4_00.csv", 22092, "2017"),
    ("youth-welfare/22543-01-02-4_00/22543-01-02-4_00.csv", 56808, "2017"),
]


@cache
def read(file: Path) -> Reading:
    code = genesis_table.table_code(file.read_bytes()[:100])
    assert code is not None
    catalog = load_catalog()
    return genesis_table.read(catalog, catalog[code], file)


@pytest.mark.parametrize(("path", "rows", "layout"), FILES)
def test_every_cell_is_the_one_a_plain_csv_reading_finds(
    shared_data: Path, path: str, rows: int, layout: str
) -> None:
    file = shared_data / FOLDER / path
    reading = read(file)
    assert (reading.table.num_rows, reading.layout) == (rows, layout)

    data = file.read_bytes()
    content = data.decode("cp1252" if "modern-2026" in path else "utf-8")
    lines = content.split("\n")
    end = lines.index("__________")
    begin = max(number for number, line in enumerate(lines[:end]) if line.startswith(";")) + 1
    keys = reading.table.column("column_no")[0].as_py() - 1
    has_time = lines[begin].split(";")[0] not in {"DG"}
    expected_cells = []
    expected_keys = []
    for number, row in enumerate(
        csv.reader(io.StringIO("\n".join(lines[begin:end])), delimiter=";"), start=begin + 1
    ):
        code, name = row[has_time], row[has_time + 1]
        for column, value in enumerate(row[keys:], start=keys + 1):
            expected_cells.append((number, column, value))
            expected_keys.append((row[0] if has_time else None, code, name))
    table = reading.table
    found = list(
        zip(*(table.column(name).to_pylist() for name in ("line", "column_no", "value_text")), strict=True)
    )
    assert found == expected_cells
    times = table.column("time_text").to_pylist() if has_time else [None] * table.num_rows
    names = [table.column(name).to_pylist() for name in ("area_code", "area_name")]
    assert list(zip(times, *names, strict=True)) == expected_keys


def test_all_declared_tables_of_the_main_job_are_covered(shared_data: Path) -> None:
    present = {str(file.relative_to(shared_data / FOLDER)) for file in (shared_data / FOLDER).rglob("*.csv")}
    assert {path for path, _, _ in FILES} <= present


SPOTS = [
    ("population/12411-01-01-4_00", "DG", "31.12.2015", {"sex": "_T"}, "persons", "82175684"),
    ("population/12411-01-01-4_00", "DG", "31.12.2015", {"sex": "M"}, "persons", "40514123"),
    ("population/12411-01-01-4_00", "DG", "31.12.2015", {"sex": "F"}, "persons", "41661561"),
    ("population/12411-02-03-4_00", "DG", "31.12.2015", {"sex": "_T", "age_group": "Y_LT3"}, "persons", "2200407"),
    (
        "population/12411-03-03-4_00", "DG", "31.12.2015",
        {"sex": "F", "nationality": "FOREIGN", "age_group": "Y_LT3"}, "persons", "103914",
    ),
    ("population/12411-04-02-4_00", "DG", "31.12.2015", {"sex": "M", "age_group": "Y0"}, "persons", "382551"),
    (
        "youth-welfare/22543-01-02-4_00", "DG", "01.03.2016",
        {"childcare_type": "CENTRE", "age_group": "Y_LT3"}, "children", "614600",
    ),
    ("social/22811-01-01-4_00", "DG", "31.12.2015", {"benefit": "MINDESTSICHERUNG"}, "persons", "7986994"),
    ("social/22811-01-01-4_00", "DG", "31.12.2015", {"benefit": "ASYLBLG"}, "persons", "974551"),
    ("social/22811-02-02-4_00", "DG", "31.12.2016", {"benefit": "SGB2_NEF", "age_group": "Y_LT15"}, "persons", "1593982"),
    (
        "schools/21111-02-06-4_00", "DG", "2015",
        {"qualification": "_T", "sex": "_T"}, "leavers", "846423",
    ),
    (
        "schools/21111-02-06-4_00", "DG", "2015",
        {"qualification": "WITHOUT_HSA", "sex": "_T"}, "leavers", "47435",
    ),
    ("schools/21111-01-03-4_00", "DG", "2015", {"school_type": "GS", "sex": "F"}, "pupils", "1332689"),
    ("schools/21111-01-03-4_00", "DG", "2015", {"school_type": "GS", "grade": "G7"}, "pupils", "x"),
    ("modern-2026/21111-01-03-4", "DG", "2023", {"school_type": "PRE", "nationality": "FOREIGN"}, "pupils", "8938"),
    ("labour-income/13211-02-05-4_00", "DG", "2016", {"nationality": "FOREIGN"}, "unemployment_rate_pct", "15,3"),
    ("modern-2026/13211-02-05-4", "DG", "2025", {"unemployed_group": "LONGTERM"}, "unemployed", "1035812"),
    ("social/22151-01-02-4_00", "DG", "2016", {"sex": "F", "setting": "INSIDE", "age_group": "Y_GE_LIMIT"}, "persons", "39363"),
    ("social/22221-01-01-4_00", "DG", "31.12.2015", {"age_group": "Y_GE65"}, "persons", "6223"),
    ("social/22121-01-03-4_00", "DG", "31.12.2015", {"setting": "OUTSIDE"}, "persons", "137145"),
    ("social/22311-01-02-4_00", "DG", "2015", {"benefit": "WOHNGELD_BURDEN"}, "avg_monthly_eur", "152"),
    ("youth-welfare/22541-01-04-4_00", "DG", "01.03.2016", {"facility_type": "_T"}, "fte_pedagogic", "433233"),
    ("youth-welfare/22542-01-02-4_00", "DG", "31.12.2014", {"facility_type": "HZE"}, "places", "125699"),
    ("labour-income/82411-01-03-4_00", "DG", "2014", {}, "income_per_head_eur", "21117"),
    ("area/11111-01-01-4_00", "DG", "31.12.2015", {}, "area_sqkm", "357385,71"),
]  # fmt: skip


@pytest.mark.parametrize(("folder", "area", "time", "codes", "measure", "value"), SPOTS)
def test_published_figures(
    shared_data: Path,
    catalog: Catalog,
    folder: str,
    area: str,
    time: str,
    codes: dict[str, str],
    measure: str,
    value: str,
) -> None:
    (file,) = (shared_data / FOLDER / folder).glob("*.csv")
    reading = read(file)
    code = genesis_table.table_code(file.read_bytes()[:100])
    totals = dict.fromkeys(catalog[str(code)].dimensions, "_T") | codes
    if measure == "persons" and "benefit" in totals and "benefit" not in codes:
        totals["benefit"] = "ASYLBLG"
    wanted = {"area_code": area, "time_text": time, "measure": measure} | totals
    table: pa.Table = reading.table
    for name, text in wanted.items():
        table = table.filter(pc.equal(table.column(name), text))
    assert table.column("value_text").to_pylist() == [value]


def test_time_of_publication_and_notes(shared_data: Path) -> None:
    reading = read(shared_data / FOLDER / "modern-2026/82411-01-03-4/82411-01-03-4.csv")
    assert reading.published_at == dt.datetime(2023, 11, 10, 13, 27, 18)
    assert reading.notes is not None
    assert reading.notes.startswith("Berechnungsstand des Statistischen Bundesamtes: November\n2021")
    assert "Volkswirtschaftliche Gesamtrechnungen" in reading.notes


def test_editions_of_a_table_lie_side_by_side_with_the_same_codes(
    shared_data: Path, catalog: Catalog
) -> None:
    """The 2017 and 2026 editions of 21111-01-03-4 differ in layout and wording, not in what comes out."""
    old = read(shared_data / FOLDER / "schools/21111-01-03-4_00/21111-01-03-4_00.csv").table
    new = read(shared_data / FOLDER / "modern-2026/21111-01-03-4/21111-01-03-4.csv").table
    assert old.schema == new.schema
    for column in ("school_type", "sex", "nationality", "grade", "measure", "unit"):
        assert set(old.column(column).unique().to_pylist()) == set(new.column(column).unique().to_pylist())
