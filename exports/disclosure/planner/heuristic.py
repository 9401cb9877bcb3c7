"""Patterns found task by task: hide the cheapest movement, then publish again what no task needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import sparse

from exports.disclosure.constraints import Booleans, Floats, Integers, clusters
from exports.disclosure.planner import limits
from exports.disclosure.planner.cluster import Cluster, one_way, unmet
from exports.disclosure.planner.movement import SURE, Task, restrict, whole_movement
from exports.disclosure.planner.near import NearSearch
from exports.disclosure.planner.proof import Proof
from exports.disclosure.solver import INFINITY, Program, SolverFailure
from sources.foundation.exits import REFUSED
from sources.foundation.told import Told

SEED = 19
"""Of the random directions that estimate how many sensitive cells stay computable."""

REUSED = 1e-4
"""Moving a hidden cell costs this share of its cost: nearly nothing, but shorter movements come first."""

OPEN_SHARE = 0.25
"""A table is refused as too detailed when more of its sensitive cells stay computable."""


class TooSparse(ValueError):
    """A table so detailed that hiding cells would leave nothing useful: the demand to coarsen it."""

    exit_code = REFUSED


class Heuristic:
    """Builds and thins patterns of one cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._search: dict[tuple[float, float], _CheapestMovement] = {}

    def complete(self, hidden: Booleans, weight: Floats, order: Sequence[Task]) -> Booleans:
        """Hide the cells of the cheapest movement for each task that is not met, one after the other."""
        hidden = hidden.copy()
        for (need, floor, without), group in self.cluster.groups(
            task for task in order if not task.only_if
        ).items():
            mirrored = self.cluster.mirrored(need, floor)
            open_tasks = one_way(group, mirrored)
            pause = 0
            while open_tasks:
                if pause <= 0 and len(open_tasks) > 20:
                    lonely = self.cluster.stands_alone(hidden, open_tasks)
                    self.cluster.allow(hidden.astype(np.float64), need, floor, without, capped=True)
                    rest = self.cluster.settle(
                        [t for t in open_tasks if t.cell not in lonely], need, mirrored=mirrored, most=8
                    )
                    left = set(rest)
                    open_tasks = [task for task in open_tasks if task in left or task.cell in lonely]
                    pause = max(20, len(open_tasks) // 3)
                    continue
                pause -= 1
                task = open_tasks.pop(0)
                found = self._cheapest(task, hidden, weight)
                hidden |= np.abs(found) > SURE
                open_tasks = unmet(open_tasks, found, need, mirrored)
                if mirrored and np.any(np.abs(found) > need + SURE):
                    other = self._cheapest(replace(task, sign=-task.sign), hidden, weight)
                    hidden |= np.abs(other) > SURE
        # hidden cells bring demands that did not hold before
        while stuck := self.cluster.failing(hidden, [task for task in order if task.only_if]):
            for task in stuck:
                hidden |= np.abs(self._cheapest(task, hidden, weight)) > SURE
        return hidden

    def complete_whole(self, hidden: Booleans) -> Booleans:
        """For each task hide the cells of the cheapest movement in whole numbers."""
        hidden = hidden.copy()
        for task in self.cluster.tasks:
            down = self.cluster.room_down(task.floor)
            found = whole_movement(
                self.cluster.equations,
                -down,
                np.full(len(down), 1e6),
                task,
                np.where(hidden, 0.0, self.cluster.cost),
            )
            if found is not None:
                hidden |= np.abs(found) > SURE
        return hidden

    def fill_lines(self, hidden: Booleans) -> Booleans:
        """Very large clusters start from this: in every equation with one hidden cell hide the
        cheapest other one.
        """
        hidden = hidden.copy()
        filled = self.cluster.filled(hidden)
        queue = np.flatnonzero(filled == 1).tolist()
        while queue:
            row = queue.pop()
            if filled[row] != 1:
                continue
            cells = self.cluster.lines.indices[
                self.cluster.lines.indptr[row] : self.cluster.lines.indptr[row + 1]
            ]
            others = cells[~hidden[cells]]
            if not len(others):
                continue
            # a cell that also serves other lines with one hidden cell is worth more
            gain = np.array(
                [np.count_nonzero(filled[self.cluster.lines_through(int(cell))] == 1) for cell in others]
            )
            chosen = int(others[int(np.argmin(self.cluster.cost[others] / gain))])
            hidden[chosen] = True
            rows = self.cluster.lines_through(chosen)
            filled[rows] += 1
            queue.extend(rows[filled[rows] == 1].tolist())
        return hidden

    def check_density(self) -> None:
        """Refuse a very large table in which two hidden cells per equation protect next to nothing."""
        left, asked = self.computable_with_two()
        if left > OPEN_SHARE * asked:
            cells = len(self.cluster.cells)
            raise TooSparse(
                Told(
                    f"{left} of {asked} sensitive cells can still be computed when every equation "
                    f"hides two cells ({cells} non-zero cells): this table is too detailed to "
                    "be protected by hiding. Coarsen it (larger areas, fewer categories, fewer dimensions), "
                    "or choose rounding or cell-key; `planstat disclosure coarsen` tries what helps",
                    f"{left} von {asked} empfindlichen Feldern bleiben errechenbar, wenn jede Gleichung zwei "
                    f"Felder sperrt ({cells} Felder, die nicht null sind): Diese Tabelle ist zu fein, um sie "
                    "durch Sperren zu schützen. Vergröbern (größere Gebiete, weniger Ausprägungen, weniger "
                    "Merkmale), runden oder überlagern; `planstat disclosure coarsen` versucht, was hilft",
                )
            )

    def computable_with_two(self) -> tuple[int, int]:
        """How many sensitive cells about cannot move when every equation hides two cells; of how many."""
        open_tasks = one_way(self.cluster.tasks, mirrored=True)
        left = 0
        for cells in clusters(self.cluster.equations, self.fill_lines(self.cluster.must)):
            place = {cell: index for index, cell in enumerate(cells.tolist())}
            inside = [task for task in open_tasks if task.cell in place]
            equations = restrict(self.cluster.equations, cells)
            down = self.cluster.room_down(0.0)[cells]
            generator = np.random.default_rng(SEED)
            met = np.zeros(len(inside), dtype=bool)
            targets = np.array([place[task.cell] for task in inside], dtype=np.int64)
            for _ in range(3):
                if not len(targets):
                    break
                cost = np.zeros(len(cells))
                ways = generator.choice((-1.0, 1.0), len(targets))
                cost[targets] = ways * generator.uniform(0.5, 1.0, len(targets))
                zeros = np.zeros(equations.shape[0])
                reach = np.array([task.need for task in inside]).max()
                found = Program(
                    equations,
                    zeros,
                    zeros,
                    -np.minimum(down, reach),
                    np.full(len(cells), reach),
                    cost,
                    maximise=True,
                ).solve()
                met |= np.abs(found.values[targets]) >= reach - SURE
            left += int((~met).sum())
        return left, len(open_tasks)

    def _cheapest(self, task: Task, hidden: Booleans, weight: Floats) -> Floats:
        key = (task.need, task.floor)
        search = self._search.get(key)
        if search is None:
            if len(self._search) > 8:
                self._search.clear()
            search = self._search[key] = _CheapestMovement(self.cluster, task.need, task.floor)
        return search.find(
            task, np.where(hidden, REUSED * self.cluster.cost, weight + REUSED * self.cluster.cost)
        )

    def give_back(self, hidden: Booleans) -> Booleans:
        """Publish again, costliest first, every secondary cell that no task needs."""
        hidden = (
            NearSearch(self.cluster, hidden).improved()
            if len(self.cluster.cells) > limits.LARGE
            else hidden.copy()
        )
        if len(self.cluster.cells) > limits.LARGE and not all(
            self.cluster.mirrored(n, f) for n, f, _ in self.cluster.groups(self.cluster.tasks)
        ):
            return hidden
        filled = self.cluster.filled(hidden)
        proof = Proof(self.cluster, hidden)
        extra = np.flatnonzero(hidden & ~self.cluster.must)
        for cell in extra[np.argsort(-self.cluster.cost[extra], kind="stable")].tolist():
            rows = self.cluster.lines_through(cell)
            if not np.any(filled[rows] == 2) and proof.survives_without(cell):
                hidden[cell] = False
                filled[rows] -= 1
        return self._drop_alone(hidden, filled)

    def _drop_alone(self, hidden: Booleans, filled: Integers) -> Booleans:
        """Publish secondary cells that stand alone in an equation: they are determined, so hiding
        them is vain.
        """
        while True:
            alone = np.flatnonzero(filled == 1)
            dropped = False
            for row in alone.tolist():
                cells = self.cluster.lines.indices[
                    self.cluster.lines.indptr[row] : self.cluster.lines.indptr[row + 1]
                ]
                for cell in cells[hidden[cells]].tolist():
                    if self.cluster.must[cell]:
                        continue
                    hidden[cell] = False
                    filled[self.cluster.lines_through(cell)] -= 1
                    dropped = True
            if not dropped:
                return hidden


class _CheapestMovement:
    """The movement of least weighted size that meets a task, as a linear program kept warm."""

    def __init__(self, cluster: Cluster, need: float, floor: float) -> None:
        self.size = len(cluster.cells)
        self.need = need
        down = np.minimum(cluster.room_down(floor), need)
        true_down = cluster.room_down(floor)
        self.cluster = cluster
        self.capped = np.concatenate([np.full(self.size, need), down])
        self.open = np.concatenate([np.full(self.size, INFINITY), true_down])
        zeros = np.zeros(cluster.equations.shape[0])
        both = sparse.csr_matrix(sparse.hstack([cluster.equations, -cluster.equations]))
        self._zero = np.zeros(2 * self.size)
        self.cost = np.zeros(2 * self.size)
        self.program = Program(both, zeros, zeros, self._zero, self.capped, self.cost)
        self.lower, self.upper = self._zero.copy(), self.capped.copy()

    def find(self, task: Task, weight: Floats) -> Floats:
        """The movement; falls back to the true rooms when the capped ones are too narrow."""
        for rooms in (self.capped, self.open):
            lower, upper = self._zero.copy(), rooms.copy()
            forward, backward = task.cell, task.cell + self.size
            ahead, behind = (forward, backward) if task.sign > 0 else (backward, forward)
            lower[ahead] = upper[ahead] = self.need
            upper[behind] = 0.0
            own = np.array(task.without, dtype=np.int64)
            upper[own] = upper[own + self.size] = 0.0
            self._set(lower, upper, np.concatenate([weight, weight]))
            solution = self.program.solve()
            if solution.status == "optimal":
                return np.asarray(solution.values[: self.size] - solution.values[self.size :])
        raise SolverFailure("a task that can be met found no movement")

    def _set(self, lower: Floats, upper: Floats, cost: Floats) -> None:
        changed = np.flatnonzero((lower != self.lower) | (upper != self.upper))
        if len(changed):
            self.program.set_bounds(changed, lower[changed], upper[changed])
        changed = np.flatnonzero(cost != self.cost)
        if len(changed):
            self.program.set_cost(changed, cost[changed])
        self.lower, self.upper, self.cost = lower, upper, cost
