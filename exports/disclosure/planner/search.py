"""The search for the cheapest pattern of one cluster, and for its lower bound."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from exports.disclosure.constraints import Booleans, Floats, Integers
from exports.disclosure.planner import limits
from exports.disclosure.planner.cluster import Cluster
from exports.disclosure.planner.cuts import Cut, Cuts, Useless, stacked
from exports.disclosure.planner.families import Families
from exports.disclosure.planner.heuristic import Heuristic
from exports.disclosure.planner.limits import Effort
from exports.disclosure.planner.movement import Task
from exports.disclosure.solver import INFINITY, Program, SolverFailure
from sources.foundation.told import Told

FIRST_SHARE, LEAST_SHARE, SHRINK = 0.05, 0.01, 8
"""Cuts are looked for at the relaxed pattern with this share of every cell added: first many cells, for cuts
that hold for many patterns; then less by this factor; below the least the relaxed pattern itself."""


_NO_FURTHER_CUT = Told(
    "branch and bound stopped: no further cut was found",
    "die Suche endete: Es fand sich keine weitere Ungleichung",
)

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
    settled: set[tuple[int, bytes]] = field(default_factory=set)


class Memories:
    """Memories of all clusters of a system with `size` cells, whatever unions come behind these."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._found: dict[bytes, Memory] = {}

    def copy(self) -> Memories:
        """The same, to go on apart: cuts of demands with a way out are no cuts for a bound."""
        found = Memories(self.size)
        for key, memory in self._found.items():
            found._found[key] = Memory(dict(memory.pool), list(memory.lonely), memory.hidden)
        return found

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
        self.notes: list[Told] = []

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
        if effort.anew and self.memory.hidden is not None:
            known = start | self.memory.hidden
            self.hidden = self.heuristic.give_back(
                self.heuristic.complete(known, self.cluster.cost, self.cluster.tasks)
            )
            self.improve()
            return
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
                if not self._cut_off(chosen, stuck):
                    self.notes.append(_NO_FURTHER_CUT)
                    return
            if self._is_near(effort):
                return
            if not stuck and (solution.status == "limit" or effort.within):
                self.notes.append(
                    Told(
                        f"branch and bound stopped after {effort.nodes} nodes, not proven optimal",
                        f"die Suche endete nach {effort.nodes} Knoten, nicht als beste Lösung bewiesen",
                    )
                )
                return

    def _cut_off(self, chosen: Booleans, stuck: Sequence[Task]) -> list[Cut]:
        """New cuts against a pattern in which these tasks are stuck."""
        before = len(self.cuts.pool)
        self.cuts.separate(chosen.astype(np.float64), LEAST_SHARE)
        for task in stuck:
            self.cluster.allow(chosen.astype(np.float64), task.need, task.floor, task.without, capped=False)
            _, _, duals = self.cluster.push_one(task)
            weights = self.cluster.movement.equation(duals, task.cell)
            if len(weights):
                self.cuts.add_equation(task, weights, self.cluster.room_down(task.floor))
        return list(self.cuts.pool.values())[before:]

    def improve(self) -> None:
        """Choose anew around one secondary cell after the other, costliest first, while all else stays."""
        left = self.hidden & ~self.cluster.must
        while left.any():
            open_cells = np.flatnonzero(left)
            seed = int(open_cells[np.argmax(self.cluster.cost[open_cells])])
            left[seed] = False
            near = self.cluster.around(seed, limits.AROUND)
            key = (seed, self.hidden[self.cluster.around(seed, 2 * limits.AROUND)].tobytes())
            if key in self.memory.settled:
                continue
            if self._chosen_anew(near):
                left |= self.hidden & ~self.cluster.must & _only(near, len(left))
            else:
                self.memory.settled.add(key)

    def _chosen_anew(self, near: Integers) -> bool:
        """Whether another choice among these cells is cheaper and meets all tasks; then it is taken."""
        cluster = self.cluster
        free = _only(near, len(cluster.cells)) & ~cluster.must
        price = np.where(cluster.must, 0.0, cluster.cost)
        rows = [*self.cuts.pool.values(), *((cells, weights, 0.0) for cells, weights in self.cuts.lonely)]
        matrix, least = stacked(rows, len(cluster.cells))
        limit = cluster.price(self.hidden) * (1 - limits.GAIN)
        program = Program(
            sparse.csr_matrix(sparse.vstack([matrix, sparse.csr_matrix(price[None, :])])),
            np.concatenate([least, [0.0]]),
            np.concatenate([np.full(len(rows), INFINITY), [limit]]),
            np.where(free, 0.0, self.hidden.astype(np.float64)),
            np.where(free, 1.0, self.hidden.astype(np.float64)),
            price,
            integer=np.ones(len(cluster.cells), dtype=bool),
            max_nodes=limits.FAMILY_NODES * 3,
            relative_gap=limits.GAIN,
        )
        for _ in range(limits.ANEW_ROUNDS):
            solution = program.solve()
            if solution.status not in ("optimal", "limit", "infeasible"):
                raise SolverFailure(f"the choice among near cells ended with status {solution.status}")
            if solution.status == "infeasible" or not len(solution.values):
                return False
            chosen = cluster.must | (solution.values > 0.5)
            if cluster.price(chosen) > limit + limits.CHEAPER:
                return False
            stuck = cluster.failing(chosen, cluster.tasks)
            if not stuck:
                self._offer(self.heuristic.give_back(chosen))
                return True
            fresh = self._cut_off(chosen, stuck)
            if not fresh:
                return False
            more, needs = stacked(fresh, len(cluster.cells))
            program.add_rows(more, needs, np.full(len(fresh), INFINITY))
        return False


def _only(cells: Integers, size: int) -> Booleans:
    """A mark for these of so many cells."""
    mark = np.zeros(size, dtype=bool)
    mark[cells] = True
    return mark
