"""Codes of Gemeinden: the tables' and the register's meet by Kreis and Gemeinde part."""

from __future__ import annotations

import duckdb
import pytest

from tests.dbt.compiled import macro


def of(name: str, code: str) -> str | None:
    row = duckdb.execute(f"select {macro(name, code='code')} from (select ? as code)", [code]).fetchone()
    assert row is not None
    found: str | None = row[0]
    return found


@pytest.mark.parametrize(
    ("printed", "registered"),
    [
        ("01051011", "010510011011"),  # Brunsbüttel
        ("0713201047", "071325001047"),  # Helmenzen, with its Verbandsgemeinde
        ("03151401002", "031515401002"),  # Barwedel, with its Samtgemeinde
        ("0713201", "071325001"),  # a Verbandsgemeinde itself
        ("03257403", "032575403"),  # a Samtgemeinde itself
        ("03241001", "032410001001"),  # Hannover
    ],
)
def test_a_printed_code_and_the_registers_have_one_key(printed: str, registered: str) -> None:
    key = of("municipal_key", printed)
    assert key is not None
    assert key == of("key_of_register", registered)


@pytest.mark.parametrize("code", ["DG", "01", "071", "01051", "010510011011"])
def test_other_areas_are_no_gemeinde(code: str) -> None:
    assert of("municipal_key", code) is None


@pytest.mark.parametrize(
    ("town", "registered"), [("01002", "010020000000"), ("02", "020000000000"), ("11", "110000000000")]
)
def test_a_town_that_is_a_kreis_has_one_gemeinde(town: str, registered: str) -> None:
    assert of("key_of_town", town) == of("key_of_register", registered)
    assert of("key_of_town", "DG") is None


@pytest.mark.parametrize(
    ("filled", "code"),
    [("DG000000", "DG"), ("01000000", "01"), ("01051000", "01051"), ("01051011", "01051011")],
)
def test_zeros_that_fill_a_code_are_cut(filled: str, code: str) -> None:
    assert of("area_of_filled_code", filled) == code
