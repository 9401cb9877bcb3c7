"""Movements that together meet all tasks of a pattern, kept while cells are published again."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from exports.disclosure.constraints import Booleans, Floats, Integers, clusters
from exports.disclosure.planner.cluster import Cluster, one_way
from exports.disclosure.planner.movement import SURE, Movement, restrict
from exports.disclosure.solver import INFINITY

SEED = 17
"""Of the joint directions that meet many tasks with one movement."""


class Proof:
    """Movements that together meet all tasks of a pattern; updated while cells are published again.

    Works on the hidden cells only, one program per connected set. A stored movement that does not use a cell
    stays valid without it, so most questions are answered without solving anything.
    """

    KEPT = 60

    def __init__(self, cluster: Cluster, hidden: Booleans) -> None:
        self.cluster = cluster
        self.parts: list[_Part] = []
        self.part_of: dict[int, _Part] = {}
        for cells in clusters(cluster.equations, hidden):
            part = _Part(cluster, cells)
            if part.groups:
                self.parts.append(part)
                for cell in cells.tolist():
                    self.part_of[cell] = part

    def survives_without(self, cell: int) -> bool:
        """Publish a cell if all tasks are still met; tells whether it was published."""
        part = self.part_of.get(cell)
        return part is None or part.survives_without(cell)


class _Part:
    """One connected set of hidden cells."""

    def __init__(self, cluster: Cluster, cells: Integers) -> None:
        self.cluster = cluster
        self.cells = cells
        self.place = {cell: index for index, cell in enumerate(cells.tolist())}
        self.open = np.ones(len(cells), dtype=bool)
        self.equations = restrict(cluster.equations, cells)
        self.neighbours = sparse.csr_matrix((np.abs(self.equations) > 0).astype(np.int64))
        self.groups: list[
            tuple[float, float, tuple[int, ...], bool, Integers, Floats, list[tuple[int, ...]]]
        ] = []
        self.stored: list[list[Floats]] = []
        local = [
            task
            for task in cluster.tasks
            if task.cell in self.place and all(cell in self.place for cell in task.only_if)
        ]
        for (need, floor, without), group in cluster.groups(local).items():
            mirrored = cluster.mirrored(need, floor)
            ways = one_way(group, mirrored)
            targets = np.array([self.place[task.cell] for task in ways], dtype=np.int64)
            signs = np.array([float(task.sign) for task in ways])
            only_if = [tuple(self.place[cell] for cell in task.only_if) for task in ways]
            self.groups.append((need, floor, without, mirrored, targets, signs, only_if))
            self.stored.append([])
        self.movement = Movement(self.equations) if self.groups else None
        for number in range(len(self.groups)):
            self._prove(number, None)

    def survives_without(self, cell: int) -> bool:
        """Close a cell if all tasks of this part survive it."""
        index = self.place[cell]
        self.open[index] = False
        for number in range(len(self.groups)):
            if not self._prove(number, index):
                self.open[index] = True
                return False
        return True

    def _prove(self, number: int, closed: int | None) -> bool:
        need, floor, without, mirrored, targets, signs, only_if = self.groups[number]
        kept = [
            movement for movement in self.stored[number] if closed is None or abs(movement[closed]) < SURE
        ]
        met = np.array([not all(self.open[cell] for cell in cells) for cells in only_if], dtype=bool)
        for movement in kept:
            reach = movement[targets] * signs
            met |= (np.abs(reach) if mirrored else reach) >= need - SURE
        if met.all():
            self.stored[number] = kept
            return True
        assert self.movement is not None
        down = self.cluster.room_down(floor)[self.cells]
        share = self.open.astype(np.float64)
        share[[self.place[cell] for cell in without if cell in self.place]] = 0.0
        near = self._near(closed) if closed is not None else np.zeros(len(self.cells), dtype=bool)
        generator = np.random.default_rng(SEED)
        capped = (-np.minimum(down, need) * share, need * share)
        pushes = 0
        while not met.all():
            left = np.flatnonzero(~met)
            joint = closed is None and pushes < 12 and len(left) > 3
            cost = np.zeros(len(self.cells))
            if joint:
                np.add.at(cost, targets[left], signs[left] * generator.uniform(0.5, 1.0, len(left)))
            else:
                first = left[int(np.argmax(near[targets[left]]))]
                cost[targets[first]] = signs[first]
            self.movement.allow(*capped)
            movement = self.movement.push(cost).values
            pushes += 1
            reach = movement[targets] * signs
            now = (np.abs(reach) if mirrored else reach) >= need - SURE
            if not joint and not now[first]:
                ways = (1.0, -1.0) if mirrored else (1.0,)
                for way in ways:
                    if not self.reaches(int(targets[first]), way * float(signs[first]), need, down, share):
                        return False
                met[first] = True
                continue
            if joint and not (now & ~met).any():
                pushes = 12
            met |= now
            kept.append(movement)
        self.stored[number] = kept[-Proof.KEPT :]
        return True

    def reaches(self, target: int, sign: float, need: float, down: Floats, share: Floats) -> bool:
        """The same question with the true rooms (a movement may need more than the capped ones elsewhere)."""
        assert self.movement is not None
        lower, upper = -down * share, np.where(share > 0.5, INFINITY, 0.0)
        if sign > 0:
            upper[target] = need
        else:
            lower[target] = max(lower[target], -need)
        self.movement.allow(lower, upper)
        cost = np.zeros(len(self.cells))
        cost[target] = sign
        return sign * float(self.movement.push(cost).values[target]) >= need - SURE

    def _near(self, index: int) -> Booleans:
        """Cells that share an equation with a cell."""
        mark = np.zeros(len(self.cells), dtype=np.int64)
        mark[index] = 1
        rows = np.asarray(self.neighbours @ mark)
        return np.asarray(self.neighbours.T @ rows) > 0
