"""Breaks between the rows of a series, over `breaks_between` with the breaks on record in the catalog."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dbt_project.indicators.breaks import breaks_of
from dbt_project.indicators.query import denominator_dates
from dbt_project.indicators.warehouse import Row
from tests.dbt.rendering import function

CATALOG = Path(__file__).parents[2] / "sources" / "catalog" / "breaks.csv"
HOUSING = ("22311-01-01-4", "22311-01-02-4")
PEOPLE = "12411-01-01-4"


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create table dim_break as from read_csv(?, header = true)", [str(CATALOG)])
        connection.execute(  # notes of declared tables, as `dim_break` has them beside the catalog
            "insert into dim_break by name select *, 'definition' as kind, 'note' as what_en from (values"
            " ('22311-01-01-4', null, date '2005-01-01'), ('22311-01-02-4', '08', date '2011-01-01'),"
            " ('12411-01-01-4', null, date '2011-12-31'), ('12411-01-01-4', null, date '2022-12-31'))"
            " as given (statistic_prefix, area_prefix, effective_date)"
        )
        connection.execute(
            "create table dim_area as select *, 'law' as legal_basis, date '9999-12-31' as valid_to"
            " from (values"
            " ('03159', 'Göttingen', date '2016-11-01', '03152, 03156'),"
            " ('08111', 'Stuttgart', date '1900-01-01', null),"
            " ('16063', 'Wartburgkreis', date '1900-01-01', null),"
            " ('12345678', 'Planungsraum', date '2021-01-01', null))"
            " as given (area_code, area_name, valid_from, predecessor_codes)"
        )
        connection.execute(
            "create table bridge_area_crosswalk as from (values (2020, '16056', 2021, '16063'),"
            " (2020, '16063', 2021, '16063'), (2015, '03152', 2016, '03159'), (2015, '16056', 2021, '16063'))"
            " as given (from_year, from_code, to_year, to_code)"
        )
        connection.execute(
            "create table indicator_break as select 'P09' as indicator_id, * from (values"
            " (date '2005-01-01', 'ohne Transferleistungen', 'recipients of transfer benefits excluded'),"
            " (date '2009-01-01', 'Reform', 'reform of 2009'),"
            " (date '2011-05-09', 'Zensus', 'census 2011'), (date '2022-05-15', 'Zensus', 'census 2022'))"
            " as given (break_date, note_de, note_en)"
        )
        connection.execute(function("breaks_between"))
        yield connection


def series(
    area: str, *days: str, numerator: str = HOUSING[1], denominator: str | None = PEOPLE, **other: object
) -> list[Row]:
    return [
        {"area_code": area, "reference_date": dt.date.fromisoformat(day), "is_backcast": False,
         "numerator_dataset": numerator, "denominator_dataset": denominator, **other}
        for day in days
    ]  # fmt: skip


def told(
    connection: duckdb.DuckDBPyConnection,
    rows: list[Row],
    rule: str = "same",
    indicator: str = "P09",
    **how: bool,
) -> list[tuple[str, str, str | None, str | None]]:
    def dates(day: dt.date) -> list[dt.date]:
        return denominator_dates({"denominator_date": rule}, day)

    return [
        (f"{one['break_date']}", f"{one['before']}", one["dataset_scope"], one["area_scope"])
        for one in breaks_of(connection, indicator, rows, dates, **how)
    ]


def test_a_whole_series_has_each_event_once_where_it_stands(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = series("08111", "2004-12-31", numerator=HOUSING[0])
    rows += series(
        "08111", "2005-12-31", "2008-12-31", "2009-12-31", "2010-12-31", "2011-12-31", "2012-12-31"
    )
    assert told(warehouse, rows) == [
        # the seam of the two tables, which tells of the reform of that year too
        ("2005-12-31", "2005-12-31", "22311-01-0", None),
        ("2009-01-01", "2009-12-31", None, None),
        ("2011-01-01", "2011-12-31", HOUSING[1], "08"),
        # for the statistic, for its table and for the indicator
        ("2011-12-31", "2011-12-31", "12411", None),
    ]


def test_an_area_out_of_scope_and_a_table_that_is_not_used_are_not_named(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert told(warehouse, series("01001", "2010-12-31", "2011-12-31")) == [
        ("2011-12-31", "2011-12-31", "12411", None)
    ]
    assert told(warehouse, series("01001", "2010-12-31", "2011-12-31", denominator=None), indicator="X") == []
    assert told(warehouse, series("01001", "2012-12-31", "2013-12-31")) == []
    assert told(warehouse, []) == []


@pytest.mark.parametrize(
    ("rule", "before"),
    [("year_end", "2022-06-30"), ("year_end_before", "2023-06-30"), ("mean_of_two", "2022-06-30")],
)
def test_a_break_of_the_denominator_counts_between_its_days(
    warehouse: duckdb.DuckDBPyConnection, rule: str, before: str
) -> None:
    rows = series("01001", "2021-06-30", "2022-06-30", "2023-06-30")
    assert told(warehouse, rows, rule) == [("2022-12-31", before, "12411", None)]


def test_new_boundaries_are_named_unless_the_numbers_were_carried_to_them(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows = series("03159", "2015-12-31", "2016-12-31")
    assert told(warehouse, rows) == [("2016-11-01", "2016-12-31", None, "03159")]
    assert told(warehouse, rows, converted=True) == []
    carried = series("03159", "2015-12-31", is_backcast=True) + rows[1:]
    assert told(warehouse, carried) == []


def test_an_area_that_grew_under_its_old_code_is_named_too(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = series("16063", "2019-12-31", "2020-12-31", "2021-12-31")
    assert told(warehouse, rows) == [("2021-12-31", "2021-12-31", None, "16063")]
    assert told(warehouse, rows, converted=True) == []
    days = [dt.date(2019, 12, 31), dt.date(2021, 12, 31)]
    sql = "select what_en from breaks_between(null, '16063', ?, ?) where dataset_scope is null"
    found = warehouse.execute(sql, days).fetchall()
    assert found == [("Boundaries of Wartburgkreis changed in 2021, made of 16056, 16063",)]


def test_the_reform_of_planning_areas_is_one_break(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = series("12345678", "2020-12-31", "2021-12-31", numerator="ewr-lor", denominator="ewr-lor")
    assert told(warehouse, rows) == [("2021-01-01", "2021-12-31", "ewr-lor", None)]
    assert told(warehouse, rows, converted=True) == []


def test_what_conversion_does_not_bridge_stays(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Carrier and residence of 22151 is a matter of definition, whatever the boundaries."""
    rows = series("03159", "2015-12-31", "2016-12-31", numerator="22151-01-02-4", denominator=None)
    scopes = [scope for _, _, scope, _ in told(warehouse, rows, converted=True)]
    assert scopes == ["22151"]


def test_the_macro_gives_one_table_and_area_as_documented(warehouse: duckdb.DuckDBPyConnection) -> None:
    sql = "select effective_date, dataset_scope, area_scope from breaks_between(?, ?, ?, ?)"
    days = [dt.date(2005, 12, 31), dt.date(2020, 12, 31)]
    found = warehouse.execute(sql, ["22311-01-02-4", "03159", *days]).fetchall()
    assert found == [(dt.date(2016, 11, 1), None, "03159")]
