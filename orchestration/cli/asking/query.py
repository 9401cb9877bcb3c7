"""`planstat query`: values of an indicator for areas and periods, as known now or on a day, on any territory.

Without `as_of` the published mart answers. With it the warehouse computes the indicator again from the cells
known at that time (table macro `indicator_as_known`, the same SQL that makes the mart). On another
territory numerator and denominator are carried first and divided after (table macro `indicator_on`).
Composite indices and goals are read from marts of their own.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from dbt_project.vocabulary import meaning
from sources.foundation.exits import USAGE
from sources.foundation.told import Told, day_in

from . import own
from .breaks import breaks_of
from .places import Span, area_row, index_area_code
from .warehouse import (
    Row,
    UnknownName,
    indicator_row,
    opened,
    period_range,
    rows,
)

BLOCKS = "▁▂▃▄▅▆▇█"
MART_COLUMNS = (
    "area_key, area_code, area_name, area_level, reference_date, value, numerator, denominator, unit,"
    " decimals, obs_status, missing_reason, lower_limit, upper_limit, reliability, reference_value,"
    " reference_verdict, years_since_previous, change, change_verdict, is_backcast, known_from,"
    " numerator_dataset, denominator_dataset"
)
TERRITORY_COLUMNS = (
    "area_key, area_code, area_name, area_level, reference_date, value, numerator, denominator, unit,"
    " decimals, obs_status, missing_reason, is_backcast, grade, estimated_share, from_codes,"
    " numerator_dataset, denominator_dataset"
)
INDICES = """
    select area_code, area_name, area_level, make_date(reference_year, 12, 31) as reference_date,
        score as value, 'Punkte' as unit, 2 as decimals, obs_status, missing_reason, edition_id as edition,
        concat_ws(' ', index_class, class_label_de) as label
    from mart_social_index where index_id = ?
"""
GOALS = """
    select area_code, area_name, null as area_level, reference_date, attainment_pct as value, '%' as unit,
        0 as decimals, case when attainment_pct is null then 'M' else 'A' end as obs_status,
        case when attainment_pct is null then status_reason else 'none' end as missing_reason,
        goal_id as edition, status as label
    from mart_outcome where ? = 'Z01'
"""


class CannotAnswer(ValueError):
    """What an indicator cannot be asked, and why."""

    exit_code = USAGE


@dataclass(frozen=True)
class Answer:
    """What was asked and what came out: one row per area and reference date, dates ascending.

    breaks: what stands between two rows of an area, by area and date (`orchestration.cli.asking.breaks`).
    """

    indicator: Row
    rows: list[Row]
    breaks: list[Row] = field(default_factory=list)
    as_of: dt.datetime | None = None
    gebietsstand: dt.date | None = None
    notes: list[Told] = field(default_factory=list)

    def chart(self, area_code: str) -> str:
        """The series of an area as one line of blocks on a true time axis.

        A block is as wide as the shortest time between two rows of the answer; where no row stands, there is
        a blank, and a row without a value is a dot.
        """
        own = [row for row in self.rows if row["area_code"] == area_code]
        places = [_months(row["reference_date"]) for row in own]
        step = self.step()
        line = [" "] * ((places[-1] - places[0]) // step + 1) if own else []
        for place, block in zip(places, sparkline([row["value"] for row in own]), strict=True):
            line[(place - places[0]) // step] = block
        return "".join(line)

    def step(self) -> int:
        """The shortest time between two rows of an area, in months; a year where there are no two."""
        pairs = pairwise((row["area_code"], _months(row["reference_date"])) for row in self.rows)
        steps = [after - before for (one, before), (other, after) in pairs if one == other and after > before]
        return min(steps, default=12)

    def years_left_out(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> float:
        """Years between two rows of an area for which there could be rows; 0 where they follow each other."""
        months = _months(after["reference_date"]) - _months(before["reference_date"]) - self.step()
        return max(0, months) / 12

    def differences(self) -> list[tuple[Row, Row, Difference]]:
        """Where two areas were asked for: their rows of each common date, and how they differ."""
        areas = list(dict.fromkeys(row["area_code"] for row in self.rows))
        if len(areas) != 2:
            return []
        first, second = (
            {row["reference_date"]: row for row in self.rows if row["area_code"] == area} for area in areas
        )
        pairs = [(first[date], second[date]) for date in first if date in second]
        compared = [(one, other, difference(one, other)) for one, other in pairs]
        return [(one, other, found) for one, other, found in compared if found is not None]


@dataclass(frozen=True)
class Difference:
    """The second of two values minus the first, with its 95 % interval.

    The interval is made of those of both values by squaring and adding (Newcombe 1998, method 10; Zou and
    Donner 2008), as for changes in the mart.
    """

    value: float
    lower: float
    upper: float

    @property
    def beyond_chance(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.lower > 0 or self.upper < 0


def difference(first: Row, second: Row) -> Difference | None:
    """How two values differ; None when one of them is missing or has no interval."""
    names = ("value", "lower_limit", "upper_limit")
    one, other = ([row[name] for name in names if row.get(name) is not None] for row in (first, second))
    if len(one) < len(names) or len(other) < len(names):
        return None
    (a, a_low, a_high), (b, b_low, b_high) = one, other
    return Difference(
        b - a, b - a - math.hypot(b - b_low, a_high - a), b - a + math.hypot(b_high - b, a - a_low)
    )


def _months(day: dt.date) -> int:
    return 12 * day.year + day.month


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
    gebietsstand: dt.date | None = None,
) -> Answer:
    """The values of an indicator.

    areas: codes or names; none means all of `area_level` (all levels when that is none too).
    period: `2015`, `2010-2015`, `2015-12-31`, `2014/15`; none means all.
    as_of: what was known at that time. gebietsstand: the boundaries of that year-end.
    Raises `UnknownName` for an indicator, area or period that is not there, `NoWarehouse` before a first run,
    `CannotAnswer` for what an indicator cannot do.
    """
    with opened(warehouse) as connection:
        indicator = indicator_row(connection, indicator_id)
        can_answer(indicator, as_of, gebietsstand)
        from_forms = indicator["computed_by"] == "forms"
        composite = indicator["computed_by"] not in ("facts", "derived", "forms")
        is_index = indicator["computed_by"] == "mart_social_index"
        span = period_range(period) if period else (dt.date(1900, 1, 1), dt.date(9999, 12, 31))
        asked_for = span_of(period, gebietsstand)
        codes = [
            index_area_code(connection, area, asked_for)
            if is_index
            else own.place_row(connection, area, asked_for)["area_code"]
            if from_forms
            else area_row(connection, area, span=asked_for)["area_code"]
            for area in areas
        ]
        notes = []
        bound: list[object] = []
        if as_of is not None:
            recompute(connection, indicator["indicator_id"], as_of)
            moment = f"{as_of:%Y-%m-%d %H:%M}"
            notes.append(Told(f"as known at {moment}", f"nach dem Kenntnisstand vom {moment}"))
        if composite:
            source = INDICES if is_index else GOALS
            notes.append(
                Told(
                    f"from {indicator['computed_by']}; an edition is never changed once published",
                    f"aus {indicator['computed_by']}; eine einmal veröffentlichte Ausgabe ändert sich nie",
                )
            )
        elif from_forms:
            source = own.SERIES
            notes.append(own.CONFIDENTIAL)
        elif gebietsstand is not None:
            is_known_territory(connection, gebietsstand)
            source = f"select {TERRITORY_COLUMNS} from indicator_on(?) where indicator_id = ?"
            bound = [gebietsstand]
            notes.append(
                Told(
                    f"on the boundaries of {gebietsstand}; a part of a Kreis is estimated, intervals are not "
                    "carried",
                    f"auf dem Gebietsstand {day_in(gebietsstand, 'de')}; Teile eines Kreises sind "
                    "geschätzt, Intervalle werden nicht umgerechnet",
                )
            )
        else:
            source = f"select {MART_COLUMNS} from mart_indicator where indicator_id = ?"
        every = rows(
            connection,
            f"""select * from ({source}) as answers
            where (len(?::varchar[]) = 0 or list_contains(?::varchar[], area_code))
                and (?::varchar is null or area_level = ?)
            order by area_code, reference_date""",
            [*bound, indicator["indicator_id"], codes, codes, area_level, area_level],
        )
        found = [row for row in every if span[0] <= row["reference_date"] <= span[1]]
        if not found:
            raise UnknownName(_nothing(connection, indicator, codes, area_level, period, every, as_of))
        breaks = (
            []
            if composite
            else breaks_of(
                connection,
                indicator["indicator_id"],
                found,
                converted=gebietsstand is not None,
            )
        )
        return Answer(indicator, found, breaks, as_of, gebietsstand, notes)


def span_of(period: str | None, gebietsstand: dt.date | None = None) -> Span | None:
    """The days for which an area is asked for by name: those of the boundaries, else of the period."""
    if gebietsstand is not None:
        return gebietsstand, gebietsstand
    return period_range(period) if period else None


def recompute(connection: duckdb.DuckDBPyConnection, indicator_id: str, as_of: dt.datetime) -> None:
    """Let this connection see `mart_indicator` as it was known: a table that covers the mart.

    It has one indicator, and the two it is made of if it is derived: on another territory they are needed.
    How sure a value is (limits, verdicts) is not computed again.
    """
    indicator = indicator_row(connection, indicator_id)
    chosen = [indicator_id, *filter(None, (indicator["operand_1"], indicator["operand_2"]))]
    known = " union all ".join(["select * from indicator_as_known(?, ?)"] * len(chosen))
    connection.execute(
        f"""create or replace temp table mart_indicator as
        select
            known.*,
            areas.area_name,
            indicator.unit,
            cast(indicator.decimals as integer) as decimals,
            null::double as lower_limit,
            null::double as upper_limit,
            null::varchar as interval_method,
            null::varchar as reliability,
            null::double as reference_value,
            null::varchar as reference_verdict,
            null::double as years_since_previous,
            null::double as change,
            null::varchar as change_verdict
        from ({known}) as known
        inner join dim_area as areas on known.area_key = areas.area_key
        inner join indicator on known.indicator_id = indicator.indicator_id""",
        [value for name in chosen for value in (name, as_of)],
    )


def can_answer(indicator: Row, as_of: dt.datetime | None, gebietsstand: dt.date | None = None) -> None:
    """Raises `CannotAnswer` for an indicator that waits, or one with editions asked as of a day."""
    name = indicator["indicator_id"]
    if indicator["computed_by"] == "nothing":
        where = f"{indicator['waits_for']} ({indicator['waits_where']}): {indicator['waits_why']}"
        raise CannotAnswer(
            Told(
                f"{name} is not computed yet. It waits for {where}",
                f"{name} wird noch nicht gerechnet. Es fehlt: {where}",
            )
        )
    if indicator["computed_by"] in ("facts", "derived"):
        return
    if indicator["computed_by"] == "forms":
        if as_of is not None:
            raise CannotAnswer(
                Told(
                    f"{name} is counted from the newest form of each year, which replaces those before: ask "
                    "without a day",
                    f"{name} wird aus dem neuesten Vordruck jedes Jahres gezählt, der die früheren ersetzt: "
                    "ohne Tag fragen",
                )
            )
        if gebietsstand is not None:
            raise CannotAnswer(
                Told(
                    f"{name} stands on the municipality's own areas, each year on those of its end: ask "
                    "without a Gebietsstand",
                    f"{name} steht auf den eigenen Gebieten der Kommune, jedes Jahr auf denen zum "
                    "Jahresende: ohne Gebietsstand fragen",
                )
            )
        return
    if as_of is not None:
        raise CannotAnswer(
            Told(
                f"{name} has editions, which are never changed: ask without a day",
                f"{name} hat Ausgaben, die sich nie ändern: ohne Tag fragen",
            )
        )
    if gebietsstand is not None:
        raise CannotAnswer(
            Told(
                f"{name} belongs to the areas of its edition: ask without a Gebietsstand",
                f"{name} gehört zu den Gebieten seiner Ausgabe: ohne Gebietsstand fragen",
            )
        )


def is_known_territory(connection: duckdb.DuckDBPyConnection, gebietsstand: dt.date) -> None:
    """Raises `CannotAnswer` for a day that is no year-end, or none the crosswalk reaches."""
    [years] = rows(
        connection, "select min(to_year) as first, max(to_year) as last from bridge_area_crosswalk"
    )
    first, last = years["first"], years["last"]
    if (gebietsstand.month, gebietsstand.day) != (12, 31):
        end = f"{gebietsstand.year}-12-31"
        raise CannotAnswer(
            Told(
                f"boundaries are kept by year-end: give {end}",
                f"Gebietsstände gibt es zum Jahresende: {end} angeben",
            )
        )
    if first is None or not first <= gebietsstand.year <= last:
        reach = f"reach from {first}-12-31 to {last}-12-31" if first else "are not delivered"
        weite = f"reichen von 31.12.{first} bis 31.12.{last}" if first else "sind nicht geliefert"
        raise CannotAnswer(
            Told(
                f"no boundaries of {gebietsstand}: the conversion keys {reach}",
                f"kein Gebietsstand {day_in(gebietsstand, 'de')}: die Umsteigeschlüssel {weite}",
            )
        )


def _nothing(
    connection: duckdb.DuckDBPyConnection,
    indicator: Row,
    codes: list[str],
    area_level: str | None,
    period: str | None,
    every: list[Row],
    as_of: dt.datetime | None,
) -> Told:
    """Why there is no row, with what there is instead."""
    name = indicator["indicator_id"]
    asked = " ".join(filter(None, (", ".join(codes), area_level)))
    where, wo = (f" for {asked}", f" für {asked}") if asked else ("", "")
    if every:
        days = sorted({row["reference_date"] for row in every})
        there = ", ".join(day_in(day, "en") for day in days)
        da = ", ".join(day_in(day, "de") for day in days)
        return Told(
            f"{name} has no row{where} in {period}; there is {there}",
            f"{name} hat keine Zeile{wo} in {period}; es gibt {da}",
        )
    if as_of is not None:
        moment = f"{as_of:%Y-%m-%d %H:%M}"
        return Told(
            f"nothing of {name} was known{where} at {moment}",
            f"von {name} war{wo} am {as_of:%d.%m.%Y %H:%M} nichts bekannt",
        )
    levels = rows(
        connection,
        "select distinct area_level from mart_indicator where indicator_id = ?1"
        " union select distinct area_level from mart_social_index where index_id = ?1"
        " union select distinct area_level from fct_town_indicator where indicator_id = ?1 order by 1",
        [name],
    )
    there = ", ".join(row["area_level"] for row in levels)
    dort = ", ".join(
        f"{row['area_level']} ({meaning('area_level', row['area_level'], 'de')})" for row in levels
    )
    return Told(
        f"{name} has no row{where}; {'it has values for ' + there if there else 'it has no values at all'}",
        f"{name} hat keine Zeile{wo}; {'Werte gibt es für ' + dort if dort else 'es gibt gar keine Werte'}",
    )


def denominator_dates(indicator: Row, date: dt.date) -> list[dt.date]:
    """The days whose denominators a numerator of `date` is divided by (their mean, where there are two)."""
    before, end = dt.date(date.year - 1, 12, 31), dt.date(date.year, 12, 31)
    rules = {
        "same": [date],
        "year_before": [_a_year_before(date)],
        "year_end": [end],
        "year_end_before": [before],
        "mean_of_two": [before, end],
    }
    return rules.get(indicator["denominator_date"], [])


def _a_year_before(date: dt.date) -> dt.date:
    last = calendar.monthrange(date.year - 1, date.month)[1]
    return date.replace(year=date.year - 1, day=min(date.day, last))


def parts_of(connection: duckdb.DuckDBPyConnection, indicator_id: str, role: str) -> list[Row]:
    """The parts a side of an indicator is made of."""
    return rows(
        connection,
        "select * from indicator_part where indicator_id = ? and role = ? order by part_no",
        [indicator_id, role],
    )
