"""A code that stands for an area of another code: its figures are that area's, each once, and nobody is lost.

Figures: Statistische Ämter des Bundes und der Länder, table 12411-01-01-4 (dl-de/by-2-0).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from sources.arrival.landing import Landing
from sources.declared.catalogue import Catalog, load_catalog
from sources.declared.catalogue_tables import write_catalogue_tables
from tests.dbt.compiled import model

TABLE = "12411-01-01-4"
NOW = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
HEAD = """\
GENESIS-Tabelle: 12411-01-01-4
Bevölkerungsstand: Bevölkerung nach Geschlecht;;;;
- Stichtag 31.12. -;;;;
regionale Tiefe: Kreise und krfr. Städte;;;;
Fortschreibung des Bevölkerungsstandes;;;;
Bevölkerungsstand (Anzahl);;;;
;;{day};{day};{day}
;;Insgesamt;männlich;weiblich
"""
FOOT = """\
_____________________
"© Statistische Ämter des Bundes und der Länder, Deutschland, 2017.
Dieses Werk ist lizensiert unter der Datenlizenz Deutschland
- Namensnennung - Version 2.0."
Stand: 10.10.2017 / 11:57:53
"""


def table(*rows: str, day: str = "31.12.2005") -> str:
    return HEAD.format(day=day) + "\n".join(rows) + "\n" + FOOT


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def landed(folder: Path, catalog: Catalog, text: str) -> duckdb.DuckDBPyConnection:
    """A warehouse with the staged rows of a delivered file, read, judged and landed as any other."""
    landing = Landing(folder / "data", catalog)
    landing.prepare()
    write_catalogue_tables(catalog, landing.folder)
    file = folder / f"{TABLE}.csv"
    file.write_text(text, encoding="utf-8")
    outcome = landing.land(catalog[TABLE], [file], origin="folder", now=NOW)
    assert outcome.status == "landed", outcome
    connection = duckdb.connect()
    for name in ("ledger", "datasets", "missing_symbols", "rounding", "area_aliases"):
        connection.execute(f"create view {name} as from '{landing.folder}/{name}.parquet'")
    glob = landing.folder / catalog[TABLE].publisher / TABLE / "snapshot=*" / "cells.parquet"
    connection.execute(
        f"create view \"{TABLE}\" as from read_parquet('{glob}', hive_partitioning = true,"
        " hive_types_autocast = false)"
    )
    connection.execute(f"create table staged as {model('stg_regionalstatistik__12411_01_01_4')}")
    return connection


def totals(connection: duckdb.DuckDBPyConnection) -> list[tuple]:
    return connection.execute(
        "select area_code, value, raw_symbol from staged where sex = '_T' order by all"
    ).fetchall()


def test_a_table_with_the_former_code_stands_under_the_area(tmp_path: Path, catalog: Catalog) -> None:
    connection = landed(
        tmp_path,
        catalog,
        table("05313;Aachen, krfr. Stadt;258208;126790;131418", "05354;Aachen, Kreis;310267;151000;159267"),
    )
    assert totals(connection) == [("05334002", 258_208, None), ("05354", 310_267, None)]
    # what was printed is found by line and column
    found = connection.execute(
        f'select printed.area_code from staged inner join "{TABLE}" as printed using (line, column_no)'
        " where staged.area_code = '05334002'"
    ).fetchall()
    assert found == [("05313",)] * 3


@pytest.mark.parametrize(
    ("former", "own", "stands"),
    [
        ("258208", "-", (258_208, None)),
        ("-", "258208", (258_208, None)),
        ("-", ".", (None, ".")),
        ("-", "-", (0, "-")),
    ],
)
def test_a_cell_under_both_codes_is_there_once(
    tmp_path: Path, catalog: Catalog, former: str, own: str, stands: tuple
) -> None:
    """The number counts wherever it stands; without one the area's own code speaks."""
    rows = [f"05313;Aachen;{former};{former};{former}", f"05334002;Aachen;{own};{own};{own}"]
    assert totals(landed(tmp_path, catalog, table(*rows))) == [("05334002", *stands)]


def test_two_numbers_for_one_cell_are_refused(tmp_path: Path, catalog: Catalog) -> None:
    landing = Landing(tmp_path / "data", catalog)
    landing.prepare()
    file = tmp_path / f"{TABLE}.csv"
    file.write_text(table("05334002;Aachen;258208;1;2", "05313;Aachen;258209;1;2"), encoding="utf-8")
    outcome = landing.land(catalog[TABLE], [file], origin="folder", now=NOW)
    assert outcome.status != "landed"
    assert outcome.error is not None
    assert "'05313' (Aachen) is the same as '05334002'" in str(outcome.error)


@pytest.mark.real_files
def test_the_published_table_with_the_former_code_gives_the_same_figures(
    tmp_path: Path, catalog: Catalog, shared_data: Path
) -> None:
    """The whole table with another code in one line: each cell as before, and the Kreise are the Land."""
    text = next(shared_data.rglob(f"{TABLE}_00.csv")).read_text(encoding="utf-8")
    assert text.count("\n05334002;") == 1
    years_before = text.replace("\n05334002;", "\n05313;")
    lines = [line.split(";") for line in years_before.splitlines()]
    days = next(line for line in lines if line[2:3] and line[2].startswith("31.12."))
    first_after = [at for at, day in enumerate(days) if day.startswith("31.12.") and int(day[-4:]) >= 2009]
    for line in lines:
        if line[0] == "05313":
            for at in first_after:
                line[at] = "-"
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    after.mkdir()
    expected = landed(before, catalog, text)
    found = landed(after, catalog, "\n".join(";".join(line) for line in lines) + "\n")
    cells = (
        "select area_code, reference_date, sex, value from staged"
        " where year(reference_date) < 2009 order by all"
    )
    assert found.execute(cells).fetchall() == expected.execute(cells).fetchall()
    whole = found.execute(
        "select sum(value) filter (area_code in ('05334002') or length(area_code) = 5),"
        " sum(value) filter (area_code = '05') from staged"
        " where starts_with(area_code, '05') and reference_date = date '2005-12-31' and sex = '_T'"
    ).fetchone()
    assert whole == (18_058_105, 18_058_105)
