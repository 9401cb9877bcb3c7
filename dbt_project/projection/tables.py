"""Tables of the warehouse to panels, and projections back to tables: columns as numpy arrays by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from .backtest import (
    ALL,
    AROUND,
    AS_TODAY,
    COHORTS,
    HORIZON,
    METHODS,
    UNTRIED,
    Group,
    Quality,
    Tested,
    Trial,
    judgement,
    off,
    size_class,
    trials,
)
from .cohorts import (
    FOLLOWING,
    HELD,
    TOP,
    Array,
    Course,
    Edition,
    Panel,
    around,
    by_single_ages,
    growth,
    projected,
)

Columns = Mapping[str, np.ndarray[Any, Any]]
Row = dict[str, Any]

TREND = "trend"

TRIALS = pa.schema(
    [
        ("panel", pa.string()),
        ("base_date", pa.date32()),
        ("target_date", pa.date32()),
        ("horizon_years", pa.int32()),
        ("age_group_code", pa.string()),
        ("size_class", pa.int32()),
        ("areas_count", pa.int32()),
        ("crosses_break", pa.bool_()),
        ("as_today_off_pct", pa.float64()),
        ("births_held_off_pct", pa.float64()),
        ("births_follow_off_pct", pa.float64()),
        ("bias_pct", pa.float64()),
        ("method", pa.string()),
        ("off_pct", pa.float64()),
        ("left_out_off_pct", pa.float64()),
        ("left_out_as_today_off_pct", pa.float64()),
        ("coverage_pct", pa.float64()),
    ]
)
AHEAD = pa.schema(
    [
        ("scenario_id", pa.string()),
        ("panel", pa.string()),
        ("area_code", pa.string()),
        ("is_sum", pa.bool_()),
        ("age_group_code", pa.string()),
        ("size_class", pa.int32()),
        ("base_date", pa.date32()),
        ("base_dataset_id", pa.string()),
        ("measure_code", pa.string()),
        ("reference_date", pa.date32()),
        ("horizon_years", pa.int32()),
        ("base_value", pa.float64()),
        ("value", pa.float64()),
        ("lower", pa.float64()),
        ("upper", pa.float64()),
        ("method", pa.string()),
        ("interval_basis", pa.string()),
        ("ratio_years", pa.float64()),
        ("own_weight_pct", pa.float64()),
        ("off_pct", pa.float64()),
        ("as_today_off_pct", pa.float64()),
        ("coverage_pct", pa.float64()),
    ]
)

GROUPS: Mapping[str, Group] = {
    "Y_LT3": (0, 3),
    "Y3T5": (3, 6),
    "Y6T9": (6, 10),
    "Y10T14": (10, 15),
    "Y15T17": (15, 18),
    "Y_LT6": (0, 6),
    "Y6T14": (6, 15),
}
"""Age groups that are projected, by code: from the first age to below the second."""

PARTS: Mapping[str, tuple[str, ...]] = {
    "Y_LT6": ("Y_LT3", "Y3T5"),
    "Y6T14": ("Y6T9", "Y10T14"),
    "Y15T17": ("Y15T17",),
}
"""Coarse age groups and the finer ones that tile them."""

STILL_YEARS = 3.0
"""Years without growth that count beside those observed in parts of a town."""

SUM = "sum"
"""Code of how the figure of a parent came about: each of its areas by the method of its size class."""

PUBLISHED = UNTRIED
"""What the base itself rests on: nothing is projected there."""

MOST = 0.9
"""Share of the areas of a panel that an age group of an edition has to hold figures for."""


@dataclass(frozen=True)
class Named:
    """A panel with the names of what it holds.

    areas, parents: codes, one per area. dates: one per edition. measure, dataset: of the newest edition.
    """

    name: str
    areas: tuple[str, ...]
    parents: tuple[str, ...]
    dates: tuple[dt.date, ...]
    dataset: str
    measure: str
    panel: Panel

    @property
    def base(self) -> Edition:
        """The newest edition."""
        return self.panel.editions[-1]


def read(columns: Mapping[str, np.ndarray[Any, Any]]) -> dict[str, np.ndarray[Any, Any]]:
    """Columns as a relation of DuckDB gives them, with dates as dates and no masks."""
    return {
        name: values.astype("datetime64[D]").astype(object)
        if values.dtype.kind == "M"
        else np.ma.getdata(values)
        for name, values in columns.items()
    }


def time_of(day: dt.date) -> float:
    """A date as year with fraction; 31 December is the end of its year."""
    first = dt.date(day.year, 1, 1)
    return day.year + ((day - first).days + 1) / ((dt.date(day.year + 1, 1, 1) - first).days)


def panels(columns: Columns) -> list[Named]:
    """The panels of `int_projection_population`: Kreise first, whose single ages others lean on."""
    names = sorted(set(columns["panel"].tolist()), key=lambda name: (name != "KREIS", name))
    found: list[Named] = []
    for name in names:
        chosen = columns["panel"] == name
        named = _panel(name, {key: values[chosen] for key, values in columns.items()}, found)
        if named is not None:
            found.append(named)
    return found


def _panel(name: str, columns: Columns, others: Sequence[Named]) -> Named | None:
    """One panel; None where no edition begins with age 0."""
    days = sorted(set(columns["reference_date"].tolist()))
    at = {day: columns["reference_date"] == day for day in days}
    newest = next((day for day in reversed(days) if _tiles(columns, at[day])), None)
    if newest is None:
        return None
    areas = tuple(sorted(set(columns["area_code"][at[newest]].tolist())))
    position = {code: one for one, code in enumerate(areas)}
    home = dict(zip(columns["area_code"].tolist(), columns["parent_code"].tolist(), strict=True))
    kreis = dict(zip(columns["area_code"].tolist(), columns["kreis_code"].tolist(), strict=True))
    parents = tuple(home[code] for code in areas)
    ordinals = {code: one for one, code in enumerate(sorted(set(parents)))}
    editions, dates = [], []
    for day in days:
        edges = _tiles(columns, at[day])
        if day > newest or not edges:
            continue
        rows = np.flatnonzero(at[day])
        values = np.full((len(areas), len(edges) - 1), np.nan)
        residents = np.full(len(areas), np.nan)
        column_of = {span: one for one, span in enumerate(pairwise(edges))}
        for row in rows.tolist():
            area = position.get(columns["area_code"][row])
            if area is None:
                continue
            first, last = int(columns["age_from"][row]), int(columns["age_to"][row])
            if last < 0:
                residents[area] = columns["persons"][row]
            elif (column := column_of.get((first, last + 1))) is not None:
                values[area, column] = columns["persons"][row]
        first_row = rows[0]
        editions.append(
            Edition(
                time_of(day), int(columns["basis"][first_row]), edges, values, residents,
                bool(columns["is_census"][first_row]),
            )
        )  # fmt: skip
        dates.append(day)
    last_row = np.flatnonzero(at[newest])[0]
    pattern = _pattern([kreis[code] for code in areas], editions[0], others)
    panel = Panel(
        np.array([ordinals[code] for code in parents]),
        tuple(editions),
        pattern,
        0.0 if name == "KREIS" else STILL_YEARS,
    )
    return Named(
        name, areas, parents, tuple(dates), str(columns["dataset_id"][last_row]),
        str(columns["measure_code"][last_row]), panel,
    )  # fmt: skip


def _tiles(columns: Columns, chosen: np.ndarray[Any, Any]) -> tuple[int, ...]:
    """Edges of the finest groups that follow each other from age 0 and most areas have; empty where
    there are none.
    """
    first, last = columns["age_from"][chosen], columns["age_to"][chosen]
    aged = last >= 0
    spans, counts = np.unique(np.stack([first[aged], last[aged] + 1], axis=1), axis=0, return_counts=True)
    if not len(spans):
        return ()
    areas = len(set(columns["area_code"][chosen].tolist()))
    usual = {(int(a), int(b)) for (a, b), n in zip(spans, counts, strict=True) if n >= MOST * areas}
    edges = [0]
    while edges[-1] < TOP:
        ends = [end for start, end in usual if start == edges[-1] and end <= TOP]
        if not ends:
            break
        edges.append(min(ends))
    return tuple(edges) if len(edges) > 1 else ()


def _pattern(kreise: Sequence[str], first: Edition, others: Sequence[Named]) -> Array:
    """How single ages are shared out at first: as in the Kreis around, at its edition nearest to
    `first`; else evenly.
    """
    found = np.ones((len(kreise), TOP))
    for other in others:
        nearest = min(
            range(len(other.dates)), key=lambda one: abs(other.panel.editions[one].time - first.time)
        )
        singles = by_single_ages(replace(other.panel, editions=other.panel.editions[: nearest + 1]))[-1]
        row_of = {code: one for one, code in enumerate(other.areas)}
        for area, code in enumerate(kreise):
            if code in row_of and np.isfinite(singles[row_of[code]]).all():
                found[area] = singles[row_of[code]]
    return found


# -- the test of the past ------------------------------------------------------------------------------


def groups_of(named: Named, made: Sequence[Trial]) -> dict[str, Group]:
    """The age groups to project, by code: they tile ages 0 to 17, so that none is told twice.

    The finest that the newest edition adds to and that were tried; where none was, the finest it adds to.
    """
    tried = {one.group for one in made}
    found: dict[str, Group] = {}
    for coarse, fine in PARTS.items():
        adds = [code for code in (*fine, coarse) if named.base.group(*GROUPS[code]) is not None]
        parts = [code for code in fine if code in adds]
        takes_parts = len(parts) == len(fine) and (
            all(GROUPS[code] in tried for code in fine) or GROUPS[coarse] not in tried
        )
        chosen = parts if takes_parts else [code for code in adds if code == coarse]
        found |= {code: GROUPS[code] for code in chosen}
    return found


def trial_rows(found: Sequence[Named]) -> list[Row]:
    """One row per panel, base, target, age group and size class: how far off every method was, and what is
    shown of it.
    """
    rows: list[Row] = []
    for named in found:
        when = {edition.time: day for edition, day in zip(named.panel.editions, named.dates, strict=True)}
        made = trials(named.panel, list(GROUPS.values()))
        for code, group in GROUPS.items():
            own = [one for one in made if one.group == group]
            if not own:
                continue
            judged = judgement(own, group)
            for one in own:
                for size in (ALL, *sorted({int(size) for size in one.sizes})):
                    rows.append(_trial_row(named, code, one, size, judged, when))
    return rows


def _trial_row(
    named: Named, code: str, one: Trial, size: int, judged: Tested, when: Mapping[float, dt.date]
) -> Row:
    quality = judged.at(size, one.horizon)
    errors = {method: one.of(size, method) for method in METHODS}
    return {
        "panel": named.name,
        "base_date": when[one.base],
        "target_date": when[one.target],
        "horizon_years": one.horizon,
        "age_group_code": code,
        "size_class": size,
        "areas_count": len(errors[AS_TODAY]),
        "crosses_break": one.crosses_break,
        "as_today_off_pct": off(errors[AS_TODAY]),
        "births_held_off_pct": off(errors[HELD]),
        "births_follow_off_pct": off(errors[FOLLOWING]),
        "bias_pct": float(np.mean(np.expm1(-errors[quality.method])) * 100),
        "method": method_of(quality.method, group=GROUPS[code], horizon=one.horizon),
        "off_pct": off(errors[quality.method]),
        "left_out_off_pct": judged.shown,
        "left_out_as_today_off_pct": judged.shown_as_today,
        "coverage_pct": judged.coverage,
    }


def method_of(chosen: str, *, group: Group, horizon: int) -> str:
    """Code of the method that a row is projected by: whose births matter only where some are not born yet."""
    if chosen == AS_TODAY or horizon == 0:
        return "as_today" if horizon else "published"
    if group[0] >= horizon:
        return "cohorts"
    return {HELD: "cohorts_births_held", FOLLOWING: "cohorts_births_follow"}[chosen]


# -- the projection ------------------------------------------------------------------------------------


def ahead(found: Sequence[Named], assumed: Columns) -> pa.Table:
    """The projections as a table; a figure that is missing is NULL."""
    columns = projections(found, assumed)
    if not columns:
        return AHEAD.empty_table()
    arrays = [pa.array(columns[one.name], type=one.type, from_pandas=True) for one in AHEAD]
    return pa.Table.from_arrays(arrays, schema=AHEAD)


def projections(found: Sequence[Named], assumed: Columns) -> dict[str, np.ndarray[Any, Any]]:
    """Columns of one row per scenario, area, age group and year ahead, from the newest edition of
    each panel on.

    A figure that is missing is NaN.
    """
    blocks = [block for named in found for block in _blocks(named, assumed)]
    if not blocks:
        return {}
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _blocks(named: Named, assumed: Columns) -> Iterator[Columns]:
    made = trials(named.panel, list(GROUPS.values()))
    groups = groups_of(named, made)
    known = named.panel.at(named.base)
    singles = by_single_ages(known)[-1]
    step, weight, observed = growth(known, by_single_ages(known))
    judged = {code: judgement(made, group) for code, group in groups.items()}
    own = weight[:, :18].mean(axis=1) * 100
    paths = {births: projected(singles, step, named.panel.parents, HORIZON, births) for births in COHORTS}
    here = np.isin(assumed["area_code"].astype(str), named.areas)
    for scenario in (TREND, *sorted(set(assumed["scenario_id"][here].tolist()))):
        moved = paths
        if scenario != TREND:
            course = _course(
                named, {key: one[here & (assumed["scenario_id"] == scenario)] for key, one in assumed.items()}
            )
            moved = {
                births: projected(singles, step, named.panel.parents, HORIZON, births, course)
                for births in COHORTS
            }
        for code, group in groups.items():
            for horizon in range(HORIZON + 1):
                ages = slice(*group)
                trend = {births: path[horizon][:, ages].sum(axis=1) for births, path in paths.items()}
                added = {
                    births: path[horizon][:, ages].sum(axis=1) - trend[births]
                    for births, path in moved.items()
                }
                for block in _at(named, group, horizon, judged[code], trend, added, own):
                    rows = len(block["area_code"])
                    head = {
                        "scenario_id": scenario,
                        "panel": named.name,
                        "age_group_code": code,
                        "ratio_years": observed,
                    }
                    yield {key: np.full(rows, one, object) for key, one in head.items()} | dict(block)


def _course(named: Named, rows: Columns) -> Course:
    """The assumptions of one scenario as births and arrivals by year, area and age.

    Births hold for every area that a row names; arrivals to an area around are shared out by those
    who live there.
    """
    births = np.ones((HORIZON, len(named.areas)))
    arrivals = np.zeros((HORIZON, len(named.areas), TOP))
    position = {code: one for one, code in enumerate(named.areas)}
    year = named.dates[-1].year
    for row in range(len(rows["area_code"])):
        area = position[str(rows["area_code"][row])]
        first, last = int(rows["from_year"][row]) - year - 1, int(rows["to_year"][row]) - year
        span = slice(max(first, 0), max(last, 0))
        amount = float(rows["amount"][row]) * float(rows["share"][row])
        if rows["kind"][row] == "births":
            births[span, area] *= 1 + amount / 100
        else:
            ages = slice(int(rows["age_from"][row]), int(rows["age_to"][row]) + 1)
            arrivals[span, area, ages] += amount / (ages.stop - ages.start)
    return Course(births, arrivals)


def _at(
    named: Named,
    group: Group,
    horizon: int,
    judged: Tested,
    trend: Mapping[str, Array],
    added: Mapping[str, Array],
    own: Array,
) -> Iterator[Columns]:
    """The rows of one age group at one horizon: the areas, and the sums over those of a parent."""
    now = named.base.group(*group)
    assert now is not None
    sizes = size_class(named.base.residents)
    values = np.full(len(now), np.nan)
    qualities = {
        int(size): judged.at(int(size), horizon) if horizon else PUBLISHED for size in np.unique(sizes)
    }
    for size, quality in qualities.items():
        births = quality.method if quality.method in COHORTS else HELD
        start = trend[births] if quality.method in COHORTS else now
        values = np.where(sizes == size, start + added[births], values)
    values = np.maximum(np.round(values), 0.0)
    of_rows = [qualities[int(size)] for size in sizes]
    yield _block(named, named.areas, group, horizon, judged, values, now, of_rows, sizes, own)
    whole = around(named.panel.parents, np.where(np.isfinite(values) & np.isfinite(now), 0.0, 1.0)) == 0
    sums = np.where(whole, around(named.panel.parents, values), np.nan)
    bases = np.where(whole, around(named.panel.parents, now), np.nan)
    quality = judged.of_sums(horizon) if horizon else PUBLISHED
    _, first = np.unique(named.panel.parents, return_index=True)
    places = [named.parents[area] for area in first]
    nothing = np.full(len(first), np.nan)
    yield _block(
        named, places, group, horizon, judged, sums[first], bases[first], [quality] * len(first),
        np.full(len(first), AROUND), nothing,
    )  # fmt: skip


def _block(
    named: Named,
    places: Sequence[str],
    group: Group,
    horizon: int,
    judged: Tested,
    values: Array,
    bases: Array,
    qualities: Sequence[Quality],
    sizes: np.ndarray[Any, Any],
    own: Array,
) -> Columns:
    base = named.dates[-1]
    distances = np.array([one.distance for one in qualities])
    bases_of_interval = [_basis_of(one, horizon) for one in qualities]
    rows = len(places)
    is_sum = bool((np.asarray(sizes) == AROUND).all())
    return {
        "area_code": np.array(places, dtype=object),
        "is_sum": np.full(rows, is_sum),
        "size_class": np.asarray(sizes, dtype=np.int64),
        "base_date": np.full(rows, np.datetime64(base, "D")),
        "base_dataset_id": np.full(rows, named.dataset, object),
        "measure_code": np.full(rows, named.measure, object),
        "reference_date": np.full(rows, np.datetime64(_later(base, horizon), "D")),
        "horizon_years": np.full(rows, horizon, dtype=np.int64),
        "base_value": bases,
        "value": values,
        # outwards, so that rounding to persons never narrows an interval
        "lower": np.floor(values * np.exp(-distances)) if horizon else values,
        "upper": np.ceil(values * np.exp(distances)) if horizon else values,
        "method": np.array(
            [
                SUM
                if is_sum and basis in ("tested", "between")
                else method_of(one.method, group=group, horizon=horizon)
                for one, basis in zip(qualities, bases_of_interval, strict=True)
            ],
            dtype=object,
        ),
        "interval_basis": np.array(bases_of_interval, dtype=object),
        "own_weight_pct": own,
        "off_pct": np.array([one.off for one in qualities]),
        "as_today_off_pct": np.array([one.off_as_today for one in qualities]),
        "coverage_pct": np.full(rows, judged.coverage if horizon else np.nan),
    }


def _basis_of(quality: Quality, horizon: int) -> str:
    """Code of what an interval rests on."""
    if not horizon:
        return "published"
    if np.isnan(quality.distance):
        return "not_tested"
    return "tested" if quality.is_tried else "between"


def _later(day: dt.date, years: int) -> dt.date:
    """The same day years later; 29 February becomes the 28th."""
    return day.replace(year=day.year + years, day=28 if (day.month, day.day) == (2, 29) else day.day)
