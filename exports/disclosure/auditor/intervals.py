"""Attack by linear programs: how low and how high can each unknown cell be, given everything that is known.

One program per connected set of equations, kept warm between questions. Every solution is a complete
possible table: it widens the seen range of all its cells at once, so most cells need no program of
their own. Solutions in whole numbers are checked exactly and serve as proofs for the integer attack and
as alternative tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import gt, lt

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from exports.disclosure.auditor.algebra import Row
from exports.disclosure.solver import INFINITY, Program, SolverFailure
from sources.foundation.exits import REFUSED
from sources.foundation.told import Told

Floats = npt.NDArray[np.float64]


SAMPLES = 40
"""Possible tables that are kept for comparison."""

NEAR = 200
"""Cells around one that are changed first when another table is looked for."""

TRIES = ((3, 1.0, 40.0), (3, 1.0, 40.0), (5, 2.0, 1000.0), (8, 4.0, 1000.0))
"""Searches around single cells: siblings per sum, how far cells may change, what changing an open cell pays.
"""

STILL = 1e-5
"""What moves by less does not move: tables of whole numbers have corners with small denominators."""


class Contradiction(ValueError):
    """No table fits what was published: the attacker's assumption or the published numbers are wrong."""

    exit_code = REFUSED

    def __init__(self, told: Told) -> None:
        self.told = told
        super().__init__(told)


_NONE_FITS = Told(
    "no table of non-negative values fits the published numbers",
    "keine Tabelle ohne negative Werte passt zu den veröffentlichten Zahlen",
)
NO_WHOLE_TABLE = Told("no table of whole numbers fits", "keine Tabelle ganzer Zahlen passt")


def implied_bounds(
    matrix: sparse.csr_matrix, right: Floats, lower: Floats, upper: Floats, sweeps: int = 30
) -> tuple[Floats, Floats]:
    """Bounds that follow from one equation after the other: what the other cells of it leave for a cell.

    Coefficients are whole numbers, so with whole bounds and right sides nothing is rounded.
    """
    low, high = lower.copy(), upper.copy()
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    cells, factors = matrix.indices, matrix.data
    for _ in range(sweeps):
        ends = factors * low[cells], factors * high[cells]
        least, most = np.minimum(*ends), np.maximum(*ends)
        before = low, high
        for outer, own, side in ((least, most, 1.0), (most, least, -1.0)):
            free = ~np.isfinite(outer)
            known = np.where(free, 0.0, outer)
            total = np.bincount(rows, known, matrix.shape[0])[rows] - known
            usable = np.bincount(rows, free, matrix.shape[0])[rows] - free == 0
            limit = np.where(usable, right[rows] - total, side * np.inf)
            limit = np.minimum(limit, own) if side > 0 else np.maximum(limit, own)
            bound = limit / factors
            is_high = (factors > 0) == (side > 0)
            high, low = high.copy(), low.copy()
            np.minimum.at(high, cells[is_high], bound[is_high])
            np.maximum.at(low, cells[~is_high], bound[~is_high])
        if np.array_equal(before[0], low) and np.array_equal(before[1], high):
            break
    return low, high


class Component:
    """One connected set of unknown cells: the polytope of all tables that fit, explored
    by linear programs.
    """

    def __init__(
        self,
        columns: Sequence[int],
        rows: Sequence[Row],
        right: Sequence[float],
        lower: Sequence[float],
        upper: Sequence[float],
    ) -> None:
        self.columns = tuple(columns)
        self._place = {column: index for index, column in enumerate(columns)}
        indices, data, pointer = [], [], [0]
        for row in rows:
            for column, value in sorted(row.items()):
                indices.append(self._place[column])
                data.append(value)
            pointer.append(len(indices))
        self.matrix = sparse.csr_matrix(
            (np.array(data, dtype=np.float64), np.array(indices, dtype=np.int64), np.array(pointer)),
            shape=(len(rows), len(columns)),
        )
        self.right = np.array(right, dtype=np.float64)
        self.lower = np.array(lower, dtype=np.float64)
        self.upper = np.array(upper, dtype=np.float64)
        self._program: Program | None = None
        size = len(columns)
        self._cost = np.zeros(size)
        self.low = np.full(size, np.inf)
        self.high = np.full(size, -np.inf)
        self.whole_low = np.full(size, np.inf)
        self.whole_high = np.full(size, -np.inf)
        self.least, self.most = self.lower.copy(), self.upper.copy()
        self._table: Floats | None = None
        self.programs = 0
        self.samples: list[Floats] = []

    def __len__(self) -> int:
        return len(self.columns)

    def _model(self) -> Program:
        if self._program is None:
            self._program = Program(
                self.matrix, self.right, self.right, self.lower, self.upper, self._cost, primal_simplex=True
            )
        return self._program

    def extreme(self, cost: Floats) -> Floats:
        """The table that minimises cost; raises Contradiction when no table fits."""
        changed = np.flatnonzero(cost != self._cost)
        program = self._model()
        if len(changed):
            program.set_cost(changed, cost[changed])
            self._cost = cost.copy()
        self.programs += 1
        solution = program.solve()
        if solution.status == "infeasible":
            raise Contradiction(_NONE_FITS)
        if solution.status != "optimal":
            return self._unbounded(cost)
        self._see(solution.values)
        return solution.values

    def _unbounded(self, cost: Floats) -> Floats:
        """An unbounded direction is room without end; a far but finite bound shows it."""
        far = 1e6 + 10 * float(np.abs(self.right).max(initial=0.0))
        solution = Program(
            self.matrix, self.right, self.right, self.lower, np.minimum(self.upper, far), cost
        ).solve()
        if solution.status == "infeasible":
            raise Contradiction(_NONE_FITS)
        if solution.status != "optimal":
            raise SolverFailure(f"the interval attack ended with status {solution.status}")
        self._see(solution.values)
        return solution.values

    def _see(self, values: Floats) -> None:
        """Widen the seen ranges by a solution, after checking that it is one."""
        scale = max(1.0, float(np.abs(values).max(initial=1.0)))
        if len(self.right) and float(np.abs(self.matrix @ values - self.right).max()) > 1e-6 * scale:
            raise SolverFailure("a solution of the interval attack does not satisfy its equations")
        np.minimum(self.low, values, out=self.low)
        np.maximum(self.high, values, out=self.high)
        if len(self.samples) < SAMPLES:
            self.samples.append(values)
        whole = np.round(values)
        if float(np.abs(whole - values).max(initial=0.0)) < 1e-6:
            self.see_whole(whole)

    def see_whole(self, table: Floats) -> bool:
        """Accept a table of whole numbers if it satisfies every equation and bound exactly."""
        exact = np.array_equal(self.matrix @ table, self.right)
        if not exact or np.any(table < self.lower) or np.any(table > self.upper):
            return False
        if self._table is None:
            self._table = table
        np.minimum(self.low, table, out=self.low)
        np.maximum(self.high, table, out=self.high)
        np.minimum(self.whole_low, table, out=self.whole_low)
        np.maximum(self.whole_high, table, out=self.whole_high)
        return True

    def explore(self, wanted: npt.NDArray[np.bool_], width: float, rounds: int = 12) -> None:
        """Random directions over the cells still seen too narrow; stops when a round settles little."""
        generator = np.random.default_rng(7)
        for _ in range(rounds):
            open_cells = wanted & ~(self.high - self.low >= width - 1e-7)
            if not open_cells.any():
                return
            count = int(open_cells.sum())
            cost = np.zeros(len(self))
            cost[open_cells] = generator.choice((-1.0, 1.0), size=count) * generator.uniform(
                0.5, 1.0, size=count
            )
            self.extreme(cost)
            self.extreme(-cost)
            left = int((wanted & ~(self.high - self.low >= width - 1e-7)).sum())
            if count - left <= 2:
                return

    def vary(self, wanted: npt.NDArray[np.bool_], reach: float, reward: float, rounds: int = 60) -> None:
        """Show two whole values of many wanted cells at once, by changes of at most `reach` of one table.

        A program pays 1 per change and gets up to `reward` for changing cells with one value so far. What it
        changes falls apart into connected sets; each set in whole numbers is a change by itself.
        """
        if not (wanted & self.one_value()).any():
            return
        table = self.known_table()
        size = len(self)
        zeros = np.zeros(self.matrix.shape[0])
        program = Program(
            sparse.csr_matrix(sparse.hstack([self.matrix, -self.matrix])),
            zeros,
            zeros,
            np.zeros(2 * size),
            np.concatenate([np.minimum(self.upper - table, reach), np.minimum(table - self.lower, reach)]),
            np.ones(2 * size),
        )
        columns = np.arange(2 * size)
        generator = np.random.default_rng(5)
        for _ in range(rounds):
            rest = wanted & self.one_value()
            pay = np.where(rest, generator.uniform(0.1, 1.0, size) * reward, 0.0) * generator.choice(
                (-1.0, 1.0), size
            )
            program.set_cost(columns, np.concatenate([1.0 - pay, 1.0 + pay]))
            self.programs += 1
            solution = program.solve()
            if solution.status != "optimal":
                raise SolverFailure(f"the search for other tables ended with status {solution.status}")
            self.see_whole(table + self._whole_part(solution.values[:size] - solution.values[size:]))
            before, left = int(rest.sum()), int((wanted & self.one_value()).sum())
            if left == 0 or before - left <= before // 200:
                return

    def known_table(self) -> Floats:
        """A table of whole numbers that fits: one seen before, else one found now; raises Contradiction."""
        table = self._table if self._table is not None else self.whole_table(0, -INFINITY, INFINITY)
        if table is None:
            raise Contradiction(NO_WHOLE_TABLE)
        return table

    def vary_around(
        self, wanted: npt.NDArray[np.bool_], around: Callable[[int, int, np.random.Generator], list[int]]
    ) -> None:
        """The same as `vary` in sets too large for one program: a small one around one wanted cell after the
        other, in which all other cells stay as they are.

        `around` gives the columns around one of them, with so many siblings, drawn by a generator.
        """
        table = self.known_table()
        by_column = sparse.csc_matrix(self.matrix)
        generator = np.random.default_rng(5)
        for beside, reach, reward in TRIES:
            tried = np.zeros(len(self), dtype=bool)
            while (left := np.flatnonzero(wanted & self.one_value() & ~tried)).size:
                seed = int(left[generator.integers(left.size)])
                tried[seed] = True
                near = around(self.columns[seed], beside, generator)
                cells = np.array([self._place[one] for one in near if one in self._place], dtype=np.int64)
                rows = np.unique(by_column[:, cells].indices)
                local = sparse.csr_matrix(self.matrix[rows][:, cells])
                pay = np.where(
                    (wanted & self.one_value())[cells], generator.uniform(0.1, 1.0, len(cells)), 0.0
                ) * generator.choice((-1.0, 1.0), len(cells))
                # a cell at a bound can leave it in one direction only
                free_up, free_down = self.upper[cells] > table[cells], self.lower[cells] < table[cells]
                pay = reward * np.where(free_up & free_down, pay, np.where(free_up, abs(pay), -abs(pay)))
                solution = Program(
                    sparse.csr_matrix(sparse.hstack([local, -local])),
                    np.zeros(len(rows)),
                    np.zeros(len(rows)),
                    np.zeros(2 * len(cells)),
                    np.concatenate(
                        [
                            np.minimum(self.upper[cells] - table[cells], reach),
                            np.minimum(table[cells] - self.lower[cells], reach),
                        ]
                    ),
                    np.concatenate([1.0 - pay, 1.0 + pay]),
                ).solve()
                self.programs += 1
                if solution.status != "optimal":
                    raise SolverFailure(f"the search for other tables ended with status {solution.status}")
                change = np.zeros(len(self))
                change[cells] = solution.values[: len(cells)] - solution.values[len(cells) :]
                self.see_whole(table + self._whole_part(change))

    def one_value(self) -> npt.NDArray[np.bool_]:
        """Cells of which no two whole values were seen."""
        return np.asarray(~(self.whole_high - self.whole_low >= 1))

    def _whole_part(self, change: Floats) -> Floats:
        """The connected sets of a change that are in whole numbers."""
        moved = np.flatnonzero(np.abs(change) > 1e-7)
        part = np.zeros(len(change))
        if not len(moved):
            return part
        touching = abs(sparse.csc_matrix(self.matrix)[:, moved])
        count, label = connected_components(touching.T @ touching, directed=False)
        whole = np.round(change[moved])
        broken = np.zeros(count, dtype=bool)
        broken[label[np.abs(whole - change[moved]) > 1e-6]] = True
        part[moved] = np.where(broken[label], 0.0, whole)
        return part

    def stuck(self) -> dict[int, float]:
        """Cells that lie at the same bound in every table that fits (position -> value in whole numbers).

        All cells not seen to leave a bound are pushed away from it together: what moves is struck off, and
        when nothing moves the sum bounds each of them.
        """
        found: dict[int, float] = {}
        for side, bound in ((1.0, self.lower), (-1.0, self.upper)):
            rest = np.isfinite(bound) & (bound > -INFINITY) & (bound < INFINITY)
            while True:
                seen = self.high if side > 0 else self.low
                rest &= ~(side * (seen - bound) > STILL)
                if not rest.any():
                    break
                table = self.extreme(np.where(rest, -side, 0.0))
                room = side * (table - bound)[rest]
                if float(room.sum()) <= STILL:
                    found.update((index, float(bound[index])) for index in np.flatnonzero(rest).tolist())
                    break
                if not np.any(room > STILL):
                    break
        return found

    def below(self, wanted: npt.NDArray[np.bool_], limit: float) -> list[int]:
        """Wanted cells (positions) that are below a limit in every table."""
        generator = np.random.default_rng(13)
        while True:
            rest = wanted & ~(self.high >= limit - 1e-6) & (self.most >= limit - 1e-6)
            before = int(rest.sum())
            if before < 4:
                break
            self.extreme(np.where(rest, -generator.uniform(0.5, 1.0, len(self)), 0.0))
            if before - int((rest & ~(self.high >= limit - 1e-6)).sum()) <= 2:
                break
        return [
            index
            for index in np.flatnonzero(wanted).tolist()
            if self.most[index] < limit - 1e-6
            or (self.high[index] < limit - 1e-6 and self.interval(index, low=False)[1] < limit - 1e-6)
        ]

    def interval(self, index: int, *, low: bool = True, high: bool = True) -> tuple[float, float]:
        """The exact interval of one cell (by position); also widens what is seen of the others."""
        cost = np.zeros(len(self))
        least, most = float(self.low[index]), float(self.high[index])
        if low and not least <= self.least[index] + 1e-7:
            cost[index] = 1.0
            least = float(self.extreme(cost)[index])
        if high and not most >= self.most[index] - 1e-7:
            cost[index] = -1.0
            most = float(self.extreme(cost)[index])
        return least, most

    def table_nearby(self, index: int, lower: float, upper: float) -> bool:
        """Whether a table of whole numbers with the cell between lower and upper came out by changing a known
        one in the cells around it only.
        """
        if self._table is None:
            return False
        near = np.zeros(len(self), dtype=bool)
        near[index] = True
        touching = abs(self.matrix)
        while near.sum() < NEAR:
            grown = np.asarray(touching.T @ (touching @ near)) > 0
            if np.array_equal(grown, near):
                break
            near = grown
        cells = np.flatnonzero(near)
        rows = np.flatnonzero(touching @ near)
        local = sparse.csr_matrix(self.matrix[rows][:, cells])
        low, high = self.lower[cells].copy(), self.upper[cells].copy()
        place = int(np.searchsorted(cells, index))
        low[place], high[place] = max(low[place], lower), min(high[place], upper)
        if low[place] > high[place]:
            return False
        right = local @ self._table[cells]
        solution = Program(
            local,
            right,
            right,
            np.ceil(low - 1e-9),
            np.where(np.isinf(high), INFINITY, np.floor(high + 1e-9)),
            np.zeros(len(cells)),
            integer=np.ones(len(cells), dtype=bool),
            max_nodes=50,
        ).solve()
        if solution.status == "infeasible" or not len(solution.values):
            return False
        table = self._table.copy()
        table[cells] = np.round(solution.values)
        self.programs += 1
        return bool(lower <= table[index] <= upper) and self.see_whole(table)

    def whole_tables(self, most: int, steps: int) -> list[Floats] | None:
        """All tables of whole numbers that fit; None when they are more than `most` or take more `steps`.

        One cell after the other takes every value that its equations and the bounds of the others leave.
        """
        low = np.ceil(np.maximum(self.lower, self.low) - 1e-6)
        high = np.floor(np.minimum(self.upper, self.high) + 1e-6)
        if not np.all(np.isfinite(low) & np.isfinite(high)) or np.any(high - low > most):
            return None
        by_column = sparse.csc_matrix(self.matrix)
        cells: list[tuple[int, range, list[tuple[int, float, float, float]]]] = []
        for index in np.argsort(high - low, kind="stable").tolist():
            entries = slice(by_column.indptr[index], by_column.indptr[index + 1])
            values = range(int(low[index]), int(high[index]) + 1)
            rows, factors = by_column.indices[entries].tolist(), by_column.data[entries].tolist()
            ends = float(low[index]), float(high[index])
            lines = [
                (row, factor, min(factor * end for end in ends), max(factor * end for end in ends))
                for row, factor in zip(rows, factors, strict=True)
            ]
            cells.append((index, values, lines))
        # what the cells of each equation give at least and at most, those placed counted with their value
        least, most_of = [0.0] * len(self.right), [0.0] * len(self.right)
        for _, _, lines in cells:
            for row, _, own_least, own_most in lines:
                least[row] += own_least
                most_of[row] += own_most
        floor, ceiling = (self.right - 1e-6).tolist(), (self.right + 1e-6).tolist()
        if any(map(gt, least, ceiling)) or any(map(lt, most_of, floor)):
            return []
        found: list[Floats] = []
        table = low.copy()
        trials = 0

        def place(depth: int) -> bool:
            nonlocal trials
            if depth == len(cells):
                found.append(table.copy())
                return len(found) <= most
            index, values, lines = cells[depth]
            before = [(least[row], most_of[row]) for row, *_ in lines]
            for value in values:
                trials += 1
                if trials > steps:
                    return False
                fits = True
                for (row, factor, own_least, own_most), (below, above) in zip(lines, before, strict=True):
                    least[row] = below - own_least + factor * value
                    most_of[row] = above - own_most + factor * value
                    fits = fits and least[row] <= ceiling[row] and most_of[row] >= floor[row]
                if not fits:
                    continue
                table[index] = value
                if not place(depth + 1):
                    return False
            for (row, *_), (below, above) in zip(lines, before, strict=True):
                least[row], most_of[row] = below, above
            return True

        return found if place(0) else None

    def whole_table(self, index: int, lower: float, upper: float) -> Floats | None:
        """A table of whole numbers with the cell between lower and upper; None when there is none."""
        low, high = self.lower.copy(), self.upper.copy()
        low[index], high[index] = max(low[index], lower), min(high[index], upper)
        if low[index] > high[index]:
            return None
        cost = np.zeros(len(self))
        program = Program(
            self.matrix,
            self.right,
            self.right,
            np.ceil(low - 1e-9),
            np.where(np.isinf(high), INFINITY, np.floor(high + 1e-9)),
            cost,
            integer=np.ones(len(self), dtype=bool),
        )
        solution = program.solve()
        if solution.status == "infeasible":
            return None
        if solution.status != "optimal":
            raise SolverFailure(f"the integer attack ended with status {solution.status}")
        table = np.round(solution.values)
        if not self.see_whole(table):
            raise SolverFailure("a table of the integer attack does not satisfy its equations")
        return table
