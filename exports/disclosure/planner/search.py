"""The search for the cheapest pattern of one cluster, and for its lower bound."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from exports.disclosure.constraints import Booleans, Floats, Integers
from exports.disclosure.planner import limits
from exports.disclosure.planner.cluster import Cluster
from exports.disclosure.planner.cuts import Cut, Cuts, Useless, stacked
from exports.disclosure.planner.families import Families
from exports.disclosure.planner.heuristic import Heuristic
from exports.disclosure.planner.limits import Effort
from exports.disclosure.planner.movement import Task
from exports.disclosure.solver import INFINITY, Program, SolverFailure

FIRST_SHARE, LEAST_SHARE, SHRINK = 0.05, 0.01, 8
"""Cuts are looked for at the relaxed pattern with this share of every cell added: first many cells, for cuts
that hold for many patterns; then less by this factor; below the least the relaxed pattern itself."""


FINER = 0.5
"""Branch and bound over the cuts known so far goes this much closer than asked, as further cuts cost more."""


@dataclass
class Memory:
    """What was found of a cluster before, when it is planned again with further tasks: cuts and a pattern.

    Cuts stay valid, since further tasks only add to the demands, and further unions are cells behind others.
    """

    pool: dict[bytes, Cut] = field(default_factory=dict)
    lonely: list[Useless] = field(default_factory=list)
    hidden: Booleans | None = None


class Memories:
    """Memories of all clusters of a system with `size` cells, whatever unions come behind these."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._found: dict[bytes, Memory] = {}

    def of(self, cells: Integers, must: Booleans) -> Memory:
        """The memory of a cluster: of these cells, of which those in `must` are hidden in any case."""
        own = cells[cells < self.size]
        return self._found.setdefault(own.tobytes() + must[own].tobytes(), Memory())


class Search:
    """The best pattern found for a cluster (`hidden`) and what is proven of its price (`bound`)."""

    def __init__(self, cluster: Cluster, memory: Memory | None = None) -> None:
        self.cluster = cluster
        self.heuristic = Heuristic(cluster)
        self.memory = memory or Memory()
        self.cuts = Cuts(cluster, self.memory.pool, self.memory.lonely)
        self.hidden = np.ones(len(cluster.cells), dtype=bool)
        self.bound = 0.0
        self.notes: list[str] = []

    @functools.cached_property
    def families(self) -> Families:
        """Families of this cluster; not built for clusters that are planned without a relaxation."""
        return Families(self.cluster, self.cuts)

    def solve(self, effort: Effort) -> None:
        """Set `hidden` and `bound`, and remember what was found."""
        self._solve(effort)
        self.memory.hidden = self.hidden

    def _solve(self, effort: Effort) -> None:
        start = self.cluster.must.copy()
        if not self.cluster.failing(start, self.cluster.tasks, first_only=True):
            self.hidden, self.bound = start, 0.0
            return
        dear_first = sorted(
            self.cluster.tasks, key=lambda task: (-self.cluster.values[task.cell], task.cell, task.sign)
        )
        huge, large = len(self.cluster.cells) > limits.HUGE, len(self.cluster.cells) > limits.LARGE
        if huge or (effort.starts > 1 and not large):
            begin = self.heuristic.fill_lines(start) if huge else start
            self.hidden = self.heuristic.give_back(
                self.heuristic.complete(begin, self.cluster.cost, dear_first)
            )
        if huge:
            return
        if self.memory.hidden is not None and not large:
            known = start.copy()
            shared = min(len(known), len(self.memory.hidden))
            known[:shared] |= self.memory.hidden[:shared]
            self._offer(
                self.heuristic.give_back(self.heuristic.complete(known, self.cluster.cost, dear_first))
            )
        share = self._relax(effort.cut_rounds)
        for power in (1.0, 0.5)[: 1 if large else effort.starts]:
            weight = self.cluster.cost * np.maximum(0.0, 1.0 - share) ** power
            self._offer(self.heuristic.give_back(self.heuristic.complete(start, weight, dear_first)))
        if (
            effort.starts > 1
            and self.families.blocks
            and self.cluster.price(self.hidden) > self.bound * (1 + limits.NEAR_ENOUGH)
        ):
            least, chosen = self.families.in_whole_numbers()
            self.bound = max(self.bound, least)
            self._offer(
                self.heuristic.give_back(self.heuristic.complete(chosen, self.cluster.cost, dear_first))
            )
        if large or effort.starts < 2:
            return
        rounded = start | (share > 0.5)
        self._offer(
            self.heuristic.give_back(
                self.heuristic.complete(rounded, self.cluster.cost * (1.0 - share), dear_first)
            )
        )
        if len(self.cluster.cells) <= effort.provable and not self._is_near(effort):
            self._branch(effort, dear_first)

    def _is_near(self, effort: Effort) -> bool:
        """Whether the pattern is proven as close to the best one as this effort asks."""
        return self.cluster.price(self.hidden) <= self.bound * (1.0 + effort.within) + limits.PROVEN

    def _offer(self, hidden: Booleans) -> None:
        if self.cluster.price(hidden) < self.cluster.price(self.hidden) - limits.CHEAPER:
            self.hidden = hidden

    def _master(
        self, extra: Sequence[tuple[Integers, Floats]], *, integer: bool, effort: Effort | None
    ) -> Program:
        rows = [*self.cuts.pool.values(), *((cells, weights, 0.0) for cells, weights in extra)]
        matrix, least = stacked(rows, len(self.cluster.cells))
        return Program(
            matrix,
            least,
            np.full(len(rows), INFINITY),
            self.cluster.must.astype(np.float64),
            np.ones(len(self.cluster.cells)),
            np.where(self.cluster.must, 0.0, self.cluster.cost),
            integer=np.ones(len(self.cluster.cells), dtype=bool) if integer else None,
            max_nodes=effort.nodes if effort is not None else None,
            relative_gap=effort.within * FINER if effort is not None else 0.0,
        )

    def _relax(self, rounds: int) -> Floats:
        """Linear relaxation over cuts; sets the bound and returns the fractional pattern.

        First the cuts of single families, then, unless the cluster is very large, of all equations together.
        """
        self.cuts.add_lines()
        share = self.cluster.must.astype(np.float64)
        program = self._master(self.cuts.lonely, integer=False, effort=None)
        known = set(self.cuts.pool)
        by_families = bool(self.families.blocks)
        least = FIRST_SHARE
        bounds: list[float] = []
        for _ in range(rounds):
            solution = program.solve()
            if solution.status != "optimal":
                raise SolverFailure(f"the relaxation ended with status {solution.status}")
            share = np.clip(solution.values, 0.0, 1.0)
            self.bound = max(self.bound, solution.objective)
            bounds.append(self.bound)
            if (
                len(self.cluster.cells) > limits.LARGE
                and len(bounds) > 3
                and bounds[-1] < bounds[-4] * (1 + limits.STALLED)
            ):
                break
            lonely = self.cuts.useless(share)
            if by_families:
                self.families.separate(share, least)
            else:
                self.cuts.separate(share, least)
            fresh = [cut for key, cut in self.cuts.pool.items() if key not in known]
            known = set(self.cuts.pool)
            self.cuts.lonely.extend(lonely)
            if not fresh and not lonely:
                if least > 0.0:
                    least = 0.0 if least < LEAST_SHARE else least / SHRINK
                elif by_families and len(self.cluster.cells) <= limits.LARGE:
                    by_families, least = False, 0.0
                else:
                    break
                continue
            rows = [*fresh, *((cells, weights, 0.0) for cells, weights in lonely)]
            matrix, needs = stacked(rows, len(self.cluster.cells))
            program.add_rows(matrix, needs, np.full(len(rows), INFINITY))
        return share

    def _branch(self, effort: Effort, order: Sequence[Task]) -> None:
        """Branch and bound over the cuts, again with the new cuts until the pattern survives."""
        for _ in range(effort.exact_rounds):
            program = self._master(self.cuts.lonely, integer=True, effort=effort)
            program.start_from(self.hidden.astype(np.float64))
            solution = program.solve()
            if solution.status not in ("optimal", "limit") or not len(solution.values):
                raise SolverFailure(f"branch and bound ended with status {solution.status}")
            self.bound = max(self.bound, min(solution.bound, self.cluster.price(self.hidden)))
            chosen = self.cluster.must | (solution.values > 0.5)
            stuck = self.cluster.failing(chosen, self.cluster.tasks)
            if not stuck:
                self._offer(self.heuristic.give_back(chosen) if effort.within else chosen)
            else:
                self._offer(
                    self.heuristic.give_back(self.heuristic.complete(chosen, self.cluster.cost, order))
                )
                before = len(self.cuts.pool)
                self.cuts.separate(chosen.astype(np.float64), LEAST_SHARE)
                for task in stuck:
                    self.cluster.allow(
                        chosen.astype(np.float64), task.need, task.floor, task.without, capped=False
                    )
                    _, _, duals = self.cluster.push_one(task)
                    weights = self.cluster.movement.equation(duals, task.cell)
                    if len(weights):
                        self.cuts.add_equation(task, weights, self.cluster.room_down(task.floor))
                if len(self.cuts.pool) == before:
                    self.notes.append("branch and bound stopped: no further cut was found")
                    return
            if self._is_near(effort):
                return
            if not stuck and (solution.status == "limit" or effort.within):
                self.notes.append(f"branch and bound stopped after {effort.nodes} nodes, not proven optimal")
                return
