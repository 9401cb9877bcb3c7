"""Breaks of a series: what stands between two of its rows and forbids or limits to compare them.

The register of breaks is `dim_break`, and the rule which of them part two rows is the function `breaks_in`
of the warehouse; the verdicts of the marts are made by the same rule. One event is often on record several
times: for a statistic and once more for one of its tables. Here it is told once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import groupby

import duckdb

from sources.foundation.told import Language

from .warehouse import Row, rows

SERIES = (
    "area_key",
    "area_code",
    "reference_date",
    "is_backcast",
    "numerator_dataset",
    "denominator_dataset",
)
TYPES = ("varchar", "varchar", "date", "boolean", "varchar", "varchar")
ASKED = "asked_series"


def breaks_of(
    connection: duckdb.DuckDBPyConnection,
    indicator_id: str,
    series: Sequence[Row],
    *,
    converted: bool = False,
) -> list[Row]:
    """The breaks between the rows of each area, by area and date.

    series: rows of one indicator with the columns `SERIES`, one per area and date. converted: the series
    stands on the boundaries of one year-end, so new boundaries are no break in it.

    A break has `break_date`, `kind`, `note_de`, `note_en`, `source`; `dataset_scope`, tables or statistics it
    concerns, and `area_scope`, an area or the beginning of its code (None: all); `area_code` of the series,
    and `before`, the date of the row it stands before.
    """
    columns = ", ".join(f"unnest(?::{kind}[]) as {name}" for name, kind in zip(SERIES, TYPES, strict=True))
    connection.execute(
        f"create or replace temp table {ASKED} as select ?::varchar as indicator_id, {columns}",
        [indicator_id, *([row[name] for row in series] for name in SERIES)],
    )
    found = rows(
        connection,
        f"""select area_code, reference_date as before, break_date, kind, what_de as note_de,
            what_en as note_en, source, dataset_scope, area_scope
        from breaks_in('{ASKED}')
        where not (? and kind = 'territory')
        order by area_code, before, break_date, break_id""",
        [converted],
    )
    between = groupby(found, key=lambda one: (one["area_code"], one["before"]))
    return [one for _, of_step in between for one in _once(of_step)]


def breaks_around(
    connection: duckdb.DuckDBPyConnection, indicator_id: str, number: Row, *, converted: bool = False
) -> list[Row]:
    """The breaks that part one number from all that is or could be known of the years before and after it.

    As `breaks_of` tells them; `before` is the number's own date for those that lie before it.
    """
    ever, never = dt.date(1900, 1, 1), dt.date(9999, 12, 31)
    series = [
        {**number, "reference_date": ever, "area_key": f"{number['area_code']}@{ever}"},
        number,
        {**number, "reference_date": never, "area_key": f"{number['area_code']}@{never}"},
    ]
    return breaks_of(connection, indicator_id, series, converted=converted)


def words_of(one: Row, language: Language = "en") -> str:
    """A break in words: what, and the tables and the area it concerns where it does not concern all."""
    tables, area = one["dataset_scope"], one["area_scope"]
    in_tables, in_area = ("Tabellen", "Gebiet") if language == "de" else ("tables", "area")
    where = "; ".join(filter(None, (tables and f"{in_tables} {tables}", area and f"{in_area} {area}")))
    return f"{one[f'note_{language}']}{f' ({where})' if where else ''}"


def _once(found: Iterable[Row]) -> list[Row]:
    """Each event between two rows once, by date, with the scopes of all that tell the same.

    It is told as the one that says most.

    The same event is: the same words for the same area and year (a note that stands on several tables); the
    same year, area and statistic; new boundaries of the same day; and a new definition of the indicator in a
    year in which a break is on record for its tables, since both tell of the same reform. A seam between two
    deliveries is an event of its own.
    """
    told: list[Row] = []
    # breaks on record before all others; successions of tables, then whole statistics before one table
    order = sorted(
        found,
        key=lambda one: (
            one["dataset_scope"] is None,
            one["kind"] != "succession",
            len(one["dataset_scope"] or ""),
            one["break_date"],
        ),
    )
    for one in order:
        for other in told:
            if _is_same(one, other):
                scopes = other["dataset_scope"].split(", ") if other["dataset_scope"] else []
                scope = one["dataset_scope"]
                if scope and not any(scope.startswith(known) for known in scopes):
                    other["dataset_scope"] = ", ".join([*scopes, scope])
                break
        else:
            told.append(dict(one))
    return sorted(told, key=lambda one: one["break_date"])


def _is_same(one: Row, other: Row) -> bool:
    if one["break_date"].year != other["break_date"].year:
        return False
    if "territory" in (one["kind"], other["kind"]):
        return bool(one["kind"] == other["kind"] and one["break_date"] == other["break_date"])
    if one["area_scope"] != other["area_scope"]:
        return False
    if one["note_en"] == other["note_en"]:
        return True
    if "delivery" in (one["kind"], other["kind"]):
        return False
    if one["dataset_scope"] is None:
        return other["dataset_scope"] is not None
    return any(
        one["dataset_scope"].startswith(known) or known.startswith(one["dataset_scope"])
        for known in (other["dataset_scope"] or "").split(", ")
    )
