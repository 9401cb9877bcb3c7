"""`planstat query`: values of an indicator for areas and periods, as known now or on a day, on any territory.

Without `as_of` and `territory_year` the published mart answers. With them the value is computed again from
the cells known on that day, numerator and denominator carried to the territory first, divided after.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from dbt_project.indicators.warehouse import Row, area_row, facts, indicator_row, opened, period_range, rows

BLOCKS = "▁▂▃▄▅▆▇█"
MART_COLUMNS = (
    "area_code, area_name, area_level, reference_date, value, numerator, denominator, unit, decimals,"
    " obs_status, missing_reason, lower_limit, upper_limit, reliability, reference_value, reference_verdict,"
    " change, change_verdict, is_backcast, known_from"
)


@dataclass(frozen=True)
class Answer:
    """What was asked and what came out: one row per area and reference date, dates ascending."""

    indicator: Row
    rows: list[Row]
    as_of: dt.datetime | None = None
    territory_year: int | None = None
    notes: list[str] = field(default_factory=list)

    def chart(self, area_code: str) -> str:
        """The series of an area as one line of blocks, missing values as a gap."""
        return sparkline([row["value"] for row in self.rows if row["area_code"] == area_code])


def sparkline(values: Sequence[float | None]) -> str:
    """Values as blocks between their minimum and maximum; a missing one is a dot."""
    present = [value for value in values if value is not None]
    if not present:
        return "·" * len(values)
    low, span = min(present), (max(present) - min(present)) or 1.0
    top = len(BLOCKS) - 1
    return "".join("·" if value is None else BLOCKS[round((value - low) / span * top)] for value in values)


def query(
    warehouse: Path,
    indicator_id: str,
    *,
    areas: Sequence[str] = (),
    area_level: str | None = None,
    period: str | None = None,
    as_of: dt.datetime | None = None,
    territory_year: int | None = None,
) -> Answer:
    """The values of an indicator.

    areas: codes or names; none means all of `area_level` (all levels when that is none too).
    period: `2015`, `2010-2015`, `2015-12-31`, `2014/15`; none means all.
    as_of: what was known at that time. territory_year: Kreise of 31 December of that year.
    Raises `UnknownName` for an indicator, area or period that is not there, `FileNotFoundError` without a
    warehouse, `ValueError` for what an indicator cannot do.
    """
    with opened(warehouse) as connection:
        indicator = indicator_row(connection, indicator_id)
        if indicator["computed_by"] == "nothing":
            where = f"{indicator['waits_for']} ({indicator['waits_where']}): {indicator['waits_why']}"
            raise ValueError(f"{indicator_id} is not computed yet. It waits for {where}")
        if indicator["computed_by"] not in ("facts", "derived"):
            raise ValueError(f"{indicator_id} is computed by {indicator['computed_by']}: read that mart")
        codes = [area_row(connection, area)["area_code"] for area in areas]
        span = period_range(period) if period else (dt.date(1900, 1, 1), dt.date(9999, 12, 31))
        if as_of is None and territory_year is None:
            found = _published(connection, indicator_id, codes, area_level, span)
            return Answer(indicator, found)
        if indicator["computed_by"] == "derived":
            raise ValueError(f"{indicator_id} is made of two indicators: ask for each of them")
        computed = _computed(connection, indicator, as_of, span, territory_year)
        names = {row["area_code"]: row for row in rows(connection, "select * from dim_area where is_latest")}
        chosen = []
        for row in computed:
            area = names.get(row["area_code"], {})
            row |= {"area_name": area.get("area_name"), "area_level": area.get("area_level")}
            if (codes and row["area_code"] not in codes) or (area_level and row["area_level"] != area_level):
                continue
            chosen.append(row)
        notes = []
        if territory_year is not None:
            notes.append(f"Kreise on the territory of 31.12.{territory_year}; a part of a Kreis is estimated")
        return Answer(indicator, chosen, as_of, territory_year, notes)


def _published(
    connection: duckdb.DuckDBPyConnection,
    indicator_id: str,
    codes: list[str],
    area_level: str | None,
    span: tuple[dt.date, dt.date],
) -> list[Row]:
    return rows(
        connection,
        f"select {MART_COLUMNS} from mart_indicator"
        " where indicator_id = ? and reference_date between ? and ?"
        " and (len(?::varchar[]) = 0 or list_contains(?::varchar[], area_code))"
        " and (? is null or area_level = ?)"
        " order by area_code, reference_date",
        [indicator_id, *span, codes, codes, area_level, area_level],
    )


def _computed(
    connection: duckdb.DuckDBPyConnection,
    indicator: Row,
    as_of: dt.datetime | None,
    span: tuple[dt.date, dt.date],
    territory_year: int | None,
) -> list[Row]:
    """Values from the cells known at `as_of`; a side with a missing part is missing."""
    sides = {
        role: side_values(connection, indicator["indicator_id"], role, as_of, territory_year)
        for role in ("numerator", "denominator", "value")
    }
    needs_denominator = bool(parts_of(connection, indicator["indicator_id"], "denominator"))
    needs_value = bool(parts_of(connection, indicator["indicator_id"], "value"))
    if territory_year is not None and needs_value:
        raise ValueError(
            f"{indicator['indicator_id']} is published as a rate: it cannot be carried to another territory"
        )
    found = []
    for (area, date), numerator in sorted(sides["numerator"].items()):
        if not span[0] <= date <= span[1]:
            continue
        row: Row = {"area_code": area, "reference_date": date, "numerator": numerator["value"]}
        row |= {"unit": indicator["unit"], "decimals": indicator["decimals"], "denominator": None}
        status = [numerator["status"]]
        value: float | None = numerator["value"]
        if needs_value:
            published = sides["value"].get((area, date))
            value = published["value"] if published else None
        elif needs_denominator:
            parts = [sides["denominator"].get((area, day)) for day in denominator_dates(indicator, date)]
            if any(part is None for part in parts):
                continue
            values = [part["value"] for part in parts if part]
            status += [part["status"] for part in parts if part]
            row["denominator"] = None if None in values else sum(values) / len(values)
            value = _ratio(value, row["denominator"], indicator["multiplier"])
        elif value is not None:
            value *= indicator["multiplier"]
        row["value"] = value
        row["obs_status"] = "M" if value is None else max(status, key="APEUM".index)
        found.append(row)
    return found


def _ratio(numerator: float | None, denominator: float | None, multiplier: float) -> float | None:
    if numerator is None or not denominator:
        return None
    return float(numerator / denominator * multiplier)


def denominator_dates(indicator: Row, date: dt.date) -> list[dt.date]:
    """The days whose denominators a numerator of `date` is divided by (their mean, where there are two)."""
    before, end = dt.date(date.year - 1, 12, 31), dt.date(date.year, 12, 31)
    rules = {"same": [date], "year_end": [end], "year_end_before": [before], "mean_of_two": [before, end]}
    return rules.get(indicator["denominator_date"], [])


def parts_of(connection: duckdb.DuckDBPyConnection, indicator_id: str, role: str) -> list[Row]:
    """The parts a side of an indicator is made of."""
    return rows(
        connection,
        "select * from indicator_part where indicator_id = ? and role = ? order by part_no",
        [indicator_id, role],
    )


def cells_sql(model: str, dimensions: Sequence[str]) -> str:
    """The cells of a fact that one side selects, as known at a time: binds indicator, role, time three times.

    One row per cell and part. Where several datasets publish a cell, the one preferred today comes first.
    """
    match = " and ".join(f"facts.{name}_code = parts.{name}_code" for name in dimensions)
    return f"""
        select facts.*, parts.part_no, parts.factor
        from {model} as facts
        inner join indicator_part as parts
            on facts.measure_code = parts.measure_code {"and " + match if match else ""}
        where parts.indicator_id = ? and parts.role = ? and facts.missing_reason <> 'area_not_existing'
            and (?::timestamp is null and facts.is_preferred
                or facts.known_from <= ?::timestamp
                and (facts.known_to is null or facts.known_to > ?::timestamp))
        qualify row_number() over (
            partition by facts.area_code, facts.period_key, parts.part_no
            order by facts.is_preferred desc, facts.dataset_id, facts.known_from desc
        ) = 1
    """


def side_values(
    connection: duckdb.DuckDBPyConnection,
    indicator_id: str,
    role: str,
    as_of: dt.datetime | None,
    territory_year: int | None = None,
) -> dict[tuple[str, dt.date], Row]:
    """Value and worst status of one side by area and reference date."""
    parts = parts_of(connection, indicator_id, role)
    if not parts:
        return {}
    declared = facts()
    fact = declared[parts[0]["fact"]]
    cells = rows(
        connection,
        f"""select area_code, reference_date, sum(value * factor) as total, count(value) as present,
            arg_max(obs_status, instr('APEUM', obs_status)) as status
        from ({cells_sql(fact.model, list(fact.dimensions))}) as cells
        group by area_code, reference_date""",
        [indicator_id, role, as_of, as_of, as_of],
    )
    found: dict[tuple[str, dt.date], Row] = {
        (cell["area_code"], cell["reference_date"]): {
            "value": cell["total"] if cell["present"] == len(parts) else None,
            "status": cell["status"],
        }
        for cell in cells
    }
    if territory_year is None:
        return found
    weight = "weight_area" if parts[0]["fact"] == "area_size" else "weight_population"
    return _carried(connection, found, territory_year, weight)


def _carried(
    connection: duckdb.DuckDBPyConnection,
    values: dict[tuple[str, dt.date], Row],
    territory_year: int,
    weight: str,
) -> dict[tuple[str, dt.date], Row]:
    """Values of Kreise carried to the Kreise of another year-end; a missing part makes the whole missing."""
    steps: dict[tuple[int, str], list[tuple[str, float, str]]] = defaultdict(list)
    for row in rows(
        connection,
        f"select from_year, from_code, to_code, {weight} as weight, grade from bridge_area_crosswalk"
        " where to_year = ?",
        [territory_year],
    ):
        steps[row["from_year"], row["from_code"]].append((row["to_code"], row["weight"], row["grade"]))
    gathered: dict[tuple[str, dt.date], list[tuple[float | None, str]]] = defaultdict(list)
    for (area, date), entry in values.items():
        if len(area) != 5:
            gathered[area, date].append((entry["value"], entry["status"]))
            continue
        year = date.year if (date.month, date.day) == (12, 31) else date.year - 1
        for target, share, grade in steps.get((year, area), [(area, 1.0, "exact")]):
            value = None if entry["value"] is None else entry["value"] * share
            gathered[target, date].append((value, "E" if grade == "estimated" else entry["status"]))
    carried: dict[tuple[str, dt.date], Row] = {}
    for key, contributions in gathered.items():
        amounts: list[Any] = [value for value, _ in contributions]
        carried[key] = {
            "value": None if None in amounts else sum(amounts),
            "status": max((status for _, status in contributions), key="APEUM".index),
        }
    return carried
