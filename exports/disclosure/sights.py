"""What one attacker has in view: plan a pattern against it, attack it, and repair what was broken.

The planner works on the interval model; what the stricter attacks (whole numbers, hidden zeros, insiders,
unions) still find becomes further tasks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy import sparse

from exports.disclosure.auditor.attack import attack
from exports.disclosure.auditor.findings import Finding, Result
from exports.disclosure.auditor.knowledge import Key, Knowledge, gather
from exports.disclosure.auditor.unions import Insight
from exports.disclosure.auditor.verdict import KnownBefore
from exports.disclosure.constraints import Booleans, Floats, System
from exports.disclosure.declaration import Declaration, Safety
from exports.disclosure.planner.limits import HUGE, Effort
from exports.disclosure.planner.movement import Task
from exports.disclosure.planner.pattern import Pattern, extend, plan
from exports.disclosure.planner.search import Memories
from exports.disclosure.policy import Policy
from exports.disclosure.primary import Primaries

Published = dict[str, dict[Key, float | None]]

ScalarT = TypeVar("ScalarT", bound=np.generic)

ROUNDS = 16
"""Rounds of attack and repair before the table is refused."""

AFRESH = 5
"""Rounds in which a table of at most SMALL cells is planned anew with the further tasks; then
it only grows."""

SMALL = 6_000
"""A plan of so many cells takes seconds."""

LIGHT, ANEW = 2, 8
"""Plans with all that the attacks on the plan before found: without branch and bound, before one with it, and
choosing anew around single cells, at most. What is found after the last one is repaired."""

FEW = 0.1
"""When at most this share of the sensitive cells is broken, the pattern is only extended."""


@dataclass
class Sight:
    """What one attacker has in view, the current tables alone or with all that is public besides, and the
    pattern planned against it.

    `system.published`: cells that are printed in view; `frozen`: cells whose numbers stay in view whatever
    is hidden now; `forced`: cells hidden in any case; `known`: what needs no attack any more. `unions` are
    sums of hidden cells that must not be computed; they are cells behind those of the system.
    """

    declaration: Declaration
    before: Published
    system: System
    primaries: Primaries
    frozen: Booleans
    forced: Booleans
    known: KnownBefore = field(default_factory=KnownBefore)
    extra: list[Task] = field(default_factory=list)
    unions: list[tuple[int, ...]] = field(default_factory=list)
    pattern: Pattern = field(init=False)
    broken: list[Finding] = field(default_factory=list)

    def plan(
        self,
        cost: Floats,
        effort: Effort,
        hidden: Booleans,
        memories: Memories | None = None,
        *,
        whole: bool = False,
    ) -> None:
        """Plan afresh; `hidden` cells of the current tables stay hidden.

        With `memories` only for what every safe pattern must meet (`is_due`), so that the bound is a bound
        of all of them; what was found by an earlier plan of this kind is used again. With `whole` for all
        demands, those with a way out as far as the pattern does not take it; then the bound is none.
        """
        count = len(self.unions)
        pattern = plan(
            self.system.with_unions(self.unions),
            self.primaries.wider(count),
            _padded(cost, count),
            effort=effort,
            frozen=_padded(self.frozen, count),
            forced=_padded((self.forced | hidden) & ~self.frozen, count),
            extra=self.extra if memories is None else [*self._asked(whole=whole)],
            memories=memories,
        )
        self.pattern = _trimmed(pattern, self.system.size)

    def _asked(self, *, whole: bool) -> Iterator[Task]:
        """Demands without a way out; with `whole` also the others, with the cells that must be hidden for
        them to hold.
        """
        for task in self.extra:
            if self.is_due(task):
                yield task
            elif whole:
                beyond = task.cell - self.system.size
                cells = self.unions[beyond] if beyond >= 0 else (task.cell, *task.without)
                if not self.frozen[list(cells)].any():
                    yield replace(task, only_if=cells)

    def is_due(self, task: Task) -> bool:
        """Whether every pattern that withstands the attacks meets a task, whatever else it hides.

        A task of a cell that need not be hidden is none: showing the cell would do as well. Sensitive cells
        are hidden in every pattern, and so are their unions; what is hidden in any case must not be
        determined. A cell with one case tells its contributor the cells tied to it, if these hold other
        cases: what holds the same case and no other tells nothing about anybody else.
        """
        sensitive = self.primaries.sensitive
        if task.without:
            (*others, own) = task.without
            return not others and bool(
                sensitive[own]
                and sensitive[task.cell]
                and self.system.values[own] == 1
                and self.declaration.safety.whole_numbers
                and (self.system.values[task.cell] > 1 or not self._holds_case_of(task.cell, own))
            )
        if task.cell >= self.system.size:
            return bool(sensitive[list(self.unions[task.cell - self.system.size])].all())
        if task.exact and self.forced[task.cell] and not self.frozen[task.cell]:
            return True
        single = task.floor == 0 or self.system.values[task.cell] == 1
        return bool(sensitive[task.cell] and single and task.need <= self.primaries.up[task.cell])

    def _holds_case_of(self, cell: int, own: int) -> bool:
        """Whether the only case of a cell may also be counted in another: both lie over a finest cell that
        has a case, or that is no cell of these tables.
        """
        ladders = self.system.ladders
        digits = np.unravel_index(self.system.position, tuple(len(ladder.codes) for ladder in ladders))
        inside = np.ones(len(self.system.position), dtype=bool)
        finest = 1
        for ladder, nodes in zip(ladders, digits, strict=True):
            under = np.asarray(ladder.members[[int(nodes[cell]), int(nodes[own])]].todense()) > 0
            both = np.flatnonzero(under.all(axis=0))
            finest *= len(both)
            inside &= np.isin(nodes, both)
        found = self.system.values[: len(inside)][inside]
        return finest > 0 and (len(found) < finest or bool((found > 0).any()))

    def attacked(self, published: Published, insight: Insight | None) -> Result:
        """Attack what this attacker would see; `broken` holds what must not be."""
        knowledge = gather(self.declaration, {**published, **self.before})
        result = attack(knowledge, self.declaration.safety, insight=insight)
        self.broken = [finding for finding in result.findings if not self.known.gives_away(finding)]
        if not self.broken:
            self.broken = too_narrow(self.system, self.declaration, self.primaries, knowledge)
        return result

    def learn(self, policy: Policy, cost: Floats, hidden: Booleans, *, due: bool) -> bool:
        """Turn what was broken into tasks; whether any of them is new (`due`: and due)."""
        known = set(self.extra)
        fresh = [task for task in self._tasks(policy, cost, hidden) if task not in known]
        self.extra.extend(fresh)
        return any(not due or self.is_due(task) for task in fresh)

    def repair(
        self, cost: Floats, policy: Policy, effort: Effort, round_number: int, hidden: Booleans
    ) -> None:
        """Turn what was broken into tasks, and plan with them."""
        if not self.broken:
            return
        tasks = self._tasks(policy, cost, hidden)
        known = set(self.extra)
        self.extra.extend(task for task in tasks if task not in known)
        many = len(tasks) > FEW * int(self.primaries.sensitive.sum())
        if many and round_number <= AFRESH and self.system.size <= SMALL and effort.starts > 1:
            self.plan(cost, effort, hidden if self.before else hidden & False)
            return
        count = len(self.unions)
        before = replace(
            self.pattern, hidden=_padded((self.pattern.hidden | hidden) & ~self.frozen, count, fill=True)
        )
        pattern = extend(
            self.system.with_unions(self.unions),
            self.primaries.wider(count),
            _padded(cost, count),
            before,
            tasks,
            frozen=_padded(self.frozen, count),
            whole=round_number > AFRESH + 2 or all(task in known for task in tasks),
        )
        self.pattern = _trimmed(pattern, self.system.size)

    def _tasks(self, policy: Policy, cost: Floats, hidden: Booleans) -> list[Task]:
        """What the attacks broke, as tasks for the planner."""
        tasks: list[Task] = []
        floor = 1.0 if policy.rules.zeros == "publish" else 0.0
        unit = self.declaration.safety.unit
        for finding in self.broken:
            if finding.parts:
                union = tuple(cell_behind(self.system, self.declaration, part) for part in finding.parts)
                if union not in self.unions:
                    self.unions.append(union)
                place = self.system.size + self.unions.index(union)
                need = 1.0 if self.declaration.safety.whole_numbers else policy.width
                tasks.append(Task(place, 1, need))
                continue
            cell = cell_behind(self.system, self.declaration, finding.cell)
            if finding.attack == "insider" and finding.witness is not None:
                owned = finding.owned or (finding.witness,)
                own = tuple(sorted({cell_behind(self.system, self.declaration, key) for key in owned}))
                tasks.append(Task(cell, 1, 1.0, 0.0, own, exact=True))
            elif finding.attack == "minimality":
                further = self._cheapest_beside(cell, cost, hidden)
                tasks.extend([Task(further, 1, 1.0, floor)] if further is not None else [])
            elif finding.attack == "positive":
                tasks.append(Task(cell, 1, unit, unit))
            else:
                exact = finding.attack == "exact"
                tasks.append(Task(cell, 1, 1.0, floor if finding.attack == "integer" else 0.0, exact=exact))
        return list(dict.fromkeys(tasks))

    def _cheapest_beside(self, cell: int, cost: Floats, hidden: Booleans) -> int | None:
        """The cheapest printed cell in an equation with a cell, to make the set of possible tables larger."""
        equations = self.system.equations
        touching = sparse.csc_matrix(equations)[:, cell].indices
        beside = np.unique(sparse.csr_matrix(equations)[touching].indices)
        free = beside[
            self.system.published[beside]
            & (self.system.values[beside] > 0)
            & ~hidden[beside]
            & ~self.pattern.hidden[beside]
            & ~self.frozen[beside]
        ]
        return int(free[np.argmin(cost[free])]) if len(free) else None


def _padded(cells: npt.NDArray[ScalarT], count: int, *, fill: bool = False) -> npt.NDArray[ScalarT]:
    """Values of cells, with `fill` for further cells behind them."""
    return np.concatenate([cells, np.full(count, fill, dtype=cells.dtype)])


def _trimmed(pattern: Pattern, size: int) -> Pattern:
    """The pattern over the first cells: unions are left out, nobody prints them."""
    return replace(pattern, hidden=pattern.hidden[:size], secondary=pattern.secondary[:size])


def too_narrow(
    system: System, declaration: Declaration, primaries: Primaries, knowledge: Knowledge
) -> list[Finding]:
    """Printed sensitive cells that the auditor, told the truth, cannot move as far as their rules ask."""
    truth: dict[Key, float] = {}
    need: dict[Key, tuple[float, float]] = {}
    for number in np.flatnonzero(knowledge.hidden).tolist():
        key = knowledge.keys[number]
        cell = cell_behind(system, declaration, key)
        if primaries.sensitive[cell] and system.published[cell]:
            truth[key] = float(system.values[cell])
            need[key] = (float(primaries.down[cell]), float(primaries.up[cell]))
    safety = declaration.safety.model_copy(update={"withstand": ("K1",)})
    result = attack(knowledge, safety, truth=truth, protected=need)
    return [finding for finding in result.findings if finding.cell in need]


def known_not_zero(system: System, primaries: Primaries, safety: Safety) -> list[Task]:
    """Against K2 a single case can only be thought larger: its cell must rise while none falls to 0."""
    if "K2" not in safety.withstand or safety.zeros != "publish" or not safety.whole_numbers:
        return []
    if system.size > HUGE:
        return []
    cells = np.flatnonzero(primaries.sensitive & (system.values == 1))
    return [Task(int(cell), 1, 1.0, 1.0) for cell in cells]


def cell_behind(system: System, declaration: Declaration, key: Key) -> int:
    """The planner's cell for the auditor's key (all declared dimensions, single leaves)."""
    place = 0
    for ladder in system.ladders:
        code = key[list(declaration.dimensions).index(ladder.name)]
        node = ladder.node_of.get(code, ladder.atom_of_leaf.get(code, -1))
        place = place * len(ladder.codes) + node
    return int(np.searchsorted(system.position, place))
