"""Efforts and limits. All of them are counts, never seconds: the same input gives the same bytes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

LARGE = 8_000
"""Clusters with more cells get their bound from the cuts of single families only."""


NEAR_ENOUGH = 0.02
"""Families are solved in whole numbers where the gap is larger."""


STALLED = 2e-4
"""In large clusters cuts stop when three rounds raised the bound by a smaller share than this."""


AROUND, ANEW_ROUNDS = 180, 6
"""Cells around one that are chosen anew while all others stay, and how often with the cuts found by it."""


GAIN = 2e-4
"""Another choice must be cheaper by this share of the whole pattern's price."""


FAMILY_NODES, FAMILY_ROUNDS = 10, 4
"""Limits of branch and bound for one family of cells, and how often it is given new cuts."""


HUGE = 40_000
"""Clusters with more cells are started from single equations instead of one program per sensitive cell."""

PROVEN = 1e-6
"""A bound may miss the objective by this and still proves it (objectives are sums of doubles)."""


CHEAPER = 1e-9
"""A pattern must be cheaper by this to replace another, so that rounding does not choose."""


@dataclass(frozen=True)
class Effort:
    """Deterministic limits: rounds of cuts, nodes per branch and bound, and how many of those.

    `starts`: patterns guided by the relaxation; a further one is planned without it, unless it is 1.
    `within`: branch and bound ends when the pattern is proven this close to the best one (a share of the
    bound); it is tried on clusters of at most `provable` cells. `anew`: nothing but the pattern known so far,
    completed for further tasks and improved around one cell after the other.
    """

    cut_rounds: int
    nodes: int
    exact_rounds: int
    starts: int
    within: float = 0.0
    provable: float = math.inf
    anew: bool = False


EFFORTS = {
    "quick": Effort(cut_rounds=5, nodes=0, exact_rounds=0, starts=1),
    "thorough": Effort(cut_rounds=40, nodes=30, exact_rounds=12, starts=2, within=0.04, provable=1_500),
    "optimal": Effort(cut_rounds=200, nodes=100, exact_rounds=20, starts=2),
}


CLOSER: dict[str, Any] = {"nodes": 20_000, "exact_rounds": 3, "within": 0.002}
"""What the last plan changes, where demands with a way out were planned for: it is made for its bound.

Branch and bound goes down into the tree first, so that its bound moves late: with hundreds of nodes not at
all, with some thousands to the end.
"""
