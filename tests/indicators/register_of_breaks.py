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
from tests.contracts import make
from tests.dbt.compiled import model

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
    editions = compile_files(load_specifications())["dbt_project/compiled/seeds/indicator_edition.csv"]
    connection.register("incoming", pa.csv.read_csv(io.BytesIO(editions.encode())))
    connection.execute("create table indicator_edition as from incoming")
    connection.unregister("incoming")
    make(
        connection,
        "dim_area",
        [
            {
                "area_code": code, "area_name": name, "valid_from": first, "predecessor_codes": made_of,
                "valid_to": dt.date(9999, 12, 31), "legal_basis": "law",
            }
            for code, name, first, made_of in areas
        ],
    )  # fmt: skip
    way_of = ("from_year", "from_code", "to_year", "to_code")
    make(connection, "bridge_area_crosswalk", [dict(zip(way_of, way, strict=True)) for way in ways])
    for relation in {fact.model for fact in facts().values()}:
        make(connection, relation)
    make(connection, "dim_snapshot")
    cells = {area: list(given) for area, given in (income or {}).items()}
    numbers = {
        number for given in cells.values() for cell in given for number in (cell["first"], cell["last"])
    }
    for number in sorted(numbers):
        connection.execute(
            "insert into dim_snapshot (dataset_id, snapshot_id, published_at, retrieved_at, status)"
            " values (?, ?, ?, ?, 'accepted')",
            [INCOME, f"s{number}", _published(number), _published(number)],
        )
    for area, given in cells.items():
        for cell in given:
            connection.execute(
                "insert into fct_income (dataset_id, area_code, reference_date, snapshot_id,"
                " last_snapshot_id, known_to, value) values (?, ?, ?, ?, ?, ?, ?)",
                [
                    INCOME, area, dt.date(cell["year"], 12, 31), f"s{cell['first']}", f"s{cell['last']}",
                    None if cell["until"] is None else _published(cell["until"]), cell["value"],
                ],
            )  # fmt: skip
    connection.execute(f"create table dim_break as {model('dim_break')}")


def _published(number: int) -> dt.datetime:
    return dt.datetime(2010 + number, 10, 10)
