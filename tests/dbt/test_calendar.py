"""When figures are due by the publisher's calendar, and which table an indicator waits for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import pytest

from sources.declared.catalogue import load_catalog
from sources.declared.catalogue_tables import catalogue_tables
from tests.contracts import make

from .compiled import macro
from .indicator_chain import build, found

DAY = dt.date.fromisoformat


@pytest.mark.parametrize(
    ("cadence", "window", "years_later", "newest", "next_date", "due_on"),
    [
        ("year", ("06-15", "11-30"), 0, "2015-12-31", "2016-12-31", "2017-11-30"),
        ("year", ("07-01", "12-31"), 0, "2016-03-01", "2017-03-01", "2017-12-31"),
        ("year", ("07-01", "12-31"), 1, "2015-06-30", "2016-06-30", "2017-12-31"),
        ("year", ("01-15", "06-30"), 0, "2023-07-31", "2024-07-31", "2025-06-30"),
        ("two_years", ("11-15", "03-31"), 0, "2015-12-31", "2017-12-31", "2019-03-31"),  # over the new year
        ("quarter", None, 0, "2021-06-30", "2021-09-30", "2022-09-30"),
        ("month", None, 0, "2024-01-31", "2024-02-29", "2025-02-28"),  # the end of a month stays one
        ("half_year", None, 0, "2025-12-31", "2026-06-30", "2027-06-30"),
        ("once", None, 0, "2010-12-31", None, None),
        ("census", None, 0, "2022-05-15", None, None),
        ("irregular", None, 0, "2022-12-31", None, None),
    ],
)
def test_the_day_by_which_the_next_figures_come(
    cadence: str,
    window: tuple[str, str] | None,
    years_later: int,
    newest: str,
    next_date: str | None,
    due_on: str | None,
) -> None:
    opens, closes = window or (None, None)
    following = macro("next_date", day="declared.newest", dataset="declared")
    due = macro("due_on", next="followed.following", dataset="followed")
    row = duckdb.execute(
        f"with declared as (select ?::date as newest, ? as cadence, ?::varchar as window_from,"
        f" ?::varchar as window_to, ?::integer as years_later),"
        f" followed as (select *, {following} as following from declared)"
        f" select following, {due} from followed",
        [newest, cadence, opens, closes, years_later],
    ).fetchone()
    assert row == (next_date and DAY(next_date), due_on and DAY(due_on))


def value(indicator: str, day: str, numerator: str, denominator: str | None = None) -> dict[str, Any]:
    return {
        "indicator_id": indicator, "area_code": "01001", "area_level": "KREIS", "reference_date": day,
        "value": 1.0, "numerator_dataset": numerator, "denominator_dataset": denominator,
    }  # fmt: skip


def test_an_indicator_waits_for_its_numerator_or_where_that_has_come_for_its_denominator() -> None:
    with duckdb.connect() as connection:
        connection.register("declared", catalogue_tables(load_catalog())["datasets"])
        connection.execute("create table dim_dataset as select * from declared")
        newest = {
            "22811-01-01-4": "2016-12-31", "12411-02-03-4": "2015-12-31", "12111-32-01-4": "2011-05-09",
            "13211-02-05-4": "2025-12-31",
        }  # fmt: skip
        make(
            connection,
            "dim_snapshot",
            [
                {"dataset_id": name, "status": status, "period_max": day}
                for name, day in newest.items()
                for status, day in (("accepted", day), ("withdrawn", "2030-12-31"))
            ],
        )
        make(
            connection,
            "fct_indicator",
            [
                value("P03", "2014-12-31", "22811-01-01-4", "12411-02-03-4"),
                value("P03", "2015-12-31", "22811-01-01-4", "12411-02-03-4"),
                value("P07", "2016-12-31", "22811-01-01-4, 12111-32-01-4"),
                value("A01", "2025-12-31", "13211-02-05-4"),
                value("I02-census2011", "2011-05-09", "12111-32-01-4"),
                value("D01", "2015-12-31", "12411-02-03-4") | {"value": None},
            ],
        )
        connection.execute("create table indicator as select * from (values ('P03'), ('P07'), ('A01'),"
                           " ('I02-census2011'), ('D01')) as t(indicator_id)")  # fmt: skip
        for column, text in (
            ("name_de", "n"),
            ("name_en", "n"),
            ("policy_field", "p"),
            ("computed_by", "facts"),
        ):
            connection.execute(f"alter table indicator add column {column} varchar default '{text}'")
        build(connection, "mart_indicator_currency")
        build(connection, "mart_dataset_currency")
        indicators = {row["indicator_id"]: row for row in found(connection, "from mart_indicator_currency")}
        datasets = {row["dataset_id"]: row for row in found(connection, "from mart_dataset_currency")}
    waits = {name: (row["due_on"], row["dataset_id"]) for name, row in indicators.items()}
    assert waits == {
        "P03": (DAY("2017-11-30"), "12411-02-03-4"),  # numerators of 2016 are there, residents are not
        "P07": (DAY("2018-12-31"), "22811-01-01-4"),  # the closed series among its tables has no calendar
        "A01": (DAY("2027-04-30"), "13211-02-05-4"),
        "I02-census2011": (None, None),
        "D01": (None, None),
    }
    assert indicators["P03"]["values_count"] == 2
    assert (indicators["D01"]["values_count"], indicators["D01"]["newest_date"]) == (0, None)
    assert datasets["22811-01-01-4"]["due_on"] == DAY("2018-12-31")  # not that of what was withdrawn
    assert datasets["12111-32-01-4"]["due_on"] is None
