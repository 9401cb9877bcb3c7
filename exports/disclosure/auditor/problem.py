"""The equations among unknown cells, their connected sets, and what they prove in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from exports.disclosure.auditor.algebra import Row, RowSpace, combine, proves, row_space
from exports.disclosure.auditor.intervals import Component, Contradiction, implied_bounds
from exports.disclosure.auditor.knowledge import Knowledge
from exports.disclosure.declaration import DeclarationError
from exports.disclosure.solver import INFINITY, Program
from sources.foundation.told import Language, Told, figure

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """Unknown cells and the equations among them; `right` is what the known cells leave over."""

    columns: tuple[int, ...]
    rows: tuple[Row, ...]
    right: tuple[float, ...]
    sources: tuple[int, ...]  # per row the equation it came from


def problem_of(knowledge: Knowledge) -> Problem:
    """Restrict the equations to unknown cells; an equation of known cells that does not
    add up is an error.
    """
    unknown = [not knowledge.is_exact(cell) for cell in range(len(knowledge.keys))]
    rows: dict[tuple[tuple[int, int], ...], tuple[float, int]] = {}
    for position, (total, parts) in enumerate(knowledge.equations):
        row: Row = {}
        right = 0.0
        for cell, sign in ((total, 1), *((part, -1) for part in parts)):
            if unknown[cell]:
                row[cell] = row.get(cell, 0) + sign
            else:
                right -= sign * knowledge.low[cell]
        row = {cell: value for cell, value in row.items() if value}
        scale = max(1.0, abs(right))
        if not row:
            if abs(right) > 1e-6 * scale:
                raise DeclarationError(does_not_add_up(knowledge, total, parts))
            continue
        key = tuple(sorted(row.items()))
        known = rows.get(key)
        if known is None:
            rows[key] = (right, position)
        elif abs(known[0] - right) > 1e-6 * scale:
            raise DeclarationError(does_not_add_up(knowledge, total, parts))
    columns = tuple(cell for cell, is_unknown in enumerate(unknown) if is_unknown)
    ordered = sorted(rows.items(), key=lambda item: item[1][1])
    return Problem(
        columns,
        tuple(dict(key) for key, _ in ordered),
        tuple(right for _, (right, _) in ordered),
        tuple(position for _, (_, position) in ordered),
    )


def space_of(knowledge: Knowledge) -> RowSpace:
    """The row space of the equations among unknown cells."""
    problem = problem_of(knowledge)
    return row_space(problem.rows, problem.columns)


def contradicts(knowledge: Knowledge, columns: Sequence[int], error: Contradiction) -> Told:
    around = knowledge.name(columns[0])
    return Told(
        f"the published numbers around {around} contradict each other: {error}",
        f"die veröffentlichten Zahlen um {around} widersprechen sich: {error.told.de}",
    )


def does_not_add_up(knowledge: Knowledge, total: int, parts: Sequence[int]) -> Told:
    listed = ", ".join(knowledge.name(part) for part in parts[:8]) + (" …" if len(parts) > 8 else "")
    return Told(
        f"the equation {knowledge.name(total)} does not add up with its parts "
        f"{listed}; if the source rounds, declare rounded_to for the table",
        f"die Gleichung {knowledge.name(total)} geht mit ihren Teilen {listed} nicht auf; wenn die Quelle "
        "rundet, für die Tabelle rounded_to angeben",
    )


def split_of(problem: Problem, rows: Sequence[int]) -> list[tuple[list[int], list[int]]]:
    """Connected components as (columns, rows); columns without an equation are left out."""
    parent: dict[int, int] = {}

    def root(cell: int) -> int:
        while parent[cell] != cell:
            parent[cell] = parent[parent[cell]]
            cell = parent[cell]
        return cell

    for number in rows:
        first = None
        for cell in problem.rows[number]:
            parent.setdefault(cell, cell)
            if first is None:
                first = root(cell)
            else:
                parent[root(cell)] = first
    columns: dict[int, list[int]] = {}
    for cell in sorted(parent):
        columns.setdefault(root(cell), []).append(cell)
    members: dict[int, list[int]] = {label: [] for label in columns}
    for number in rows:
        members[root(next(iter(problem.rows[number])))].append(number)
    return [
        (columns[label], members[label]) for label in sorted(columns, key=lambda label: columns[label][0])
    ]


def derivation(knowledge: Knowledge, problem: Problem, component_rows: Sequence[int], *targets: int) -> Told:
    """The proof in words that a cell, or the sum of several, equals a combination of published numbers."""
    multipliers = _short_combination(problem, component_rows, targets)
    rows = [problem.rows[number] for number in component_rows]
    name = " + ".join(map(knowledge.name, targets))
    if multipliers is None or not proves(rows, multipliers, targets):
        multipliers = combine(rows, targets)
        if multipliers is None or not proves(rows, multipliers, targets):
            raise DeclarationError(
                Told(
                    f"{name} was found determined modulo two primes, but no proof came out; "
                    "treat the table as unsafe and report the declaration",
                    f"{name} ist modulo zweier Primzahlen bestimmt, aber kein Beweis kam heraus; die "
                    "Tabelle als unsicher behandeln und die Erklärung melden",
                )
            )
    terms: dict[int, Fraction] = {}
    for position, factor in multipliers.items():
        total, parts = knowledge.equations[problem.sources[component_rows[position]]]
        for cell, sign in ((total, 1), *((part, -1) for part in parts)):
            if knowledge.is_exact(cell):
                terms[cell] = terms.get(cell, Fraction(0)) - factor * sign
    used = {cell: factor for cell, factor in terms.items() if factor and knowledge.low[cell]}
    value = sum((factor * Fraction(knowledge.low[cell]) for cell, factor in used.items()), Fraction(0))

    def sum_of(language: Language) -> str:
        words = []
        for cell, factor in used.items():
            operator = "-" if factor < 0 else "+"
            times = "" if abs(factor) == 1 else f"{abs(factor)}·"
            number = figure(knowledge.low[cell], language)
            words.append(f"{operator} {times}{knowledge.name(cell, language)} [{number}]")
        whole = " + ".join(knowledge.name(target, language) for target in targets)
        text = " ".join(words).removeprefix("+ ") or "0"
        return f"{whole} = {text} = {figure(float(value), language)}"

    return Told(sum_of("en"), sum_of("de"))


def _short_combination(
    problem: Problem, component_rows: Sequence[int], targets: Sequence[int]
) -> dict[int, Fraction] | None:
    """Few rows that prove a determination: least sum of absolute multipliers, found by a linear program."""
    from scipy import sparse

    columns: dict[int, int] = {}
    entries: list[tuple[int, int, int]] = []
    for position, number in enumerate(component_rows):
        for cell, value in problem.rows[number].items():
            entries.append((columns.setdefault(cell, len(columns)), position, value))
    count = len(component_rows)
    if not columns.keys() >= set(targets):
        return None
    places = np.array([[place, position] for place, position, _ in entries])
    values = np.array([value for _, _, value in entries], dtype=np.float64)
    half = sparse.csr_matrix((values, (places[:, 0], places[:, 1])), shape=(len(columns), count))
    goal = np.zeros(len(columns))
    goal[[columns[target] for target in targets]] = 1.0
    both = sparse.csr_matrix(sparse.hstack([half, -half]))
    solution = Program(
        both, goal, goal, np.zeros(2 * count), np.full(2 * count, INFINITY), np.ones(2 * count)
    ).solve()
    if solution.status != "optimal":
        return None
    difference = solution.values[:count] - solution.values[count:]
    found = {
        position: Fraction(float(difference[position])).limit_denominator(720)
        for position in np.flatnonzero(np.abs(difference) > 1e-7).tolist()
    }
    return {position: factor for position, factor in found.items() if factor}


def any_table(
    knowledge: Knowledge, problem: Problem, columns: Sequence[int], members: Sequence[int]
) -> dict[int, float]:
    """One possible table of a connected set: determined cells and sums have their only value in it."""
    component = component_in(knowledge, problem, columns, members, 0.0)
    try:
        values = component.extreme(np.zeros(len(columns)))
    except Contradiction as error:
        raise DeclarationError(contradicts(knowledge, columns, error)) from None
    return dict(zip(columns, values.tolist(), strict=True))


def bounds_of(knowledge: Knowledge, columns: Sequence[int], floor: float) -> tuple[list[float], list[float]]:
    lower = [
        max(knowledge.low[cell], floor if knowledge.hidden[cell] and not knowledge.may_be_zero[cell] else 0.0)
        for cell in columns
    ]
    return lower, [min(knowledge.high[cell], INFINITY) for cell in columns]


def component_in(
    knowledge: Knowledge, problem: Problem, columns: Sequence[int], rows: Sequence[int], floor: float
) -> Component:
    lower, upper = bounds_of(knowledge, columns, floor)
    return Component(
        columns,
        [problem.rows[number] for number in rows],
        [problem.right[number] for number in rows],
        lower,
        upper,
    )


def component_of(knowledge: Knowledge, cell: int) -> Component | None:
    """The connected set of unknown cells around one of them, with non-negative values;
    None without equations.
    """
    problem = problem_of(knowledge)
    for columns, rows in split_of(problem, range(len(problem.rows))):
        if cell in columns:
            return component_in(knowledge, problem, columns, rows, 0.0)
    return None


def implied_by_sums(knowledge: Knowledge, problem: Problem, floor: float) -> tuple[Floats, Floats]:
    """Bounds of all unknown cells that follow from single equations, in the order of the columns."""
    everything = Component(
        problem.columns, problem.rows, problem.right, *bounds_of(knowledge, problem.columns, floor)
    )
    return implied_bounds(everything.matrix, everything.right, everything.lower, everything.upper)
