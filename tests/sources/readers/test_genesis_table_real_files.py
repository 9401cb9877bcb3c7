"""The reader of the classic table on the publisher's own files, against an independent reading of every cell."""

from __future__ import annotations

import csv
import datetime as dt
import time
from functools import cache, lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sources.declared.catalogue import Catalog, load_catalog
from sources.readers import genesis_table
from sources.readers.reading import Reading

pytestmark = pytest.mark.real_files

FOLDER = "01-genesis-regio"
ATLAS = "../08-regionalatlas-inkar/regionalatlas"
MORE = "../../data-more/01-genesis-regio"

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
    ("area/33111-01-01-4_00/33111-01-01-4_00.csv", 109934, "2017"),
    ("labour-income/13111-01-03-4_00/13111-01-03-4_00.csv", 12624, "2017"),
    ("labour-income/13211-01-03-4_00/13211-01-03-4_00.csv", 58912, "2017"),
    ("population/12411-01-01-5_00/12411-01-01-5_00.csv", 347832, "dates-in-header"),
    ("population/12711-01-03-4_00/12711-01-03-4_00.csv", 22092, "2017"),
    ("schools/21121-01-05-4_00/21121-01-05-4_00.csv", 21040, "2017"),
    ("schools/21121-02-02-4_00/21121-02-02-4_00.csv", 63120, "2017"),
    ("modern-2026/21121-02-02-4/21121-02-02-4.csv", 6456, "2026"),
    ("social/22121-01-02-4_00/22121-01-02-4_00.csv", 33138, "2017"),
    ("social/22131-01-02-4_00/22131-01-02-4_00.csv", 47340, "2017"),
    ("social/22311-01-01-4_00/22311-01-01-4_00.csv", 6312, "2017"),
    ("social/22411-01-01-4_00/22411-01-01-4_00.csv", 22092, "2017"),
    ("social/22411-02-02-4_00/22411-02-02-4_00.csv", 44184, "2017"),
    ("social/22411-02-03-4_00/22411-02-03-4_00.csv", 14202, "2017"),
    (f"{ATLAS}/AI-S-02_00/AI-S-02_00.csv", 1040, "2017"),
    (f"{ATLAS}/AI-Z-2011_00/AI-Z-2011_00.csv", 9994, "2017"),
    (f"{ATLAS}/AI-Z1-2011_00/AI-Z1-2011_00.csv", 3682, "2017"),
    (f"{MORE}/census-2011/12111-04-01-4_00/12111-04-01-4_00.csv", 160956, "2017"),
    (f"{MORE}/census-2011/12111-07-01-4_00/12111-07-01-4_00.csv", 26300, "2017"),
    (f"{MORE}/census-2011/12111-08-01-4_00/12111-08-01-4_00.csv", 21040, "2017"),
    (f"{MORE}/census-2011/12111-32-01-4_00/12111-32-01-4_00.csv", 3156, "2017"),
    (f"{MORE}/elections/14111-01-02-4_00/14111-01-02-4_00.csv", 28404, "2017"),
    (f"{MORE}/housing/31231-01-02-4_00/31231-01-02-4_00.csv", 109408, "2017"),
    (f"{MORE}/housing/31231-02-01-4_00/31231-02-01-4_00.csv", 39450, "2017"),
    (f"{MORE}/labour-income/13111-02-02-4_00/13111-02-02-4_00.csv", 12624, "2017"),
    (f"{MORE}/labour-income/13211-02-02-4_00/13211-02-02-4_00.csv", 36820, "2017"),
    (f"{MORE}/labour-income/13211-02-03-4_00/13211-02-03-4_00.csv", 12624, "2017"),
    (f"{MORE}/labour-income/13211-02-04-4_00/13211-02-04-4_00.csv", 8416, "2017"),
    (f"{MORE}/population/12411-02-03-5_00/12411-02-03-5_00.csv", 782622, "2017"),
    (f"{MORE}/population/12411-04-01-4_00/12411-04-01-4_00.csv", 124662, "2017"),
    (f"{MORE}/population/12411-05-01-4_00/12411-05-01-4_00.csv", 33138, "2017"),
    (f"{MORE}/population/12612-01-01-4_00/12612-01-01-4_00.csv", 33138, "2017"),
    (f"{MORE}/population/12612-02-01-4_00/12612-02-01-4_00.csv", 22092, "2017"),
    (f"{MORE}/population/12613-01-01-4_00/12613-01-01-4_00.csv", 33138, "2017"),
    (f"{MORE}/population/12613-02-02-4_00/12613-02-02-4_00.csv", 63120, "2017"),
    (f"{MORE}/population/12711-01-03-5_00/12711-01-03-5_00.csv", 608706, "2017"),
    (f"{MORE}/population/12711-03-02-4_00/12711-03-02-4_00.csv", 397656, "2017"),
    (f"{MORE}/social/22411-02-01-4_00/22411-02-01-4_00.csv", 33138, "2017"),
    (f"{MORE}/youth-welfare/AI-N-05_00/AI-N-05_00.csv", 8416, "2017"),
]


@cache
def declared() -> Catalog:
    return load_catalog()


@lru_cache(maxsize=8)
def read(file: Path) -> Reading:
    code = genesis_table.table_code(file.read_bytes()[:100])
    assert code is not None
    return genesis_table.read(declared(), declared()[code], file)


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
    table = reading.table
    keys = table.column("column_no")[0].as_py() - 1
    body = list(csv.reader(lines[begin:end], delimiter=";"))
    width = len(body[0]) - keys
    at = int(body[0][0] != "DG")  # where the area code stands
    assert texts(table, "value_text").equals(pa.array([value for row in body for value in row[keys:]]))
    assert texts(table, "area_code").equals(pa.array([row[at] for row in body for _ in range(width)]))
    assert texts(table, "area_name").equals(pa.array([row[at + 1] for row in body for _ in range(width)]))
    if at:
        assert texts(table, "time_text").equals(pa.array([row[0] for row in body for _ in range(width)]))
    numbers = [number for number in range(begin + 1, end + 1) for _ in range(width)]
    assert table.column("line").to_pylist() == numbers
    assert table.column("column_no").to_pylist() == list(range(keys + 1, keys + width + 1)) * len(body)


def texts(table: pa.Table, column: str) -> pa.Array:
    return table.column(column).combine_chunks().cast(pa.string())


def test_every_classic_table_among_the_published_files_is_covered(shared_data: Path) -> None:
    folders = (shared_data / FOLDER, shared_data / FOLDER / ATLAS, shared_data / FOLDER / MORE)
    present = {
        file.resolve()
        for folder in folders
        for file in folder.rglob("*.csv")
        if "derivative" not in str(file) and "resaved" not in str(file)
    }
    assert {(shared_data / FOLDER / path).resolve() for path, _, _ in FILES} == present


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
    ("area/33111-01-01-4_00", "DG", "31.12.2015", {"land_use": "OTHER_WASTE"}, "land_ha", "423805"),
    ("area/33111-01-01-4_00", "DG", "31.12.2015", {"land_use": "TRANSPORT_ROADS"}, "land_ha", "1573024"),
    ("labour-income/13111-01-03-4_00", "DG", "30.06.2015", {"nationality": "FOREIGN", "sex": "F"}, "employees", "1076812"),
    ("labour-income/13211-01-03-4_00", "DG", "2001", {"unemployed_group": "LONGTERM"}, "unemployed", "1284742"),
    ("population/12411-01-01-5_00", "16077056", "31.12.2011", {"sex": "M"}, "persons", "1438"),
    ("population/12711-01-03-4_00", "DG", "2015", {"age_group": "Y_LT18", "sex": "F"}, "departures", "356884"),
    ("schools/21121-01-05-4_00", "DG", "2015", {"vocational_school_type": "BS_NO_CONTRACT"}, "schools", "x"),
    ("schools/21121-01-05-4_00", "DG", "2015", {"vocational_school_type": "BFS", "sex": "F"}, "pupils", "243128"),
    ("schools/21121-02-02-4_00", "DG", "2015", {"qualification": "AHR", "sex": "F"}, "leavers", "29174"),
    ("modern-2026/21121-02-02-4", "DG", "2023", {"qualification": "FHR_SCHOOL_ADDED"}, "leavers", "21475"),
    ("social/22121-01-02-4_00", "DG", "31.12.2004", {"nationality": "FOREIGN"}, "persons", "636566"),
    ("social/22131-01-02-4_00", "DG", "31.12.2015", {"benefit": "SGB5_264"}, "persons", "64662"),
    ("social/22131-01-02-4_00", "DG", "31.12.2015", {"benefit": "SGB12_CARE"}, "persons", "349461"),
    ("social/22311-01-01-4_00", "DG", "2004", {"benefit": "WOHNGELD_RENT"}, "households", "2119169"),
    ("social/22411-01-01-4_00", "DG", "31.12.2015", {}, "nursing_home_places_permanent", "866300"),
    ("social/22411-02-02-4_00", "DG", "31.12.2015", {"care_type": "ALLOWANCE", "sex": "M"}, "persons", "577444"),
    ("social/22411-02-03-4_00", "DG", "31.12.2015", {"care_type": "NO_LEVEL_LIMITED_DAILY_SKILLS"}, "persons", "180483"),
    (f"{ATLAS}/AI-S-02_00", "DG", "2005", {}, "poverty_risk_national_pct", "14,7"),
    (f"{ATLAS}/AI-Z-2011_00", "DG", "09.05.2011", {"sex": "F"}, "employment_rate_pct", "71,3"),
    (f"{ATLAS}/AI-Z1-2011_00", "DG", "09.05.2011", {"age_group": "Y_GE60"}, "migration_background_pct", "10,0"),
]  # fmt: skip


@pytest.mark.parametrize(("folder", "area", "time", "codes", "measure", "value"), SPOTS)
def test_published_figures(
    shared_data: Path,
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
    totals = dict.fromkeys(declared()[str(code)].dimensions, "_T") | codes
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


def test_the_largest_table_takes_less_than_half_a_second(shared_data: Path) -> None:
    """Processor time, so that other work on the machine does not count."""
    file = shared_data / FOLDER / "population/12411-04-02-4_00/12411-04-02-4_00.csv"
    catalog = declared()
    best = 9.9
    for _ in range(3):
        start = time.process_time()
        genesis_table.read(catalog, catalog["12411-04-02-4"], file)
        best = min(best, time.process_time() - start)
    assert best < 0.5
    assert file.stat().st_size / 1e6 / best > 15


def test_editions_of_a_table_lie_side_by_side_with_the_same_codes(shared_data: Path) -> None:
    """The 2017 and 2026 editions of 21111-01-03-4 differ in layout and wording, not in what comes out."""
    old = read(shared_data / FOLDER / "schools/21111-01-03-4_00/21111-01-03-4_00.csv").table
    new = read(shared_data / FOLDER / "modern-2026/21111-01-03-4/21111-01-03-4.csv").table
    assert old.schema == new.schema
    for column in ("school_type", "sex", "nationality", "grade", "measure", "unit"):
        assert set(old.column(column).unique().to_pylist()) == set(new.column(column).unique().to_pylist())
