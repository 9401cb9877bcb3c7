"""Children and young people ahead by cohort change ratios, for many areas at once.

Who is born already is carried from age to age by the ratio with which cohorts of that age grew or shrank in
the area so far (Hamilton and Perry 1962; Swanson, Schlottmann and Schmidt 2010). Ratios of small cohorts lean
on those of the area around them: with `n` persons at the start, `v` at the end and the ratio `R` of the
parent, the ratio is `(v + k R) / (n + k)`, the posterior mean of a Poisson count under a gamma prior of
weight `k` (Clayton and Kaldor 1987; Marshall 1991). Who is not yet born enters at age 0, either as many a
year as of late, or moved by half of the change of the generation of parents (the child-woman ratio of
Hamilton and Perry, over both sexes and damped).

Old people are carried on the same way, in ages counted from a first one: who enters there is not shown.

Arrays are (areas, ages) for single ages and (areas, groups) for groups of ages; a missing figure is NaN.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TOP = 45
"""Single ages are held from 0 to below this: children, young people and the generation of their parents."""

MORTALITY_GROWS = 0.1
"""How much mortality grows from age to age among the old, as a logarithm (Gompertz 1825): it doubles in
about seven years.
"""

MORTALITY_AT_75 = 0.03
"""Yearly mortality at age 75, of both sexes; it only shapes single ages within a group without an end."""

PRIOR = 3500.0
"""Weight of the parent's ratio in persons times years observed: 700 persons where five years were observed.
"""

NEWBORN_AGES = 5
"""Ages whose size, carried back to age 0, gives the number of a year's newborn: one year alone is chance."""

MEAN_AGE_OF_PARENTS, SPREAD_OF_PARENTS = 30.5, 5.2
"""Mean and standard deviation of the age of mothers at birth in Germany, in years."""

PRIOR_OF_NEWBORN = 2000.0
"""Children of one year that a parent needs for half of its newest change to count as more than chance."""

WINDOW = 12.01
"""Years before the base whose editions give ratios."""

FOLLOWS_PARENTS = 0.5
"""Share of the relative change of the parents' generation that births follow."""

Births = str
HELD: Births = "held"
FOLLOWING: Births = "following_parents"


@dataclass(frozen=True)
class Edition:
    """Population of all areas of a panel at one date.

    time: year with fraction. basis: ordinal of the census that the figures rest on; figures of two bases
    differ by its correction. edges: lowest ages of the groups, from 0 on, and the end of the last; the groups
    tile. values: persons, (areas, groups). residents: persons of all ages, (areas,).
    """

    time: float
    basis: int
    edges: tuple[int, ...]
    values: Array
    residents: Array
    is_census: bool = False

    def group(self, start: int, end: int) -> Array | None:
        """Persons aged `start` to below `end`, (areas,); None where the groups do not add to it."""
        if start not in self.edges or end not in self.edges:
            return None
        found: Array = self.values[:, self.edges.index(start) : self.edges.index(end)].sum(axis=1)
        return found


@dataclass(frozen=True)
class Panel:
    """Areas of one kind with their editions by time, all within the same boundaries.

    parents: ordinal of the area around each area, (areas,); areas with the same ordinal share a parent.
    pattern: how single ages are shared out within groups as long as nothing else is known, (areas, ages).
    still_years: years without growth that count beside the years observed: what a part of a town gained in
    few years, it does not go on to gain for many. first: the age that ages are counted from; above 0 the last
    group of every edition has no end, and mortality grows with age within it.
    """

    parents: NDArray[np.int64]
    editions: tuple[Edition, ...]
    pattern: Array
    still_years: float = 0.0
    first: int = 0

    def at(self, base: Edition) -> Panel:
        """What a projection from `base` rests on: it and editions whole years before, up to WINDOW."""
        known = [
            one
            for one in self.editions
            if one.time <= base.time
            and base.time - one.time <= WINDOW
            and (whole_years(base.time - one.time) or one.is_census)
        ]
        return replace(self, editions=tuple(known))


def whole_years(span: float) -> bool:
    """Whether a span is whole years, to a few weeks: 30 June and 1 July are the same day of a year here."""
    return abs(span - round(span)) < 0.1


def around(parents: NDArray[np.int64], values: Array) -> Array:
    """For every area the sum over all areas of its parent; NaN counts as nothing."""
    sums = np.zeros((int(parents.max()) + 1, *values.shape[1:]))
    np.add.at(sums, parents, np.nan_to_num(values))
    found: Array = sums[parents]
    return found


def carried(single: Array, years: float) -> Array:
    """Single ages `years` later if nobody came, went or was born: fractions mix two neighbouring ages.

    Ages not yet born at the start hold the mean of the youngest five.
    """
    whole = math.floor(years)
    rest = years - whole
    youngest = single[:, :NEWBORN_AGES].mean(axis=1, keepdims=True)
    padded = np.concatenate([np.repeat(youngest, whole + 1, axis=1), single], axis=1)
    ages = single.shape[1]
    found: Array = (1 - rest) * padded[:, 1 : ages + 1] + rest * padded[:, :ages]
    return found


def single_ages(edition: Edition, pattern: Array) -> Array:
    """Single ages: each group's persons, shared out by `pattern` (evenly where it is empty)."""
    top = pattern.shape[1]
    found = np.full((len(edition.values), top), np.nan)
    for position, (start, end) in enumerate(zip(edition.edges, edition.edges[1:], strict=False)):
        inside = np.nan_to_num(pattern[:, start:end])
        total = inside.sum(axis=1, keepdims=True)
        share = np.where(total > 0, inside / np.where(total > 0, total, 1), 1 / (end - start))
        found[:, start:end] = edition.values[:, position, None] * share
    last = edition.edges[-1]
    if last < top:
        found[:, last:] = np.where(np.isnan(pattern[:, last:]), found[:, last - 1 : last], pattern[:, last:])
    return found


def by_single_ages(panel: Panel) -> list[Array]:
    """Single ages of every edition. Groups take their pattern from the edition before, carried on
    by its cohorts.

    The first edition takes that of the panel.
    """
    found: list[Array] = []
    for position, edition in enumerate(panel.editions):
        if position:
            before = panel.editions[position - 1]
            pattern = carried(found[-1], edition.time - before.time)
            if panel.first:
                years = edition.time - before.time
                pattern *= np.exp(-years * mortality(panel.first, pattern.shape[1]))
        else:
            pattern = panel.pattern
        found.append(single_ages(edition, pattern))
    return found


def growth(panel: Panel, singles: Sequence[Array]) -> tuple[Array, Array, float]:
    """Yearly growth of cohorts, the weight of the area's own ratios in it, and the years observed.

    Growth is the logarithm of the factor from age a to a + 1, (areas, ages). Pairs of neighbouring editions
    are compared that rest on the same census: a pair across one would take its correction for migration. A
    pair of n years says about each step of age what the cohort said whose n years have that step in their
    middle. Years are 0 without a pair.
    """
    pairs = [
        (before, after, one)
        for one, (before, after) in enumerate(zip(panel.editions, panel.editions[1:], strict=False))
        if before.basis == after.basis
    ]
    observed = sum(after.time - before.time for before, after, _ in pairs)
    areas, top = len(panel.parents), panel.pattern.shape[1]
    total, weight = np.zeros((areas, top)), np.zeros((areas, top))
    for before, after, one in pairs:
        years = after.time - before.time
        first = math.ceil(years - 1e-9)
        starts = [start for start in after.edges[:-1] if start >= first]
        if not starts:
            continue
        came = carried(singles[one], years)
        ratio, own = np.empty((areas, len(starts))), np.empty((areas, len(starts)))
        for column, start in enumerate(starts):
            position = after.edges.index(start)
            n, v = came[:, start : after.edges[position + 1]].sum(axis=1), after.values[:, position]
            known = np.isfinite(n) & np.isfinite(v)
            n, v = np.where(known, n, 0.0), np.where(known, v, 0.0)
            around_n, around_v = around(panel.parents, n), around(panel.parents, v)
            parent = np.where(
                (around_n > 0) & (around_v > 0), around_v / np.where(around_n > 0, around_n, 1), 1.0
            )
            prior = PRIOR / observed
            ratio[:, column] = (v + prior * parent) / (n + prior)
            own[:, column] = n / (n + prior)
        steps = np.arange(top) + 0.5 + years / 2
        column_of = np.clip(
            np.searchsorted(starts, np.floor(steps + 0.5), side="right") - 1, 0, len(starts) - 1
        )
        grown = np.log(ratio)[:, column_of]
        if panel.first:
            grown[:, after.edges[-2] :] *= _rising(came[:, after.edges[-2] :])
        total += grown
        weight += own[:, column_of] * years
    if not observed:
        return total, weight, 0.0
    counted = observed + panel.still_years
    return total / counted, weight / counted, observed


def mortality(first: int, ages: int) -> Array:
    """Yearly mortality by age, (ages,), after Gompertz."""
    found: Array = MORTALITY_AT_75 * np.exp(MORTALITY_GROWS * (first + np.arange(ages) - 75.0))
    return found


def _rising(persons: Array) -> Array:
    """Mortality of each age of a group over that of the group, (areas, ages): 1 in the mean of persons."""
    shape = np.exp(MORTALITY_GROWS * np.arange(persons.shape[1]))
    known = np.nan_to_num(persons)
    total = known.sum(axis=1, keepdims=True)
    weighed = (known * shape).sum(axis=1, keepdims=True)
    found: Array = shape / np.where(total > 0, weighed / np.where(total > 0, total, 1), 1)
    return found


def newborn(single: Array, step: Array, parents: NDArray[np.int64]) -> Array:
    """Children of age 0 in a year, (areas,): the youngest five ages carried back to 0.

    Their level is moved towards that of the newest year as far as all areas of the parent show it.
    """
    back = np.concatenate(
        [np.zeros((len(single), 1)), np.cumsum(step[:, : NEWBORN_AGES - 1], axis=1)], axis=1
    )
    level = (single[:, :NEWBORN_AGES] / np.exp(back)).mean(axis=1)
    newest, settled = around(parents, single[:, 0]), around(parents, level)
    change = np.where(settled > 0, newest / np.where(settled > 0, settled, 1), 1.0)
    found: Array = level * (newest * change + PRIOR_OF_NEWBORN) / (newest + PRIOR_OF_NEWBORN)
    return found


def generation_of_parents(single: Array) -> Array:
    """Persons by how likely people of their age become parents in a year, (areas,)."""
    ages = np.arange(single.shape[1])
    likely = np.where(ages >= 15, np.exp(-0.5 * ((ages - MEAN_AGE_OF_PARENTS) / SPREAD_OF_PARENTS) ** 2), 0.0)
    found: Array = np.nan_to_num(single) @ likely
    return found


@dataclass(frozen=True)
class Course:
    """What a scenario adds to the trend, a year each of the horizon.

    births: factors, (years, areas). arrivals: persons by age who come (or go, below zero),
    (years, areas, ages).
    """

    births: Array
    arrivals: Array


def projected(
    single: Array,
    step: Array,
    parents: NDArray[np.int64],
    years: int,
    births: Births = HELD,
    course: Course | None = None,
) -> Array:
    """Single ages 0 … `years` years after the start, (years + 1, areas, ages). Nobody is ever below zero."""
    found = np.empty((years + 1, *single.shape))
    found[0] = single
    level, base = newborn(single, step, parents), generation_of_parents(single)
    factor = np.exp(step[:, :-1])
    for year in range(1, years + 1):
        found[year, :, 1:] = found[year - 1, :, :-1] * factor
        found[year, :, 0] = level
        if births == FOLLOWING:
            found[year, :, 0] = 0.0
            change = np.where(base > 0, generation_of_parents(found[year]) / np.where(base > 0, base, 1), 1.0)
            found[year, :, 0] = level * change**FOLLOWS_PARENTS
        if course is not None:
            found[year, :, 0] *= course.births[year - 1]
            found[year] = np.maximum(found[year] + course.arrivals[year - 1], 0.0)
    return found
