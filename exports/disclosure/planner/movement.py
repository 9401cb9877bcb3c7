"""How far hidden cells can move: the attacker's room around the true table, as a linear program kept warm.

A movement f is a change of the true table that leaves every published number as it is: A f = 0, f is
0 in published cells and does not push a hidden cell below its floor. A task asks that one cell can
move far enough.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from exports.disclosure.constraints import Booleans, Floats, Integers
from exports.disclosure.solver import INFINITY, Program, Solution, SolverFailure

SURE = 1e-6
"""Movements below this are none: the solver's own tolerance is 1e-7."""

NOISE = 1e-7
"""Weights of an equation below this come from rounding in the solver."""

SHORTER = 1e-3
"""What every step of a whole movement costs besides its cells, so that small movements come first."""


@dataclass(frozen=True)
class Task:
    """Cell `cell` must be able to move by `need`, up (+1) or down (-1).

    `floor`: hidden published cells are known to be at least this (0, or 1 where zeros are shown).
    `without`: cells whose values the attacker knows, because they are the attacker's own. `exact`: what is
    demanded is only that the cell is not determined; it is planned to move by `need`, but the bound counts
    cells that move at all. `only_if`: the demand falls away as soon as one of these cells is shown; empty for
    demands without a way out.
    """

    cell: int
    sign: int
    need: float
    floor: float = 0.0
    without: tuple[int, ...] = ()
    exact: bool = False
    only_if: tuple[int, ...] = ()

    def holds(self, hidden: Booleans) -> bool:
        """Whether the demand holds in this pattern."""
        return all(hidden[cell] for cell in self.only_if)


class Movement:
    """Movements over all cells of a cluster, with bounds that follow a (possibly fractional) pattern."""

    def __init__(self, equations: sparse.csr_matrix) -> None:
        self.equations = equations
        self.transposed = sparse.csr_matrix(equations.T)
        size = equations.shape[1]
        self._cost = np.zeros(size)
        self.lower = np.zeros(size)
        self.upper = np.zeros(size)
        zeros = np.zeros(equations.shape[0])
        self._program = Program(
            equations, zeros, zeros, self.lower, self.upper, self._cost, maximise=True, primal_simplex=True
        )
        self.programs = 0

    def allow(self, lower: Floats, upper: Floats) -> None:
        """Set how far every cell may move down (negative) and up."""
        changed = np.flatnonzero((lower != self.lower) | (upper != self.upper))
        if len(changed):
            self._program.set_bounds(changed, lower[changed], upper[changed])
            self.lower, self.upper = lower.copy(), upper.copy()

    def push(self, cost: Floats) -> Solution:
        """The movement that maximises cost · f."""
        changed = np.flatnonzero(cost != self._cost)
        if len(changed):
            self._program.set_cost(changed, cost[changed])
            self._cost = cost.copy()
        self.programs += 1
        solution = self._program.solve()
        if solution.status != "optimal":
            solution = self._fresh(cost)
        if solution.status != "optimal":
            raise SolverFailure(f"a movement program ended with status {solution.status}")
        return solution

    def _fresh(self, cost: Floats) -> Solution:
        zeros = np.zeros(self.equations.shape[0])
        upper = np.where(np.isinf(self.upper), INFINITY, self.upper)
        return Program(self.equations, zeros, zeros, self.lower, upper, cost, maximise=True).solve()

    def equation(self, duals: Floats, cell: int) -> Floats:
        """Weights d with f_cell = Σ d_i f_i for every movement, d_cell = 0, as the duals prove it."""
        weights = -(self.transposed @ duals)
        lead = -float(weights[cell])
        if abs(lead) < SURE:
            return np.zeros(0)
        weights[cell] = 0.0
        weights /= lead
        weights[np.abs(weights) < NOISE] = 0.0
        return np.asarray(weights, dtype=np.float64)


def whole_movement(
    equations: sparse.csr_matrix, lower: Floats, upper: Floats, task: Task, cost: Floats
) -> Floats | None:
    """A movement in whole numbers for one task with the least weighted size; None when there is none."""
    size = equations.shape[1]
    low, high = lower.copy(), upper.copy()
    own = list(task.without)
    low[own] = high[own] = 0.0
    if task.sign > 0:
        low[task.cell] = max(low[task.cell], task.need)
    else:
        high[task.cell] = min(high[task.cell], -task.need)
    if low[task.cell] > high[task.cell]:
        return None
    both = sparse.csr_matrix(sparse.hstack([equations, -equations]))
    zeros = np.zeros(equations.shape[0])
    solution = Program(
        both,
        zeros,
        zeros,
        np.concatenate([np.maximum(low, 0.0), np.maximum(-high, 0.0)]),
        np.concatenate([np.maximum(high, 0.0), np.maximum(-low, 0.0)]),
        np.concatenate([cost, cost]) + SHORTER,
        integer=np.ones(2 * size, dtype=bool),
        relative_gap=0.05,
        max_nodes=2000,
    ).solve()
    if solution.status == "infeasible" or not len(solution.values):
        return None
    values = np.round(solution.values)
    found = values[:size] - values[size:]
    if np.any(equations @ found != 0) or np.any(found < low) or np.any(found > high):
        return None
    return found


def restrict(equations: sparse.csr_matrix, cells: Integers) -> sparse.csr_matrix:
    """The equations over some cells only, without empty and repeated rows."""
    reduced = sparse.csr_matrix(equations[:, cells])
    reduced.eliminate_zeros()
    reduced.sort_indices()
    seen: dict[bytes, int] = {}
    for row in range(reduced.shape[0]):
        begin, end = reduced.indptr[row], reduced.indptr[row + 1]
        if end > begin:
            key = reduced.indices[begin:end].tobytes() + reduced.data[begin:end].tobytes()
            seen.setdefault(key, row)
    return sparse.csr_matrix(reduced[np.array(list(seen.values()), dtype=np.int64)])


def support(movement: Floats) -> Booleans:
    """Cells that move."""
    return np.asarray(np.abs(movement) > SURE)
