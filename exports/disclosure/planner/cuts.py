"""Inequalities over hidden cells that every pattern meeting all tasks satisfies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from exports.disclosure.constraints import Floats, Integers
from exports.disclosure.planner.cluster import Cluster, one_way
from exports.disclosure.planner.movement import SURE, Task

Cut = tuple[Integers, Floats, float]
"""Cells, their weights, and what the weighted sum of the hidden ones must reach."""

Useless = tuple[Integers, Floats]
"""The same for a cell that is useless alone: its sum must reach 0."""

VIOLATED = 1e-5
"""A cut is added when a task falls short by this: ten times what movements are sure to."""

USELESS = 1e-4
"""A cut against a useless cell is added when it is violated by this; smaller ones do not raise the bound."""

DIGITS = 9
"""Weights are rounded to these decimals, so that the same cut found twice is known again."""


class Cuts:
    """The cuts found so far: those of tasks (`pool`), and those against useless cells (`lonely`)."""

    def __init__(self, cluster: Cluster, pool: dict[bytes, Cut], lonely: list[Useless]) -> None:
        self.cluster = cluster
        self.pool = pool
        self.lonely = lonely

    def _add(self, cells: Integers, weights: Floats, need: float, only_if: Sequence[int]) -> bool:
        """Σ weights·y >= need over free cells; cells that are hidden anyway are moved to the right side.

        A demand that holds only if some cells are hidden counts these as hidden, and asks for nothing as soon
        as one of them is not: each takes 1 from the left side and from the right.
        """
        conditions = np.array([cell for cell in only_if if not self.cluster.must[cell]], dtype=np.int64)
        fixed = self.cluster.must[cells] | np.isin(cells, conditions)
        need = need - float(weights[fixed].sum())
        if need <= SURE:
            return False
        cells, weights = cells[~fixed], np.minimum(weights[~fixed], need) / need
        cells = np.concatenate([cells, conditions])
        weights = np.concatenate([weights, np.full(len(conditions), -1.0)])
        order = np.argsort(cells)
        cells, weights = cells[order], np.round(weights[order], DIGITS)
        key = cells.tobytes() + weights.tobytes()
        if key in self.pool:
            return False
        self.pool[key] = (cells, weights, 1.0 - len(conditions))
        return True

    def add_lines(self) -> None:
        """Every equation through a sensitive cell needs a second hidden cell."""
        lines = self.cluster.lines
        for task in self.cluster.tasks:
            down = self.cluster.room_down(task.floor)
            for row in self.cluster.lines_through(task.cell).tolist():
                begin, end = lines.indptr[row], lines.indptr[row + 1]
                cells, signs = lines.indices[begin:end].astype(np.int64), lines.data[begin:end]
                own = signs[cells == task.cell][0]
                weights = np.zeros(len(self.cluster.cells))
                weights[cells] = -signs / own
                weights[task.cell] = 0.0
                self.add_equation(task, weights, down)

    def add_equation(self, task: Task, weights: Floats, down: Floats) -> bool:
        """The cut of an equation f_p = Σ weights·f."""
        if task.without:
            weights = weights.copy()
            weights[list(task.without)] = 0.0
        signed = task.sign * weights
        used = np.flatnonzero(signed)
        room = np.where(signed[used] > 0, np.inf, np.abs(signed[used]) * down[used])
        reach = np.minimum(room, task.need)
        keep = reach > SURE
        if task.exact:
            reach = np.full(len(used), task.need)
        return self._add(used[keep].astype(np.int64), reach[keep], task.need, task.only_if)

    def separate(self, share: Floats, least: float) -> int:
        """Cuts from all equations violated by a (fractional) pattern; returns how many were added."""
        added = 0
        spread = np.minimum(1.0, share + least)
        spread[self.cluster.must] = 1.0
        for task in self.cluster.tasks:
            if task.only_if:
                added += self._separate_only_if(task, spread)
        for (need, floor, without), group in self.cluster.groups(
            task for task in self.cluster.tasks if not task.only_if
        ).items():
            down = self.cluster.room_down(floor)
            mirrored = self.cluster.mirrored(need, floor)
            self.cluster.allow(spread, need, floor, without, capped=True)
            for task in self.cluster.settle(one_way(group, mirrored), need, mirrored=mirrored, most=6):
                solution = self.cluster.movement.push(self.cluster.direction(task))
                if task.sign * float(solution.values[task.cell]) >= need - VIOLATED:
                    continue
                weights = self.cluster.movement.equation(solution.row_duals, task.cell)
                added += bool(len(weights) and self.add_equation(task, weights, down))
        return added

    def _separate_only_if(self, task: Task, spread: Floats) -> bool:
        """The cut of a demand that holds as far as the cells it depends on are hidden."""
        conditions = list(task.only_if)
        asked = task.need * (1.0 - float((1.0 - spread[conditions]).sum()))
        if asked <= VIOLATED:
            return False
        given = spread.copy()
        given[conditions] = 1.0
        self.cluster.allow(given, task.need, task.floor, task.without, capped=True)
        solution = self.cluster.movement.push(self.cluster.direction(task))
        if task.sign * float(solution.values[task.cell]) >= asked - VIOLATED:
            return False
        weights = self.cluster.movement.equation(solution.row_duals, task.cell)
        return bool(len(weights)) and self.add_equation(task, weights, self.cluster.room_down(task.floor))

    def useless(self, share: Floats) -> list[Useless]:
        """Violated y_i <= Σ other y in an equation: a secondary cell alone in an equation is useless."""
        found: list[Useless] = []
        lines = self.cluster.lines
        for row in range(lines.shape[0]):
            cells = lines.indices[lines.indptr[row] : lines.indptr[row + 1]].astype(np.int64)
            amounts = np.where(self.cluster.must[cells], 1.0, share[cells])
            if self.cluster.must[cells].any():
                continue
            top = int(np.argmax(amounts))
            if amounts[top] > amounts.sum() - amounts[top] + USELESS:
                weights = np.ones(len(cells))
                weights[top] = -1.0
                found.append((cells, weights))
        return found


def stacked(rows: Sequence[Cut], width: int) -> tuple[sparse.csr_matrix, Floats]:
    """Cuts as one matrix with its right side."""
    pointer = np.concatenate([[0], np.cumsum([len(cells) for cells, _, _ in rows])]).astype(np.int64)
    matrix = sparse.csr_matrix(
        (
            np.concatenate([weights for _, weights, _ in rows]) if rows else np.zeros(0),
            np.concatenate([cells for cells, _, _ in rows]) if rows else np.zeros(0, dtype=np.int64),
            pointer,
        ),
        shape=(len(rows), width),
    )
    return matrix, np.array([need for _, _, need in rows])
