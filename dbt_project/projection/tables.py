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
        ("is_within_group", pa.bool_()),
        ("size_class", pa.int32()),
        ("base_date", pa.date32()),
        ("base_dataset_id", pa.string()),
        ("measure_code", pa.string()),
        ("reference_date", pa.date32()),
        ("horizon_years", pa.int32()),
        ("base_value", pa.float64()),
        ("cohort_base_value", pa.float64()),
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


@dataclass(frozen=True)
class Window:
    """Ages that are projected together.

    first, end: lowest age held, and the end. groups: age groups by code, from the first age to below the
    second, counted from `first`. parts: coarse groups and the finer ones that tile them. within: groups that
    lie within one of those and are not tried themselves: their share is estimated.
    """

    first: int
    end: int
    groups: Mapping[str, Group]
    parts: Mapping[str, tuple[str, ...]]
    within: Mapping[str, Group]

    @property
    def shown(self) -> slice:
        """Ages of its groups."""
        spans = self.groups.values()
        return slice(min(start for start, _ in spans), max(end for _, end in spans))


YOUNG = Window(
    0,
    TOP,
    {
        "Y_LT3": (0, 3),
        "Y3T5": (3, 6),
        "Y6T9": (6, 10),
        "Y10T14": (10, 15),
        "Y15T17": (15, 18),
        "Y_LT6": (0, 6),
        "Y6T14": (6, 15),
    },
    {"Y_LT6": ("Y_LT3", "Y3T5"), "Y6T14": ("Y6T9", "Y10T14"), "Y15T17": ("Y15T17",)},
    {"Y6": (6, 7), "Y6T7": (6, 8), "Y6T8": (6, 9), "Y6T9": (6, 10), "Y10": (10, 11)},
)
"""Children and young people, with the generation of their parents; within them, the classes of school."""

OLD = Window(
    45,
    105,
    {"Y65T74": (20, 30), "Y_GE75": (30, 60), "Y_GE65": (20, 60), "Y_GE80": (35, 60)},
    {"Y_GE65": ("Y65T74", "Y_GE75"), "Y_GE80": ("Y_GE80",)},
    {},
)
"""Old people: who is 65 in fifteen years is 50 today, and small areas print 45 to 54 together."""

WINDOWS = (YOUNG, OLD)

NO_END = 999
"""Highest age of a group without one."""

OLD_ARE_FEWER = 0.12
"""How much fewer the old of an age are than those a year younger, as a logarithm, as long as no edition
gives their single ages: the slope from 75 to 99 in Germany, weighted by persons, in the census of 9 May 2011.
"""

STILL_YEARS = 3.0
"""Years without growth that count beside those observed in parts of a town."""

SUM = "sum"
"""Code of how the figure of a parent came about: each of its areas by the method of its size class."""

QUANTILE = 1.2816
"""Standard deviations of a normal count that hold 80 of 100."""

WITHIN_OFF = 0.02
"""What a year of age that is estimated within printed groups is off beside chance, as a logarithm: with it
80 % intervals held for a town whose editions were made as coarse as those of the Kreise.
"""

WITHIN = "within_group"
"""Code of how a figure of the base came about that is not printed: its group is, and it is estimated."""

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
    window: Window
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
    for window in WINDOWS:
        of_window: list[Named] = []
        for name in names:
            chosen = columns["panel"] == name
            own = {key: values[chosen] for key, values in columns.items()}
            named = _panel(name, window, own, of_window)
            if named is not None:
                of_window.append(named)
        found += of_window
    return found


def _panel(name: str, window: Window, columns: Columns, others: Sequence[Named]) -> Named | None:
    """One panel in the ages of a window; None where no edition begins with its first age."""
    days = sorted(set(columns["reference_date"].tolist()))
    at = {day: columns["reference_date"] == day for day in days}
    newest = next((day for day in reversed(days) if _tiles(columns, at[day], window)), None)
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
        edges = _tiles(columns, at[day], window)
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
            elif (column := column_of.get(_span(first, last, window))) is not None:
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
    pattern = _pattern([kreis[code] for code in areas], editions[0], others, window)
    panel = Panel(
        np.array([ordinals[code] for code in parents]),
        tuple(editions),
        pattern,
        # what grows in parts of a town is migration; of old people most die
        0.0 if name == "KREIS" or window is OLD else STILL_YEARS,
        window.first,
    )
    return Named(
        name, window, areas, parents, tuple(dates), str(columns["dataset_id"][last_row]),
        str(columns["measure_code"][last_row]), panel,
    )  # fmt: skip


def _span(first: int, last: int, window: Window) -> Group:
    """Ages of a group, counted from the first of the window; a group without an end ends with the window."""
    return first - window.first, (window.end if last == NO_END else last + 1) - window.first


def _tiles(columns: Columns, chosen: np.ndarray[Any, Any], window: Window) -> tuple[int, ...]:
    """Edges of the finest groups that follow each other from the first age of the window and most areas have,
    counted from that age; empty where there are none. Those of old people reach the end.
    """
    first, last = columns["age_from"][chosen], columns["age_to"][chosen]
    aged = last >= 0
    spans, counts = np.unique(np.stack([first[aged], last[aged]], axis=1), axis=0, return_counts=True)
    if not len(spans):
        return ()
    areas = len(set(columns["area_code"][chosen].tolist()))
    usual = {
        _span(int(a), int(b), window) for (a, b), n in zip(spans, counts, strict=True) if n >= MOST * areas
    }
    top = window.end - window.first
    edges = [0]
    while edges[-1] < top:
        ends = [end for start, end in usual if start == edges[-1] and end <= top]
        if not ends:
            break
        edges.append(min(ends))
    if window is OLD and edges[-1] < top:
        return ()
    return tuple(edges) if len(edges) > 1 else ()


def _pattern(kreise: Sequence[str], first: Edition, others: Sequence[Named], window: Window) -> Array:
    """How single ages are shared out at first: as in the Kreis around, at its edition nearest to
    `first`; else evenly, and the old by OLD_ARE_FEWER.
    """
    ages = np.arange(window.end - window.first)
    shape = np.exp(-OLD_ARE_FEWER * ages) if window is OLD else np.ones(len(ages))
    found = np.tile(shape, (len(kreise), 1))
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
    """The age groups to project, by code: they tile the ages of the window, so that none is told twice.

    The finest that the newest edition adds to and that were tried; where none was, the finest it adds to.
    """
    tried = {one.group for one in made}
    found: dict[str, Group] = {}
    groups = named.window.groups
    for coarse, fine in named.window.parts.items():
        adds = [code for code in (*fine, coarse) if named.base.group(*groups[code]) is not None]
        parts = [code for code in fine if code in adds]
        takes_parts = len(parts) == len(fine) and (
            all(groups[code] in tried for code in fine) or groups[coarse] not in tried
        )
        chosen = parts if takes_parts else [code for code in adds if code == coarse]
        found |= {code: groups[code] for code in chosen}
    return found


def trial_rows(found: Sequence[Named]) -> list[Row]:
    """One row per panel, base, target, age group and size class: how far off every method was, and what is
    shown of it.
    """
    rows: list[Row] = []
    for named in found:
        when = {edition.time: day for edition, day in zip(named.panel.editions, named.dates, strict=True)}
        made = trials(named.panel, list(named.window.groups.values()))
        for code, group in named.window.groups.items():
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
        "method": method_of(quality.method, group=one.group, horizon=one.horizon),
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
    made = trials(named.panel, list(named.window.groups.values()))
    groups = groups_of(named, made)
    known = named.panel.at(named.base)
    singles = by_single_ages(known)[-1]
    step, weight, observed = growth(known, by_single_ages(known))
    judged = {code: judgement(made, group) for code, group in groups.items()}
    wanted = {code: (group, code) for code, group in groups.items()} | {
        code: (group, other)
        for code, group in named.window.within.items()
        for other, (start, end) in groups.items()
        if code not in groups and start <= group[0] and group[1] <= end
    }
    own = weight[:, named.window.shown].mean(axis=1) * 100
    paths = {births: projected(singles, step, named.panel.parents, HORIZON, births) for births in COHORTS}
    here = np.isin(assumed["area_code"].astype(str), named.areas)
    for scenario in (TREND, *sorted(set(assumed["scenario_id"][here].tolist()))):
        moved = paths
        # scenarios assume births and arrivals of children and young people
        if scenario != TREND and named.window is YOUNG:
            course = _course(
                named, {key: one[here & (assumed["scenario_id"] == scenario)] for key, one in assumed.items()}
            )
            moved = {
                births: projected(singles, step, named.panel.parents, HORIZON, births, course)
                for births in COHORTS
            }
        for code, (group, around_it) in wanted.items():
            for horizon in range(HORIZON + 1):
                ages = slice(*group)
                trend = {births: path[horizon][:, ages].sum(axis=1) for births, path in paths.items()}
                added = {
                    births: path[horizon][:, ages].sum(axis=1) - trend[births]
                    for births, path in moved.items()
                }
                asked = Asked(group, horizon, judged[around_it], share=_share(group, named.window, around_it))
                start = named.base.group(*group)
                of_start = singles[:, ages].sum(axis=1) if start is None else start
                born = _of_same_birth_years(singles, group, horizon, named.window)
                for block in _at(named, asked, of_start, born, start is not None, trend, added, own):
                    rows = len(block["area_code"])
                    head = {
                        "scenario_id": scenario,
                        "panel": named.name,
                        "age_group_code": code,
                        "ratio_years": observed,
                    }
                    yield {key: np.full(rows, one, object) for key, one in head.items()} | dict(block)


def _of_same_birth_years(singles: Array, group: Group, horizon: int, window: Window) -> Array:
    """Who has the ages of a group after the horizon, in the base; NaN where some of them are not born."""
    start, end = group
    if start < horizon:
        return np.full(len(singles), np.nan)
    found: Array = singles[
        :, start - horizon : None if end == window.end - window.first else end - horizon
    ].sum(axis=1)
    return found


def _share(group: Group, window: Window, around_it: str) -> float:
    start, end = window.groups[around_it]
    return (group[1] - group[0]) / (end - start)


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


@dataclass(frozen=True)
class Asked:
    """An age group at a horizon, and the trials that speak of it: its own or those of the group around it.

    share: how many of the ages of that group it has; 1 for a group that was tried itself.
    """

    group: Group
    horizon: int
    judged: Tested
    share: float

    @property
    def is_within(self) -> bool:
        """Whether it lies within the group that was tried."""
        return self.share < 1

    def wider(self, distances: Array, values: Array) -> Array:
        """Distances of the group around, with the chance of fewer ages beside (the variance of a
        Poisson count, as a logarithm) and what estimating them is off.
        """
        chance = (1 - self.share) / np.maximum(values, 1.0) + WITHIN_OFF**2
        found: Array = np.sqrt(distances**2 + QUANTILE**2 * chance) if self.is_within else distances
        return found


def _at(
    named: Named,
    asked: Asked,
    now: Array,
    born: Array,
    is_printed: bool,
    trend: Mapping[str, Array],
    added: Mapping[str, Array],
    own: Array,
) -> Iterator[Columns]:
    """The rows of one age group at one horizon: the areas, and the sums over those of a parent.

    now: the figures of the base; born: those of the same birth years there; is_printed: whether the figures
    are published, or estimated within their group.
    """
    horizon, judged = asked.horizon, asked.judged
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
    now, born = np.round(now), np.round(born)
    of_rows = [qualities[int(size)] for size in sizes]
    yield _block(named, named.areas, asked, is_printed, values, now, born, of_rows, sizes, own)
    whole = around(named.panel.parents, np.where(np.isfinite(values) & np.isfinite(now), 0.0, 1.0)) == 0
    sums = np.where(whole, around(named.panel.parents, values), np.nan)
    bases = np.where(whole, around(named.panel.parents, now), np.nan)
    cohorts = np.where(whole & np.isfinite(born), around(named.panel.parents, born), np.nan)
    quality = judged.of_sums(horizon) if horizon else PUBLISHED
    _, first = np.unique(named.panel.parents, return_index=True)
    places = [named.parents[area] for area in first]
    nothing = np.full(len(first), np.nan)
    yield _block(
        named, places, asked, is_printed, sums[first], bases[first], cohorts[first], [quality] * len(first),
        np.full(len(first), AROUND), nothing,
    )  # fmt: skip


def _block(
    named: Named,
    places: Sequence[str],
    asked: Asked,
    is_printed: bool,
    values: Array,
    bases: Array,
    cohorts: Array,
    qualities: Sequence[Quality],
    sizes: np.ndarray[Any, Any],
    own: Array,
) -> Columns:
    base, group, horizon = named.dates[-1], asked.group, asked.horizon
    distances = asked.wider(np.array([one.distance for one in qualities]), values)
    bases_of_interval = [_basis_of(one, asked) if horizon or is_printed else "around" for one in qualities]
    rows = len(places)
    is_sum = bool((np.asarray(sizes) == AROUND).all())
    untold = np.full(rows, np.nan)
    return {
        "area_code": np.array(places, dtype=object),
        "is_sum": np.full(rows, is_sum),
        "is_within_group": np.full(rows, asked.is_within),
        "size_class": np.asarray(sizes, dtype=np.int64),
        "base_date": np.full(rows, np.datetime64(base, "D")),
        "base_dataset_id": np.full(rows, named.dataset, object),
        "measure_code": np.full(rows, named.measure, object),
        "reference_date": np.full(rows, np.datetime64(_later(base, horizon), "D")),
        "horizon_years": np.full(rows, horizon, dtype=np.int64),
        "base_value": bases,
        "cohort_base_value": cohorts,
        "value": values,
        # outwards, so that rounding to persons never narrows an interval
        "lower": np.floor(values * np.exp(-distances)) if horizon else values if is_printed else untold,
        "upper": np.ceil(values * np.exp(distances)) if horizon else values if is_printed else untold,
        "method": np.array(
            [
                SUM
                if is_sum and basis in ("tested", "between", "around") and horizon
                else method_of(one.method, group=group, horizon=horizon)
                if horizon or is_printed
                else WITHIN
                for one, basis in zip(qualities, bases_of_interval, strict=True)
            ],
            dtype=object,
        ),
        "interval_basis": np.array(bases_of_interval, dtype=object),
        "own_weight_pct": own,
        # errors are those of groups that were tried themselves
        "off_pct": untold if asked.is_within else np.array([one.off for one in qualities]),
        "as_today_off_pct": untold if asked.is_within else np.array([one.off_as_today for one in qualities]),
        "coverage_pct": untold if asked.is_within or not horizon else np.full(rows, asked.judged.coverage),
    }


def _basis_of(quality: Quality, asked: Asked) -> str:
    """Code of what an interval rests on."""
    if not asked.horizon:
        return "published"
    if np.isnan(quality.distance):
        return "not_tested"
    if asked.is_within:
        return "around"
    return "tested" if quality.is_tried else "between"


def _later(day: dt.date, years: int) -> dt.date:
    """The same day years later; 29 February becomes the 28th."""
    return day.replace(year=day.year + years, day=28 if (day.month, day.day) == (2, 29) else day.day)
