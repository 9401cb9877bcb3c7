"""How far projections made in the past were off: what is tested decides what is shown, and how wide
its interval is.

A trial is a projection from one base to one later edition, made with what was known at the base. Its errors
are logarithms of the figure over the projection. Three ways to project compete in every size class, age group
and horizon; a projection is shown where its mean absolute error lies below that of `as_today`, the figure of
the base kept as it is. Horizons between two that were tried lie between their errors; beyond the farthest
nothing was tried, and nothing but `as_today` is shown.

The interval is the distance below which 80 of 100 errors stayed, widened until it also held for years that
had no part in it: the targets are left out in blocks, one after the other (cross-validation over time). Its
coverage is counted on a block whose years took part neither in the distance nor in the widening.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .cohorts import FOLLOWING, HELD, Array, Panel, around, by_single_ages, growth, projected, whole_years

Indices = NDArray[np.int64]
Group = tuple[int, int]
Method = str
Curves = tuple[list[int], dict[Method, list[float]], dict[Method, list[float]]]

AS_TODAY: Method = "as_today"
COHORTS: tuple[Method, ...] = (HELD, FOLLOWING)
METHODS: tuple[Method, ...] = (AS_TODAY, *COHORTS)

HORIZON = 15
"""Years ahead at most."""

SIZES: tuple[int, ...] = (0, 2_000, 5_000, 20_000, 100_000, 200_000, 500_000)
"""Lower limits of the size classes, in inhabitants at the base."""

TRIED_FROM = 20
"""Persons of a group at the base from which an area counts as a trial: below, a percentage says nothing."""

ENOUGH = 30
"""Errors that a size class needs for figures of its own; with fewer, those of all sizes hold."""

BLOCKS = 6
"""Blocks of target years that are left out in turn, at most."""

SHARE = 0.8
"""Share of errors that an interval shall hold."""

WIDEST = 4.0
"""How much wider an interval is made at most because of other years."""

ALL = -1
"""Size class of all areas together."""

AROUND = -2
"""Size class of the sums over the areas of a parent."""


def size_class(residents: Array) -> Indices:
    """Ordinal of the size class of each area; 0 also where the number of inhabitants is missing."""
    found = np.searchsorted(np.asarray(SIZES), np.nan_to_num(residents), side="right") - 1
    return np.maximum(found, 0).astype(np.int64)


@dataclass(frozen=True)
class Trial:
    """Errors of one projection from a base to a target in one age group.

    errors: per method the logarithms of figure over projection, (areas tried,). sizes: their size classes.
    around: the same errors of the sums over the areas of each parent.
    """

    base: float
    target: float
    horizon: int
    group: Group
    crosses_break: bool
    sizes: Indices
    errors: dict[Method, Array]
    around: dict[Method, Array]

    def of(self, size: int, method: Method) -> Array:
        """Errors of a size class, of all areas, or of their sums."""
        if size == AROUND:
            return self.around[method]
        return self.errors[method] if size == ALL else self.errors[method][self.sizes == size]


def trials(panel: Panel, groups: Sequence[Group]) -> list[Trial]:
    """All trials of a panel, by base and target."""
    return list(_trials(panel, groups))


def _trials(panel: Panel, groups: Sequence[Group]) -> Iterator[Trial]:
    for base in panel.editions:
        later = [
            one
            for one in panel.editions
            if 0.5 < one.time - base.time <= HORIZON + 0.5 and whole_years(one.time - base.time)
        ]
        if base.is_census or not later:
            continue
        known = panel.at(base)
        singles = by_single_ages(known)
        step, _, observed = growth(known, singles)
        if not observed:
            continue
        ahead = round(max(one.time for one in later) - base.time)
        paths = {births: projected(singles[-1], step, panel.parents, ahead, births) for births in COHORTS}
        sizes = size_class(base.residents)
        for target in later:
            horizon = round(target.time - base.time)
            for group in groups:
                now, then = base.group(*group), target.group(*group)
                if now is None or then is None:
                    continue
                said = {AS_TODAY: now} | {
                    births: path[horizon][:, group[0] : group[1]].sum(axis=1)
                    for births, path in paths.items()
                }
                tried = np.isfinite(now) & np.isfinite(then) & (now >= TRIED_FROM) & (then > 0)
                for one in said.values():
                    tried &= np.isfinite(one) & (one > 0)
                if not tried.any():
                    continue
                yield Trial(
                    base.time,
                    target.time,
                    horizon,
                    group,
                    base.basis != target.basis,
                    sizes[tried],
                    {method: np.log(then[tried] / one[tried]) for method, one in said.items()},
                    _of_sums(panel, then, said, tried),
                )


def _of_sums(
    panel: Panel, then: Array, said: dict[Method, Array], tried: NDArray[np.bool_]
) -> dict[Method, Array]:
    _, first = np.unique(panel.parents[tried], return_index=True)
    sums = around(panel.parents, np.where(tried, then, 0.0))[tried][first]
    return {
        method: np.log(sums / around(panel.parents, np.where(tried, one, 0.0))[tried][first])
        for method, one in said.items()
    }


def off(errors: Array) -> float:
    """Mean absolute error in per cent of the figure."""
    return float(np.mean(np.abs(np.expm1(-errors))) * 100)


@dataclass(frozen=True)
class Quality:
    """What the trials say about one size class, age group and horizon.

    method: what is shown. distance: half of the interval as logarithm; NaN where nothing was tried. is_tried:
    whether this horizon itself was tried, and not only others around it. errors in per cent, NaN where
    nothing was tried.
    """

    method: Method
    distance: float
    is_tried: bool
    off: float
    off_as_today: float


UNTRIED = Quality(AS_TODAY, float("nan"), False, float("nan"), float("nan"))


@dataclass(frozen=True)
class Pool:
    """The errors of one horizon and size class, (errors,) each, and the block of target years of each."""

    errors: Mapping[Method, Array]
    blocks: Indices

    def without(self, out: frozenset[int]) -> dict[Method, Array]:
        """The errors of all other years."""
        if not out:
            return dict(self.errors)
        kept = ~np.isin(self.blocks, list(out))
        return {method: one[kept] for method, one in self.errors.items()}


@dataclass
class Tested:
    """All trials of a panel and one age group, ready to be asked.

    pools: by horizon and size class. blocks: of target years. widening: how much wider the interval has to be
    so that it holds in other years. coverage: per cent of errors within the interval, in years that had no
    part in it; NaN with too few years. only_as_today: whether nothing else is shown, since the choice between
    methods did not hold in other years. shown, shown_as_today: mean absolute error in per cent of what would
    have been shown, and of `as_today`, in years that had no part in the choice.
    """

    pools: Mapping[tuple[int, int], Pool]
    blocks: int
    widening: float = 1.0
    coverage: float = float("nan")
    shown: float = float("nan")
    shown_as_today: float = float("nan")
    only_as_today: bool = False
    _known: dict[tuple[int, frozenset[int]], Curves] = field(default_factory=dict)

    def at(self, size: int, horizon: int) -> Quality:
        """What holds for a size class at a horizon."""
        found = self._quality(size, horizon, frozenset(), beyond=False)
        return Quality(
            found.method, found.distance * self.widening, found.is_tried, found.off, found.off_as_today
        )

    def of_sums(self, horizon: int) -> Quality:
        """What holds for the sum over the areas of a parent, by the method of all sizes together."""
        method = self._quality(ALL, horizon, frozenset(), beyond=False).method
        tried, off_by, distances = self._curves(AROUND, frozenset())
        if not tried or horizon > tried[-1]:
            return UNTRIED
        return Quality(
            method,
            _between(tried, distances[method], horizon) * self.widening,
            horizon in tried,
            _between(tried, off_by[method], horizon),
            _between(tried, off_by[AS_TODAY], horizon),
        )

    def judge(self) -> None:
        """Measure errors, widening and coverage on years left out, and show `as_today` alone where the
        choice fails there.
        """
        if self.blocks < 2:
            return
        self.shown, self.shown_as_today = self._off_when_left_out()
        if self.shown > self.shown_as_today:
            self.only_as_today = True
            self.shown = self.shown_as_today
        everything = range(self.blocks)
        self.widening = self._widening({block: frozenset({block}) for block in everything})
        hits = [np.array([], dtype=bool)]
        for block in everything if self.blocks > 2 else ():
            out = frozenset({block})
            inner = {other: out | {other} for other in everything if other != block}
            hits.append(self._distances(block, out) <= self._widening(inner))
        counted = np.concatenate(hits)
        if len(counted):
            self.coverage = float(counted.mean() * 100)

    def _off_when_left_out(self) -> tuple[float, float]:
        """Mean absolute error of the method that other years choose, and of `as_today`, in per cent."""
        shown, today = [], []
        for (horizon, size), pool in self._of_areas():
            for block in range(self.blocks):
                own = pool.blocks == block
                if own.any():
                    method = self._quality(size, horizon, frozenset({block}), beyond=False).method
                    shown.append(np.abs(np.expm1(-pool.errors[method][own])))
                    today.append(np.abs(np.expm1(-pool.errors[AS_TODAY][own])))
        return float(np.concatenate(shown).mean() * 100), float(np.concatenate(today).mean() * 100)

    def _of_areas(self) -> Iterator[tuple[tuple[int, int], Pool]]:
        """The pools that hold every error once."""
        return ((key, pool) for key, pool in self.pools.items() if key[1] >= 0)

    def _widening(self, left_out: Mapping[int, frozenset[int]]) -> float:
        """How much wider distances have to be to hold SHARE of the errors of blocks, each
        judged without `left_out`.
        """
        together = np.concatenate([self._distances(block, out) for block, out in left_out.items()])
        if not len(together):
            return 1.0
        return float(np.clip(np.quantile(together, SHARE), 1.0, WIDEST))

    def _distances(self, block: int, out: frozenset[int]) -> Array:
        """Errors of a block in units of the distance that other years give, all areas."""
        found = [np.array([])]
        for (horizon, size), pool in self._of_areas():
            own = pool.blocks == block
            if own.any():
                quality = self._quality(size, horizon, out, beyond=True)
                if quality.distance > 0:
                    found.append(np.abs(pool.errors[quality.method][own]) / quality.distance)
        return np.concatenate(found)

    def _quality(self, size: int, horizon: int, out: frozenset[int], *, beyond: bool) -> Quality:
        """Method, distance and errors at a horizon, without some blocks; between tried
        horizons in proportion.

        `beyond`: also after the farthest horizon tried, growing with it; for years left out only.
        """
        tried, off_by, distances = self._curves(size, out)
        if not tried or (horizon > tried[-1] and not beyond):
            return UNTRIED
        at = {method: _between(tried, off_by[method], horizon) for method in METHODS}
        # `as_today` stands first and wins a tie
        method = AS_TODAY if self.only_as_today else min(METHODS, key=lambda one: at[one])
        distance = _between(tried, distances[method], horizon)
        return Quality(method, distance, horizon in tried, at[method], at[AS_TODAY])

    def _curves(self, size: int, out: frozenset[int]) -> Curves:
        """Horizons tried by a size class without some blocks; error in per cent and distance by
        method at each.
        """
        if (size, out) in self._known:
            return self._known[size, out]
        tried: list[int] = []
        off_by: dict[Method, list[float]] = {method: [] for method in METHODS}
        distances: dict[Method, list[float]] = {method: [] for method in METHODS}
        for horizon in sorted({of_horizon for of_horizon, _ in self.pools}):
            errors = self.pools[horizon, size].without(out) if (horizon, size) in self.pools else None
            if errors is None or (size >= 0 and len(errors[AS_TODAY]) < ENOUGH):
                errors = self.pools[horizon, ALL].without(out)
            if not len(errors[AS_TODAY]):
                continue
            tried.append(horizon)
            for method in METHODS:
                off_by[method].append(off(errors[method]))
                distances[method].append(float(np.quantile(np.abs(errors[method]), SHARE)))
        # an interval does not narrow as the horizon grows: what a shorter one missed can be missed later too
        wide = {
            method: np.maximum.accumulate(one).tolist() if one else [] for method, one in distances.items()
        }
        self._known[size, out] = tried, off_by, wide
        return self._known[size, out]


def judgement(found: Sequence[Trial], group: Group) -> Tested:
    """The trials of one age group, judged."""
    own = [one for one in found if one.group == group]
    targets = sorted({one.target for one in own})
    blocks = min(BLOCKS, len(targets))
    block_of = {
        target: number
        for number, block in enumerate(np.array_split(np.array(targets), blocks) if targets else ())
        for target in block.tolist()
    }
    pools: dict[tuple[int, int], Pool] = {}
    for horizon in sorted({one.horizon for one in own}):
        here = [one for one in own if one.horizon == horizon]
        for size in (AROUND, ALL, *sorted({int(size) for one in here for size in np.unique(one.sizes)})):
            parts = [(one.of(size, AS_TODAY).size, block_of[one.target]) for one in here]
            pools[horizon, size] = Pool(
                {method: np.concatenate([one.of(size, method) for one in here]) for method in METHODS},
                np.concatenate([np.full(length, block) for length, block in parts]),
            )
    judged = Tested(pools, blocks)
    judged.judge()
    return judged


def _between(tried: Sequence[int], values: Sequence[float], horizon: int) -> float:
    """A value at a horizon: linear between two, with the root of the horizon before, in proportion after."""
    if horizon < tried[0]:
        return values[0] * float(np.sqrt(horizon / tried[0]))
    if horizon > tried[-1]:
        return values[-1] * horizon / tried[-1]
    return float(np.interp(horizon, tried, values))
