"""The rules every table is tested by find what breaks them, and nothing else."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.cli.asking.warehouse import facts
from tests.dbt.compiled import generic_test, singular_test

GOOD = "(1.0, 'none', 'A', 'F')"


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    """An empty database in memory."""
    return duckdb.connect()


@pytest.mark.parametrize(
    "row",
    [
        "(null, 'none', 'M', 'F')",
        "(1.0, 'not_delivered', 'A', 'F')",
        "(1.0, 'none', 'Z', 'F')",
        "(1.0, 'none', 'A', 'x')",
    ],
)
def test_typed_values(connection: duckdb.DuckDBPyConnection, row: str) -> None:
    connection.execute(
        f"create table things as from (values {GOOD}, {row}, (null, 'not_delivered', 'M', 'F')) "
        "things(value, missing_reason, obs_status, conf_status)"
    )
    broken = connection.execute(generic_test("typed_values", model="things")).fetchall()
    assert len(broken) == 1


def test_typed_values_without_confidentiality(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "create table things as select 1.0 as value, 'none' as missing_reason, 'Q' as obs_status"
    )
    rule = generic_test("typed_values", model="things", has_conf_status=False)
    assert len(connection.execute(rule).fetchall()) == 1


def test_refers_to_names_column_and_key(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create table dim_sex as from (values ('F'), ('M')) d(sex_code)")
    connection.execute("create table dim_area as from (values ('01001')) d(area_key)")
    connection.execute(
        "create table facts as from (values ('F', '01001'), ('X', '01001'), ('X', null), ('M', '1001')) "
        "f(sex_code, area_key)"
    )
    rule = generic_test(
        "refers_to", model="facts", dimensions={"sex_code": "dim_sex", "area_key": "dim_area"}
    )
    assert sorted(connection.execute(rule).fetchall()) == [("area_key", "1001", 1), ("sex_code", "X", 2)]


def test_refers_to_takes_columns_that_are_a_key_together(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "create table dim_measure as from (values ('a', 'persons'), ('b', 'pupils')) "
        "d(dataset_id, measure_code)"
    )
    connection.execute(
        "create table facts as from (values ('a', 'persons'), ('a', 'pupils'), ('b', null)) "
        "f(dataset_id, measure_code)"
    )
    rule = generic_test("refers_to", model="facts", dimensions={"dataset_id, measure_code": "dim_measure"})
    assert connection.execute(rule).fetchall() == [("dataset_id, measure_code", "a pupils", 1)]


def test_a_row_out_of_no_known_file_is_named_with_its_fact(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create table dim_snapshot as from (values ('a'), ('b')) d(snapshot_id)")
    for model in {fact.model for fact in facts().values()}:
        connection.execute(f"create table {model} as from (values ('a'), ('b'), ('b')) f(snapshot_id)")
    rule = singular_test("every_row_names_its_snapshot")
    assert connection.execute(rule).fetchall() == []
    connection.execute("insert into fct_income values ('c'), ('c')")
    assert connection.execute(rule).fetchall() == [("fct_income", "c")]
