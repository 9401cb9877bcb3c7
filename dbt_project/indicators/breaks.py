"""Breaks of a series: what stands between two of its rows and forbids or limits to compare them.

Three sources are put together: breaks of the indicator's definition (`indicator_break`), breaks on record of
the tables it is made of, and new boundaries of the area (both from the table macro `breaks_between`). One
event is often on record several times: for a statistic and once more for one of its tables, or for the
indicator in the year the law changed. It is named once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, pairwise

import duckdb

from dbt_project.indicators.warehouse import Row, rows

Dates = Callable[[dt.date], list[dt.date]]
BREAKS = """
    select effective_date as break_date, kind, what_de as note_de, what_en as note_en, source,
        dataset_scope, area_scope
    from breaks_between(null, null, ?, ?)
    where dataset_scope is not null or list_contains(?::varchar[], area_scope)
"""


def breaks_of(
    connection: duckdb.DuckDBPyConnection,
    indicator_id: str,
    series: Sequence[Row],
    denominator_dates: Dates,
    *,
    converted: bool = False,
) -> list[Row]:
    """The breaks between the rows of each area, by area and date.

    series: rows by area and date ascending, with `numerator_dataset` and `denominator_dataset`.
    denominator_dates: the days whose denominators a numerator of a day is divided by; a break of the
    denominator's table counts between those. converted: the series stands on the boundaries of one year-end,
    so new boundaries are no break in it.

    A break has `break_date`, `kind`, `note_de`, `note_en`, `source`; `dataset_scope`, tables or statistics it
    concerns, and `area_scope`, an area or the beginning of its code (None: all); `area_code` of the series,
    and `before`, the date of the row it stands before.
    """
    if not series:
        return []
    own = rows(
        connection,
        "select break_date, 'definition' as kind, note_de, note_en, null as source, null as dataset_scope,"
        " null as area_scope from indicator_break where indicator_id = ? order by break_date",
        [indicator_id],
    )
    days = [row["reference_date"] for row in series]
    days += [day for one in set(days) for day in denominator_dates(one)]
    areas = list(dict.fromkeys(row["area_code"] for row in series))
    on_record = rows(connection, BREAKS, [min(days), max(days), areas])
    if converted:
        on_record = [one for one in on_record if one["kind"] != "territory"]
    found: list[Row] = []
    for area, of_area in groupby(series, key=lambda row: row["area_code"]):
        near = [one for one in on_record if str(area).startswith(one["area_scope"] or "")]
        between = [
            one
            for before, after in pairwise(of_area)
            for one in _between(before, after, own, near, denominator_dates)
        ]
        found += [{**one, "area_code": area} for one in _once(between)]
    return found


def breaks_around(
    connection: duckdb.DuckDBPyConnection,
    indicator_id: str,
    number: Row,
    denominator_dates: Dates,
    *,
    converted: bool = False,
) -> list[Row]:
    """The breaks that part one number from all that is or could be known of the years before and after it.

    As `breaks_of` tells them; `before` is the number's own date for those that lie before it.
    """
    ever, never = dt.date(1900, 1, 1), dt.date(9999, 12, 31)
    series = [{**number, "reference_date": day} for day in (ever, number["reference_date"], never)]
    return breaks_of(connection, indicator_id, series, denominator_dates, converted=converted)


def words_of(one: Row) -> str:
    """A break in words: what, and the tables and the area it concerns where it does not concern all."""
    tables, area = one["dataset_scope"], one["area_scope"]
    where = "; ".join(filter(None, (tables and f"tables {tables}", area and f"area {area}")))
    return f"{one['note_en']}{f' ({where})' if where else ''}"


def _between(
    before: Row, after: Row, own: Iterable[Row], on_record: Iterable[Row], denominator_dates: Dates
) -> list[Row]:
    """What stands between two rows of an area, one event perhaps several times."""
    first, last = before["reference_date"], after["reference_date"]
    found = [one for one in own if first < one["break_date"] <= last]
    tops = _tables(before, after, "numerator_dataset")
    bottoms = _tables(before, after, "denominator_dataset")
    below = [*(denominator_dates(first) or [first]), *(denominator_dates(last) or [last])]
    for one in on_record:
        date, scope = one["break_date"], one["dataset_scope"]
        if scope is None:  # new boundaries; the publisher carried some numbers to them
            concerned = first < date <= last and not before["is_backcast"]
        else:
            concerned = (first < date <= last and any(name.startswith(scope) for name in tops)) or (
                below[0] < date <= below[-1] and any(name.startswith(scope) for name in bottoms)
            )
        if concerned:
            found.append(one)
    return [{**one, "before": last} for one in found]


def _tables(before: Row, after: Row, side: str) -> set[str]:
    return {name for row in (before, after) for name in (row[side] or "").split(", ") if name}


def _once(found: Iterable[Row]) -> list[Row]:
    """Each event once, by date: told as the one that says most, with the scopes of all that tell the same.

    The same event is: the same words for the same area and year (a note that stands on several tables); the
    same year, area and statistic; new boundaries of the same day; and a break of the indicator's definition
    in a year in which one is on record for its tables, since both tell of the same reform.
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
    return sorted(told, key=lambda one: (one["before"], one["break_date"]))


def _is_same(one: Row, other: Row) -> bool:
    if one["break_date"].year != other["break_date"].year:
        return False
    if "territory" in (one["kind"], other["kind"]):
        return bool(one["kind"] == other["kind"] and one["break_date"] == other["break_date"])
    if one["area_scope"] != other["area_scope"]:
        return False
    if one["note_en"] == other["note_en"]:
        return True
    if one["dataset_scope"] is None:
        return other["dataset_scope"] is not None
    return any(
        one["dataset_scope"].startswith(known) or known.startswith(one["dataset_scope"])
        for known in (other["dataset_scope"] or "").split(", ")
    )
