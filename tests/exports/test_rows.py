"""Rows are taken out of the warehouse once, checked, and the warehouse is free again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from exports.describe import Description, DescriptionError, parse
from exports.rows import ROW_DIGITS, RowsError, label_column, staged

COLUMNS: list[dict[str, Any]] = [
    {"name": "area_code", "type": "VARCHAR"},
    {"name": "label", "type": "VARCHAR"},
    {"name": "value", "type": "DOUBLE"},
]


def description(
    *, columns: list[dict[str, Any]] | None = None, grain: tuple[str, ...] = ("area_code",)
) -> Description:
    return parse(
        {
            "product": "demo",
            "title_de": "Probe",
            "title_en": "Sample",
            "description": "Ein Produkt, mit dem geprüft wird.",
            "description_en": "A product for testing with.",
            "relation": "mart_demo",
            "grain": grain,
            "order_by": grain,
            "contact": {"name": "Amt"},
            "columns": columns or COLUMNS,
        }
    )


def warehouse_with(folder: Path, *statements: str) -> Path:
    path = folder / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def demo(rows: str, columns: str = "area_code, label, value") -> str:
    return f"create table mart_demo as select * from (values {rows}) as t({columns})"


def refused(warehouse: Path, folder: Path, described: Description | None = None) -> str:
    with pytest.raises(RowsError) as caught, staged(warehouse, described or description(), folder):
        pass
    return str(caught.value)


def test_rows_come_in_order_and_the_warehouse_is_free_again(tmp_path: Path) -> None:
    path = warehouse_with(tmp_path, demo("('02','b',2.5::double),('01','a',null)"))
    with staged(path, description(), tmp_path) as rows:
        assert rows.query("select area_code, value from rows order by rowid") == [("01", None), ("02", 2.5)]
        assert rows.count == 2
        with duckdb.connect(str(path)) as writer:
            writer.execute("create table written_meanwhile (x integer)")


def test_a_relation_is_found_in_whichever_schema_it_lies(tmp_path: Path) -> None:
    path = warehouse_with(
        tmp_path,
        "create schema marts",
        "create table marts.mart_demo as select '01' as area_code, 'a' as label, 1.0::double as value",
    )
    with staged(path, description(), tmp_path) as rows:
        assert rows.count == 1
    warehouse_with(tmp_path, "create table mart_demo as from marts.mart_demo")
    assert "in several schemas (main, marts)" in refused(path, tmp_path)


def test_every_type_becomes_one_of_six_kinds(tmp_path: Path) -> None:
    made = {
        "area_code": ("'01'", "text", "VARCHAR"),
        "whole": ("5::hugeint", "integer", "BIGINT"),
        "small": ("5::tinyint", "integer", "BIGINT"),
        "exact": ("1.50::decimal(10,2)", "number", "DOUBLE"),
        "count_dec": ("7::decimal(18,0)", "integer", "BIGINT"),
        "label": ("'x'::enum('x','y')", "text", "VARCHAR"),
        "moment": ("timestamptz '2026-01-01 00:00:00+01'", "timestamp", "TIMESTAMP"),
        "day": ("date '2026-01-01'", "date", "DATE"),
        "truth": ("true", "boolean", "BOOLEAN"),
        "real32": ("1.5::float", "number", "DOUBLE"),
        "uid": ("'00000000-0000-0000-0000-000000000001'::uuid", "text", "VARCHAR"),
    }
    selected = ", ".join(f"{sql} as {name}" for name, (sql, _, _) in made.items())
    path = warehouse_with(tmp_path, f"create table mart_demo as select {selected}")
    described = description(columns=[{"name": name, "type": "?"} for name in made])
    with staged(path, described, tmp_path) as rows:
        assert {field.name: field.kind for field in rows.fields} == {
            n: kind for n, (_, kind, _) in made.items()
        }
        types = {name: kind for name, kind, *_ in rows.query("describe rows")}
        assert types.pop(ROW_DIGITS) == "INTEGER"
        assert types == {name: published for name, (_, _, published) in made.items()}
        assert rows.query("select moment::varchar from rows") == [("2025-12-31 23:00:00",)]


def test_no_warehouse_is_said(tmp_path: Path) -> None:
    assert "there is no warehouse" in refused(tmp_path / "none.duckdb", tmp_path)


def test_a_warehouse_without_the_relation_is_said(tmp_path: Path) -> None:
    path = warehouse_with(tmp_path, "create table other (x integer)")
    assert "has no relation mart_demo" in refused(path, tmp_path)


def test_a_warehouse_that_is_being_written_is_said(tmp_path: Path) -> None:
    path = warehouse_with(tmp_path, demo("('01','a',1.0::double)"))
    program = (
        "import duckdb, sys\n"
        f"connection = duckdb.connect({str(path)!r})\n"
        "print('open', flush=True)\n"
        "sys.stdin.readline()\n"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "open\n"
        message = refused(path, tmp_path)
        writer.communicate("\n")
    assert "another process is writing it" in message
    with staged(path, description(), tmp_path) as rows:
        assert rows.count == 1


def test_columns_and_description_have_to_agree(tmp_path: Path) -> None:
    path = warehouse_with(tmp_path, demo("('01', 1.0::double, 'x')", "area_code, value, secret"))
    message = refused(path, tmp_path)
    assert "described but not in the relation: label" in message
    assert "in the relation but not described: secret" in message


@pytest.mark.parametrize("kind", ["['a']", "{'a': 1}", "map {'a': 1}", "'x'::blob", "interval 1 day"])
def test_nested_and_odd_types_are_refused(tmp_path: Path, kind: str) -> None:
    path = warehouse_with(
        tmp_path, f"create table mart_demo as select '01' as area_code, {kind} as label, 1.0 as value"
    )
    assert "column label of mart_demo is of type" in refused(path, tmp_path)


def test_a_code_that_is_a_number_is_refused(tmp_path: Path) -> None:
    path = warehouse_with(tmp_path, demo("(1001,'a',1.0::double)"))
    assert "a number loses leading zeros" in refused(path, tmp_path)


def test_two_rows_of_one_grain_are_refused_and_named(tmp_path: Path) -> None:
    path = warehouse_with(tmp_path, demo("('01','a',1.0::double),('01','b',2.0),('02','c',3.0)"))
    assert "2 rows for area_code=01" in refused(path, tmp_path)


def test_a_row_without_its_key_is_refused(tmp_path: Path) -> None:
    path = warehouse_with(tmp_path, demo("(null::varchar,'a',1.0::double)"))
    assert "a row without area_code" in refused(path, tmp_path)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_numbers_have_to_be_finite(tmp_path: Path, value: str) -> None:
    path = warehouse_with(tmp_path, demo(f"('01','a','{value}'::double)"))
    assert "value is not finite for area_code=01" in refused(path, tmp_path)


@pytest.mark.parametrize("code", ["=1+1", "@x", "+49", "a\nb"])
def test_a_code_that_looks_like_a_formula_is_refused(tmp_path: Path, code: str) -> None:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table mart_demo (area_code varchar, label varchar, value double)")
        connection.execute("insert into mart_demo values (?, 'a', 1)", [code])
    assert "holds something that is no code" in refused(path, tmp_path)


def test_a_code_bears_the_label_of_the_dataset_of_its_row(tmp_path: Path) -> None:
    def means(scope: str, de: str, en: str) -> dict[str, str]:
        return {"code": "persons", "label_de": de, "label_en": en, "scope": scope}

    columns: list[dict[str, Any]] = [
        {"name": "area_code", "type": "VARCHAR"},
        {
            "name": "measure_code",
            "type": "VARCHAR",
            "role": "key",
            "scope": "dataset_id",
            "codes": [
                means("a", "Bevölkerung", "Population"),
                means("b", "Empfänger", "Recipients"),
                means("c", "Bevölkerung", "Population"),
            ],
        },
        {"name": "dataset_id", "type": "VARCHAR"},
    ]
    path = warehouse_with(
        tmp_path,
        demo(
            "('1', 'persons', 'a'), ('2', 'persons', 'b'), ('3', 'persons', 'c'), ('4', 'persons', 'other')",
            "area_code, measure_code, dataset_id",
        ),
    )
    with staged(path, description(columns=columns), tmp_path) as rows:
        printed = [row[0] for row in rows.query(f'select "{label_column("measure_code")}" from rows')]
        labels = [(label.label_de, label.scopes) for label in rows.labels]
    assert printed == ["Bevölkerung", "Empfänger", "Bevölkerung", None]
    assert labels == [("Bevölkerung", ("a", "c")), ("Empfänger", ("b",)), ("", ("other",))]


def test_a_code_that_is_labelled_twice_is_refused() -> None:
    twice = [{"code": "a", "label_de": name, "label_en": name} for name in ("eins", "zwei")]
    with pytest.raises(DescriptionError, match="a is labelled more than once"):
        description(columns=[{**COLUMNS[0], "codes": twice}])


def test_a_list_of_codes_bears_all_their_labels(tmp_path: Path) -> None:
    codes = [{"code": code, "label_de": de, "label_en": de} for code, de in (("a", "eins"), ("b", "zwei"))]
    columns = [COLUMNS[0], {"name": "reasons", "type": "VARCHAR", "codes": codes, "is_listed": True}]
    path = warehouse_with(tmp_path, demo("('1', 'a, b'), ('2', 'b'), ('3', '')", "area_code, reasons"))
    with staged(path, description(columns=columns), tmp_path) as rows:
        printed = [row[0] for row in rows.query(f'select "{label_column("reasons")}" from rows')]
    assert printed == ["eins, zwei", "zwei", None]
