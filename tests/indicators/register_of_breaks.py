"""The register of breaks as its model makes it, over the catalogue and cells written by hand."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv

from dbt_project.indicators.compiler import compile_files
from dbt_project.indicators.specification import load_specifications
from orchestration.cli.asking.warehouse import facts
from sources.declared.catalogue import load_catalog
from sources.declared.catalogue_tables import catalogue_tables
from tests.dbt.rendering import model

INCOME = "82411-01-03-4"


def register_of_breaks(
    connection: duckdb.DuckDBPyConnection,
    *,
    areas: Sequence[tuple[str, str, str, str | None]],
    ways: Sequence[tuple[int, str, int, str]],
    income: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
) -> None:
    """Make `dim_break` in a database, with what the model reads beside it.

    areas: code, name, first day, predecessors. ways: of the crosswalk, year and code from and to.
    income: cells of one table by area: year, value, number of the first and last delivery that print it, and
    of the one that replaced it (None: it holds).
    """
    tables = catalogue_tables(load_catalog())
    for name, table in (("breaks", tables["breaks"]), ("dim_dataset", tables["datasets"])):
        connection.register("incoming", table)
        connection.execute(f"create table {name} as from incoming")
    editions = compile_files(load_specifications())["dbt_project/seeds/indicator_edition.csv"]
    connection.register("incoming", pa.csv.read_csv(io.BytesIO(editions.encode())))
    connection.execute("create table indicator_edition as from incoming")
    connection.unregister("incoming")
    connection.execute(
        "create table dim_area (area_code varchar, area_name varchar, valid_from date,"
        " predecessor_codes varchar, valid_to date, legal_basis varchar)"
    )
    connection.execute(
        "create table bridge_area_crosswalk (from_year int, from_code varchar, to_year int, to_code varchar)"
    )
    for code, name, first, made_of in areas:
        connection.execute(
            "insert into dim_area values (?, ?, ?, ?, date '9999-12-31', 'law')", [code, name, first, made_of]
        )
    for way in ways:
        connection.execute("insert into bridge_area_crosswalk values (?, ?, ?, ?)", list(way))
    for fact in facts().values():
        connection.execute(
            f"create table if not exists {fact.model} (dataset_id varchar, area_code varchar,"
            " reference_date date, snapshot_id varchar, last_snapshot_id varchar, known_to timestamp,"
            " value double)"
        )
    connection.execute(
        "create table dim_snapshot (dataset_id varchar, snapshot_id varchar, published_at timestamp,"
        " retrieved_at timestamp, status varchar)"
    )
    cells = {area: list(given) for area, given in (income or {}).items()}
    numbers = {
        number for given in cells.values() for cell in given for number in (cell["first"], cell["last"])
    }
    for number in sorted(numbers):
        connection.execute(
            "insert into dim_snapshot values (?, ?, ?, ?, 'accepted')",
            [INCOME, f"s{number}", _published(number), _published(number)],
        )
    for area, given in cells.items():
        for cell in given:
            connection.execute(
                "insert into fct_income values (?, ?, ?, ?, ?, ?, ?)",
                [
                    INCOME, area, dt.date(cell["year"], 12, 31), f"s{cell['first']}", f"s{cell['last']}",
                    None if cell["until"] is None else _published(cell["until"]), cell["value"],
                ],
            )  # fmt: skip
    macro_files = ("relations.sql", "indicator_facts.sql")
    connection.execute(f"create table dim_break as {model('core/dimensions/dim_break.sql', *macro_files)}")


def _published(number: int) -> dt.datetime:
    return dt.datetime(2010 + number, 10, 10)
