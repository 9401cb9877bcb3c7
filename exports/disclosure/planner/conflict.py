"""Why a sensitive cell cannot be protected: a smallest set of public cells that fixes it.

The set is found by a linear program (least weight of public cells in an equation that keeps the cell
in place) and then thinned until no member can be left out: were any one of them not public, the cell
could be protected.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from exports.disclosure.constraints import Booleans, Floats, Integers, System
from exports.disclosure.planner.cluster import Cluster
from exports.disclosure.planner.movement import SURE, Movement, Task
from exports.disclosure.primary import Primaries
from exports.disclosure.solver import INFINITY, Program, SolverFailure
from sources.foundation.exits import REFUSED
from sources.foundation.told import Told

SHORT = 1e-3
"""A proof must keep the cell this much below its need, so that it does not rest on a tolerance."""


DECLARED = Told("declared sensitive", "als empfindlich angegeben")


class FrozenConflict(ValueError):
    """A sensitive cell cannot be protected because of cells that are already public."""

    exit_code = REFUSED

    def __init__(self, message: str, cell: int, published: Sequence[int]) -> None:
        super().__init__(message)
        self.cell = cell
        self.published = tuple(published)


def check_possible(cluster: Cluster, frozen: Booleans, primaries: Primaries) -> None:
    """Everything that may be hidden is hidden: if a task fails even then, public cells are the reason."""
    due = [task for task in cluster.tasks if not task.only_if]
    stuck = cluster.failing(np.ones(len(cluster.cells), dtype=bool), due)
    if not stuck:
        return
    cell = int(cluster.cells[stuck[0].cell])
    public = smallest_conflict(cluster.system, stuck[0], cluster.cells, frozen)
    names = "; ".join(cluster.system.describe(other) for other in public[:12])
    more = f" and {len(public) - 12} more" if len(public) > 12 else ""
    name, reason = cluster.system.describe(cell), primaries.reasons.get(cell, DECLARED)
    raise FrozenConflict(
        Told(
            f"{name} ({reason}) cannot be protected: these public cells fix it: {names}{more}. Withdraw "
            "one of them, or coarsen the table",
            f"{name} ({reason.de}) ist nicht zu schützen: Diese öffentlichen Felder legen es fest: "
            f"{names}{more.replace(' and ', ' und ').replace(' more', ' weitere')}. Eines davon zurückziehen "
            "oder die Tabelle vergröbern",
        ),
        cell,
        public,
    )


def smallest_conflict(system: System, task: Task, cells: Integers, frozen: Booleans) -> list[int]:
    """Public cells (of the whole system) that together keep the task's cell in place; `task` is
    local to `cells`.

    Cells that an earlier release froze are preferred over zeros that are shown by rule.
    """
    target = int(cells[task.cell])
    open_cells = np.zeros(system.size, dtype=bool)
    open_cells[cells] = True
    down = np.maximum(system.values - np.where(system.floored, task.floor, 0.0), 0.0)
    open_cells[cells[list(task.without)]] = False
    chosen = _cheapest_proof(system, target, task, open_cells, down, frozen)
    for cell in sorted(chosen, key=lambda cell: (bool(frozen[cell]), cell)):
        fewer = [other for other in chosen if other != cell]
        if not _reaches(system, target, task, fewer, down):
            chosen = fewer
    return [int(cell) for cell in chosen if cell != target]


def _cheapest_proof(
    system: System, target: int, task: Task, open_cells: Booleans, down: Floats, frozen: Booleans
) -> list[int]:
    size, rows = system.size, system.equations.shape[0]
    columns = sparse.csr_matrix(system.equations.T)
    identity = sparse.identity(size, format="csr")
    balance = sparse.hstack([columns, identity, -identity])
    rooms = sparse.csr_matrix(
        np.concatenate([np.zeros(rows + size), np.where(open_cells, down, 0.0)])[None, :]
    )
    matrix = sparse.csr_matrix(sparse.vstack([balance, rooms]))
    goal = np.zeros(size)
    goal[target] = task.sign
    upper_plus = np.where(open_cells, 0.0, INFINITY)
    upper_minus = np.full(size, INFINITY)
    upper_plus[target] = upper_minus[target] = 0.0
    weight = np.where(open_cells, 0.0, np.where(frozen, 1.0, 1.05))
    solution = Program(
        matrix,
        np.concatenate([goal, [-INFINITY]]),
        np.concatenate([goal, [task.need - SHORT]]),
        np.concatenate([np.full(rows, -INFINITY), np.zeros(2 * size)]),
        np.concatenate([np.full(rows, INFINITY), upper_plus, upper_minus]),
        np.concatenate([np.zeros(rows), weight, weight]),
    ).solve()
    if solution.status != "optimal":
        raise SolverFailure("the public cells that block a sensitive cell could not be found")
    parts = np.abs(solution.values[rows : rows + size]) + np.abs(solution.values[rows + size :])
    return [int(cell) for cell in np.flatnonzero((parts > SURE) & ~open_cells)]


def _reaches(system: System, target: int, task: Task, public: list[int], down: Floats) -> bool:
    """Whether the cell could move far enough if only these cells were public."""
    lower, upper = -down, np.full(system.size, INFINITY)
    lower[public] = upper[public] = 0.0
    if task.sign > 0:
        upper[target] = task.need
    else:
        lower[target] = max(lower[target], -task.need)
    movement = Movement(system.basis)
    movement.allow(lower, upper)
    cost = np.zeros(system.size)
    cost[target] = task.sign
    return task.sign * float(movement.push(cost).values[target]) >= task.need - SURE
