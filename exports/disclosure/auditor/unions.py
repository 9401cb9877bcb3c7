"""Sums of hidden cells that can be computed although no cell can: does the rule forbid such a sum?

The planner asks the rule of printed cells. But an attacker also knows sums of hidden cells: what a line
leaves over, and what sums and differences of several lines leave over. Such a union of cells without common
units is a cell like a printed one; if it is below the minimum, or one contributor dominates it, it discloses.

A sum of cells is determined if and only if the entries of the cells in a random null vector add up to zero
(`RowSpace.fixes`), so all unions of up to four cells are found by matching sums of pairs; longer ones where a
single equation leaves them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from exports.disclosure.auditor.algebra import PRIMES, Row, RowSpace
from exports.disclosure.auditor.knowledge import Key, Knowledge

MATCHED = 1_500
"""In sets with more cells that may be small only unions of two, or of one equation, are looked for."""


@dataclass(frozen=True)
class Insight:
    """What only the house knows, so that the attack can tell who learns what: contributors of every cell.

    `contributions` gives contributor -> amount of a cell; `sensitive` judges them by the primary rules.
    """

    contributions: Callable[[Key], Mapping[str, float]]
    sensitive: Callable[[Mapping[str, float]], bool]

    def together(self, keys: Sequence[Key]) -> dict[str, float]:
        """Contributions to a union of cells."""
        found: dict[str, float] = {}
        for key in keys:
            for name, amount in self.contributions(key).items():
                found[name] = found.get(name, 0.0) + amount
        return found


def candidates(
    knowledge: Knowledge, space: RowSpace, cells: Sequence[int], rows: Sequence[Row], longest: int
) -> Iterator[tuple[int, ...]]:
    """Determined unions among `cells` (unknown, not determined by themselves), shortest first.

    `rows` are the equations of their connected set. Members have no unit in common.
    """
    chosen = set(cells)
    known: set[frozenset[int]] = set()

    def new(union: Sequence[int]) -> bool:
        """Not seen, not made of smaller ones, without common units."""
        group = frozenset(union)
        if len(group) < len(union) or any(other <= group for other in known):
            return False
        if not all(knowledge.apart(a, b) for a, b in itertools.combinations(sorted(group), 2)):
            return False
        known.add(group)
        return True

    vector, prime = space.null[0], PRIMES[0]
    by_value: dict[int, list[int]] = {}
    for cell in cells:
        by_value.setdefault(vector[cell], []).append(cell)
    for cell in cells:
        for other in by_value.get(-vector[cell] % prime, ()):
            if other > cell and space.fixes((cell, other)) and new((cell, other)):
                yield (cell, other)
    if longest > 2 and len(cells) <= MATCHED:
        for one, two in itertools.combinations(cells, 2):
            for three in by_value.get(-(vector[one] + vector[two]) % prime, ()):
                if three > two and space.fixes((one, two, three)) and new((one, two, three)):
                    yield (one, two, three)
    if longest > 3 and len(cells) <= MATCHED // 3:
        pairs: dict[int, list[tuple[int, int]]] = {}
        for pair in itertools.combinations(cells, 2):
            pairs.setdefault((vector[pair[0]] + vector[pair[1]]) % prime, []).append(pair)
        for value, left in pairs.items():
            for one, two in left:
                for three, four in pairs.get(-value % prime, ()):
                    if three > two and space.fixes((one, two, three, four)) and new((one, two, three, four)):
                        yield (one, two, three, four)
    for row in sorted(rows, key=len):
        union = tuple(sorted(row))
        if len(union) > 2 and len(set(row.values())) == 1 and chosen.issuperset(union) and new(union):
            yield union


__all__ = ["Insight", "candidates"]
