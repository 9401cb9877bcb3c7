"""Tables of the atlas on outlines: what is declared, the classes of each measure, points of facilities.

A map shows one row per area: its reader chooses a value of each column of `by`. Classes hold for all rows
that are the same in the columns of `alike`, so that days and editions are seen in the same colours.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from exports.classes import COLOURS, ONE_COLOUR, limits_and_colours
from exports.products import Stripped
from sources.foundation.sql import quoted, text_literal

if TYPE_CHECKING:
    import duckdb

RAMP = COLOURS[ONE_COLOUR][5]


class Measure(Stripped):
    """A column that is drawn: numbers with their limits, or codes of classes with the column of their words.

    `is_balance`: the middle is at nought.
    """

    column: str
    lower: str = ""
    upper: str = ""
    words: str = ""
    is_category: bool = False
    is_balance: bool = False


class MapOfTable(Stripped):
    """How a table is drawn. `reason`: column that says why a cell is empty; `points`: the facilities."""

    by: tuple[str, ...] = Field(min_length=1)
    alike: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = Field(min_length=1)
    reason: str = ""
    points: str = ""


def scope_of(alike: Sequence[str], row: Mapping[str, Any]) -> str:
    """The name under which the page finds the classes of a row."""
    return json.dumps([str(row[name] or "") for name in alike], ensure_ascii=False, separators=(",", ":"))


def drawn_head(
    declared: MapOfTable, columns: Mapping[str, Sequence[Any]], digits: Mapping[str, int | None]
) -> dict[str, Any]:
    """What the page is told of a map: its choices and, per measure, its classes by scope.

    `columns`: name -> cells of all rows, as they are shown; measures whose column the product lacks go.
    """
    rows = len(next(iter(columns.values()), ()))
    alike = [name for name in declared.alike if name in columns]
    scopes = [scope_of(alike, {name: columns[name][row] for name in alike}) for row in range(rows)]
    measures = []
    for one in declared.measures:
        if one.column not in columns:
            continue
        cells: dict[str, list[Any]] = defaultdict(list)
        for scope, cell in zip(scopes, columns[one.column], strict=True):
            if cell not in (None, ""):
                cells[scope].append(cell)
        measures.append(
            {
                "column": one.column,
                "lower": one.lower if one.lower in columns else "",
                "upper": one.upper if one.upper in columns else "",
                "words": one.words if one.words in columns else "",
                "category": one.is_category,
                "digits": digits.get(one.column) or 0,
                "classes": {
                    scope: _categories(found) if one.is_category else _classes(found, one, digits)
                    for scope, found in cells.items()
                },
            }
        )
    return {
        "by": [name for name in declared.by if name in columns],
        "alike": alike,
        "measures": measures,
        "reason": declared.reason if declared.reason in columns else "",
        "points": declared.points,
    }


def _classes(found: list[float], measure: Measure, digits: Mapping[str, int | None]) -> dict[str, Any]:
    limits, colours = limits_and_colours(found, digits.get(measure.column) or 0, measure.is_balance)
    return {"edges": limits, "colours": colours, "diverging": 0.0 in limits and min(found) < 0}


def _categories(found: list[str]) -> dict[str, Any]:
    """Codes in their order, from light to dark."""
    codes = sorted(set(found))
    last = max(len(codes) - 1, 1)
    return {
        "codes": codes,
        "edges": [],
        "diverging": False,
        "colours": [_between(place / last) for place in range(len(codes))],
    }


def _between(share: float) -> str:
    """The colour at a share of the way through the ramp."""
    at = share * (len(RAMP) - 1)
    low = min(int(at), len(RAMP) - 2)
    mixed = (
        round(int(RAMP[low][place : place + 2], 16) * (low + 1 - at))
        + round(int(RAMP[low + 1][place : place + 2], 16) * (at - low))
        for place in (1, 3, 5)
    )
    return "#" + "".join(f"{min(one, 255):02x}" for one in mixed)


PLACED = "st_transform(st_point(lon, lat), 'EPSG:4326', 'EPSG:25832', always_xy := true)"
"""SQL: the point of a facility on the grid of the outlines, in metres."""


def points_sql(file: str) -> str:
    """SQL: x and y in whole metres per row of the file; null for a facility without a point."""
    return (
        f"select cast(round(st_x(place)) as bigint) as x, cast(round(st_y(place)) as bigint) as y from "
        f"(select file_row_number, {PLACED} as place "
        f"from read_parquet({text_literal(file)}, file_row_number = true)) order by file_row_number"
    )


def versions_sql(file: str) -> str:
    """SQL: per row of the file the number of its area's version; -1 where the atlas has no such version."""
    return (
        f"select coalesce(versions.version, -1) from "
        f"read_parquet({text_literal(file)}, file_row_number = true) as rows "
        f"left join versions on rows.{quoted('area_key')} = versions.area_key order by rows.file_row_number"
    )


def misplaced(
    connection: duckdb.DuckDBPyConnection,
    record: Mapping[str, Any],
    versions: Sequence[int],
    keys: Sequence[str],
    file: str,
    areas: str,
) -> int:
    """How many rows or points of a table's record lie elsewhere than the edition says.

    `versions`: of each row, as the record says; `keys`: level, code and first day of each version.
    """
    wrong = 0
    if "version" in record:
        released = connection.execute(
            "select areas.area_level || ':' || areas.area_code || '@' "
            "|| strftime(areas.valid_from, '%Y-%m-%d') "
            f"from read_parquet({text_literal(file)}, file_row_number = true) as rows "
            f"left join read_parquet({text_literal(areas)}) as areas on rows.area_key = areas.area_key "
            "order by rows.file_row_number"
        ).fetchall()
        known = set(keys)
        wrong += sum(
            (keys[version] != key) if version >= 0 else (key in known)
            for version, (key,) in zip(versions, released, strict=True)
        )
    if "points" in record:
        found = connection.execute(points_sql(file)).fetchall()
        held = zip(record["points"]["x"], record["points"]["y"], strict=True)
        wrong += sum(tuple(one) != other for one, other in zip(held, found, strict=True))
    return wrong
