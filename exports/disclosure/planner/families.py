"""Families of cells: a code and the codes below it, with the equations among them alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from exports.disclosure.constraints import Booleans, Floats, Integers
from exports.disclosure.planner import limits
from exports.disclosure.planner.cluster import Cluster, one_way, unmet
from exports.disclosure.planner.cuts import VIOLATED, Cuts, stacked
from exports.disclosure.planner.movement import Movement, Task
from exports.disclosure.solver import INFINITY, Program, SolverFailure

FAMILY_GAP = 1e-3
"""A family need not be closer to its optimum: the division of costs loses more."""


@dataclass
class Block:
    """The cells of one family (a code and the codes below it) with the equations among them."""

    cells: Integers
    place: dict[int, int]
    tasks: list[Task]
    movement: Movement
    clean: Floats | None = None


def _blocks(cluster: Cluster) -> list[Block]:
    """Families along the dimension with the most codes; none where that dimension is flat."""
    system = cluster.system
    axis = int(np.argmax([len(ladder.codes) for ladder in system.ladders]))
    ladder = system.ladders[axis]
    if len(ladder.sums) < 2:
        return []
    node = np.array([ladder.node_of.get(system.keys[cell][axis], -1) for cell in cluster.cells.tolist()])
    lines = cluster.lines
    widths = np.diff(lines.indptr)
    found = []
    for parent, parts in ladder.sums:
        inside = np.isin(node, (parent, *parts))
        rows = np.flatnonzero(np.asarray((np.abs(lines) > 0) @ inside.astype(np.int64)) == widths)
        cells = np.flatnonzero(inside)
        tasks = [task for task in cluster.tasks if inside[task.cell] and not task.only_if]
        if not len(rows) or not tasks:
            continue
        place = {cell: index for index, cell in enumerate(cells.tolist())}
        found.append(Block(cells, place, tasks, Movement(sparse.csr_matrix(lines[rows][:, cells]))))
    return found


class Families:
    """Cuts and bounds from small programs, each over one family of a cluster, valid for the whole."""

    def __init__(self, cluster: Cluster, cuts: Cuts) -> None:
        self.cluster = cluster
        self.cuts = cuts
        self.blocks = _blocks(cluster)

    def separate(self, share: Floats, least: float) -> int:
        """Cuts from the equations of one family of areas at a time: small programs,
        cuts valid for the whole.
        """
        spread_all = np.minimum(1.0, share + least)
        spread_all[self.cluster.must] = 1.0
        return sum(self._separate_block(block, spread_all[block.cells]) for block in self.blocks)

    def _separate_block(self, block: Block, spread: Floats) -> int:
        """Cuts from the equations of one family."""
        if block.clean is not None and np.array_equal(block.clean, spread):
            return 0
        added = 0
        for (need, floor, without), group in self.cluster.groups(block.tasks).items():
            down = self.cluster.room_down(floor)
            mirrored = self.cluster.mirrored(need, floor)
            lower, upper = -np.minimum(down[block.cells], need) * spread, need * spread
            own = [block.place[cell] for cell in without if cell in block.place]
            lower[own] = upper[own] = 0.0
            block.movement.allow(lower, upper)
            open_tasks = one_way(group, mirrored)
            while open_tasks:
                task = open_tasks.pop()
                cost = np.zeros(len(block.cells))
                cost[block.place[task.cell]] = task.sign
                solution = block.movement.push(cost)
                if task.sign * float(solution.values[block.place[task.cell]]) >= need - VIOLATED:
                    spread_out = np.zeros(len(self.cluster.cells))
                    spread_out[block.cells] = solution.values
                    open_tasks = unmet(open_tasks, spread_out, need, mirrored)
                    continue
                weights = block.movement.equation(solution.row_duals, block.place[task.cell])
                if len(weights):
                    full = np.zeros(len(self.cluster.cells))
                    full[block.cells] = weights
                    added += self.cuts.add_equation(task, full, down)
        block.clean = spread if added == 0 else None
        return added

    def in_whole_numbers(self) -> tuple[float, Booleans]:
        """Solve each family in whole numbers: a lower bound, and the cells that these patterns hide.

        The cost of a cell in several families is divided among them (Lagrangian decomposition), as the duals
        of the relaxation ask for; the sum over the families bounds the whole.
        """
        cuts = [*self.cuts.pool.values(), *((cells, weights, 0.0) for cells, weights in self.cuts.lonely)]
        matrix, needs = stacked(cuts, len(self.cluster.cells))
        free = np.where(self.cluster.must, 0.0, 1.0)
        relaxed = Program(
            matrix,
            needs,
            np.full(len(cuts), INFINITY),
            1.0 - free,
            np.ones(len(free)),
            self.cluster.cost * free,
        ).solve()
        if relaxed.status != "optimal":
            raise SolverFailure(f"the relaxation ended with status {relaxed.status}")
        marks = np.zeros(len(self.cluster.cells), dtype=np.int64)
        for block in self.blocks:
            marks[block.cells] += 1
        home: list[list[int]] = [[] for _ in self.blocks]
        touched = [set(block.cells.tolist()) for block in self.blocks]
        for number, (cells, _, _) in enumerate(cuts):
            for place, inside in enumerate(touched):
                if inside.issuperset(cells.tolist()):
                    home[place].append(number)
                    break
        claims = [np.asarray(matrix[rows].T @ relaxed.row_duals[rows]) for rows in home]
        rest = (self.cluster.cost - np.sum(claims, axis=0)) / np.maximum(marks, 1)
        bound = 0.0
        chosen = self.cluster.must.copy()
        for block, claim, rows in zip(self.blocks, claims, home, strict=True):
            share = (claim + rest)[block.cells]
            least, hidden = self._family(block, share, [cuts[number] for number in rows])
            bound += least
            chosen[block.cells] |= hidden
        return bound, chosen

    def _family(
        self, block: Block, cost: Floats, local: list[tuple[Integers, Floats, float]]
    ) -> tuple[float, Booleans]:
        """Bound for one family with its share of the costs, and the cells it hides."""
        must = self.cluster.must[block.cells]
        bound = -math.inf
        hidden = must
        for _ in range(limits.FAMILY_ROUNDS):
            matrix, needs = stacked(local, len(self.cluster.cells))
            solution = Program(
                sparse.csr_matrix(matrix[:, block.cells]),
                needs,
                np.full(len(local), INFINITY),
                must.astype(np.float64),
                np.ones(len(must)),
                np.where(must, 0.0, cost),
                integer=np.ones(len(must), dtype=bool),
                max_nodes=limits.FAMILY_NODES,
                relative_gap=FAMILY_GAP,
            ).solve()
            if solution.status not in ("optimal", "limit"):
                raise SolverFailure(f"the bound of a family ended with status {solution.status}")
            bound = max(bound, solution.bound)
            if not len(solution.values):
                break
            before = len(self.cuts.pool)
            hidden = must | (solution.values > 0.5)
            self._separate_block(block, hidden.astype(np.float64))
            fresh = list(self.cuts.pool.values())[before:]
            if not fresh:
                break
            local.extend(fresh)
        return bound, hidden
