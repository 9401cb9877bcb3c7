"""The plan over all clusters: a pattern of hidden cells with its proven bound."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from exports.disclosure.constraints import Booleans, Floats, System, clusters
from exports.disclosure.planner import limits
from exports.disclosure.planner.cluster import Cluster
from exports.disclosure.planner.conflict import DECLARED, FrozenConflict, check_possible
from exports.disclosure.planner.heuristic import Heuristic
from exports.disclosure.planner.limits import Effort
from exports.disclosure.planner.movement import Task
from exports.disclosure.planner.search import Memories, Search
from exports.disclosure.primary import Primaries
from sources.foundation.told import Told


@dataclass
class Pattern:
    """A pattern over all cells: hidden or not, and what is known about its quality.

    `objective` and `bound` are sums of cost over secondary cells; the optimum lies between them. `given` is
    the part of both that stands for cells hidden in any case (decoys, patterns of earlier editions).
    """

    hidden: Booleans
    secondary: Booleans
    objective: float
    bound: float
    clusters: int = 0
    programs: int = 0
    notes: list[Told] = field(default_factory=list)
    given: float = 0.0

    @property
    def gap(self) -> float:
        """Proven distance from the optimum, as a share of the bound (0 means optimal); what is given
        counts in neither.
        """
        if self.objective <= self.bound + limits.PROVEN:
            return 0.0
        bound = self.bound - self.given
        return math.inf if bound <= 0 else (self.objective - self.given) / bound - 1.0


def tasks_of(primaries: Primaries, cells: Iterable[int]) -> list[Task]:
    """Both directions for every sensitive cell."""
    tasks = []
    for cell in cells:
        if primaries.up[cell] > 0:
            tasks.append(Task(int(cell), 1, float(primaries.up[cell])))
        if primaries.down[cell] > 0:
            tasks.append(Task(int(cell), -1, float(primaries.down[cell])))
    return tasks


def plan(
    system: System,
    primaries: Primaries,
    cost: Floats,
    *,
    effort: Effort,
    frozen: Booleans | None = None,
    forced: Booleans | None = None,
    extra: Sequence[Task] = (),
    memories: Memories | None = None,
) -> Pattern:
    """The cheapest pattern found that passes all tasks, cluster by cluster, with its proven bound.

    `frozen` cells are public already; `forced` cells are to be hidden in any case; `extra` are further tasks;
    `memories` holds what an earlier plan with fewer tasks found, and takes what this one finds.
    Raises FrozenConflict, naming a smallest set of public cells, when a sensitive cell cannot be protected.
    """
    size = system.size
    frozen = np.zeros(size, dtype=bool) if frozen is None else frozen
    forced = np.zeros(size, dtype=bool) if forced is None else forced
    must = (primaries.sensitive | forced | ~system.published) & ~frozen
    for task in extra:
        if not task.only_if:
            must[task.cell] = not frozen[task.cell]
    can = must | (((system.values > 0) | primaries.zeros_open) & ~frozen)
    exposed = primaries.sensitive & frozen
    if exposed.any():
        cell = int(np.flatnonzero(exposed)[0])
        name, reason = system.describe(cell), primaries.reasons.get(cell, DECLARED)
        raise FrozenConflict(
            Told(
                f"{name} is sensitive ({reason}) and already public with its value: it cannot be protected "
                "any more; withdraw the earlier release",
                f"{name} ist empfindlich ({reason.de}) und mit seinem Wert schon öffentlich: Es ist nicht "
                "mehr zu schützen; die frühere Ausgabe zurückziehen",
            ),
            cell,
            [cell],
        )
    tasks = [*tasks_of(primaries, np.flatnonzero(primaries.sensitive)), *extra]
    hidden = must.copy()
    pattern = Pattern(hidden, np.zeros(size, dtype=bool), 0.0, 0.0)
    by_cell: dict[int, list[Task]] = {}
    for task in tasks:
        by_cell.setdefault(task.cell, []).append(task)
    for cells in clusters(system.equations, can):
        local = [task for cell in cells.tolist() for task in by_cell.get(cell, ())]
        if not local:
            continue
        cluster = Cluster(system, cells, local, cost, must)
        search = Search(cluster, memories.of(cells, must) if memories is not None else None)
        if len(cells) > limits.HUGE:
            search.heuristic.check_density()
        check_possible(cluster, frozen, primaries)
        search.solve(effort)
        pattern.clusters += 1
        pattern.programs += cluster.movement.programs
        hidden[cells] = search.hidden
        pattern.bound += search.bound
        pattern.notes.extend(search.notes)
    pattern.secondary = hidden & system.published & ~primaries.sensitive
    pattern.bound += float(cost[forced & pattern.secondary].sum())
    pattern.objective = float(cost[pattern.secondary].sum())
    pattern.bound = min(pattern.bound, pattern.objective)
    return pattern


def computable_with_two(system: System, primaries: Primaries, cost: Floats) -> tuple[int, int]:
    """How many sensitive cells stay computable, about, with two hidden cells in every equation; of how many.

    The estimate that refuses the largest tables, for tables of any size.
    """
    must = primaries.sensitive | ~system.published
    can = must | (system.values > 0) | primaries.zeros_open
    left = asked = 0
    for cells in clusters(system.equations, can):
        tasks = tasks_of(primaries, cells[primaries.sensitive[cells]].tolist())
        if tasks:
            stuck, count = Heuristic(Cluster(system, cells, tasks, cost, must)).computable_with_two()
            left, asked = left + stuck, asked + count
    return left, asked


def extend(
    system: System,
    primaries: Primaries,
    cost: Floats,
    pattern: Pattern,
    tasks: Sequence[Task],
    *,
    frozen: Booleans | None = None,
    whole: bool = False,
) -> Pattern:
    """A larger pattern that also passes further tasks; cells hidden before stay hidden.

    With `whole` the movements are looked for in whole numbers, where fractions of cases are no protection.
    """
    frozen = np.zeros(system.size, dtype=bool) if frozen is None else frozen
    can = pattern.hidden | (((system.values > 0) | primaries.zeros_open) & system.published & ~frozen)
    hidden = pattern.hidden.copy()
    by_cell: dict[int, list[Task]] = {}
    for task in tasks:
        by_cell.setdefault(task.cell, []).append(task)
    for cells in clusters(system.equations, can):
        local = [task for cell in cells.tolist() for task in by_cell.get(cell, ())]
        if not local:
            continue
        cluster = Cluster(system, cells, local, cost, pattern.hidden)
        check_possible(cluster, frozen, primaries)
        heuristic, start = Heuristic(cluster), hidden[cells]
        hidden[cells] = (
            heuristic.complete_whole(start)
            if whole
            else heuristic.complete(start, cluster.cost, cluster.tasks)
        )
    secondary = hidden & system.published & ~primaries.sensitive
    return Pattern(
        hidden,
        secondary,
        float(cost[secondary].sum()),
        pattern.bound,
        pattern.clusters,
        pattern.programs,
        pattern.notes,
    )
