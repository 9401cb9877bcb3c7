"""Cells around a cell that can change with it while all else stays: siblings, what they add up to, parts.

A change of one cell needs others that take it back in every sum. Few codes per dimension suffice for that:
the cell's own, some beside it, those above them and a branch below; the cells are all combinations of these.
"""

from __future__ import annotations

import itertools

import numpy as np

from exports.disclosure.auditor.knowledge import Knowledge


class Relatives:
    """The sums of each dimension, read off the equations."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        count = len(knowledge.dimensions)
        self._parts: list[dict[str, list[tuple[str, ...]]]] = [{} for _ in range(count)]
        self._sums: list[dict[str, list[tuple[str, tuple[str, ...]]]]] = [{} for _ in range(count)]
        seen: set[tuple[int, str, tuple[str, ...]]] = set()
        for total, parts in knowledge.equations:
            whole, first = knowledge.keys[total], knowledge.keys[parts[0]]
            (axis,) = [place for place in range(count) if whole[place] != first[place]]
            codes = tuple(knowledge.keys[part][axis] for part in parts)
            if (axis, whole[axis], codes) in seen:
                continue
            seen.add((axis, whole[axis], codes))
            self._parts[axis].setdefault(whole[axis], []).append(codes)
            for code in codes:
                self._sums[axis].setdefault(code, []).append((whole[axis], codes))

    def around(self, cell: int, beside: int, generator: np.random.Generator) -> list[int]:
        """Numbers of the cells around one, itself included, with up to `beside` siblings per sum."""
        key, index = self.knowledge.keys[cell], self.knowledge.index
        chosen = [self._codes(axis, code, beside, generator) for axis, code in enumerate(key)]
        return sorted(index[codes] for codes in itertools.product(*chosen) if codes in index)

    def _codes(self, axis: int, code: str, beside: int, generator: np.random.Generator) -> list[str]:
        found = {code}
        for _, codes in self._sums[axis].get(code, ()):
            others = [other for other in codes if other != code]
            found.update(others[place] for place in generator.permutation(len(others))[:beside].tolist())
        for lower in sorted(found):
            while parts := self._parts[axis].get(lower):
                below = [parts[0][place] for place in generator.permutation(len(parts[0]))[:2].tolist()]
                found.update(below)
                lower = below[0]
        upward = sorted(found)
        while upward:
            for whole, _ in self._sums[axis].get(upward.pop(), ()):
                if whole not in found:
                    found.add(whole)
                    upward.append(whole)
        return sorted(found)


__all__ = ["Relatives"]
