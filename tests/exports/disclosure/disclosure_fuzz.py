"""Random small tables against brute force: `python -m tests.exports.disclosure.disclosure_fuzz 20000`.

Brute force knows nothing of the engines: the row space by fractions, intervals by enumerating all vertices in
fractions, the integer attack by enumerating all tables, the cheapest pattern by trying all patterns.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from exports.disclosure.auditor.attack import attack
from exports.disclosure.auditor.findings import Result
from exports.disclosure.auditor.knowledge import Key, gather
from exports.disclosure.constraints import Leaves, System, build_system
from exports.disclosure.declaration import Axis, Declaration, Dimension, Hierarchy, Safety, Table, resolve
from exports.disclosure.planner import limits
from exports.disclosure.planner.costs import costs_of
from exports.disclosure.planner.limits import EFFORTS
from exports.disclosure.planner.pattern import plan
from exports.disclosure.policy import Data, Policy, safety_of
from exports.disclosure.primary import Primaries
from exports.disclosure.protect import protect_tables
from exports.disclosure.protected import NotSafe

KEY = b"costs and decoys of the fuzz"

Matrix = list[list[Fraction]]


def random_table(generator: np.random.Generator) -> tuple[Declaration, Leaves, System]:
    """Two or three dimensions, some with a group level, values mostly small, some zeros."""
    dimensions: dict[str, Dimension] = {}
    for number in range(int(generator.integers(1, 4))):
        count = int(generator.integers(2, 5 if number == 0 else 4))
        names = tuple(f"{'abc'[number]}{index}" for index in range(count))
        trees = {}
        if count >= 3 and generator.random() < 0.5:
            trees["h"] = Hierarchy(children={"g": names[:2], "k": names[2:]})
        if count == 4 and generator.random() < 0.3:
            trees["o"] = Hierarchy(children={"p": (names[0], names[3]), "q": (names[1], names[2])})
        dimensions["abc"[number]] = Dimension(leaves=names, hierarchies=trees)
    declaration = resolve(
        Declaration(
            name="fuzz",
            dimensions=dimensions,
            tables=(Table(name="t", dimensions={name: Axis() for name in dimensions}),),
        ),
        Path(),
    )
    crossed = list(itertools.product(*[dimension.leaves or () for dimension in dimensions.values()]))
    counts = generator.choice([0, 0, 1, 1, 2, 2, 3, 4, 6], size=len(crossed)).astype(np.float64)
    leaves = Leaves(
        {name: [codes[place] for codes in crossed] for place, name in enumerate(dimensions)}, {"n": counts}
    )
    return declaration, leaves, build_system(declaration, leaves, "n")


def reduced(rows: Sequence[Sequence[int]], right: Sequence[int]) -> tuple[Matrix, list[int]]:
    """Reduced row echelon form of [rows | right] in fractions, with the pivot columns."""
    return reduced_fractions(
        [[Fraction(value) for value in row] + [Fraction(r)] for row, r in zip(rows, right, strict=True)]
    )


def brute_exact(matrix: Matrix, pivots: list[int], width: int) -> set[int]:
    """Determined columns: pivot rows without any other unknown."""
    return {
        p for row, p in zip(matrix, pivots, strict=True) if not any(row[c] for c in range(width) if c != p)
    }


def brute_vertices(matrix: Matrix, pivots: list[int], width: int, floor: int) -> list[list[Fraction]]:
    """All vertices of {x >= floor, A x = b}: fix all but `rank` unknowns at the floor in every way."""
    shifted = [[*row[:-1], row[-1] - floor * sum(row[:-1])] for row in matrix]
    vertices = []
    for basis in itertools.combinations(range(width), len(pivots)):
        rows = [[row[c] for c in basis] + [row[-1]] for row in shifted]
        solved, found = reduced_fractions(rows)
        if len(found) < len(basis):
            continue
        point = [Fraction(floor)] * width
        for row, place in zip(solved, found, strict=True):
            point[basis[place]] = row[-1] + floor
        if all(value >= floor for value in point):
            vertices.append(point)
    return vertices


def reduced_fractions(rows: Matrix) -> tuple[Matrix, list[int]]:
    """Echelon form of an augmented matrix given in fractions."""
    matrix = [list(row) for row in rows]
    width = len(rows[0]) - 1 if rows else 0
    pivots: list[int] = []
    top = 0
    for column in range(width):
        found = next((i for i in range(top, len(matrix)) if matrix[i][column]), None)
        if found is None:
            continue
        matrix[top], matrix[found] = matrix[found], matrix[top]
        scale = matrix[top][column]
        matrix[top] = [value / scale for value in matrix[top]]
        for i in range(len(matrix)):
            if i != top and matrix[i][column]:
                factor = matrix[i][column]
                matrix[i] = [a - factor * b for a, b in zip(matrix[i], matrix[top], strict=True)]
        pivots.append(column)
        top += 1
    return matrix[:top], pivots


def brute_whole(
    matrix: Matrix, pivots: list[int], width: int, floor: int, limit: int
) -> list[tuple[int, ...]]:
    """All whole tables with unknowns in floor..limit."""
    free = [column for column in range(width) if column not in pivots]
    tables = []
    for choice in itertools.product(range(floor, limit + 1), repeat=len(free)):
        point = [0] * width
        for column, value in zip(free, choice, strict=True):
            point[column] = value
        good = True
        for row, pivot in zip(matrix, pivots, strict=True):
            value = row[-1] - sum(row[c] * point[c] for c in free)
            if value.denominator != 1 or value < floor:
                good = False
                break
            point[pivot] = int(value)
        if good:
            tables.append(tuple(point))
    return tables


def publish(system: System, hidden: np.ndarray) -> dict[Key, float | None]:
    """The table as printed."""
    return {key: None if hidden[cell] else float(system.values[cell]) for cell, key in enumerate(system.keys)}


def all_codes(declaration: Declaration, system: System, hidden: np.ndarray) -> dict[Key, float | None]:
    """As `publish`, with every declared code (merged trivial levels printed like the cell they equal)."""
    published: dict[Key, float | None] = {}
    names = [list(ladder.node_of) for ladder in system.ladders]
    for codes in itertools.product(*names):
        cell = system.find(dict(zip(system.dimensions, codes, strict=True)))
        published[codes] = None if hidden[cell] else float(system.values[cell])
    return published


def check_auditor(seed: int) -> None:
    """The three attacks on a random pattern with at most 8 unknown cells agree with brute force."""
    generator = np.random.default_rng(seed)
    declaration, _, system = random_table(generator)
    zeros_shown = bool(generator.random() < 0.5)
    candidates = np.flatnonzero(system.values > 0) if zeros_shown else np.arange(system.size)
    if len(candidates) == 0:
        return
    chosen = generator.choice(
        candidates, size=min(len(candidates), int(generator.integers(1, 9))), replace=False
    )
    hidden = np.zeros(system.size, dtype=bool)
    hidden[chosen] = True
    safety = Safety(
        withstand=("K1", "K2") if zeros_shown else ("K1",),
        zeros="publish" if zeros_shown else "protect",
        minimum_frequency=None,
    )
    declaration = declaration.model_copy(update={"safety": safety})
    published = all_codes(declaration, system, hidden)
    knowledge = gather(declaration, {"t": published})
    result = attack(knowledge, safety)

    unknown = np.flatnonzero(hidden).tolist()
    dense = system.equations.toarray().astype(int)
    rows = [[int(row[c]) for c in unknown] for row in dense]
    right = [
        -int(sum(row[c] * system.values[c] for c in np.flatnonzero(row) if not hidden[c])) for row in dense
    ]
    matrix, pivots = reduced(rows, right)
    width = len(unknown)
    exact = brute_exact(matrix, pivots, width)
    vertices = brute_vertices(matrix, pivots, width, 0)
    narrow = {
        place
        for place in range(width)
        if _bounded(matrix, pivots, width, place)
        and max(v[place] for v in vertices) - min(v[place] for v in vertices) < 1
    }
    floor = 1 if zeros_shown else 0
    limit = int(system.values.max()) + 1
    free = width - len(pivots)
    alone: set[int] | None = None
    if (limit + 1) ** free <= 200_000:
        tables = brute_whole(matrix, pivots, width, floor, limit)
        alone = {place for place in range(width) if len({table[place] for table in tables}) == 1}

    def found(names: set[str]) -> set[int]:
        cells = {
            system.find(dict(zip(system.dimensions, f.cell, strict=True)))
            for f in result.findings
            if f.attack in names
        }
        return {unknown.index(cell) for cell in cells if cell in unknown}

    assert found({"exact"}) == exact, f"seed {seed}: exact {found({'exact'})} instead of {exact}"
    assert found({"exact", "interval"}) == exact | narrow, f"seed {seed}: interval"
    if alone is not None and zeros_shown:
        assert found({"exact", "interval", "integer"}) >= alone, f"seed {seed}: integer misses {alone}"
        assert found({"integer"}) <= alone, f"seed {seed}: integer finds too much"
    for finding in result.findings:
        cell = system.find(dict(zip(system.dimensions, finding.cell, strict=True)))
        assert finding.low - 1e-6 <= system.values[cell] <= finding.high + 1e-6, (
            f"seed {seed}: wrong value proved"
        )


def _bounded(matrix: Matrix, pivots: list[int], width: int, place: int) -> bool:
    """Whether an unknown is bounded above: it stands in the published total's equation or cannot grow."""
    # every cell lies below the grand total; unknown grand total and no other sum over it means no bound
    from scipy.optimize import linprog

    if not matrix:
        return False
    goal = [0.0] * width
    goal[place] = -1.0
    outcome = linprog(
        goal,
        A_eq=[[float(v) for v in row[:-1]] for row in matrix],
        b_eq=[float(row[-1]) for row in matrix],
        bounds=[(0, None)] * width,
    )
    return bool(outcome.status == 0)


@contextlib.contextmanager
def as_large() -> Iterator[None]:
    """Plan tables of any size as the largest are planned: every way for large clusters is taken."""
    kept = limits.LARGE, limits.NEAR_ENOUGH
    limits.LARGE, limits.NEAR_ENOUGH = 0, -1.0
    try:
        yield
    finally:
        limits.LARGE, limits.NEAR_ENOUGH = kept


def check_planner(seed: int) -> None:
    """The exact planner finds the cheapest of all patterns, and no cell of it can be published again."""
    generator = np.random.default_rng(1_000_000 + seed)
    declaration, _, system = random_table(generator)
    values = system.values
    sensitive = (values > 0) & (values < 3)
    if not sensitive.any():
        return
    primaries = Primaries(
        sensitive,
        {},
        np.where(sensitive, 1.0, 0.0),
        np.where(sensitive, 1.0, 0.0),
        sensitive & (values == 1),
        np.zeros(system.size, dtype=bool),
        None,
        np.zeros(system.size, dtype=bool),
    )
    cost = costs_of(system, {}, None, 1.0)
    try:
        pattern = plan(system, primaries, cost, effort=EFFORTS["optimal"])
    except ValueError:
        everything = values > 0
        assert not _safe(declaration, system, everything, sensitive), (
            f"seed {seed}: refused, but hiding all is safe"
        )
        return
    assert _safe(declaration, system, pattern.hidden, sensitive), (
        f"seed {seed}: the planned pattern is broken"
    )
    with as_large():
        large = plan(system, primaries, cost, effort=EFFORTS["thorough"])
    assert _safe(declaration, system, large.hidden, sensitive), (
        f"seed {seed}: broken, planned as a large table"
    )
    assert large.bound <= pattern.objective + 1e-6 <= large.objective + 2e-6, f"seed {seed}: wrong bound"
    assert pattern.gap == 0.0, f"seed {seed}: not proven"
    free = np.flatnonzero((values > 0) & ~sensitive)
    if len(free) <= 7:
        best = np.inf
        for count in range(len(free) + 1):
            for extra in itertools.combinations(free.tolist(), count):
                price = float(cost[list(extra)].sum())
                if price >= best - 1e-9:
                    continue
                hidden = sensitive.copy()
                hidden[list(extra)] = True
                if _safe(declaration, system, hidden, sensitive):
                    best = price
        assert abs(best - pattern.objective) < 1e-6, f"seed {seed}: {pattern.objective} instead of {best}"
    for cell in np.flatnonzero(pattern.secondary).tolist():
        hidden = pattern.hidden.copy()
        hidden[cell] = False
        assert not _safe(declaration, system, hidden, sensitive), f"seed {seed}: a hidden cell was not needed"


def check_bound(seed: int, most: int = 6) -> bool:
    """No pattern that withstands K1, K2 and K4 is cheaper than the bound; whether there was one to compare.

    All patterns are tried, so tables with more than `most` cells that may be hidden besides are left out.
    """
    generator = np.random.default_rng(3_000_000 + seed)
    declaration, leaves, system = random_table(generator)
    small = (system.values > 0) & (system.values < 3)
    free = np.flatnonzero((system.values > 0) & ~small)
    if not small.any() or not 1 <= len(free) <= most:
        return False
    policy = Policy(
        legal_basis="fuzz", decided_by="fuzz", decided_on=dt.date(2026, 1, 1), withstand=("K1", "K2", "K4")
    )
    cost = costs_of(system, {}, None, 1.0, KEY)
    prices = []
    for chosen in itertools.product((False, True), repeat=len(free)):
        hidden = small.copy()
        hidden[free[list(chosen)]] = True
        strict = declaration.model_copy(update={"safety": safety_of(policy, Data(value="n"))})
        result = attack(gather(strict, {"t": all_codes(declaration, system, hidden)}), strict.safety)
        if result.passed and _safe(declaration, system, hidden, small):
            prices.append(float(cost[free[list(chosen)]].sum()))
    try:
        planned = protect_tables(declaration, leaves, Data(value="n"), policy, cost_key=KEY).pattern
    except (NotSafe, ValueError):
        return False
    # what K4 asks beside single cases is no part of the bound: where nothing else asks for a cell it is 0
    nothing_asked = planned.objective == planned.given or _safe(declaration, system, small, small)
    assert planned.gap < np.inf or nothing_asked, f"seed {seed}: no bound"
    if prices:
        assert planned.bound - planned.given <= min(prices) + 1e-6, (
            f"seed {seed}: the bound {planned.bound} is above {min(prices)}"
        )
    return bool(prices)


def _safe(declaration: Declaration, system: System, hidden: np.ndarray, sensitive: np.ndarray) -> bool:
    """The auditor, told the truth and the room that each sensitive cell needs, finds
    nothing for these cells.
    """
    published = all_codes(declaration, system, hidden)
    safety = Safety(withstand=("K1",), minimum_frequency=3)
    truth: dict[Key, float] = {}
    need: dict[Key, tuple[float, float]] = {}
    for codes in published:
        cell = system.find(dict(zip(system.dimensions, codes, strict=True)))
        truth[codes] = float(system.values[cell])
        if sensitive[cell]:
            need[codes] = (1.0, 1.0)
    declaration = declaration.model_copy(update={"safety": safety})
    result: Result = attack(gather(declaration, {"t": published}), safety, truth=truth, protected=need)
    broken = {finding.cell for finding in result.findings}
    return not any(codes in broken for codes in need)


def main(count: int, first: int = 0) -> None:
    """Run random tables `first` to `count` through the auditor and a tenth of them through the planner."""
    for seed in range(first, count):
        check_auditor(seed)
        if seed % 10 == 0:
            check_planner(seed)
            check_bound(seed)
        if seed % 1000 == 999:
            print(f"{seed + 1} tables, no disagreement", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3] or [20_000]))
