"""The SQL that reads published texts: numbers, signs, dates, periods."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.declared.declaration import ReferenceTime
from tests.dbt.compiled import macro, model


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@pytest.fixture(scope="module")
def number() -> str:
    """The expression that reads `cell`, whose text is published."""
    return str(macro("published_number", text="cell"))


def read(number: str, database, text: str, quality: str | None = None) -> tuple[float | None, str]:
    mark = macro("published_mark", text="cell", quality="quality")
    sql = f"select {number}, {mark} from (select ? as cell, ?::varchar as quality)"
    return database.execute(sql, [text, quality]).fetchone()


@pytest.mark.parametrize(
    ("text", "found", "mark"),
    [
        ("82175684", 82175684.0, ""),
        ("357385,71", 357385.71, ""),
        ("-5", -5.0, ""),
        ("-1,4", -1.4, ""),
        ("0", 0.0, ""),
        ("(12)", 12.0, "()"),
        ("12p", 12.0, "p"),
        ("-", None, "-"),
        (".", None, "."),
        ("...", None, "..."),
        ("/", None, "/"),
        ("x", None, "x"),
        ("–", None, "–"),
        ("()", None, "()"),
    ],
)
def test_a_cell_is_a_number_or_a_sign(number, database, text, found, mark) -> None:
    assert read(number, database, text) == (found, mark)


def test_a_quality_column_is_the_mark(number, database) -> None:
    assert read(number, database, "12", "e") == (12.0, "e")


@given(st.integers(min_value=-(10**12), max_value=10**12), st.integers(min_value=0, max_value=999))
def test_no_number_loses_a_digit(number: str, whole: int, thousandths: int) -> None:
    text = f"{whole},{thousandths:03d}"
    found = duckdb.execute(f"select {number} from (select ? as cell)", [text]).fetchone()
    assert found == (float(text.replace(",", ".")),)


@given(st.text(alphabet="-./x()…–* pers", max_size=6))
def test_no_sign_becomes_a_number(number: str, text: str) -> None:
    assert duckdb.execute(f"select {number} from (select ? as cell)", [text]).fetchone() == (None,)


@pytest.mark.parametrize(
    ("text", "kind", "printed", "month_day", "year_is", "day", "period"),
    [
        ("31.12.2015", "stock", "date", None, None, dt.date(2015, 12, 31), "D2015-12-31"),
        ("20220515", "stock", "compact_date", None, None, dt.date(2022, 5, 15), "D2022-05-15"),
        ("2015", "stock", "year", "12-31", None, dt.date(2015, 12, 31), "D2015-12-31"),
        ("2015", "flow", "year", None, None, dt.date(2015, 12, 31), "Y2015"),
        ("2015", "school_year", "year", None, "end", dt.date(2015, 7, 31), "S2014"),
        ("2015", "school_year", "year", None, "start", dt.date(2015, 8, 1), "S2015"),
        ("2015-03", "flow", "month", None, None, dt.date(2015, 3, 31), "M2015-03"),
        ("201512", "flow", "month", None, None, dt.date(2015, 12, 31), "M2015-12"),
        ("201512", "stock", "month", None, None, dt.date(2015, 12, 31), "D2015-12-31"),
        ("2015-01", "flow", "half_year", None, None, dt.date(2015, 6, 30), "H2015-1"),
        ("2015-02", "flow", "half_year", None, None, dt.date(2015, 12, 31), "H2015-2"),
        ("2015/16", "school_year", "school_year", None, "start", dt.date(2015, 8, 1), "S2015"),
        ("2015/16", "school_year", "school_year", None, "end", dt.date(2016, 7, 31), "S2015"),
    ],
)
def test_a_printed_time_is_read_as_declared(
    database, text, kind, printed, month_day, year_is, day, period
) -> None:
    date_sql = macro("reference_date", text="text", dataset="dataset")
    kind_sql = macro("period_kind", dataset="dataset")
    key_sql = macro("period_key", reference_date="day", time_kind="time_kind")
    found = database.execute(
        f"select day, {key_sql} from ("
        f"select {date_sql} as day, {kind_sql} as time_kind from (select ? as text),"
        " (select ? as time_kind, ? as time_text, ?::varchar as time_month_day,"
        " ?::varchar as time_year_is, null::date as time_fixed) as dataset)",
        [text, kind, printed, month_day, year_is],
    ).fetchone()
    assert found == (day, period)


@pytest.mark.parametrize(
    ("code", "youngest", "oldest"),
    [
        ("_T", 0, None),
        ("Y_LT3", 0, 2),
        ("Y3T5", 3, 5),
        ("Y7", 7, 7),
        ("Y_GE75", 75, None),
        ("Y18_TO_LIMIT", 18, None),
        ("Y_GE_LIMIT", None, None),
    ],
)
def test_age_groups_say_their_bounds(database, code, youngest, oldest) -> None:
    bounds = f"{macro('age_from', code='code')}, {macro('age_to', code='code')}"
    sql = f"select {bounds} from (select ? as code)"
    assert database.execute(sql, [code]).fetchone() == (youngest, oldest)


def test_the_calendar_holds_every_period_that_a_declared_time_can_be(database) -> None:
    """The periods of `dim_period` begin and end as the declaration reads them, each under one key."""
    columns = "period_key, period_type, period_start, period_end"
    rows = database.execute(f"select {columns} from ({model('dim_period')})").fetchall()
    periods = {key: (kind, start, end) for key, kind, start, end in rows}
    assert len(periods) == len(rows)
    for year in (1990, 2016, 2045):
        for printed, parts in (("month", range(1, 13)), ("half_year", (1, 2))):
            time = ReferenceTime(kind="flow", text=printed)
            for part in parts:
                text = f"{year}-{part:02d}"
                key = f"M{text}" if printed == "month" else f"H{year}-{part}"
                assert periods[key] == (f"flow_{printed}", *time.period(text)), text
