"""What a product promises is relative to what is loaded; loaded and giving nothing breaks a promise."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest

from orchestration import promises
from sources.declared.catalogue import load_catalog
from tests.contracts import make

CATALOG = load_catalog()
FACTS = {
    "fct_population": ["12411-01-01-4", "12411-02-03-4", "ewr-lor2021"],
    "fct_childcare": ["22543-01-02-4"],
    "fct_benefit_receipt": ["22811-01-01-4", "22151-01-02-4"],
}
MANIFEST: dict[str, Any] = {
    "nodes": {
        f"model.p.{name}": {"name": name, "depends_on": {"nodes": [f"source.p.{d}" for d in datasets]}}
        for name, datasets in FACTS.items()
    },
    "sources": {
        f"source.p.{name}": {"source_name": "office", "name": name, "meta": {"dataset_id": name}}
        for datasets in FACTS.values()
        for name in datasets
    },
}
TABLES = """
    create table indicator as select * from (values
        ('D01', 'Personen', null, null, 'same', ''), ('K01', 'Quote', null, null, 'year_end_before', ''),
        ('P06', 'Alter', null, null, 'same', '22151-01-02-4'), ('X', 'Beide', 'D01', 'K01', 'same', ''))
        as t(indicator_id, name_de, operand_1, operand_2, denominator_date, tables);
    create table indicator_area_level as
        select indicator_id, unnest(['DE', 'KREIS']) as area_level from indicator;
    create table indicator_part as select * from (values
        ('D01', 'numerator', 'population', 'persons', '_T', '_T', null),
        ('K01', 'numerator', 'childcare', 'children', 'Y_LT3', null, null),
        ('K01', 'denominator', 'population', 'persons', 'Y_LT3', '_T', null),
        ('P06', 'numerator', 'benefit_receipt', 'persons', 'Y_GE_LIMIT', '_T', 'SGB12_GSIAE'))
        as t(indicator_id, role, fact, measure_code, age_group_code, sex_code, benefit_code);
"""
CELL = {"value": 1.0, "is_preferred": True}
PERSONS = {"measure_code": "persons", "sex_code": "_T", "reference_date": date(2015, 12, 31)} | CELL
CHILDREN = {"measure_code": "children", "age_group_code": "Y_LT3", "reference_date": date(2016, 3, 1)} | CELL
ALL = ("12411-01-01-4", "12411-02-03-4", "22543-01-02-4")


@pytest.fixture
def warehouse() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(TABLES)
    make(connection, "fct_population", [PERSONS | {"age_group_code": ages} for ages in ("_T", "Y_LT3")])
    make(connection, "fct_childcare", [CHILDREN])
    make(connection, "fct_benefit_receipt")
    return connection


def awaited(
    warehouse: duckdb.DuckDBPyConnection, accepted: tuple[str, ...], *wanted: str
) -> dict[str, list[list[str]]]:
    found = promises.awaited(warehouse, MANIFEST, CATALOG, accepted, wanted or ("D01", "K01"))
    return {entry["id"]: entry["needs"] for entry in found}


def test_with_every_table_all_is_promised(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert awaited(warehouse, ALL) == {}


def test_an_indicator_waits_for_the_tables_of_its_parts(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert awaited(warehouse, ("12411-01-01-4",)) == {"K01": [["12411-02-03-4"], ["22543-01-02-4"]]}
    assert awaited(warehouse, ()) == {
        "D01": [["12411-01-01-4", "12411-02-03-4"]],
        "K01": [["12411-02-03-4"], ["22543-01-02-4"]],
    }, "of two tables that have the total one is enough"
    assert awaited(warehouse, ("12411-01-01-4",), "X") == {"X": [["12411-02-03-4"], ["22543-01-02-4"]]}
    assert awaited(warehouse, ("ewr-lor2021",), "D01") == {"D01": [["12411-01-01-4", "12411-02-03-4"]]}, (
        "planning areas make no Kreis"
    )
    both = {"X": [["12411-02-03-4"], ["22543-01-02-4"]]}
    assert awaited(warehouse, (), "X") == both, "the table that one part needs serves the other"
    assert awaited(warehouse, ("22811-01-01-4",), "P06") == {"P06": [["22151-01-02-4"]]}


def test_an_indicator_waits_for_days_that_belong_together(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("update fct_childcare set reference_date = date '2019-03-01'")
    assert awaited(warehouse, ALL) == {"K01": []}
    assert promises.in_words({"id": "X", "needs": [["a", "b"], ["c"]]}) == "X ((a or b) and c)"
    assert promises.in_words({"id": "X", "needs": [["a", "b"]]}) == "X (a or b)"
    assert promises.in_words({"id": "K01", "needs": []}) == "K01 (numerator and denominator of matching days)"


def test_what_is_awaited_and_no_more_comes_off_the_promise() -> None:
    required = [
        {"column": "indicator_id", "values": ["D01", "K01"], "why": "…"},
        {"column": "area_level", "values": ["LAND"]},
    ]
    assert promises.kept(required, "indicator_id", {"K01", "LAND"}) == [
        {"column": "indicator_id", "values": ["D01"], "why": "…"},
        {"column": "area_level", "values": ["LAND"]},
    ]
    assert promises.kept(required, "area_level", {"LAND"}) == required[:1]
    assert promises.promised(required, "area_level") == ["LAND"]


def test_levels_come_from_the_declarations_of_what_is_loaded() -> None:
    assert {"DE", "LAND", "KREIS"} <= promises.levels_at_hand(CATALOG, ["12411-01-01-4"])
    assert promises.levels_at_hand(CATALOG, []) == set()


def test_what_is_made_of_indicators_promises_the_levels_that_have_values() -> None:
    """A table that no indicator comes of yet brings Germany into its fact and into no indicator."""
    manifest: dict[str, Any] = {
        "nodes": {
            "model.p.fct_population": {"name": "fct_population", "depends_on": {"nodes": []}},
            "model.p.fct_indicator": {
                "name": "fct_indicator", "depends_on": {"nodes": ["model.p.fct_population"]},
            },
            "model.p.wide": {"name": "wide", "depends_on": {"nodes": ["model.p.fct_indicator"]}},
        },
        "sources": {},
    }  # fmt: skip
    connection = duckdb.connect()
    levels = [("DE", None), ("KREIS", 1.0), ("LAND", None), ("KREIS", None)]
    make(connection, "fct_indicator", [{"area_level": level, "value": value} for level, value in levels])
    assert promises.levels_loaded(connection, manifest, "wide") == ["KREIS"]
