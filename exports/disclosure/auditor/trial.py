"""One attack on one set of published tables, as far as it has come: what is known, asked, and broken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from exports.disclosure.auditor.algebra import RowSpace
from exports.disclosure.auditor.findings import Result
from exports.disclosure.auditor.intervals import Component
from exports.disclosure.auditor.knowledge import Knowledge
from exports.disclosure.auditor.problem import (
    Problem,
)
from exports.disclosure.auditor.unions import Insight
from exports.disclosure.declaration import Safety

Sets = Sequence[tuple[list[int], list[int]]]
"""Connected sets of unknown cells, each with its equations."""


@dataclass
class Trial:
    """What the levels of one attack share: `broken` cells need no further level.

    `truth` and `protected` are inside knowledge, `insight` tells who contributes to which cell.
    """

    knowledge: Knowledge
    safety: Safety
    problem: Problem
    space: RowSpace
    split: Sets
    result: Result
    broken: set[int] = field(default_factory=set)
    truth: Mapping[tuple[str, ...], float] | None = None
    protected: Mapping[tuple[str, ...], tuple[float, float]] | None = None
    insight: Insight | None = None


def opened(knowledge: Knowledge, safety: Safety) -> Result:
    """The outcome before anything was tried."""
    return Result(
        cells=len(knowledge.keys),
        hidden=sum(knowledge.hidden),
        equations=len(knowledge.equations),
        unpublished=sum(
            shown is None and not hidden
            for shown, hidden in zip(knowledge.shown, knowledge.hidden, strict=True)
        ),
        asked=asked_of(safety),
    )


def floor_of(safety: Safety) -> float:
    """What a hidden count is at least for the attacker who is asked for: 1 where zeros are printed (K2)."""
    return 1.0 if safety.zeros == "publish" and {"K2", "K3"} & set(safety.withstand) else 0.0


def asked_of(safety: Safety) -> tuple[str, ...]:
    """The levels that an attack on one set of files can try; K5 is the choice of files."""
    return tuple(level for level in safety.withstand if level != "K5")


def matters(knowledge: Knowledge, safety: Safety, cell: int, low: float, high: float) -> bool:
    """Whether knowing that a cell lies in low..high discloses something.

    A cell printed as hidden must not be determined at all. A cell that nobody printed discloses only when it
    may be small. Zeros disclose nothing where zeros are shown.
    """
    if safety.zeros == "publish" and high < 1e-6:
        return knowledge.hidden[cell]
    if knowledge.hidden[cell] and high - low < 1e-6:
        return True
    if not knowledge.hidden[cell] and (safety.unpublished == "ignore" or knowledge.shown[cell] is not None):
        return False
    return safety.minimum_frequency is None or low < safety.minimum_frequency - 1e-6


def offer_truth(component: Component, knowledge: Knowledge, truth: Mapping[tuple[str, ...], float]) -> None:
    """The true table is one more possible table; it is accepted only if it fits."""
    values = [truth.get(knowledge.keys[cell]) for cell in component.columns]
    if all(value is not None for value in values):
        component.see_whole(np.array(values, dtype=np.float64))
