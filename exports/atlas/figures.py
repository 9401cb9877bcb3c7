"""The figures of the atlas: one record per indicator, written from the released edition of `indicators`.

Values and limits are rounded to the decimals of the indicator, as every sheet shows them; numerators and
denominators are exact to six decimals. Rows stand in the order of level, area and day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.atlas.packing import climbs, runs, steps, write_record
from exports.classes import has_middle, limits_and_colours
from sources.foundation.sql import quoted, text_literal
from sources.foundation.told import Told

if TYPE_CHECKING:
    import duckdb
    import numpy
    from numpy.typing import NDArray

CODED = {
    "status": "obs_status",
    "confidentiality": "conf_status",
    "reason": "missing_reason",
    "reliability": "reliability",
    "change": "change_verdict",
    "verdict": "reference_verdict",
    "backcast": "is_backcast",
    "source": "numerator_dataset",
    "source_below": "denominator_dataset",
}
"""Name in the record -> column of the edition whose values are few words."""

MOST_DECIMALS = 6
"""Of a numerator or denominator that is no whole number (a mean of two days, another indicator)."""


def stage_figures(
    connection: duckdb.DuckDBPyConnection, indicators: Path, areas: Path, drawn: Sequence[str]
) -> None:
    """Create `versions`, `figures` and the lists of codes from the files of two editions.

    `versions`: every version of an area that a figure or an outline (`drawn`: keys) is of, numbered in the
    order of level, code and first day; `figures`: the rows of the edition with that number. Raises
    `ValueError` where a figure is of a version that the edition of areas does not have.
    """
    rows = f"read_parquet({text_literal(str(indicators))})"
    connection.execute(
        f"""
        create table versions as
        select
            row_number() over (order by area_level, area_code, valid_from) - 1 as version,
            dense_rank() over (order by area_level, area_code) - 1 as unit,
            area_key, area_level, area_code, area_name, valid_from, land_code
        from read_parquet({text_literal(str(areas))})
        where area_key in (select area_key from {rows} union select unnest(?::varchar[]))
        """,
        [list(drawn)],
    )
    for name, column in CODED.items():
        connection.execute(
            f"create table {quoted('list_' + name)} as "
            "select code, row_number() over (order by code nulls first) - 1 as place "
            f"from (select distinct cast({quoted(column)} as varchar) as code from {rows})"
        )
    connection.execute(
        f"""
        create table list_break as
        select break_de, break_en, row_number() over (order by break_de, break_en) as place
        from (
            select distinct break_de, coalesce(break_en, '') as break_en from {rows}
            where break_de is not null
        )
        """
    )
    joined = "".join(
        f" left join {quoted('list_' + name)} as {quoted(name)} "
        f"on cast(rows.{quoted(column)} as varchar) is not distinct from {quoted(name)}.code"
        for name, column in CODED.items()
    )
    codes = "".join(f", {quoted(name)}.place as {quoted(name + '_place')}" for name in CODED)
    connection.execute(
        f"""
        create table figures as
        select
            rows.indicator_id, rows.indicator_name_de, rows.indicator_name_en, rows.policy_field, rows.unit,
            rows.decimals, rows.area_key, rows.area_code, rows.area_level, rows.reference_date, rows.value,
            rows.lower_limit, rows.upper_limit, rows.numerator, rows.denominator, versions.version,
            coalesce(list_break.place, 0) as break_place{codes}
        from {rows} as rows
        left join versions on rows.area_key = versions.area_key
        left join list_break
            on rows.break_de = list_break.break_de and coalesce(rows.break_en, '') = list_break.break_en
        {joined}
        """
    )
    strange = connection.execute("select min(area_key) from figures where version is null").fetchone()
    if strange is not None and strange[0] is not None:
        raise ValueError(
            Told(
                f"indicators has figures of {strange[0]}, which the edition of areas does not know; "
                "run `planstat run`",
                f"indicators enthält Werte von {strange[0]}, das die Ausgabe von areas nicht kennt; bitte "
                "`planstat run` ausführen",
            )
        )


def code_list(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    """The codes of a list in their order; an empty text for a row without one."""
    found = connection.execute(f"select code from {quoted('list_' + name)} order by place").fetchall()
    return [code or "" for (code,) in found]


class Columns:
    """Columns of counts that several indicators have alike (all shares of one population) stand once."""

    def __init__(self) -> None:
        self._first: dict[bytes, str] = {}

    def once(self, name: str, column: list[int | None]) -> list[int | None] | str:
        """The column, or the name (`<indicator>/<column>`) under which it already stands."""
        digest = hashlib.sha256(repr(column).encode()).digest()
        first = self._first.setdefault(digest, name)
        return column if first == name else first


def write_figures(
    connection: duckdb.DuckDBPyConnection, indicator: str, decimals: int, folder: Path, columns: Columns
) -> dict[str, Any]:
    """Write the record of an indicator; gives what the list of indicators says of its rows.

    `columns` knows those of the records before.

    `levels`: level -> number of areas with a value and days with one; `classes`: level -> limits and colours
    of the map's classes, which hold for all days; `newest` day with a value; `values`: how many.
    """
    codes = ", ".join(quoted(f"{name}_place") for name in (*CODED, "break"))
    scale = 10**decimals
    found = connection.execute(
        f"""
        with days as (
            select day, row_number() over (order by day) - 1 as place
            from (select distinct reference_date as day from figures where indicator_id = $indicator)
        )
        select
            figures.version,
            days.place as day,
            {_whole("value", decimals, scale)} as value,
            {_whole("lower_limit", decimals, scale)} as lower,
            {_whole("upper_limit", decimals, scale)} as upper,
            numerator, denominator, {codes}
        from figures
        inner join days on figures.reference_date = days.day
        where figures.indicator_id = $indicator
        order by figures.version, figures.reference_date
        """,
        {"indicator": indicator},
    ).fetchnumpy()
    value, has_value = _numbers(found["value"])
    lower, has_lower = _numbers(found["lower"])
    upper, has_upper = _numbers(found["upper"])
    days = connection.execute(
        "select distinct strftime(reference_date, '%Y-%m-%d') from figures where indicator_id = ? order by 1",
        [indicator],
    ).fetchall()
    numerator, numerator_scale = _exact(found["numerator"])
    denominator, denominator_scale = _exact(found["denominator"])
    values = steps(value, has_value)
    record = {
        "id": indicator,
        "days": [day for (day,) in days],
        "version": climbs(_codes(found["version"])),
        "day": steps(*_numbers(found["day"])),
        "value": columns.once(f"{indicator}/value", values),
        "below": _apart(value - lower, has_value & has_lower),
        "above": _apart(upper - value, has_value & has_upper),
        "numerator": columns.once(f"{indicator}/numerator", numerator),
        "denominator": columns.once(f"{indicator}/denominator", denominator),
        "numerator_scale": numerator_scale,
        "denominator_scale": denominator_scale,
        "codes": {name: runs(_codes(found[f"{name}_place"])) for name in (*CODED, "break")},
    }
    write_record(folder, f"indicator/{indicator}", record)
    return _summary(connection, indicator, decimals)


def _whole(column: str, decimals: int, scale: int) -> str:
    """SQL: a figure as a whole number of its smallest shown unit."""
    return f"cast(round(round(figures.{quoted(column)}, {decimals}) * {scale}) as bigint)"


def _numbers(column: Any) -> tuple[NDArray[numpy.int64], NDArray[numpy.bool_]]:
    """A column as whole numbers, and where it has one."""
    import numpy

    masked = numpy.ma.asarray(column)
    return masked.filled(0).astype(numpy.int64), ~numpy.ma.getmaskarray(masked)


def _codes(column: Any) -> NDArray[numpy.int64]:
    return _numbers(column)[0]


def _apart(by: NDArray[numpy.int64], known: NDArray[numpy.bool_]) -> list[int | None]:
    """Distances as they are; None where there is none."""
    import numpy

    found = numpy.full(len(by), None, dtype=object)
    found[known] = by[known].tolist()
    listed: list[int | None] = found.tolist()
    return listed


def _exact(column: Any) -> tuple[list[int | None], int]:
    """Counts as steps of whole numbers of 1/scale, and the scale: the smallest power of ten that is exact."""
    import numpy

    masked = numpy.ma.asarray(column)
    known = ~numpy.ma.getmaskarray(masked)
    numbers = masked.filled(0.0).astype(numpy.float64)
    scale = 1
    for decimals in range(MOST_DECIMALS + 1):
        scale = 10**decimals
        if numpy.array_equal(numpy.round(numbers, decimals), numbers):
            break
    return steps(numpy.rint(numbers * scale).astype(numpy.int64), known), scale


def _summary(connection: duckdb.DuckDBPyConnection, indicator: str, decimals: int) -> dict[str, Any]:
    """What there is of an indicator by level, and classes of a map over all its days."""
    rows = connection.execute(
        """
        select area_level, count(distinct area_code),
            list(distinct strftime(reference_date, '%Y-%m-%d') order by strftime(reference_date, '%Y-%m-%d')),
            list(value)
        from figures where indicator_id = ? and value is not null group by area_level order by area_level
        """,
        [indicator],
    ).fetchall()
    levels, classes = {}, {}
    for level, areas, days, values in rows:
        levels[level] = {"areas": areas, "days": days}
        limits, colours = limits_and_colours(values, decimals)
        classes[level] = {"edges": limits, "colours": colours, "diverging": has_middle(values)}
    return {
        "levels": levels,
        "values": sum(len(values) for *_, values in rows),
        "newest": max((days[-1] for _, _, days, _ in rows), default=""),
        "classes": classes,
    }


def indicator_heads(connection: duckdb.DuckDBPyConnection) -> list[Mapping[str, Any]]:
    """The indicators with a row, in the order of their ids: names, field, unit and decimals."""
    found = connection.execute(
        "select indicator_id, any_value(indicator_name_de), any_value(indicator_name_en), "
        "any_value(policy_field), any_value(unit), any_value(decimals) from figures group by 1 order by 1"
    ).fetchall()
    return [
        {"id": one, "name": [de, en], "field": field, "unit": unit or "", "decimals": int(decimals or 0)}
        for one, de, en, field, unit, decimals in found
    ]
