"""Values as text: shortest round trip for machines, German habits for people, harmless texts."""

from __future__ import annotations

import math
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exports.describe import Column
from exports.notation import TEXT_MARK, for_machines, german
from exports.rows import Field, Kind
from sources.foundation.sql import quoted
from tests.profiles import tried


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as opened:
        opened.execute("set timezone = 'UTC'")
        yield opened


def field(kind: Kind, name: str = "x") -> Field:
    return Field(Column(name=name, type="?"), kind)


def for_german_excel(one: Field) -> str:
    return german(quoted(one.name), one.kind, is_code=one.is_code)


def text(connection: duckdb.DuckDBPyConnection, expression: str, kind: str, value: object) -> str | None:
    (found,) = connection.execute(
        f"select {expression} from (select cast(? as {kind}) as x)", [value]
    ).fetchone()  # type: ignore[misc]
    return found  # type: ignore[no-any-return]


@tried(100)
@given(st.floats(allow_nan=False, allow_infinity=False))
@example(0.1 + 0.2)
@example(-0.0)
@example(1e15)
@example(9007199254740993.0)
@example(5e-324)
@example(1.7976931348623157e308)
@example(614600.0)
def test_a_number_reads_back_to_the_same_double(connection: duckdb.DuckDBPyConnection, value: float) -> None:
    written = text(connection, for_machines(field("number")), "DOUBLE", value)
    shown = text(connection, for_german_excel(field("number")), "DOUBLE", value)
    assert written is not None
    assert shown is not None
    assert float(written) == value
    assert len(written.split("e")[0].replace("-", "").replace(".", "")) <= max(len(repr(value)), 17)
    assert shown == written.replace(".", ",")
    assert not written.endswith(".0") or abs(value) >= 1e16


@pytest.mark.parametrize(
    ("value", "machine", "shown"),
    [
        (614600.0, "614600", "614600"),
        (0.1, "0.1", "0,1"),
        (9.7, "9.7", "9,7"),
        (-0.5, "-0.5", "-0,5"),
        (-0.0, "0", "0"),
        (1234567.25, "1234567.25", "1234567,25"),
        (33.333333333333336, "33.333333333333336", "33,333333333333336"),
    ],
)
def test_numbers_have_no_thousands_mark_and_no_artefacts(
    connection: duckdb.DuckDBPyConnection, value: float, machine: str, shown: str
) -> None:
    assert text(connection, for_machines(field("number")), "DOUBLE", value) == machine
    assert text(connection, for_german_excel(field("number")), "DOUBLE", value) == shown


@pytest.mark.parametrize(
    ("kind", "sql_type", "value", "machine", "shown"),
    [
        ("date", "DATE", "2015-12-31", "2015-12-31", "31.12.2015"),
        ("date", "DATE", "0099-03-01", "0099-03-01", "01.03.0099"),
        ("timestamp", "TIMESTAMP", "2026-10-20 12:30:05", "2026-10-20T12:30:05Z", "20.10.2026 12:30"),
        ("boolean", "BOOLEAN", True, "true", "ja"),
        ("boolean", "BOOLEAN", False, "false", "nein"),
        ("integer", "BIGINT", -9223372036854775808, "-9223372036854775808", "-9223372036854775808"),
    ],
)
def test_other_kinds(
    connection: duckdb.DuckDBPyConnection, kind: Kind, sql_type: str, value: object, machine: str, shown: str
) -> None:
    assert text(connection, for_machines(field(kind)), sql_type, value) == machine
    assert text(connection, for_german_excel(field(kind)), sql_type, value) == shown


@pytest.mark.parametrize("kind", ["text", "integer", "number", "boolean", "date", "timestamp"])
def test_missing_stays_missing(connection: duckdb.DuckDBPyConnection, kind: Kind) -> None:
    types = {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE"}
    sql_type = types.get(kind, kind.upper())
    for expression in (
        for_machines(field(kind)),
        for_german_excel(field(kind)),
        for_german_excel(field(kind, "x")),
    ):
        assert text(connection, expression, sql_type, None) is None


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_texts_that_look_like_formulas_are_made_harmless(
    connection: duckdb.DuckDBPyConnection, start: str
) -> None:
    written = text(connection, for_german_excel(field("text")), "VARCHAR", f"{start}1+1")
    assert written is not None
    assert written.startswith("'")
    assert text(connection, for_machines(field("text")), "VARCHAR", f"{start}1+1") == f"{start}1+1"


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20))
@tried(80)
def test_no_text_starts_a_formula(connection: duckdb.DuckDBPyConnection, value: str) -> None:
    written = text(connection, for_german_excel(field("text")), "VARCHAR", value)
    assert written is not None
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert "\n" not in written


@pytest.mark.parametrize(
    "name", ["area_code", "indicator_id", "area_key", "obs_status", "raw_symbol", "unit"]
)
def test_codes_are_never_altered(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    code = field("text", name)
    assert code.is_code
    for value in ("01001", "-", "_T", "...", "Y3T5", "01001@1900-01-01", "12411-01-01-4"):
        row = connection.execute(
            f'select {for_german_excel(code)} from (select ?::varchar as "{name}")', [value]
        ).fetchone()
        assert row is not None
        assert row[0].removeprefix(TEXT_MARK) == value


@pytest.mark.parametrize(
    "code",
    [
        "05",
        "2-",
        "1E5",
        "+",
        "+/-",
        "1+",
        "3-4",
        "1/2",
        "12:30",
        "5%",
        "1.5",
        "-",
        "Mai 20",
        "wahr",
        "2021-01-01",
    ],
)
def test_a_code_that_a_spreadsheet_would_misread_is_marked_as_text(
    connection: duckdb.DuckDBPyConnection, code: str
) -> None:
    shown = german("x", "text", is_code=True)
    assert text(connection, shown, "VARCHAR", code) == f"{TEXT_MARK}{code}"


@pytest.mark.parametrize(
    "code", ["_T", "Y3T5", "DG", "01001@1900-01-01", "12411-01-01-4", "A", "GY", "D2015-12-31"]
)
def test_a_code_that_cannot_be_misread_stays_as_it_is(
    connection: duckdb.DuckDBPyConnection, code: str
) -> None:
    assert text(connection, german("x", "text", is_code=True), "VARCHAR", code) == code


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (8.142857142857142, 1, "8,1"),
        (8.142857142857142, 0, "8"),
        (12.0, 2, "12,00"),
        (0.125, 2, "0,13"),
        (-0.04, 1, "0,0"),
        (614600.0, 0, "614600"),
        (82175684.0, 0, "82175684"),
        (1e-5, 3, "0,000"),
    ],
)
def test_a_number_has_the_decimals_of_its_column(
    connection: duckdb.DuckDBPyConnection, value: float, digits: int, shown: str
) -> None:
    assert text(connection, german("x", "number", digits=str(digits)), "DOUBLE", value) == shown


def test_the_shortest_form_is_that_of_python(connection: duckdb.DuckDBPyConnection) -> None:
    for value in (0.1 + 0.2, 1 / 3, 12.345678901234567, 2**-30, math.pi * 1e-7):
        assert text(connection, for_machines(field("number")), "DOUBLE", value) == repr(value)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_marked_codes_stay_text_in_a_spreadsheet(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Unmarked, LibreOffice reads 05 as 5, 2- as -2 and 1E5 as 100000."""
    import openpyxl

    codes = ["05", "2-", "1E5", "1+", "DG", "Y3T5"]
    marked = [text(connection, german("x", "text", is_code=True), "VARCHAR", code) or "" for code in codes]
    sheet = tmp_path / "codes.csv"
    sheet.write_text("\n".join(["Code", *marked]) + "\n", encoding="utf-8")
    subprocess.run(
        [
            *("soffice", f"-env:UserInstallation=file://{tmp_path}/office", "--headless"),
            *(
                "--infilter=CSV:59,34,76,1,,1031",
                "--convert-to",
                "xlsx",
                "--outdir",
                str(tmp_path),
                str(sheet),
            ),
        ],
        check=True,
        capture_output=True,
    )
    cells = [row[0] for row in openpyxl.load_workbook(tmp_path / "codes.xlsx").active.iter_rows(min_row=2)]
    assert [str(cell.value).removeprefix(TEXT_MARK) for cell in cells] == codes
    assert {cell.data_type for cell in cells} == {"s"}
