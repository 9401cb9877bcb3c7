"""Small changes that make the pattern of a large cluster cheaper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from exports.disclosure.constraints import Booleans, Floats, Integers
from exports.disclosure.planner.cluster import Cluster
from exports.disclosure.planner.movement import SURE, Task, restrict
from exports.disclosure.solver import Program, SolverFailure

SEED = 23
"""Of the pay for tasks in the programs that look for many movements at once."""

KEPT_SHARE = 0.995
"""Passes end when one saved less than the rest of this."""


@dataclass(frozen=True)
class _Step:
    """A small movement: its cells and how far they move."""

    cells: Integers
    values: Floats


class NearSearch:
    """Improves the pattern of a large cluster by small changes, with one small movement kept per task.

    A hidden cell is published when every task that moved it finds another movement among the nearest cells
    whose newly hidden cells cost less in sum. Cells that no kept movement uses are published at once. Every
    hidden cell then moves in some movement, so none stands alone in an equation.
    """

    NEAR, PASSES = 200, 3

    def __init__(self, cluster: Cluster, hidden: Booleans) -> None:
        self.cluster = cluster
        self.open = hidden.copy()
        self.tasks = sorted(cluster.tasks, key=lambda task: -task.floor)
        self.rooms = {task.floor: cluster.room_down(task.floor) for task in self.tasks}
        self.at: dict[int, list[int]] = {}
        for number, task in enumerate(self.tasks):
            self.at.setdefault(task.cell, []).append(number)
        self.used: dict[int, Integers] = {}
        self.users: dict[int, set[int]] = {}
        self._prove_many()
        for number, task in enumerate(self.tasks):
            if number not in self.used:
                step = self._find(task, ~hidden, self.NEAR) or self._anywhere(task)
                self._keep(self._served(step, number, self._open_tasks()))

    def _open_tasks(self) -> set[int]:
        return set(range(len(self.tasks))) - set(self.used)

    def _prove_many(self) -> None:
        """Movements for most tasks: programs that pay for movement and are paid for tasks, cut into parts.

        The cells that such a program moves fall apart into connected sets, each a movement by itself. The pay
        grows, so that the smallest movements come first.
        """
        cells = np.flatnonzero(self.open)
        place = np.full(len(self.open), -1)
        place[cells] = np.arange(len(cells))
        equations = restrict(self.cluster.equations, cells)
        touching = abs(sparse.csc_matrix(equations))
        both = sparse.csr_matrix(sparse.hstack([equations, -equations]))
        zeros = np.zeros(both.shape[0])
        weight = np.where(self.cluster.must[cells], 0.3, 1.0)
        generator = np.random.default_rng(SEED)
        for floor, room in self.rooms.items():
            group = [n for n, task in enumerate(self.tasks) if task.floor == floor and not task.without]
            need = max((self.tasks[number].need for number in group), default=0.0)
            program = Program(
                both,
                zeros,
                zeros,
                np.zeros(2 * len(cells)),
                np.concatenate([np.full(len(cells), need), np.minimum(room[cells], need)]),
                np.ones(2 * len(cells)),
            )
            for pay in np.repeat((4.0, 10.0, 40.0, 200.0), 6).tolist():
                left = [number for number in group if number not in self.used]
                if not left:
                    break
                reward = np.zeros(len(cells))
                amounts = generator.uniform(0.3 * pay, pay, len(left)) * generator.choice(
                    (0.0, 1.0), len(left)
                )
                for number, amount in zip(left, amounts.tolist(), strict=True):
                    task = self.tasks[number]
                    reward[place[task.cell]] = task.sign * amount
                program.set_cost(
                    np.arange(2 * len(cells)), np.concatenate([weight - reward, weight + reward])
                )
                solution = program.solve()
                if solution.status != "optimal":
                    raise SolverFailure(f"the search for movements ended with status {solution.status}")
                values = solution.values[: len(cells)] - solution.values[len(cells) :]
                moved = np.flatnonzero(np.abs(values) > SURE)
                if not len(moved):
                    continue
                parts = touching[:, moved]
                count, label = connected_components(parts.T @ parts, directed=False)
                pending = self._open_tasks()
                for part in range(count):
                    inside = moved[label == part]
                    step = _Step(cells[inside], values[inside])
                    self._keep(self._served(step, None, pending))

    def improved(self) -> Booleans:
        """The cheaper pattern."""
        cluster = self.cluster
        self._publish_unused()
        for _ in range(self.PASSES):
            before = cluster.price(self.open)
            extra = np.flatnonzero(self.open & ~cluster.must)
            for cell in extra[np.argsort(-cluster.cost[extra], kind="stable")].tolist():
                if self.open[cell]:
                    self._without(cell)
            if cluster.price(self.open) > before * KEPT_SHARE:
                break
        return self.open

    def _without(self, cell: int) -> None:
        """Publish a cell if that is cheaper."""
        closed = np.zeros(len(self.open), dtype=bool)
        closed[cell] = True
        added: list[int] = []
        price = 0.0
        fresh: dict[int, Integers] = {}
        affected = self.users.get(cell, set())
        for number in sorted(affected):
            if number in fresh:
                continue
            step = self._find(self.tasks[number], closed, self.NEAR)
            if step is not None:
                new = step.cells[~self.open[step.cells]]
                price += float(self.cluster.cost[new].sum())
            if step is None or price > self.cluster.cost[cell] - SURE:
                self.open[added] = False
                return
            self.open[new] = True
            added.extend(new.tolist())
            fresh.update(self._served(step, number, affected))
        self.open[cell] = False
        self._keep(fresh)
        self._publish_unused()

    def _publish_unused(self) -> None:
        for cell in np.flatnonzero(self.open & ~self.cluster.must).tolist():
            if not self.users.get(cell):
                self.open[cell] = False

    def _keep(self, fresh: Mapping[int, Integers]) -> None:
        """Let tasks rest on new movements."""
        for number, cells in fresh.items():
            for old in self.used.get(number, np.zeros(0, dtype=np.int64)).tolist():
                self.users[old].discard(number)
            self.used[number] = cells
            for cell in cells.tolist():
                self.users.setdefault(cell, set()).add(number)

    def _served(self, step: _Step, number: int | None, wanted: set[int]) -> dict[int, Integers]:
        """Tasks that a movement, or the same turned round, meets; `number` is met for sure."""
        found = {} if number is None else {number: step.cells}
        for cell, value in zip(step.cells.tolist(), step.values.tolist(), strict=True):
            for other in self.at.get(cell, ()):
                task = self.tasks[other]
                way = task.sign if value > 0 else -task.sign
                if (
                    other in wanted
                    and other not in found
                    and abs(value) >= task.need - SURE
                    and not (task.without and np.isin(task.without, step.cells).any())
                    and np.all(way * step.values >= -self.rooms[task.floor][step.cells] - SURE)
                ):
                    found[other] = step.cells
        return found

    def _anywhere(self, task: Task) -> _Step:
        """A movement over all hidden cells."""
        cluster = self.cluster
        cluster.allow(self.open.astype(np.float64), task.need, task.floor, task.without, capped=False)
        reach, values, _ = cluster.push_one(task)
        if reach < task.need - SURE:
            raise SolverFailure("a task that was met before is not met any more")
        cells = np.flatnonzero(np.abs(values) > SURE)
        return _Step(cells, values[cells])

    def _find(self, task: Task, closed: Booleans, count: int) -> _Step | None:
        """The cheapest movement for a task among the `count` nearest cells that are not closed, or None."""
        near = self._near(task, closed, count)
        cells = near.size
        lines = self.cluster.columns_of_lines[:, near]
        rows = np.unique(lines.indices)
        local = sparse.csr_matrix(sparse.csr_matrix(lines)[rows])
        zeros = np.zeros(len(rows))
        down = np.minimum(self.rooms[task.floor][near], task.need)
        lower, upper = np.zeros(2 * cells), np.concatenate([np.full(cells, task.need), down])
        # the task's own cell comes first
        ahead, behind = (0, cells) if task.sign > 0 else (cells, 0)
        if upper[ahead] < task.need:
            return None
        lower[ahead], upper[behind] = task.need, 0.0
        cost = self.cluster.cost[near]
        weight = np.where(self.cluster.must[near], 0.01, np.where(self.open[near], 0.05 * cost, cost))
        solution = Program(
            sparse.csr_matrix(sparse.hstack([local, -local])),
            zeros,
            zeros,
            lower,
            upper,
            np.concatenate([weight, weight]),
        ).solve()
        if solution.status != "optimal":
            return None
        values = solution.values[:cells] - solution.values[cells:]
        moved = np.flatnonzero(np.abs(values) > SURE)
        return _Step(near[moved], values[moved])

    def _near(self, task: Task, closed: Booleans, count: int) -> Integers:
        """The task's cell and the cells around it, by number of equations between them."""
        lines, columns = self.cluster.lines, self.cluster.columns_of_lines
        seen = closed.copy()
        seen[list(task.without)] = True
        seen[task.cell] = True
        ring = np.array([task.cell], dtype=np.int64)
        found = [ring]
        left = count - 1
        while left > 0 and ring.size:
            rows = np.unique(np.concatenate([_slice(columns, cell) for cell in ring.tolist()]))
            cells = np.unique(np.concatenate([_slice(lines, row) for row in rows.tolist()]))
            cells = cells[~seen[cells]].astype(np.int64)
            # hidden cells first
            ring = cells[np.argsort(~self.open[cells], kind="stable")][:left]
            seen[ring] = True
            found.append(ring)
            left -= ring.size
        return np.concatenate(found)


def _slice(matrix: sparse.csr_matrix | sparse.csc_matrix, number: int) -> Integers:
    """Indices of one row of a CSR, or of one column of a CSC matrix."""
    return np.asarray(matrix.indices[matrix.indptr[number] : matrix.indptr[number + 1]])
