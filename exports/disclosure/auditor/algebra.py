"""Exact algebra: which unknown cells are uniquely determined by the equations alone, and the
proof in integers.

If the true table lies strictly inside all bounds, an unknown cell is determined if and only if its unit
vector lies in the row space of the equations restricted to the unknown cells. The row space is found by
sparse elimination modulo a prime. A random vector of the null space is zero in exactly the determined
cells; two cells whose entries are in the same ratio in every such vector determine each other. Both are
computed for two primes, and every determination that is reported is proved again by an integer combination
of the original equations.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

PRIMES = (2_305_843_009_213_693_951, 2_147_483_647)

Row = dict[int, int]


@dataclass(frozen=True)
class Elimination:
    """Result of one elimination: pivot steps (column, rest of its row) in order, and the independent rows."""

    prime: int
    steps: list[tuple[int, list[tuple[int, int]]]]
    independent: list[int]


def eliminate(rows: Sequence[Row], prime: int) -> Elimination:
    """Sparse Gaussian elimination modulo a prime, shortest row first, rarest column as pivot."""
    work: dict[int, Row] = {number: dict(row) for number, row in enumerate(rows) if row}
    where: dict[int, set[int]] = {}
    for number, row in work.items():
        for column in row:
            where.setdefault(column, set()).add(number)
    heap = [(len(row), number) for number, row in work.items()]
    heapq.heapify(heap)
    steps: list[tuple[int, list[tuple[int, int]]]] = []
    independent: list[int] = []
    while heap:
        length, number = heapq.heappop(heap)
        current = work.get(number)
        if current is None or len(current) != length:
            continue
        del work[number]
        if not current:
            continue
        pivot = min(current, key=lambda column: (len(where[column]), column))
        lead = current.pop(pivot)
        inverse = lead if lead in (1, prime - 1) else pow(lead, -1, prime)
        if lead == -1:
            inverse = -1
        rest = [(column, value * inverse % prime) for column, value in current.items()]
        steps.append((pivot, rest))
        independent.append(number)
        for column in current:
            where[column].discard(number)
        touched = where.pop(pivot)
        touched.discard(number)
        for other in sorted(touched):
            target = work[other]
            factor = target.pop(pivot)
            for column, value in rest:
                old = target.get(column)
                if old is None:
                    target[column] = -factor * value % prime
                    where[column].add(other)
                else:
                    new = (old - factor * value) % prime
                    if new:
                        target[column] = new
                    else:
                        del target[column]
                        where[column].discard(other)
            heapq.heappush(heap, (len(target), other))
    return Elimination(prime, steps, independent)


def null_vector(elimination: Elimination, columns: Sequence[int], seed: int) -> dict[int, int]:
    """A random vector of the null space modulo the prime."""
    generator = random.Random(seed)  # noqa: S311 - drawn points of an identity test, no secret
    prime = elimination.prime
    vector = {column: generator.randrange(1, prime) for column in columns}
    for pivot, rest in reversed(elimination.steps):
        vector[pivot] = -sum(value * vector[column] for column, value in rest) % prime
    return vector


@dataclass(frozen=True)
class RowSpace:
    """`determined` cells, `tied` groups of cells that determine each other, and independent rows.

    `null` holds one random null vector per prime: a sum of cells is determined if and only if the entries of
    these cells add up to zero in it (an identity test; each answer that counts is proved again).
    """

    determined: frozenset[int]
    tied: tuple[tuple[int, ...], ...]
    independent: tuple[int, ...]
    null: tuple[dict[int, int], ...] = ()

    def fixes(self, cells: Iterable[int]) -> bool:
        """Whether the equations determine the sum of these unknown cells."""
        chosen = tuple(cells)
        return all(
            sum(vector[cell] for cell in chosen) % prime == 0
            for prime, vector in zip(PRIMES, self.null, strict=True)
        )


def row_space(rows: Sequence[Row], columns: Sequence[int]) -> RowSpace:
    """Determined and mutually tied cells, agreed by two primes (a cell is determined only if both say so)."""
    eliminations = [eliminate(rows, prime) for prime in PRIMES]
    determined: set[int] | None = None
    marks: dict[int, tuple[int, ...]] = dict.fromkeys(columns, ())
    null: list[dict[int, int]] = []
    for elimination in eliminations:
        prime = elimination.prime
        first, second = (null_vector(elimination, columns, seed) for seed in (1, 2))
        zero = {column for column in columns if first[column] == 0 and second[column] == 0}
        determined = zero if determined is None else determined & zero
        for column in columns:
            ratio = first[column] * pow(second[column], -1, prime) % prime if second[column] else -1
            marks[column] = (*marks[column], ratio)
        null.append(first)
    groups: dict[tuple[int, ...], list[int]] = {}
    for column in columns:
        if column not in (determined or ()):
            groups.setdefault(marks[column], []).append(column)
    tied = tuple(tuple(group) for group in groups.values() if len(group) > 1)
    return RowSpace(
        frozenset(determined or ()), tied, tuple(sorted(eliminations[0].independent)), tuple(null)
    )


def combine(rows: Sequence[Row], targets: Sequence[int]) -> dict[int, Fraction] | None:
    """Multipliers of the rows whose sum is exactly the sum of the targets, by rational elimination; None if
    there is none.

    This is the plain method on a connected set of rows, used to prove a determination that was found modulo
    primes when the short proof of `short_combination` does not come out in whole numbers.
    """
    pivots: dict[int, tuple[dict[int, Fraction], dict[int, Fraction]]] = {}

    def reduce(row: dict[int, Fraction], how: dict[int, Fraction]) -> None:
        for column in sorted(row):
            if column in row and column in pivots:
                base, base_how = pivots[column]
                factor = row[column]
                for index, value in base.items():
                    new = row.get(index, Fraction(0)) - factor * value
                    if new:
                        row[index] = new
                    else:
                        row.pop(index, None)
                for index, value in base_how.items():
                    how[index] = how.get(index, Fraction(0)) - factor * value

    for number, source in enumerate(rows):
        row = {column: Fraction(value) for column, value in source.items()}
        how = {number: Fraction(1)}
        while any(column in pivots for column in row):
            reduce(row, how)
        if row:
            lead = min(row)
            scale = row[lead]
            pivots[lead] = (
                {column: value / scale for column, value in row.items()},
                {index: value / scale for index, value in how.items()},
            )
    goal = dict.fromkeys(targets, Fraction(1))
    used: dict[int, Fraction] = {}
    while any(column in pivots for column in goal):
        reduce(goal, used)
    if goal:
        return None
    return {index: -value for index, value in used.items() if value}


def proves(rows: Sequence[Row], multipliers: dict[int, Fraction], targets: Sequence[int]) -> bool:
    """Whether the combination of rows is exactly the sum of the targets (whole-number arithmetic)."""
    total: dict[int, Fraction] = {}
    for number, factor in multipliers.items():
        for column, value in rows[number].items():
            total[column] = total.get(column, Fraction(0)) + factor * value
    return {column: value for column, value in total.items() if value} == dict.fromkeys(targets, Fraction(1))
