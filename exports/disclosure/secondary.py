"""Secondary suppression: which further cells to hide so that the sensitive ones cannot be computed.

Model of Fischetti and Salazar (2001): choose y in {0,1} with least Σ cost·y such that every task (see
`movement`) finds a movement within the hidden cells. For a movement program that falls short, its duals give
an equation f_p = Σ d_i f_i that holds for all tables; then Σ min(|d_i| · room_i, need) · y_i >= need is a
valid cut. In order: a sequential heuristic (cheapest movement per failing task, then give back what is not
needed), the linear relaxation over cuts (its value is a proven lower bound), the heuristic guided by it, and
branch and bound over the cuts until its pattern survives all tasks. Limits are counts, never seconds.
"""

from __future__ import annotations

import hmac
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from exports.disclosure.constraints import Booleans, Floats, Integers, System, clusters
from exports.disclosure.movement import SURE, Movement, Task, restrict, whole_movement
from exports.disclosure.primary import Primaries
from exports.disclosure.solver import INFINITY, Program, SolverFailure


class FrozenConflict(ValueError):
    """A sensitive cell cannot be protected because of cells that are already public."""

    def __init__(self, message: str, cell: int, published: Sequence[int]) -> None:
        super().__init__(message)
        self.cell = cell
        self.published = tuple(published)


SPREAD = 0.5
"""Costs are disturbed by a secret factor from 1 to this more."""


CHEAP = 3.0
"""Cells of at most this cost become decoys with the full probability."""


LARGE = 8_000
"""Clusters with more cells get their bound from the cuts of single families only."""


NEAR_ENOUGH = 0.02
"""Families are solved in whole numbers where the gap is larger."""


STALLED = 2e-4
"""In large clusters cuts stop when three rounds raised the bound by a smaller share than this."""


FAMILY_NODES, FAMILY_ROUNDS = 10, 4
"""Limits of branch and bound for one family of cells, and how often it is given new cuts."""


HUGE = 40_000
"""Clusters with more cells are started from single equations instead of one program per sensitive cell."""


class TooSparse(ValueError):
    """A table so detailed that hiding cells would leave nothing useful: the demand to coarsen it."""


@dataclass(frozen=True)
class Effort:
    """Deterministic limits: rounds of cuts, nodes per branch and bound, and how many of those.

    `starts`: patterns guided by the relaxation; a further one is planned without it, unless it is 1.
    """

    cut_rounds: int
    nodes: int
    exact_rounds: int
    starts: int


EFFORTS = {
    "quick": Effort(cut_rounds=5, nodes=0, exact_rounds=0, starts=1),
    "thorough": Effort(cut_rounds=40, nodes=0, exact_rounds=0, starts=2),
    "optimal": Effort(cut_rounds=200, nodes=100, exact_rounds=20, starts=2),
}


@dataclass
class Pattern:
    """A pattern over all cells: hidden or not, and what is known about its quality.

    `objective` and `bound` are sums of cost over secondary cells; the optimum lies between them.
    """

    hidden: Booleans
    secondary: Booleans
    objective: float
    bound: float
    clusters: int = 0
    programs: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def gap(self) -> float:
        """Proven distance from the optimum, as a share of the bound (0 means optimal)."""
        if self.objective <= self.bound + 1e-6:
            return 0.0
        return math.inf if self.bound <= 0 else self.objective / self.bound - 1.0


def costs_of(
    system: System,
    factors: dict[str, dict[str, float]],
    kept: Booleans | None,
    kept_factor: float,
    key: bytes = b"",
) -> Floats:
    """1 + log2(1 + value) per cell, times the declared factors of its codes, disturbed by a secret key.

    Planner and costs are public: whoever runs them on every table that fits what is printed excludes those
    that would have been printed otherwise (minimality attack, Wong et al. 2007). See `decoys_of`.
    """
    cost = 1.0 + np.log2(1.0 + np.maximum(system.values, 0.0))
    for name, by_code in factors.items():
        axis = system.dimensions.index(name)
        ladder = system.ladders[axis]
        table = {ladder.codes[ladder.node_of[code]]: factor for code, factor in by_code.items()}
        cost *= np.array([table.get(key[axis], 1.0) for key in system.keys])
    if kept is not None:
        cost[kept] *= kept_factor
    return cost * (1.0 + SPREAD * keyed_draws(system, key, "cost")) if key else cost


def decoys_of(system: System, cost: Floats, share: float, key: bytes) -> Booleans:
    """Cells hidden although nobody needs them, drawn by the key: cheap ones with this probability, dear ones
    with less.

    With them every pattern that is safe for a table could have come from that table, so that none of the
    tables that fit is excluded by running the planner on it.
    """
    if not key or not share:
        return np.zeros(system.size, dtype=bool)
    chance = share * np.minimum(1.0, CHEAP / np.maximum(cost, 1e-9))
    return np.asarray((keyed_draws(system, key, "decoy") < chance) & (system.values > 0))


def keyed_draws(system: System, key: bytes, purpose: str) -> Floats:
    """One number from 0 to 1 per cell, drawn by HMAC-SHA256 over its codes."""
    draws = (hmac.digest(key, "\x1f".join((purpose, *codes)).encode(), "sha256")[:8] for codes in system.keys)
    return np.array([int.from_bytes(draw, "big") / 2.0**64 for draw in draws])


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
) -> Pattern:
    """The cheapest pattern found that passes all tasks, cluster by cluster, with its proven bound.

    `frozen` cells are public already; `forced` cells are to be hidden in any case; `extra` are further tasks.
    Raises FrozenConflict, naming a smallest set of public cells, when a sensitive cell cannot be protected.
    """
    size = system.size
    frozen = np.zeros(size, dtype=bool) if frozen is None else frozen
    forced = np.zeros(size, dtype=bool) if forced is None else forced
    must = (primaries.sensitive | forced | ~system.published) & ~frozen
    for task in extra:
        must[task.cell] = not frozen[task.cell]
    can = must | (((system.values > 0) | primaries.zeros_open) & ~frozen)
    exposed = primaries.sensitive & frozen
    if exposed.any():
        cell = int(np.flatnonzero(exposed)[0])
        raise FrozenConflict(
            f"{system.describe(cell)} is sensitive ({primaries.reasons.get(cell, 'declared')}) "
            "and already public with its value: it cannot be protected any more; withdraw the earlier "
            "release",
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
        worker = Cluster(system, cells, local, cost, must)
        if len(cells) > HUGE:
            worker.check_density(worker.fill_lines(worker.must))
        worker.check_possible(frozen, primaries)
        worker.solve(effort)
        pattern.clusters += 1
        pattern.programs += worker.movement.programs
        hidden[cells] = worker.hidden
        pattern.bound += worker.bound
        pattern.notes.extend(worker.notes)
    pattern.secondary = hidden & system.published & ~primaries.sensitive
    pattern.bound += float(cost[forced & pattern.secondary].sum())
    pattern.objective = float(cost[pattern.secondary].sum())
    pattern.bound = min(pattern.bound, pattern.objective)
    return pattern


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
        worker = Cluster(system, cells, local, cost, pattern.hidden)
        worker.check_possible(frozen, primaries)
        start = hidden[cells]
        hidden[cells] = (
            worker.complete_whole(start) if whole else worker.complete(start, worker.cost, worker.tasks)
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


class Cluster:
    """One connected set of cells that may be hidden. All indices inside are local positions in `cells`."""

    def __init__(
        self, system: System, cells: Integers, tasks: Sequence[Task], cost: Floats, must: Booleans
    ) -> None:
        self.system = system
        self.cells = cells
        place = {cell: index for index, cell in enumerate(cells.tolist())}
        self.tasks = [
            Task(
                place[task.cell],
                task.sign,
                task.need,
                task.floor,
                tuple(place[cell] for cell in task.without if cell in place),
            )
            for task in tasks
        ]
        self.lines = restrict(system.equations, cells)
        self.equations = restrict(system.basis, cells)
        self.values = system.values[cells]
        self.floored = system.floored[cells]
        self.cost = cost[cells]
        self.must = must[cells]
        self.movement = Movement(self.equations)
        self.columns_of_lines = sparse.csc_matrix(self.lines)
        self.hidden = np.ones(len(cells), dtype=bool)
        self.bound = 0.0
        self.notes: list[str] = []
        self.pool: dict[bytes, tuple[Integers, Floats, float]] = {}
        self.lonely: list[tuple[Integers, Floats]] = []
        self.blocks: list[_Block] = []
        self._search: dict[tuple[float, float], _CheapestMovement] = {}

    # ---- rooms and checks
    # -------------------------------------------------------------------------------------

    def room_down(self, floor: float) -> Floats:
        """How far each cell may fall: to its floor if it is printed as hidden, to zero if nobody printed
        it.
        """
        return np.maximum(self.values - np.where(self.floored, floor, 0.0), 0.0)

    def _limits(
        self, share: Floats, need: float, floor: float, without: tuple[int, ...], *, capped: bool
    ) -> None:
        down = self.room_down(floor)
        if capped:
            lower, upper = -np.minimum(down, need) * share, need * share
        else:
            lower, upper = -down * share, np.where(share > 0.5, INFINITY, 0.0)
        lower[list(without)] = upper[list(without)] = 0.0
        self.movement.allow(lower, upper)

    def _groups(self, tasks: Iterable[Task]) -> dict[tuple[float, float, tuple[int, ...]], list[Task]]:
        groups: dict[tuple[float, float, tuple[int, ...]], list[Task]] = {}
        for task in tasks:
            groups.setdefault((task.need, task.floor, task.without), []).append(task)
        return groups

    def _mirrored(self, need: float, floor: float) -> bool:
        """Whether capped limits are the same up and down, so that a movement may be turned round."""
        return bool(np.all(self.room_down(floor) >= need - SURE))

    def failing(self, hidden: Booleans, tasks: Sequence[Task], *, first_only: bool = False) -> list[Task]:
        """Tasks without a movement in this pattern."""
        left: list[Task] = []
        share = hidden.astype(np.float64)
        for (need, floor, without), group in self._groups(tasks).items():
            mirrored = self._mirrored(need, floor)
            open_tasks = _one_way(group, mirrored)
            alone = self._stands_alone(hidden, open_tasks)
            for task in open_tasks:
                if task.cell in alone:
                    left.extend([task, replace(task, sign=-task.sign)] if mirrored else [task])
            if left and first_only:
                return left
            self._limits(share, need, floor, without, capped=True)
            open_tasks = self._settle(
                [task for task in open_tasks if task.cell not in alone], need, mirrored=mirrored
            )
            while open_tasks:
                self._limits(share, need, floor, without, capped=True)
                task = open_tasks.pop()
                values = self.movement.push(self._direction(task)).values
                if _meets([task], values, need, mirrored)[0]:
                    open_tasks = _unmet(open_tasks, values, need, mirrored)
                    continue
                self._limits(share, need, floor, without, capped=False)
                twins = [task, replace(task, sign=-task.sign)] if mirrored else [task]
                stuck = [twin for twin in twins if not self._reaches(twin)]
                left.extend(stuck)
                if stuck and first_only:
                    return left
        return left

    def _direction(self, task: Task) -> Floats:
        cost = np.zeros(len(self.cells))
        cost[task.cell] = task.sign
        return cost

    def _reaches(self, task: Task) -> bool:
        """Whether one task is met within the present limits (its own reach is cut at the need)."""
        return self._push_one(task)[0] >= task.need - SURE

    def _push_one(self, task: Task) -> tuple[float, Floats, Floats]:
        """Reach of a task, the movement, and the duals."""
        lower, upper = self.movement.lower.copy(), self.movement.upper.copy()
        keep_lower, keep_upper = lower.copy(), upper.copy()
        if task.sign > 0:
            upper[task.cell] = min(upper[task.cell], task.need)
        else:
            lower[task.cell] = max(lower[task.cell], -task.need)
        self.movement.allow(lower, upper)
        solution = self.movement.push(self._direction(task))
        self.movement.allow(keep_lower, keep_upper)
        return task.sign * float(solution.values[task.cell]), solution.values, solution.row_duals

    def _settle(self, group: Sequence[Task], need: float, *, mirrored: bool, most: int = 40) -> list[Task]:
        """Sort out the tasks that joint movements in random directions meet; what is left needs its own
        program.
        """
        generator = np.random.default_rng(11)
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
            rest = _unmet(open_tasks, self.movement.push(cost).values, need, mirrored)
            stalled = len(open_tasks) - len(rest) < max(2, len(open_tasks) // 15)
            open_tasks = rest
            if stalled:
                break
        return open_tasks

    # ---- conflicts with what is public
    # ------------------------------------------------------------------------

    def check_possible(self, frozen: Booleans, primaries: Primaries) -> None:
        """Everything that may be hidden is hidden: if a task fails even then, public cells are the reason."""
        stuck = self.failing(np.ones(len(self.cells), dtype=bool), self.tasks)
        if not stuck:
            return
        cell = int(self.cells[stuck[0].cell])
        from exports.disclosure.conflict import smallest_conflict

        public = smallest_conflict(self.system, stuck[0], self.cells, frozen)
        names = "; ".join(self.system.describe(other) for other in public[:12])
        more = f" and {len(public) - 12} more" if len(public) > 12 else ""
        raise FrozenConflict(
            f"{self.system.describe(cell)} ({primaries.reasons.get(cell, 'declared sensitive')}) cannot "
            f"be protected: "
            f"these public cells fix it: {names}{more}. Withdraw one of them, or coarsen the table",
            cell,
            public,
        )

    # ---- heuristic
    # --------------------------------------------------------------------------------------------

    def complete(self, hidden: Booleans, weight: Floats, order: Sequence[Task]) -> Booleans:
        """Hide the cells of the cheapest movement for each task that is not met, one after the other."""
        hidden = hidden.copy()
        for (need, floor, without), group in self._groups(order).items():
            mirrored = self._mirrored(need, floor)
            open_tasks = _one_way(group, mirrored)
            pause = 0
            while open_tasks:
                if pause <= 0 and len(open_tasks) > 20:
                    lonely = self._stands_alone(hidden, open_tasks)
                    self._limits(hidden.astype(np.float64), need, floor, without, capped=True)
                    rest = self._settle(
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
                open_tasks = _unmet(open_tasks, found, need, mirrored)
                if mirrored and np.any(np.abs(found) > need + SURE):
                    other = self._cheapest(replace(task, sign=-task.sign), hidden, weight)
                    hidden |= np.abs(other) > SURE
        return hidden

    def complete_whole(self, hidden: Booleans) -> Booleans:
        """For each task hide the cells of the cheapest movement in whole numbers."""
        hidden = hidden.copy()
        for task in self.tasks:
            down = self.room_down(task.floor)
            found = whole_movement(
                self.equations, -down, np.full(len(down), 1e6), task, np.where(hidden, 0.0, self.cost)
            )
            if found is not None:
                hidden |= np.abs(found) > SURE
        return hidden

    def _stands_alone(self, hidden: Booleans, tasks: Sequence[Task]) -> set[int]:
        """Cells of tasks that are the only hidden cell of an equation: these fail for sure."""
        filled = np.asarray((np.abs(self.lines) > 0) @ hidden.astype(np.int64)).astype(np.int64)
        alone = set()
        for task in tasks:
            if np.any(filled[self._lines_through(task.cell)] < 2):
                alone.add(task.cell)
        return alone

    def fill_lines(self, hidden: Booleans) -> Booleans:
        """Very large clusters start from this: in every equation with one hidden cell hide the cheapest
        other one.
        """
        hidden = hidden.copy()
        filled = np.asarray((np.abs(self.lines) > 0) @ hidden.astype(np.int64)).astype(np.int64)
        queue = np.flatnonzero(filled == 1).tolist()
        while queue:
            row = queue.pop()
            if filled[row] != 1:
                continue
            cells = self.lines.indices[self.lines.indptr[row] : self.lines.indptr[row + 1]]
            others = cells[~hidden[cells]]
            if not len(others):
                continue
            # a cell that also serves other lines with one hidden cell is worth more
            gain = np.array(
                [np.count_nonzero(filled[self._lines_through(int(cell))] == 1) for cell in others]
            )
            chosen = int(others[int(np.argmin(self.cost[others] / gain))])
            hidden[chosen] = True
            rows = self._lines_through(chosen)
            filled[rows] += 1
            queue.extend(rows[filled[rows] == 1].tolist())
        return hidden

    def check_density(self, hidden: Booleans) -> None:
        """Refuse a very large table in which two hidden cells per equation protect next to nothing."""
        open_tasks = _one_way(self.tasks, mirrored=True)
        left = 0
        for cells in clusters(self.equations, hidden):
            place = {cell: index for index, cell in enumerate(cells.tolist())}
            inside = [task for task in open_tasks if task.cell in place]
            equations = restrict(self.equations, cells)
            down = self.room_down(0.0)[cells]
            generator = np.random.default_rng(19)
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
        if left > 0.25 * len(open_tasks):
            raise TooSparse(
                f"{left} of {len(open_tasks)} sensitive cells can still be computed when every equation "
                f"hides two "
                f"cells ({len(self.cells)} non-zero cells): this table is too detailed to be protected "
                f"by hiding. "
                "Coarsen it (larger areas, fewer categories, fewer dimensions), or choose rounding or "
                "cell-key"
            )

    def _cheapest(self, task: Task, hidden: Booleans, weight: Floats) -> Floats:
        key = (task.need, task.floor)
        search = self._search.get(key)
        if search is None:
            if len(self._search) > 8:
                self._search.clear()
            search = self._search[key] = _CheapestMovement(self, task.need, task.floor)
        return search.find(task, np.where(hidden, 1e-4 * self.cost, weight + 1e-4 * self.cost))

    def give_back(self, hidden: Booleans) -> Booleans:
        """Publish again, dearest first, every secondary cell that no task needs."""
        hidden = _NearSearch(self, hidden).improved() if len(self.cells) > LARGE else hidden.copy()
        if len(self.cells) > LARGE and not all(self._mirrored(n, f) for n, f, _ in self._groups(self.tasks)):
            return hidden
        filled = np.asarray((np.abs(self.lines) > 0) @ hidden.astype(np.int64)).astype(np.int64)
        proof = _Proof(self, hidden)
        extra = np.flatnonzero(hidden & ~self.must)
        for cell in extra[np.argsort(-self.cost[extra], kind="stable")].tolist():
            rows = self._lines_through(cell)
            if not np.any(filled[rows] == 2) and proof.survives_without(cell):
                hidden[cell] = False
                filled[rows] -= 1
        return self._drop_alone(hidden, filled)

    def _lines_through(self, cell: int) -> Integers:
        begin, end = self.columns_of_lines.indptr[cell], self.columns_of_lines.indptr[cell + 1]
        return np.asarray(self.columns_of_lines.indices[begin:end])

    def _drop_alone(self, hidden: Booleans, filled: Integers) -> Booleans:
        """Publish secondary cells that stand alone in an equation: they are determined, so hiding them is
        vain.
        """
        while True:
            alone = np.flatnonzero(filled == 1)
            dropped = False
            for row in alone.tolist():
                cells = self.lines.indices[self.lines.indptr[row] : self.lines.indptr[row + 1]]
                for cell in cells[hidden[cells]].tolist():
                    if self.must[cell]:
                        continue
                    hidden[cell] = False
                    filled[self._lines_through(cell)] -= 1
                    dropped = True
            if not dropped:
                return hidden

    def price(self, hidden: Booleans) -> float:
        """Cost of the secondary cells."""
        return float(self.cost[hidden & ~self.must].sum())

    # ---- cuts
    # -------------------------------------------------------------------------------------------------

    def _add_cut(self, cells: Integers, weights: Floats, need: float) -> bool:
        """Σ weights·y >= need over free cells; cells that are hidden anyway are moved to the right side."""
        fixed = self.must[cells]
        need = need - float(weights[fixed].sum())
        if need <= SURE:
            return False
        cells, weights = cells[~fixed], np.minimum(weights[~fixed], need) / need
        order = np.argsort(cells)
        cells, weights = cells[order], np.round(weights[order], 9)
        key = cells.tobytes() + weights.tobytes()
        if key in self.pool:
            return False
        self.pool[key] = (cells, weights, 1.0)
        return True

    def _line_cuts(self) -> None:
        """Every equation through a sensitive cell needs a second hidden cell."""
        for task in self.tasks:
            down = self.room_down(task.floor)
            for row in self._lines_through(task.cell).tolist():
                begin, end = self.lines.indptr[row], self.lines.indptr[row + 1]
                cells, signs = self.lines.indices[begin:end].astype(np.int64), self.lines.data[begin:end]
                own = signs[cells == task.cell][0]
                weights = np.zeros(len(self.cells))
                weights[cells] = -signs / own
                weights[task.cell] = 0.0
                self._cut_from(task, weights, down)

    def _cut_from(self, task: Task, weights: Floats, down: Floats) -> bool:
        """The cut of an equation f_p = Σ weights·f."""
        if task.without:
            weights = weights.copy()
            weights[list(task.without)] = 0.0
        signed = task.sign * weights
        used = np.flatnonzero(signed)
        room = np.where(signed[used] > 0, np.inf, np.abs(signed[used]) * down[used])
        reach = np.minimum(room, task.need)
        keep = reach > SURE
        return self._add_cut(used[keep].astype(np.int64), reach[keep], task.need)

    def _separate(self, share: Floats, least: float) -> int:
        """Cuts from all equations violated by a (fractional) pattern; returns how many were added."""
        added = 0
        for (need, floor, without), group in self._groups(self.tasks).items():
            down = self.room_down(floor)
            mirrored = self._mirrored(need, floor)
            spread = np.minimum(1.0, share + least)
            spread[self.must] = 1.0
            self._limits(spread, need, floor, without, capped=True)
            for task in self._settle(_one_way(group, mirrored), need, mirrored=mirrored, most=6):
                solution = self.movement.push(self._direction(task))
                if task.sign * float(solution.values[task.cell]) >= need - 1e-5:
                    continue
                weights = self.movement.equation(solution.row_duals, task.cell)
                added += bool(len(weights) and self._cut_from(task, weights, down))
        return added

    def _separate_blocks(self, share: Floats, least: float) -> int:
        """Cuts from the equations of one family of areas at a time: small programs, cuts valid for the
        whole.
        """
        spread_all = np.minimum(1.0, share + least)
        spread_all[self.must] = 1.0
        return sum(self._separate_block(block, spread_all[block.cells]) for block in self.blocks)

    def _separate_block(self, block: _Block, spread: Floats) -> int:
        """Cuts from the equations of one family."""
        if block.clean is not None and np.array_equal(block.clean, spread):
            return 0
        added = 0
        for (need, floor, without), group in self._groups(block.tasks).items():
            down = self.room_down(floor)
            mirrored = self._mirrored(need, floor)
            lower, upper = -np.minimum(down[block.cells], need) * spread, need * spread
            own = [block.place[cell] for cell in without if cell in block.place]
            lower[own] = upper[own] = 0.0
            block.movement.allow(lower, upper)
            open_tasks = _one_way(group, mirrored)
            while open_tasks:
                task = open_tasks.pop()
                cost = np.zeros(len(block.cells))
                cost[block.place[task.cell]] = task.sign
                solution = block.movement.push(cost)
                if task.sign * float(solution.values[block.place[task.cell]]) >= need - 1e-5:
                    spread_out = np.zeros(len(self.cells))
                    spread_out[block.cells] = solution.values
                    open_tasks = _unmet(open_tasks, spread_out, need, mirrored)
                    continue
                weights = block.movement.equation(solution.row_duals, block.place[task.cell])
                if len(weights):
                    full = np.zeros(len(self.cells))
                    full[block.cells] = weights
                    added += self._cut_from(task, full, down)
        block.clean = spread if added == 0 else None
        return added

    def _families(self) -> Booleans:
        """Raise the bound by solving each family in whole numbers; returns the cells that these hide.

        The cost of a cell in several families is divided among them (Lagrangian decomposition), as the duals
        of the relaxation ask for; the sum over the families bounds the whole.
        """
        cuts = [*self.pool.values(), *((cells, weights, 0.0) for cells, weights in self.lonely)]
        matrix, needs = _stacked(cuts, len(self.cells))
        free = np.where(self.must, 0.0, 1.0)
        relaxed = Program(
            matrix, needs, np.full(len(cuts), INFINITY), 1.0 - free, np.ones(len(free)), self.cost * free
        ).solve()
        if relaxed.status != "optimal":
            raise SolverFailure(f"the relaxation ended with status {relaxed.status}")
        marks = np.zeros(len(self.cells), dtype=np.int64)
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
        rest = (self.cost - np.sum(claims, axis=0)) / np.maximum(marks, 1)
        bound = 0.0
        chosen = self.must.copy()
        for block, claim, rows in zip(self.blocks, claims, home, strict=True):
            share = (claim + rest)[block.cells]
            least, hidden = self._family(block, share, [cuts[number] for number in rows])
            bound += least
            chosen[block.cells] |= hidden
        self.bound = max(self.bound, bound)
        return chosen

    def _family(
        self, block: _Block, cost: Floats, local: list[tuple[Integers, Floats, float]]
    ) -> tuple[float, Booleans]:
        """Bound for one family with its share of the costs, and the cells it hides."""
        must = self.must[block.cells]
        bound = -math.inf
        hidden = must
        for _ in range(FAMILY_ROUNDS):
            matrix, needs = _stacked(local, len(self.cells))
            solution = Program(
                sparse.csr_matrix(matrix[:, block.cells]),
                needs,
                np.full(len(local), INFINITY),
                must.astype(np.float64),
                np.ones(len(must)),
                np.where(must, 0.0, cost),
                integer=np.ones(len(must), dtype=bool),
                max_nodes=FAMILY_NODES,
                relative_gap=1e-3,
            ).solve()
            if solution.status not in ("optimal", "limit"):
                raise SolverFailure(f"the bound of a family ended with status {solution.status}")
            bound = max(bound, solution.bound)
            if not len(solution.values):
                break
            before = len(self.pool)
            hidden = must | (solution.values > 0.5)
            self._separate_block(block, hidden.astype(np.float64))
            fresh = list(self.pool.values())[before:]
            if not fresh:
                break
            local.extend(fresh)
        return bound, hidden

    def _lonely(self, share: Floats) -> list[tuple[Integers, Floats]]:
        """Violated y_i <= Σ other y in an equation: a secondary cell alone in an equation is useless."""
        found: list[tuple[Integers, Floats]] = []
        for row in range(self.lines.shape[0]):
            cells = self.lines.indices[self.lines.indptr[row] : self.lines.indptr[row + 1]].astype(np.int64)
            amounts = np.where(self.must[cells], 1.0, share[cells])
            if self.must[cells].any():
                continue
            top = int(np.argmax(amounts))
            if amounts[top] > amounts.sum() - amounts[top] + 1e-4:
                weights = np.ones(len(cells))
                weights[top] = -1.0
                found.append((cells, weights))
        return found

    # ---- putting it together
    # ----------------------------------------------------------------------------------

    def solve(self, effort: Effort) -> None:
        """Set `hidden` and `bound`."""
        start = self.must.copy()
        if not self.failing(start, self.tasks, first_only=True):
            self.hidden, self.bound = start, 0.0
            return
        dear_first = sorted(self.tasks, key=lambda task: (-self.values[task.cell], task.cell, task.sign))
        huge, large = len(self.cells) > HUGE, len(self.cells) > LARGE
        if huge or (effort.starts > 1 and not large):
            begin = self.fill_lines(start) if huge else start
            self.hidden = self.give_back(self.complete(begin, self.cost, dear_first))
        if huge:
            return
        share = self._relax(effort.cut_rounds)
        for power in (1.0, 0.5)[: 1 if large else effort.starts]:
            weight = self.cost * np.maximum(0.0, 1.0 - share) ** power
            self._offer(self.give_back(self.complete(start, weight, dear_first)))
        if effort.starts > 1 and self.blocks and self.price(self.hidden) > self.bound * (1 + NEAR_ENOUGH):
            chosen = self._families()
            self._offer(self.give_back(self.complete(chosen, self.cost, dear_first)))
        if large or effort.starts < 2:
            return
        rounded = start | (share > 0.5)
        self._offer(self.give_back(self.complete(rounded, self.cost * (1.0 - share), dear_first)))
        if effort.exact_rounds and self.price(self.hidden) > self.bound + 1e-6:
            self._branch(effort, dear_first)

    def _offer(self, hidden: Booleans) -> None:
        if self.price(hidden) < self.price(self.hidden) - 1e-9:
            self.hidden = hidden

    def _master(
        self, extra: Sequence[tuple[Integers, Floats]], *, integer: bool, effort: Effort | None
    ) -> Program:
        rows = [*self.pool.values(), *((cells, weights, 0.0) for cells, weights in extra)]
        matrix, least = _stacked(rows, len(self.cells))
        return Program(
            matrix,
            least,
            np.full(len(rows), INFINITY),
            self.must.astype(np.float64),
            np.ones(len(self.cells)),
            np.where(self.must, 0.0, self.cost),
            integer=np.ones(len(self.cells), dtype=bool) if integer else None,
            max_nodes=effort.nodes if effort is not None else None,
        )

    def _relax(self, rounds: int) -> Floats:
        """Linear relaxation over cuts; sets the bound and returns the fractional pattern.

        First the cuts of single families, then, unless the cluster is very large, of all equations together.
        """
        self._line_cuts()
        self.blocks = _blocks(self)
        self.lonely = []
        share = self.must.astype(np.float64)
        program = self._master((), integer=False, effort=None)
        known = set(self.pool)
        by_blocks = bool(self.blocks)
        least = 0.05
        bounds: list[float] = []
        for _ in range(rounds):
            solution = program.solve()
            if solution.status != "optimal":
                raise SolverFailure(f"the relaxation ended with status {solution.status}")
            share = np.clip(solution.values, 0.0, 1.0)
            self.bound = max(self.bound, solution.objective)
            bounds.append(self.bound)
            if len(self.cells) > LARGE and len(bounds) > 3 and bounds[-1] < bounds[-4] * (1 + STALLED):
                break
            lonely = self._lonely(share)
            if by_blocks:
                self._separate_blocks(share, least)
            else:
                self._separate(share, least)
            fresh = [cut for key, cut in self.pool.items() if key not in known]
            known = set(self.pool)
            self.lonely.extend(lonely)
            if not fresh and not lonely:
                if least > 0.0:
                    least = 0.0 if least < 0.01 else least / 8
                elif by_blocks and len(self.cells) <= LARGE:
                    by_blocks, least = False, 0.0
                else:
                    break
                continue
            rows = [*fresh, *((cells, weights, 0.0) for cells, weights in lonely)]
            matrix, needs = _stacked(rows, len(self.cells))
            program.add_rows(matrix, needs, np.full(len(rows), INFINITY))
        return share

    def _branch(self, effort: Effort, order: Sequence[Task]) -> None:
        """Branch and bound over the cuts, again with the new cuts until the pattern survives."""
        for _ in range(effort.exact_rounds):
            program = self._master(self.lonely, integer=True, effort=effort)
            program.start_from(self.hidden.astype(np.float64))
            solution = program.solve()
            if solution.status not in ("optimal", "limit") or not len(solution.values):
                raise SolverFailure(f"branch and bound ended with status {solution.status}")
            self.bound = max(self.bound, min(solution.bound, self.price(self.hidden)))
            chosen = self.must | (solution.values > 0.5)
            stuck = self.failing(chosen, self.tasks)
            if not stuck:
                self._offer(chosen)
            else:
                self._offer(self.give_back(self.complete(chosen, self.cost, order)))
                before = len(self.pool)
                self._separate(chosen.astype(np.float64), 0.01)
                for task in stuck:
                    self._limits(chosen.astype(np.float64), task.need, task.floor, task.without, capped=False)
                    _, _, duals = self._push_one(task)
                    weights = self.movement.equation(duals, task.cell)
                    if len(weights):
                        self._cut_from(task, weights, self.room_down(task.floor))
                if len(self.pool) == before:
                    self.notes.append("branch and bound stopped: no further cut was found")
                    return
            if self.price(self.hidden) <= self.bound + 1e-6:
                return
            if solution.status == "limit" and not stuck:
                self.notes.append(f"branch and bound stopped after {effort.nodes} nodes, not proven optimal")
                return


@dataclass
class _Block:
    """The cells of one family (a code and the codes below it) with the equations among them."""

    cells: Integers
    place: dict[int, int]
    tasks: list[Task]
    movement: Movement
    clean: Floats | None = None


def _blocks(cluster: Cluster) -> list[_Block]:
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
        tasks = [task for task in cluster.tasks if inside[task.cell]]
        if not len(rows) or not tasks:
            continue
        place = {cell: index for index, cell in enumerate(cells.tolist())}
        found.append(_Block(cells, place, tasks, Movement(sparse.csr_matrix(lines[rows][:, cells]))))
    return found


def _stacked(rows: Sequence[tuple[Integers, Floats, float]], width: int) -> tuple[sparse.csr_matrix, Floats]:
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


class _Proof:
    """Movements that together meet all tasks of a pattern; updated while cells are published again.

    Works on the hidden cells only, one program per connected set. A stored movement that does not use a cell
    stays valid without it, so most questions are answered without solving anything.
    """

    KEPT = 60

    def __init__(self, cluster: Cluster, hidden: Booleans) -> None:
        self.cluster = cluster
        self.parts: list[_ProofPart] = []
        self.part_of: dict[int, _ProofPart] = {}
        for cells in clusters(cluster.equations, hidden):
            part = _ProofPart(cluster, cells)
            if part.groups:
                self.parts.append(part)
                for cell in cells.tolist():
                    self.part_of[cell] = part

    def survives_without(self, cell: int) -> bool:
        """Publish a cell if all tasks are still met; tells whether it was published."""
        part = self.part_of.get(cell)
        return part is None or part.survives_without(cell)


class _ProofPart:
    """One connected set of hidden cells."""

    def __init__(self, cluster: Cluster, cells: Integers) -> None:
        self.cluster = cluster
        self.cells = cells
        self.place = {cell: index for index, cell in enumerate(cells.tolist())}
        self.open = np.ones(len(cells), dtype=bool)
        self.equations = restrict(cluster.equations, cells)
        self.neighbours = sparse.csr_matrix((np.abs(self.equations) > 0).astype(np.int64))
        self.groups: list[tuple[float, float, tuple[int, ...], bool, Integers, Floats]] = []
        self.stored: list[list[Floats]] = []
        local = [task for task in cluster.tasks if task.cell in self.place]
        for (need, floor, without), group in cluster._groups(local).items():
            mirrored = cluster._mirrored(need, floor)
            ways = _one_way(group, mirrored)
            targets = np.array([self.place[task.cell] for task in ways], dtype=np.int64)
            signs = np.array([float(task.sign) for task in ways])
            self.groups.append((need, floor, without, mirrored, targets, signs))
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
        need, floor, without, mirrored, targets, signs = self.groups[number]
        kept = [
            movement for movement in self.stored[number] if closed is None or abs(movement[closed]) < SURE
        ]
        met = np.zeros(len(targets), dtype=bool)
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
        generator = np.random.default_rng(17)
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
                    if not self._reaches(int(targets[first]), way * float(signs[first]), need, down, share):
                        return False
                met[first] = True
                continue
            if joint and not (now & ~met).any():
                pushes = 12
            met |= now
            kept.append(movement)
        self.stored[number] = kept[-_Proof.KEPT :]
        return True

    def _reaches(self, target: int, sign: float, need: float, down: Floats, share: Floats) -> bool:
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


@dataclass(frozen=True)
class _Step:
    """A small movement: its cells and how far they move."""

    cells: Integers
    values: Floats


class _NearSearch:
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
        generator = np.random.default_rng(23)
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
            if cluster.price(self.open) > before * 0.995:
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
            if step is None or price > self.cluster.cost[cell] - 1e-6:
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
        cluster._limits(self.open.astype(np.float64), task.need, task.floor, task.without, capped=False)
        reach, values, _ = cluster._push_one(task)
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


def _one_way(tasks: Sequence[Task], mirrored: bool) -> list[Task]:
    """Where movements may be turned round, one task per cell is enough."""
    if not mirrored:
        return list(tasks)
    first: dict[int, Task] = {}
    for task in tasks:
        first.setdefault(task.cell, task)
    return list(first.values())


def _meets(tasks: Sequence[Task], movement: Floats, need: float, mirrored: bool) -> Booleans:
    """Which tasks a movement meets."""
    reach = movement[[task.cell for task in tasks]]
    reach = np.abs(reach) if mirrored else reach * np.array([task.sign for task in tasks])
    return np.asarray(reach >= need - SURE)


def _unmet(tasks: Sequence[Task], movement: Floats, need: float, mirrored: bool) -> list[Task]:
    if not tasks:
        return []
    return [task for task, met in zip(tasks, _meets(tasks, movement, need, mirrored), strict=True) if not met]


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
        for limits in (self.capped, self.open):
            lower, upper = self._zero.copy(), limits.copy()
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
