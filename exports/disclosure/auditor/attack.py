"""The attacks, one after the other, and what they found.

exact     the equations alone (nothing known about the values)
interval  values are not negative (K1): a hidden cell must keep room of `width`
integer   whole numbers, and hidden cells are at least 1, since zeros are shown (K2)
whole     whole numbers alone, where nobody asks for K2
positive  amounts instead of counts: the same, knowing that a hidden amount is at least the smallest unit (K2)
insider   a single contributor knows the own cell (K4)
unions    sums of hidden cells that can be computed: are they below the minimum, or dominated?
minimality  tables for which the planner, whatever its secret, would have hidden something else are excluded
noise     every value carries bounded noise: what true values still fit

A level stands in the result only if it was tried. Earlier releases and other publishers' tables (K5) are
tables of the same declaration, so every attack uses them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from exports.disclosure.auditor.algebra import Row, RowSpace, combine, proves, row_space
from exports.disclosure.auditor.intervals import NO_WHOLE_TABLE, Component, Contradiction, implied_bounds
from exports.disclosure.auditor.knowledge import Knowledge
from exports.disclosure.auditor.relatives import Relatives
from exports.disclosure.auditor.unions import Insight, candidates
from exports.disclosure.declaration import DeclarationError, Safety
from exports.disclosure.solver import INFINITY, Program
from sources.foundation.told import Language, Told, figure

Floats = npt.NDArray[np.float64]

LISTED_CELLS, LISTED_TABLES, LISTED_STEPS = 40, 500, 20_000
"""Connected sets up to this size are tried by listing all tables that fit them."""

WIDE = 5_000
"""Noise in larger connected sets is attacked around single cells: one program over all takes hours."""

SEARCHES = ((1.0, 40.0), (4.0, 1000.0))
"""Searches for tables around a known one: how far cells may change, and what changing an open one pays."""


@dataclass(frozen=True)
class Finding:
    """One broken cell: which attack broke it, what it proves (low..high), and the derivation in words of
    both languages.
    """

    attack: str
    cell: tuple[str, ...]
    name: str
    low: float
    high: float
    derivation: Told
    witness: tuple[str, ...] | None = None
    parts: tuple[tuple[str, ...], ...] = ()
    owned: tuple[tuple[str, ...], ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Plain data for the report."""
        return {
            "attack": self.attack,
            "cell": list(self.cell),
            "name": self.name,
            "low": self.low,
            "high": None if math.isinf(self.high) else self.high,
            "derivation": self.derivation,
            **({"insider": list(self.witness)} if self.witness else {}),
            **({"union_of": [list(part) for part in self.parts]} if self.parts else {}),
        }


@dataclass
class Result:
    """Outcome of all attacks on one set of published tables.

    `listed` of `sets` connected sets with hidden cells were small enough to list all their tables.
    """

    cells: int = 0
    hidden: int = 0
    unpublished: int = 0
    equations: int = 0
    components: int = 0
    programs: int = 0
    levels: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    provably_small: int | None = None
    provably_small_names: list[str] = field(default_factory=list)
    undone_noise: list[str] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    asked: tuple[str, ...] = ()
    given_away: int = 0
    listed: int = 0
    sets: int = 0

    @property
    def untried(self) -> tuple[str, ...]:
        """Attacker levels that the declaration asks for and that were not tried on these files."""
        return tuple(level for level in self.asked if level not in self.tried)

    @property
    def passed(self) -> bool:
        """Everything that the declaration asks for was tried, and nothing was broken."""
        return not self.findings and not self.untried


@dataclass(frozen=True)
class _Problem:
    """Unknown cells and the equations among them; `right` is what the known cells leave over."""

    columns: tuple[int, ...]
    rows: tuple[Row, ...]
    right: tuple[float, ...]
    sources: tuple[int, ...]  # per row the equation it came from


def _problem(knowledge: Knowledge) -> _Problem:
    """Restrict the equations to unknown cells; an equation of known cells that does not add up is an
    error.
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
                raise DeclarationError(_does_not_add_up(knowledge, total, parts))
            continue
        key = tuple(sorted(row.items()))
        known = rows.get(key)
        if known is None:
            rows[key] = (right, position)
        elif abs(known[0] - right) > 1e-6 * scale:
            raise DeclarationError(_does_not_add_up(knowledge, total, parts))
    columns = tuple(cell for cell, is_unknown in enumerate(unknown) if is_unknown)
    ordered = sorted(rows.items(), key=lambda item: item[1][1])
    return _Problem(
        columns,
        tuple(dict(key) for key, _ in ordered),
        tuple(right for _, (right, _) in ordered),
        tuple(position for _, (_, position) in ordered),
    )


def space_of(knowledge: Knowledge) -> RowSpace:
    """The row space of the equations among unknown cells."""
    problem = _problem(knowledge)
    return row_space(problem.rows, problem.columns)


def _contradicts(knowledge: Knowledge, columns: Sequence[int], error: Contradiction) -> Told:
    around = knowledge.name(columns[0])
    return Told(
        f"the published numbers around {around} contradict each other: {error}",
        f"die veröffentlichten Zahlen um {around} widersprechen sich: {error.told.de}",
    )


def _does_not_add_up(knowledge: Knowledge, total: int, parts: Sequence[int]) -> Told:
    listed = ", ".join(knowledge.name(part) for part in parts[:8]) + (" …" if len(parts) > 8 else "")
    return Told(
        f"the equation {knowledge.name(total)} does not add up with its parts "
        f"{listed}; if the source rounds, declare rounded_to for the table",
        f"die Gleichung {knowledge.name(total)} geht mit ihren Teilen {listed} nicht auf; wenn die Quelle "
        "rundet, für die Tabelle rounded_to angeben",
    )


def _split(problem: _Problem, rows: Sequence[int]) -> list[tuple[list[int], list[int]]]:
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


def derivation(knowledge: Knowledge, problem: _Problem, component_rows: Sequence[int], *targets: int) -> Told:
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
    problem: _Problem, component_rows: Sequence[int], targets: Sequence[int]
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


def attack(
    knowledge: Knowledge,
    safety: Safety,
    *,
    truth: Mapping[tuple[str, ...], float] | None = None,
    protected: Mapping[tuple[str, ...], tuple[float, float]] | None = None,
    insight: Insight | None = None,
    derived: bool = True,
) -> Result:
    """Run every attack that the declaration asks to withstand.

    `truth` (true values) and `protected` (cell -> room needed below and above its true value) are optional
    inside knowledge: with them the room is checked on both sides of the true value, without them its width.
    `insight` tells the contributors of amounts; without it nobody can try who among them learns what.
    Without `derived` determined cells come without their derivation.
    """
    if knowledge.noisy:
        return _attack_noise(knowledge, safety, truth)
    problem = _problem(knowledge)
    result = Result(
        cells=len(knowledge.keys),
        hidden=sum(knowledge.hidden),
        equations=len(knowledge.equations),
        unpublished=sum(
            shown is None and not hidden
            for shown, hidden in zip(knowledge.shown, knowledge.hidden, strict=True)
        ),
        asked=_asked(safety),
    )
    space = row_space(problem.rows, problem.columns)
    broken: set[int] = set()
    for columns, members in _split(problem, range(len(problem.rows))):
        inside = [cell for cell in columns if cell in space.determined]
        if not inside:
            continue
        table = _any_table(knowledge, problem, columns, members)
        for cell in inside:
            value = round(table[cell], 6)
            if not _matters(knowledge, safety, cell, value, value):
                continue
            broken.add(cell)
            words = derivation(knowledge, problem, members, cell) if derived else Told("", "")
            result.findings.append(_finding("exact", knowledge, cell, value, value, words))
    _level(result, "exact", broken)

    split = _split(problem, space.independent)
    result.components = len(split)
    if "K1" in safety.withstand:
        found = _attack_intervals(
            knowledge, safety, problem, split, broken, result, truth=truth, protected=protected
        )
        _level(result, "interval", found)
        result.tried.add("K1")
        broken |= found
    if protected is not None:
        return result
    if safety.whole_numbers and {"K2", "K3", "K4"} & set(safety.withstand):
        broken |= _attack_integers(knowledge, safety, problem, split, broken, result, space)
    elif not safety.whole_numbers:
        broken |= _attack_amounts(knowledge, safety, problem, split, broken, result, space, insight)
    _attack_unions(knowledge, safety, problem, split, broken, result, space, insight)
    if safety.whole_numbers and safety.minimum_frequency is not None:
        _attack_minimality(knowledge, safety, problem, split, broken, result)
    return result


def _floor(safety: Safety) -> float:
    """What a hidden count is at least for the attacker who is asked for: 1 where zeros are printed (K2)."""
    return 1.0 if safety.zeros == "publish" and {"K2", "K3"} & set(safety.withstand) else 0.0


def _asked(safety: Safety) -> tuple[str, ...]:
    """The levels that an attack on one set of files can try; K5 is the choice of files."""
    return tuple(level for level in safety.withstand if level != "K5")


def _level(result: Result, name: str, found: set[int]) -> None:
    result.levels[name] = f"{len(found)} broken" if found else "passed"


def _finding(
    attack_name: str,
    knowledge: Knowledge,
    cell: int,
    low: float,
    high: float,
    words: Told,
    witness: tuple[str, ...] | None = None,
) -> Finding:
    return Finding(attack_name, knowledge.keys[cell], knowledge.name(cell), low, high, words, witness)


def _any_table(
    knowledge: Knowledge, problem: _Problem, columns: Sequence[int], members: Sequence[int]
) -> dict[int, float]:
    """One possible table of a connected set: determined cells and sums have their only value in it."""
    component = _component(knowledge, problem, columns, members, 0.0)
    try:
        values = component.extreme(np.zeros(len(columns)))
    except Contradiction as error:
        raise DeclarationError(_contradicts(knowledge, columns, error)) from None
    return dict(zip(columns, values.tolist(), strict=True))


def _matters(knowledge: Knowledge, safety: Safety, cell: int, low: float, high: float) -> bool:
    """Whether knowing that a cell lies in low..high discloses something.

    A cell printed as hidden must not be determined at all. A cell that nobody printed discloses only when it
    may be small. Zeros disclose nothing where zeros are shown.
    """
    if safety.zeros == "publish" and high < 1e-6:
        return knowledge.hidden[cell]
    if knowledge.hidden[cell] and high - low < 1e-6:
        return True
    if not knowledge.hidden[cell] and (safety.unpublished == "ignore" or knowledge.shown[cell] is not None):
        return False
    return safety.minimum_frequency is None or low < safety.minimum_frequency - 1e-6


def _bounds(knowledge: Knowledge, columns: Sequence[int], floor: float) -> tuple[list[float], list[float]]:
    lower = [
        max(knowledge.low[cell], floor if knowledge.hidden[cell] and not knowledge.may_be_zero[cell] else 0.0)
        for cell in columns
    ]
    return lower, [min(knowledge.high[cell], INFINITY) for cell in columns]


def _component(
    knowledge: Knowledge, problem: _Problem, columns: Sequence[int], rows: Sequence[int], floor: float
) -> Component:
    lower, upper = _bounds(knowledge, columns, floor)
    return Component(
        columns,
        [problem.rows[number] for number in rows],
        [problem.right[number] for number in rows],
        lower,
        upper,
    )


def component_of(knowledge: Knowledge, cell: int) -> Component | None:
    """The connected set of unknown cells around one of them, with non-negative values; None without
    equations.
    """
    problem = _problem(knowledge)
    for columns, rows in _split(problem, range(len(problem.rows))):
        if cell in columns:
            return _component(knowledge, problem, columns, rows, 0.0)
    return None


def _attack_intervals(
    knowledge: Knowledge,
    safety: Safety,
    problem: _Problem,
    split: Sequence[tuple[list[int], list[int]]],
    broken: set[int],
    result: Result,
    *,
    truth: Mapping[tuple[str, ...], float] | None = None,
    protected: Mapping[tuple[str, ...], tuple[float, float]] | None = None,
    floor: float = 0.0,
    width: float | None = None,
    level: str = "interval",
) -> set[int]:
    found: set[int] = set()
    width = safety.width if width is None else width
    for columns, rows in split:
        component = _component(knowledge, problem, columns, rows, floor)
        wanted = np.array(
            [
                cell not in broken and (knowledge.hidden[cell] or safety.unpublished == "protect")
                for cell in columns
            ]
        )
        if truth is not None:
            _offer_truth(component, knowledge, truth)
        try:
            component.explore(wanted, 2 * width if protected else width)
            for index in np.flatnonzero(wanted).tolist():
                cell = columns[index]
                need = protected.get(knowledge.keys[cell]) if protected is not None else None
                if need is not None and truth is not None:
                    value = truth[knowledge.keys[cell]]
                    below, above = value - need[0], value + need[1]
                    low, high = component.interval(
                        index,
                        low=component.low[index] > below + 1e-7,
                        high=component.high[index] < above - 1e-7,
                    )
                    if low <= below + 1e-6 and high >= above - 1e-6:
                        continue
                else:
                    if component.high[index] - component.low[index] >= width - 1e-7:
                        continue
                    low, high = component.interval(index)
                    if high - low >= width - 1e-6 or not _matters(knowledge, safety, cell, low, high):
                        continue
                found.add(cell)
                result.findings.append(
                    _finding(
                        level,
                        knowledge,
                        cell,
                        low,
                        high,
                        Told(
                            f"{knowledge.name(cell)} lies between {low:g} and {high:g}, because "
                            f"{f'no hidden value is below {floor:g}' if floor else 'no value is negative'} "
                            "and the sums must add up",
                            f"{knowledge.name(cell, 'de')} liegt zwischen {figure(low, 'de')} und "
                            f"{figure(high, 'de')}, weil "
                            + (
                                f"kein gesperrter Wert unter {figure(floor, 'de')} liegt"
                                if floor
                                else "kein Wert negativ ist"
                            )
                            + " und die Summen aufgehen müssen",
                        ),
                    )
                )
        except Contradiction as error:
            raise DeclarationError(_contradicts(knowledge, columns, error)) from None
        result.programs += component.programs
    return found


def _offer_truth(component: Component, knowledge: Knowledge, truth: Mapping[tuple[str, ...], float]) -> None:
    """The true table is one more possible table; taken in only if it fits."""
    values = [truth.get(knowledge.keys[cell]) for cell in component.columns]
    if all(value is not None for value in values):
        component.see_whole(np.array(values, dtype=np.float64))


def _attack_integers(
    knowledge: Knowledge,
    safety: Safety,
    problem: _Problem,
    split: Sequence[tuple[list[int], list[int]]],
    broken: set[int],
    result: Result,
    space: RowSpace,
) -> set[int]:
    """Whole numbers, hidden cells at least 1 where zeros are shown; and what an insider adds to that."""
    floor = _floor(safety)
    level = "integer" if floor else "whole"
    threshold = safety.minimum_frequency if floor or "K3" in safety.withstand else None
    found: set[int] = set()
    insiders: set[int] = set()
    small: list[int] = []
    tied_by_cell = {cell: group for group in space.tied for cell in group}
    known = Told(
        "whole numbers, hidden cells of at least 1" if floor else "whole numbers",
        "zu ganzen Zahlen, zu gesperrten Feldern von mindestens 1" if floor else "zu ganzen Zahlen",
    )
    least, most = _implied_bounds(knowledge, problem, floor)
    position = {cell: place for place, cell in enumerate(problem.columns)}
    for columns, rows in split:
        component = _component(knowledge, problem, columns, rows, floor)
        wanted = {
            cell
            for cell in columns
            if cell not in broken and (knowledge.hidden[cell] or safety.unpublished == "protect")
        }
        single: dict[int, float] = {}
        try:
            component.explore(np.array([cell in wanted for cell in columns]), 1.0)
            fixed, parts = _fix_what_cannot_move(component, problem, rows)
            single.update((cell, value) for cell, value in fixed.items() if cell in wanted)
            for part in parts:
                inside = np.array([cell in wanted for cell in part.columns])
                places = [position[cell] for cell in part.columns]
                part.least, part.most = least[places], most[places]
                part.explore(inside, 1.0)
                for reach, reward in SEARCHES:
                    part.vary(inside, reach, reward)
                for index in np.flatnonzero(inside).tolist():
                    if _is_single(part, index):
                        single[part.columns[index]] = float(part.whole_low[index])
                if threshold is not None:
                    hidden = np.array([knowledge.hidden[cell] for cell in part.columns])
                    small.extend(part.columns[index] for index in part.below(hidden, threshold))
                component.programs += part.programs
        except Contradiction as error:
            raise DeclarationError(
                Told(
                    f"hidden cells around {knowledge.name(columns[0])} cannot all be at least 1: {error}; "
                    "if zeros are hidden too, the declaration must say zeros: protect",
                    f"gesperrte Felder um {knowledge.name(columns[0])} können nicht alle mindestens 1 sein: "
                    f"{error.told.de}; wenn auch Nullen gesperrt sind, muss die Erklärung zeros: protect "
                    "sagen",
                )
            ) from None
        if threshold is not None:
            small.extend(
                cell for cell, value in fixed.items() if knowledge.hidden[cell] and value < threshold - 1e-6
            )
        for cell in sorted(single):
            value = single[cell]
            if not _matters(knowledge, safety, cell, value, value):
                continue
            found.add(cell)
            words = Told(
                f"{knowledge.name(cell)} = {value:g} is the only value that fits {known} and the sums",
                f"{knowledge.name(cell, 'de')} = {figure(value, 'de')} ist der einzige Wert, der "
                f"{known.de} und zu den Summen passt",
            )
            result.findings.append(_finding(level, knowledge, cell, value, value, words))
        if "K4" in safety.withstand:
            insiders |= _attack_insider(
                knowledge, safety, problem, component, rows, tied_by_cell, broken | found, result
            )
        result.programs += component.programs
    _level(result, level, found)
    if floor:
        result.tried.add("K2")
    if threshold is not None:
        result.tried.add("K3")
        small.sort()
        result.provably_small = len(small)
        result.provably_small_names = [knowledge.name(cell) for cell in small[:20]]
    if "K4" in safety.withstand and safety.minimum_frequency is not None:
        result.levels["insider"] = f"{len(insiders)} broken" if insiders else "passed"
        result.tried.add("K4")
    return found | insiders


def _attack_amounts(
    knowledge: Knowledge,
    safety: Safety,
    problem: _Problem,
    split: Sequence[tuple[list[int], list[int]]],
    broken: set[int],
    result: Result,
    space: RowSpace,
    insight: Insight | None,
) -> set[int]:
    """Amounts: hidden ones are at least the smallest unit where zeros are shown (K2), and what a contributor
    who is alone in a cell computes about others (K4).
    """
    found: set[int] = set()
    if _floor(safety):
        found = _attack_intervals(
            knowledge,
            safety,
            problem,
            split,
            broken,
            result,
            floor=safety.unit,
            width=min(safety.unit, safety.width),
            level="positive",
        )
        _level(result, "positive", found)
        result.tried.add("K2")
    if "K4" not in safety.withstand:
        return found
    if insight is None:
        result.levels["insider"] = "not tried: who contributes does not stand in the files"
        return found
    insiders = _attack_owner(knowledge, problem, split, broken | found, result, space, insight)
    _level(result, "insider", insiders)
    result.tried.add("K4")
    return found | insiders


def _attack_owner(
    knowledge: Knowledge,
    problem: _Problem,
    split: Sequence[tuple[list[int], list[int]]],
    broken: set[int],
    result: Result,
    space: RowSpace,
    insight: Insight,
) -> set[int]:
    """A contributor knows every cell in which nobody else is: what do the equations then tell?"""
    found: set[int] = set()
    tied = {cell: group for group in space.tied for cell in group}
    for columns, members in split:
        own: dict[str, list[int]] = {}
        for cell in columns:
            who = insight.contributions(knowledge.keys[cell])
            if len(who) == 1 and cell not in broken:
                own.setdefault(next(iter(who)), []).append(cell)
        for name, cells in sorted(own.items()):
            if len(cells) == 1:
                learned = [cell for cell in tied.get(cells[0], ()) if cell != cells[0]]
            else:
                known = set(cells)
                rows = [
                    {cell: value for cell, value in problem.rows[number].items() if cell not in known}
                    for number in members
                ]
                learned = sorted(row_space(rows, [c for c in columns if c not in known]).determined)
            for cell in learned:
                others = {
                    who: amount
                    for who, amount in insight.contributions(knowledge.keys[cell]).items()
                    if who != name
                }
                if not knowledge.hidden[cell] or cell in found or not others:
                    continue
                if len(others) > 1 and not insight.sensitive(others):
                    continue
                found.add(cell)
                value = sum(insight.contributions(knowledge.keys[cell]).values())
                words = Told(
                    f"whoever is alone in {knowledge.name(cells[0])} computes "
                    f"{knowledge.name(cell)} = {value:g}, and with it what {len(others)} other "
                    f"contributor{'s' * (len(others) > 1)} gave",
                    f"wer in {knowledge.name(cells[0], 'de')} allein steht, errechnet "
                    f"{knowledge.name(cell, 'de')} = {figure(value, 'de')} und damit, was "
                    + (f"{len(others)} andere beitrugen" if len(others) > 1 else "ein anderer beitrug"),
                )
                owned = tuple(knowledge.keys[own] for own in cells)
                result.findings.append(
                    Finding(
                        "insider",
                        knowledge.keys[cell],
                        knowledge.name(cell),
                        value,
                        value,
                        words,
                        owned[0],
                        owned=owned,
                    )
                )
    return found


def _attack_unions(
    knowledge: Knowledge,
    safety: Safety,
    problem: _Problem,
    split: Sequence[tuple[list[int], list[int]]],
    broken: set[int],
    result: Result,
    space: RowSpace,
    insight: Insight | None,
) -> None:
    """Sums of hidden cells that can be computed, asked by the rule that printed cells are asked by."""
    minimum = safety.minimum_frequency
    counts = safety.whole_numbers
    if counts and minimum is None:
        return
    if not counts and insight is None:
        result.levels["unions"] = "not tried: who contributes does not stand in the files"
        return
    floor = 1.0 if safety.zeros == "publish" else 0.0
    least, _ = _implied_bounds(knowledge, problem, floor if counts else 0.0)
    lowest = dict(zip(problem.columns, least.tolist(), strict=True))
    found = 0
    for columns, members in split:
        cells = [
            cell
            for cell in columns
            if knowledge.hidden[cell]
            and cell not in broken
            and (not counts or minimum is None or lowest[cell] < minimum - floor)
        ]
        if len(cells) < 2:
            continue
        longest = 4 if not counts or minimum is None or not floor else minimum - 1
        rows = [problem.rows[number] for number in members]
        table: dict[int, float] = {}
        for union in candidates(knowledge, space, cells, rows, longest):
            if insight is not None and not counts:
                together = insight.together([knowledge.keys[cell] for cell in union])
                value = sum(together.values())
                sensitive = insight.sensitive(together)
            else:
                if not table:
                    table = _any_table(knowledge, problem, columns, members)
                value = round(sum(table[cell] for cell in union), 6)
                sensitive = (value > 1e-6 or not floor) and value < (minimum or 0) - 1e-6
            if not sensitive:
                continue
            found += 1
            result.findings.append(
                Finding(
                    "unions",
                    knowledge.keys[union[0]],
                    " + ".join(map(knowledge.name, union)),
                    value,
                    value,
                    derivation(knowledge, problem, members, *union),
                    parts=tuple(knowledge.keys[cell] for cell in union),
                )
            )
    result.levels["unions"] = f"{found} broken" if found else "passed"


def _implied_bounds(knowledge: Knowledge, problem: _Problem, floor: float) -> tuple[Floats, Floats]:
    """Bounds of all unknown cells that follow from single equations, in the order of the columns."""
    everything = Component(
        problem.columns, problem.rows, problem.right, *_bounds(knowledge, problem.columns, floor)
    )
    return implied_bounds(everything.matrix, everything.right, everything.lower, everything.upper)


def _fix_what_cannot_move(
    component: Component, problem: _Problem, rows: Sequence[int]
) -> tuple[dict[int, float], list[Component]]:
    """Cells with one value in all tables that fit, by their values; and what is left, in connected parts.

    Cells that lie at the same bound in every table are known. Taken out, the others lie strictly inside their
    bounds in some table, so that the exact algebra tells which of them the equations determine.
    """
    stuck = component.stuck()
    if not stuck:
        return {}, [component]
    fixed = {component.columns[index]: value for index, value in stuck.items()}
    left, right = _without(problem, rows, fixed)
    unknown = [cell for cell in component.columns if cell not in fixed]
    space = row_space(left, unknown)
    place = {cell: index for index, cell in enumerate(component.columns)}
    for cell in sorted(space.determined):
        value = float(component.low[place[cell]])
        if abs(value - round(value)) > 1e-5:
            raise Contradiction(NO_WHOLE_TABLE)
        fixed[cell] = float(round(value))
    left, right = _without(problem, rows, fixed)
    reduced = _Problem(tuple(unknown), tuple(left), tuple(right), ())
    used = [number for number in space.independent if left[number]]
    parts = [
        Component(
            cells,
            [left[number] for number in members],
            [right[number] for number in members],
            [float(component.lower[place[cell]]) for cell in cells],
            [float(component.upper[place[cell]]) for cell in cells],
        )
        for cells, members in _split(reduced, used)
    ]
    return fixed, parts


def _without(
    problem: _Problem, rows: Sequence[int], fixed: Mapping[int, float]
) -> tuple[list[Row], list[float]]:
    """The equations with some cells at known values; what these take goes to the right side."""
    left: list[Row] = []
    right: list[float] = []
    for number in rows:
        row = problem.rows[number]
        left.append({cell: value for cell, value in row.items() if cell not in fixed})
        right.append(
            problem.right[number] - sum(value * fixed[cell] for cell, value in row.items() if cell in fixed)
        )
    return left, right


def _is_single(component: Component, index: int) -> bool:
    """Whether only one whole value fits a cell: two different whole tables, or bounds that leave one value.

    Linear programs first: their value bounds every whole table, and their tables are often whole. Branch and
    bound decides the rest.
    """
    if component.whole_high[index] - component.whole_low[index] >= 1:
        return False
    low, high = component.interval(index)
    if math.isinf(component.whole_low[index]) and component.whole_table(index, -INFINITY, INFINITY) is None:
        raise Contradiction(NO_WHOLE_TABLE)
    if component.whole_high[index] - component.whole_low[index] >= 1:
        return False
    value = float(component.whole_low[index])
    ways = [
        (lower, upper)
        for lower, upper, possible in (
            (value + 1, INFINITY, high > value + 1 - 1e-5),
            (-INFINITY, value - 1, low < value - 1 + 1e-5),
        )
        if possible
    ]
    if any(component.table_nearby(index, *way) for way in ways):
        return False
    return all(component.whole_table(index, *way) is None for way in ways)


def _attack_insider(
    knowledge: Knowledge,
    safety: Safety,
    problem: _Problem,
    component: Component,
    rows: Sequence[int],
    tied: Mapping[int, tuple[int, ...]],
    broken: set[int],
    result: Result,
) -> set[int]:
    """A cell with one contributor: that person knows it is 1 and learns every cell tied to it."""
    found: set[int] = set()
    if safety.minimum_frequency is None:
        return found
    groups = {tied[cell] for cell in component.columns if cell in tied and knowledge.hidden[cell]}
    place = {cell: index for index, cell in enumerate(component.columns)}
    for group in sorted(groups):
        members = [cell for cell in group if cell in place and cell not in broken]
        for one in members:
            if not knowledge.hidden[one]:
                continue
            low, high = _reach_of_one(component, place[one])
            if high - low < 1e-6 or not low - 1e-6 <= 1 <= high + 1e-6:
                continue
            for other in members:
                if other == one or other in found:
                    continue
                slope, constant = _line(component, place[one], place[other])
                learned = slope + constant
                if not 0.5 < learned < safety.minimum_frequency - 1e-6:
                    continue
                if _same_units(knowledge, component, place, group, one, other):
                    continue
                found.add(other)
                result.findings.append(
                    _finding(
                        "insider",
                        knowledge,
                        other,
                        learned,
                        learned,
                        Told(
                            f"whoever is the only case in {knowledge.name(one)} learns "
                            f"{knowledge.name(other)} = {learned:g}",
                            f"wer in {knowledge.name(one, 'de')} der einzige Fall ist, erfährt "
                            f"{knowledge.name(other, 'de')} = {figure(learned, 'de')}",
                        ),
                        knowledge.keys[one],
                    )
                )
    return found


def _reach_of_one(component: Component, index: int) -> tuple[float, float]:
    """Seen range of a cell, with programs as far as it takes to tell whether it moves and may be 1."""
    if component.low[index] > 1 + 1e-6:
        component.interval(index, high=False)
    if component.high[index] < 1 - 1e-6 or component.high[index] - component.low[index] < 1e-6:
        component.interval(index, low=False)
    return float(component.low[index]), float(component.high[index])


def _line(component: Component, one: int, other: int) -> tuple[float, float]:
    """Slope and constant of x_other over x_one for two tied cells, from two different possible tables."""
    samples = component.samples
    if samples:
        low = min(samples, key=lambda table: float(table[one]))
        high = max(samples, key=lambda table: float(table[one]))
    if not samples or high[one] - low[one] < 0.5:
        cost = np.zeros(len(component))
        cost[one] = 1.0
        low, high = component.extreme(cost), component.extreme(-cost)
    if abs(high[one] - low[one]) < 1e-6:
        return 0.0, float(low[other])
    slope = float((high[other] - low[other]) / (high[one] - low[one]))
    return slope, float(low[other] - slope * low[one])


def _same_units(
    knowledge: Knowledge,
    component: Component,
    place: Mapping[int, int],
    group: Sequence[int],
    one: int,
    other: int,
) -> bool:
    """Whether two tied cells hold the same units, so that nobody learns about others.

    One lies in the other, or both always equal a third cell that lies in them or around them (all their other
    parts are printed zeros).
    """

    def nested(a: int, b: int) -> bool:
        return knowledge.within(a, b) or knowledge.within(b, a)

    if nested(one, other):
        return True
    for third in group:
        if third not in place or not (nested(one, third) and nested(other, third)):
            continue
        lines = [_line(component, place[cell], place[third]) for cell in (one, other)]
        if all(abs(slope - 1.0) < 1e-6 and abs(constant) < 1e-6 for slope, constant in lines):
            return True
    return False


def _attack_minimality(
    knowledge: Knowledge,
    safety: Safety,
    problem: _Problem,
    split: Sequence[tuple[list[int], list[int]]],
    broken: set[int],
    result: Result,
) -> None:
    """Knowledge of the program (Wong et al. 2007), in connected sets small enough to list all their tables.

    Of the tables that fit, those are excluded for which the printed pattern would not have been safe: a cell
    that is small there cannot be thought larger or smaller by the width, or a single case not larger. Where
    it is safe it could have come from the table, since the planner hides cells without need by a secret.
    A cell that has one value in all tables left, and had several before, is broken.
    """
    floor = _floor(safety)
    minimum = safety.minimum_frequency or 0
    found = 0
    for columns, rows in split:
        hidden = [index for index, cell in enumerate(columns) if knowledge.hidden[cell]]
        if not hidden:
            continue
        result.sets += 1
        if len(columns) > LISTED_CELLS:
            continue
        strict = _component(knowledge, problem, columns, rows, floor)
        loose = _component(knowledge, problem, columns, rows, 0.0)
        ranges = [loose.interval(index) for index in range(len(columns))]
        for index in range(len(columns)):
            strict.interval(index)
        tables = strict.whole_tables(LISTED_TABLES, LISTED_STEPS)
        if tables is None:
            continue
        result.listed += 1
        if len(tables) < 2:
            continue
        left = []
        for table in tables:
            small = [index for index in hidden if 0 < table[index] < minimum]
            if all(
                ranges[index][1] >= table[index] + safety.width - 1e-6
                and ranges[index][0] <= max(0.0, table[index] - safety.width) + 1e-6
                and (not floor or table[index] > 1 or strict.high[index] >= 2 - 1e-6)
                for index in small
            ):
                left.append(table)
        for index in hidden:
            cell = columns[index]
            values = {float(table[index]) for table in left}
            if len(values) != 1 or cell in broken or len({float(table[index]) for table in tables}) == 1:
                continue
            found += 1
            (value,) = values
            words = Told(
                f"{knowledge.name(cell)} = {value:g} in all {len(left)} of {len(tables)} tables that fit and "
                "for which this pattern would have been chosen",
                f"{knowledge.name(cell, 'de')} = {figure(value, 'de')} in allen {len(left)} von "
                f"{len(tables)} passenden Tabellen, für die so gesperrt worden wäre",
            )
            result.findings.append(_finding("minimality", knowledge, cell, value, value, words))
    if result.sets and not result.listed:
        result.levels["minimality"] = "not tried: no connected set is small enough to list its tables"
    else:
        result.levels["minimality"] = f"{found} broken" if found else "passed"


def _attack_noise(
    knowledge: Knowledge, safety: Safety, truth: Mapping[tuple[str, ...], float] | None = None
) -> Result:
    """Bounded noise: each shown value allows a range of true values; sums of true values still hold
    exactly. Earlier releases narrow the ranges, whether they print noise, exact values or hidden cells.

    In connected sets of more than WIDE cells a cell counts as broken unless a second value is found near it;
    and where single equations leave one value of some cells, no others are tried.
    """
    floor = _floor(safety)
    lower, upper = _bounds(knowledge, range(len(knowledge.keys)), floor)
    result = Result(
        cells=len(knowledge.keys),
        hidden=sum(knowledge.hidden),
        equations=len(knowledge.equations),
        unpublished=sum(
            shown is None and not hidden
            for shown, hidden in zip(knowledge.shown, knowledge.hidden, strict=True)
        ),
        asked=_asked(safety),
        tried={"K1", *(("K2",) if floor else ())},
    )
    rows: list[Row] = []
    right: list[float] = []
    free = [low != high for low, high in zip(lower, upper, strict=True)]
    for total, parts in knowledge.equations:
        row: Row = {}
        rest = 0.0
        for cell, sign in ((total, 1), *((part, -1) for part in parts)):
            if free[cell]:
                row[cell] = row.get(cell, 0) + sign
            else:
                rest -= sign * lower[cell]
        if row:
            rows.append(row)
            right.append(rest)
        elif abs(rest) > 1e-6:
            raise DeclarationError(_does_not_add_up(knowledge, total, parts))
    problem = _Problem(
        tuple(cell for cell, is_free in enumerate(free) if is_free),
        tuple(rows),
        tuple(right),
        tuple(range(len(rows))),
    )
    broken: set[int] = set()
    threshold = safety.minimum_frequency or 3
    least, most = _implied_bounds(knowledge, problem, floor)
    place = {cell: number for number, cell in enumerate(problem.columns)}
    relatives: Relatives | None = None
    split = _split(problem, range(len(rows)))
    result.components = len(split)
    for columns, members in split:
        component = Component(
            columns,
            [problem.rows[number] for number in members],
            [problem.right[number] for number in members],
            [float(least[place[cell]]) for cell in columns],
            [float(most[place[cell]]) for cell in columns],
        )
        wanted = np.array(
            [
                lower[cell] < threshold
                and upper[cell] >= 1
                and (
                    safety.unpublished == "protect"
                    or knowledge.hidden[cell]
                    or knowledge.shown[cell] is not None
                )
                for cell in columns
            ]
        )
        if truth is not None:
            _offer_truth(component, knowledge, truth)
        try:
            if len(columns) > WIDE:
                relatives = relatives or Relatives(knowledge)
                known = component.known_table()
                wanted &= (known > 0) & (known < threshold)
                certain = wanted & (component.lower == component.upper)
                if certain.any():
                    wanted = certain  # what single equations leave is enough for the verdict
                component.vary_around(wanted & ~certain, relatives.around)
                single = np.flatnonzero(wanted & component.one_value()).tolist()
            else:
                component.explore(wanted, 1.0)
                single = [
                    index
                    for index in np.flatnonzero(wanted).tolist()
                    if component.whole_high[index] - component.whole_low[index] < 1
                    and _is_single(component, index)
                ]
            for index in single:
                value = float(component.whole_low[index])
                cell = columns[index]
                if 0 < value < threshold:
                    broken.add(cell)
                    result.findings.append(
                        _finding("noise", knowledge, cell, value, value, _undone(knowledge, component, index))
                    )
        except Contradiction as error:
            raise DeclarationError(
                Told(
                    f"no true table lies within the declared noise around {knowledge.name(columns[0])}: "
                    f"{error}",
                    "keine wahre Tabelle liegt innerhalb der erklärten Überlagerung um "
                    f"{knowledge.name(columns[0])}: {error.told.de}",
                )
            ) from None
        result.programs += component.programs
    for cell, shown in enumerate(knowledge.shown):
        if shown is not None and not free[cell] and lower[cell] > 0:
            result.undone_noise.append(knowledge.name(cell))
            if lower[cell] < threshold:
                broken.add(cell)
                result.findings.append(
                    _finding(
                        "noise",
                        knowledge,
                        cell,
                        lower[cell],
                        lower[cell],
                        Told(
                            f"{knowledge.name(cell)} is shown as {shown:g}, which only the true value "
                            f"{lower[cell]:g} gives",
                            f"{knowledge.name(cell, 'de')} steht da als {figure(shown, 'de')}, was nur der "
                            f"wahre Wert {figure(lower[cell], 'de')} ergibt",
                        ),
                    )
                )
    _level(result, "noise", broken)
    return result


def _undone(knowledge: Knowledge, component: Component, index: int) -> Told:
    """What the noise leaves of a cell, in words."""
    cell, value = component.columns[index], float(component.whole_low[index])
    if len(component) > WIDE and component.lower[index] < component.upper[index]:
        return Told(
            f"no true value of {knowledge.name(cell)} but {value:g} was found that fits the noise and the "
            f"sums; among more than {WIDE} connected cells that counts as broken",
            f"für {knowledge.name(cell, 'de')} fand sich kein wahrer Wert außer {figure(value, 'de')}, der "
            f"zur Überlagerung und zu den Summen passt; bei mehr als {WIDE} zusammenhängenden Feldern gilt "
            "das als gebrochen",
        )
    return Told(
        f"{knowledge.name(cell)} = {value:g} is the only true value that fits the noise and the sums",
        f"{knowledge.name(cell, 'de')} = {figure(value, 'de')} ist der einzige wahre Wert, der zur "
        "Überlagerung und zu den Summen passt",
    )


__all__ = [
    "Finding",
    "Result",
    "attack",
    "component_of",
    "derivation",
    "space_of",
]
