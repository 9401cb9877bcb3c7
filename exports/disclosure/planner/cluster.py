"""One connected set of cells that may be hidden: its rooms, and which tasks a pattern meets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from scipy import sparse

from exports.disclosure.constraints import Booleans, Floats, Integers, System
from exports.disclosure.planner.movement import SURE, Movement, Task, restrict
from exports.disclosure.solver import INFINITY

SEED = 11
"""Of the random directions that meet many tasks with one movement. Any would do; fixed for the same bytes."""


class Cluster:
    """One connected set of cells that may be hidden. All indices inside are local positions in `cells`."""

    def __init__(
        self, system: System, cells: Integers, tasks: Sequence[Task], cost: Floats, must: Booleans
    ) -> None:
        self.system = system
        self.cells = cells
        place = {cell: index for index, cell in enumerate(cells.tolist())}
        self.tasks = [
            replace(
                task,
                cell=place[task.cell],
                without=tuple(place[cell] for cell in task.without if cell in place),
                only_if=tuple(place[cell] for cell in task.only_if),
            )
            for task in tasks
            if all(cell in place for cell in task.only_if)
        ]
        self.lines = restrict(system.equations, cells)
        self.equations = restrict(system.basis, cells)
        self.values = system.values[cells]
        self.floored = system.floored[cells]
        self.cost = cost[cells]
        self.must = must[cells]
        self.movement = Movement(self.equations)
        self.columns_of_lines = sparse.csc_matrix(self.lines)

    def room_down(self, floor: float) -> Floats:
        """How far each cell may fall: to its floor if it is printed as hidden, to zero
        if nobody printed it.
        """
        return np.maximum(self.values - np.where(self.floored, floor, 0.0), 0.0)

    def allow(
        self, share: Floats, need: float, floor: float, without: tuple[int, ...], *, capped: bool
    ) -> None:
        down = self.room_down(floor)
        if capped:
            lower, upper = -np.minimum(down, need) * share, need * share
        else:
            lower, upper = -down * share, np.where(share > 0.5, INFINITY, 0.0)
        lower[list(without)] = upper[list(without)] = 0.0
        self.movement.allow(lower, upper)

    def groups(self, tasks: Iterable[Task]) -> dict[tuple[float, float, tuple[int, ...]], list[Task]]:
        groups: dict[tuple[float, float, tuple[int, ...]], list[Task]] = {}
        for task in tasks:
            groups.setdefault((task.need, task.floor, task.without), []).append(task)
        return groups

    def mirrored(self, need: float, floor: float) -> bool:
        """Whether capped limits are the same up and down, so that a movement may be turned round."""
        return bool(np.all(self.room_down(floor) >= need - SURE))

    def failing(self, hidden: Booleans, tasks: Sequence[Task], *, first_only: bool = False) -> list[Task]:
        """Tasks without a movement in this pattern."""
        left: list[Task] = []
        share = hidden.astype(np.float64)
        for (need, floor, without), group in self.groups(
            task for task in tasks if task.holds(hidden)
        ).items():
            mirrored = self.mirrored(need, floor)
            open_tasks = one_way(group, mirrored)
            alone = self.stands_alone(hidden, open_tasks)
            for task in open_tasks:
                if task.cell in alone:
                    left.extend([task, replace(task, sign=-task.sign)] if mirrored else [task])
            if left and first_only:
                return left
            self.allow(share, need, floor, without, capped=True)
            open_tasks = self.settle(
                [task for task in open_tasks if task.cell not in alone], need, mirrored=mirrored
            )
            while open_tasks:
                self.allow(share, need, floor, without, capped=True)
                task = open_tasks.pop()
                values = self.movement.push(self.direction(task)).values
                if meets([task], values, need, mirrored)[0]:
                    open_tasks = unmet(open_tasks, values, need, mirrored)
                    continue
                self.allow(share, need, floor, without, capped=False)
                twins = [task, replace(task, sign=-task.sign)] if mirrored else [task]
                stuck = [twin for twin in twins if not self.reaches(twin)]
                left.extend(stuck)
                if stuck and first_only:
                    return left
        return left

    def direction(self, task: Task) -> Floats:
        cost = np.zeros(len(self.cells))
        cost[task.cell] = task.sign
        return cost

    def reaches(self, task: Task) -> bool:
        """Whether one task is met within the present limits (its own reach is cut at the need)."""
        return self.push_one(task)[0] >= task.need - SURE

    def push_one(self, task: Task) -> tuple[float, Floats, Floats]:
        """Reach of a task, the movement, and the duals."""
        lower, upper = self.movement.lower.copy(), self.movement.upper.copy()
        keep_lower, keep_upper = lower.copy(), upper.copy()
        if task.sign > 0:
            upper[task.cell] = min(upper[task.cell], task.need)
        else:
            lower[task.cell] = max(lower[task.cell], -task.need)
        self.movement.allow(lower, upper)
        solution = self.movement.push(self.direction(task))
        self.movement.allow(keep_lower, keep_upper)
        return task.sign * float(solution.values[task.cell]), solution.values, solution.row_duals

    def settle(self, group: Sequence[Task], need: float, *, mirrored: bool, most: int = 40) -> list[Task]:
        """Sort out the tasks that joint movements in random directions meet; what is left needs
        its own program.
        """
        generator = np.random.default_rng(SEED)
        open_tasks = list(group)
        for _ in range(most):
            if len(open_tasks) < 4:
                break
            cost = np.zeros(len(self.cells))
            size = generator.uniform(0.5, 1.0, len(open_tasks))
            if mirrored:
                size *= generator.choice((-1.0, 1.0), len(open_tasks))
            for task, amount in zip(open_tasks, size.tolist(), strict=True):
                cost[task.cell] += task.sign * amount
            rest = unmet(open_tasks, self.movement.push(cost).values, need, mirrored)
            stalled = len(open_tasks) - len(rest) < max(2, len(open_tasks) // 15)
            open_tasks = rest
            if stalled:
                break
        return open_tasks

    # ---- conflicts with what is public
    # ------------------------------------------------------------------------
    def filled(self, hidden: Booleans) -> Integers:
        """Hidden cells per equation."""
        return np.asarray((np.abs(self.lines) > 0) @ hidden.astype(np.int64)).astype(np.int64)

    def stands_alone(self, hidden: Booleans, tasks: Sequence[Task]) -> set[int]:
        """Cells of tasks that are the only hidden cell of an equation: these fail for sure."""
        filled = self.filled(hidden)
        alone = set()
        for task in tasks:
            if np.any(filled[self.lines_through(task.cell)] < 2):
                alone.add(task.cell)
        return alone

    def lines_through(self, cell: int) -> Integers:
        begin, end = self.columns_of_lines.indptr[cell], self.columns_of_lines.indptr[cell + 1]
        return np.asarray(self.columns_of_lines.indices[begin:end])

    def around(self, cell: int, count: int) -> Integers:
        """The cell and the cells nearest to it, by number of equations between them."""
        seen = np.zeros(len(self.cells), dtype=bool)
        ring = np.array([cell], dtype=np.int64)
        seen[ring] = True
        found = [ring]
        left = count - 1
        while left > 0 and ring.size:
            rows = np.unique(np.concatenate([self.lines_through(int(one)) for one in ring]))
            cells = np.unique(self.lines[rows].indices).astype(np.int64)
            ring = cells[~seen[cells]][:left]
            seen[ring] = True
            found.append(ring)
            left -= ring.size
        return np.concatenate(found)

    def price(self, hidden: Booleans) -> float:
        """Cost of the secondary cells."""
        return float(self.cost[hidden & ~self.must].sum())


def one_way(tasks: Sequence[Task], mirrored: bool) -> list[Task]:
    """Where movements may be turned round, one task per cell is enough."""
    if not mirrored:
        return list(tasks)
    first: dict[int, Task] = {}
    for task in tasks:
        first.setdefault(task.cell, task)
    return list(first.values())


def meets(tasks: Sequence[Task], movement: Floats, need: float, mirrored: bool) -> Booleans:
    """Which tasks a movement meets."""
    reach = movement[[task.cell for task in tasks]]
    reach = np.abs(reach) if mirrored else reach * np.array([task.sign for task in tasks])
    return np.asarray(reach >= need - SURE)


def unmet(tasks: Sequence[Task], movement: Floats, need: float, mirrored: bool) -> list[Task]:
    if not tasks:
        return []
    return [task for task, met in zip(tasks, meets(tasks, movement, need, mirrored), strict=True) if not met]
