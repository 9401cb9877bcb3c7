"""The models behind `fct_indicator` over rows written by hand, each as dbt compiles them."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv

from dbt_project.indicators.compiler import compile_files
from dbt_project.indicators.specification import load_specifications
from sources.declared.catalogue import load_catalog
from sources.declared.catalogue_tables import catalogue_tables

from .compiled import model

Row = dict[str, Any]
SEEDS = ("indicator", "indicator_edition")
DATES = ("first_period", "last_period")
KNOWN = dt.datetime(2017, 10, 10)


def day(text: str) -> dt.date:
    """A date as written."""
    return dt.date.fromisoformat(text)


def value_of(indicator: str, area: str, date: str, value: float | None, **other: object) -> Row:
    """A row of `fct_indicator`; with numerator and denominator the value follows from them (percent)."""
    row: Row = {
        "indicator_id": indicator, "area_key": area, "area_code": area,
        "area_level": {2: "LAND", 5: "KREIS"}.get(len(area), "DE") if area != "DG" else "DE",
        "is_backcast": False, "period_key": f"D{date}", "reference_date": day(date), "value": value,
        "numerator": None, "denominator": None, "obs_status": "A" if value is not None else "M",
        "conf_status": "F", "missing_reason": "none" if value is not None else "unknown_or_confidential",
        "rounding_base": None, "rounding_slack": 0.0, "numerator_dataset": "table",
        "denominator_dataset": "table", "known_from": KNOWN,
    }  # fmt: skip
    return row | other


def share_of(indicator: str, area: str, date: str, x: float, n: float, **other: object) -> Row:
    """A percentage x of n."""
    return value_of(indicator, area, date, 100 * x / n, numerator=float(x), denominator=float(n), **other)


def store(connection: duckdb.DuckDBPyConnection, name: str, rows: Iterable[Row], **types: str) -> None:
    """A table out of rows; `types` for columns whose type their values do not show."""
    connection.register("incoming", pa.Table.from_pylist(list(rows)))
    connection.execute(f"create or replace table {name} as from incoming")
    connection.unregister("incoming")
    for column, kind in types.items():
        connection.execute(f"alter table {name} alter {column} type {kind}")


def warehouse(values: list[Row], areas: Iterable[str]) -> duckdb.DuckDBPyConnection:
    """The compiled seeds, `dim_area`, `fct_indicator` with these values, and how sure they are.

    Breaks and datasets are those of the catalogue; `table` is one more that appears every year.
    """
    connection = duckdb.connect()
    compiled = compile_files(load_specifications())
    for seed in SEEDS:
        connection.register(
            "incoming",
            pa.csv.read_csv(io.BytesIO(compiled[f"dbt_project/compiled/seeds/{seed}.csv"].encode())),
        )
        connection.execute(f"create table {seed} as from incoming")
        connection.unregister("incoming")
    for column in DATES:
        connection.execute(f"alter table indicator alter {column} type date using null")
    store(
        connection,
        "dim_area",
        [
            {
                "area_key": code, "area_code": code, "area_name": f"Name {code}", "land_code": code[:2],
                "area_level": {"DG": "DE"}.get(code, {2: "LAND", 5: "KREIS"}.get(len(code))),
                "parent_area_code": None if code == "DG" else "DG" if len(code) == 2 else code[:2],
                "is_latest": True, "valid_from": dt.date(1900, 1, 1), "valid_to": dt.date(9999, 12, 31),
            }
            for code in areas
        ],
    )  # fmt: skip
    connection.execute("create table area_identity (table_code varchar, kreis_code varchar)")
    store(
        connection,
        "fct_indicator",
        values,
        value="double",
        numerator="double",
        denominator="double",
        rounding_base="integer",
    )
    tables = catalogue_tables(load_catalog())
    connection.register("incoming", tables["breaks"])
    connection.execute(
        "create table dim_break as select *, null::varchar as indicator_id, null::varchar as area_code"
        " from incoming"
    )
    connection.register("incoming", tables["datasets"])
    connection.execute("create table dim_dataset as select dataset_id, cadence from incoming")
    connection.execute("insert into dim_dataset values ('table', 'year')")
    connection.unregister("incoming")
    build(connection, "fct_indicator_break")
    build(connection, "fct_indicator_precision")
    return connection


def build(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Make the table of a model."""
    connection.execute(f"create or replace table {name} as {model(name)}")


def found(connection: duckdb.DuckDBPyConnection, sql: str, *values: object) -> list[Row]:
    """Rows of a query as dictionaries."""
    result = connection.execute(sql, list(values))
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
