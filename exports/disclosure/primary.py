"""Which cells are sensitive in themselves, why, and how far each must be able to move.

Sources: Hundepool et al., Statistical Disclosure Control (2012), chapter 4: for x1 >= x2 >= … the
contributions of a cell with total X, the p % rule asks X - x1 - x2 >= p/100 · x1 and needs the upper
protection p/100 · x1 - (X - x1 - x2); the (n,k) rule asks x1 + … + xn <= k/100 · X and needs 100/k · (x1 + …
+ xn) - X.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from exports.disclosure.auditor.knowledge import Key
from exports.disclosure.auditor.unions import Insight
from exports.disclosure.constraints import Booleans, Floats, Leaves, System
from exports.disclosure.declaration import DeclarationError
from exports.disclosure.policy import Data, Policy, Rules
from sources.foundation.told import Told, figure

SECRET = Told("secret at the source", "an der Quelle geheim")


def fewer_than(minimum: float, unit: str = "") -> Told:
    """The reason of a cell with too few cases, or too few units of a name."""
    behind = f" {unit}" if unit else ""
    return Told(f"fewer than {minimum:g}{behind}", f"weniger als {figure(minimum, 'de')}{behind}")


@dataclass(frozen=True)
class Primaries:
    """Sensitive cells. `up`/`down`: how far the attacker's interval must reach beyond the true value.

    `zeros_open`: zeros may be hidden. `may_be_zero`: cells of lines that are hidden whole, zeros included, so
    that nobody takes them for at least 1. `singles`: cells with one contributor, who knows the cell.
    """

    sensitive: Booleans
    reasons: dict[int, Told]
    up: Floats
    down: Floats
    singles: Booleans
    zeros_open: Booleans
    denominators: Floats | None
    may_be_zero: Booleans

    def wider(self, count: int) -> Primaries:
        """With further cells behind the others, none of them sensitive by itself."""
        more, none = np.zeros(count), np.zeros(count, dtype=bool)
        return replace(
            self,
            sensitive=np.concatenate([self.sensitive, none]),
            up=np.concatenate([self.up, more]),
            down=np.concatenate([self.down, more]),
            singles=np.concatenate([self.singles, none]),
            zeros_open=np.concatenate([self.zeros_open, none]),
            may_be_zero=np.concatenate([self.may_be_zero, none]),
        )


@dataclass(frozen=True)
class LinkedUnits:
    """Counts of units behind the cases, by some dimensions; `unknown`: parts that the source keeps secret."""

    codes: dict[str, list[str]]
    known: Floats
    unknown: Floats


def membership(system: System, leaves: Leaves) -> sparse.csr_matrix:
    """Cells x leaf rows, 1 where the row counts in the cell."""
    rows = np.arange(leaves.size)
    places = np.zeros(leaves.size, dtype=np.int64)
    for ladder in system.ladders:
        atoms = np.array([ladder.atom_of_leaf[code] for code in leaves.codes[ladder.name]], dtype=np.int64)
        nodes_of_atom = sparse.csr_matrix(ladder.members.T)
        counts = np.diff(nodes_of_atom.indptr)[atoms[rows]]
        offsets = np.repeat(nodes_of_atom.indptr[atoms[rows]], counts)
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        nodes = nodes_of_atom.indices[offsets + within]
        places = np.repeat(places, counts) * len(ladder.codes) + nodes
        rows = np.repeat(rows, counts)
    cells = np.searchsorted(system.position, places)
    cells = np.minimum(cells, system.size - 1)
    hit = system.position[cells] == places
    return sparse.csr_matrix(
        (np.ones(int(hit.sum())), (cells[hit], rows[hit])), shape=(system.size, leaves.size)
    )


def find_primaries(
    system: System,
    leaves: Leaves,
    policy: Policy,
    data: Data,
    *,
    secret: Booleans | None = None,
    linked: Mapping[str, LinkedUnits] | None = None,
    denominators: Floats | None = None,
) -> Primaries:
    """Apply all primary rules to all cells of the system; `secret` are cells that the source keeps secret.

    `linked` are units counted by some dimensions only; `denominators` those of printed rates (NaN: none).
    """
    rules = policy.rules
    values = system.values
    reasons: dict[int, Told] = {}
    up = np.zeros(system.size)
    down = np.zeros(system.size)
    sensitive = np.zeros(system.size, dtype=bool)
    zeros_open = np.zeros(system.size, dtype=bool)
    may_be_zero = np.zeros(system.size, dtype=bool)

    def mark(cells: Booleans, reason: Told, upper: Floats | float, lower: Floats | float) -> None:
        sensitive[cells] = True
        up[cells] = np.maximum(up, upper)[cells]
        down[cells] = np.maximum(down, lower)[cells]
        for cell in np.flatnonzero(cells):
            reasons.setdefault(int(cell), reason)

    if secret is not None:
        mark(secret, SECRET, policy.width, np.minimum(policy.width, values))
    counts = _respondents(system, leaves, data)
    if rules.minimum_frequency is not None:
        if counts is None:
            if data.kind == "magnitude":
                raise DeclarationError(
                    Told(
                        "policy.rules.minimum_frequency on a magnitude needs data.contributor or "
                        "data.respondents",
                        "policy.rules.minimum_frequency über Beträgen braucht data.contributor oder "
                        "data.respondents",
                    )
                )
            counts = values
        small = (counts > 0) & (counts < rules.minimum_frequency)
        few = fewer_than(rules.minimum_frequency)
        mark(small, few, policy.width, np.minimum(policy.width, values))
    for unit, minimum in rules.units.items():
        given = (linked or {}).get(unit)
        if given is not None:
            # cases of which no unit is known are no safer than those of few
            told = system.aggregate_over(given.codes, given.known)
            mark(
                (values > 0) & (told < minimum),
                fewer_than(minimum, unit),
                policy.width,
                np.minimum(policy.width, values),
            )
            continue
        if unit not in leaves.amounts:
            raise DeclarationError(
                Told(
                    f"policy.rules.units: the input has no column {unit!r}",
                    f"policy.rules.units: Die Eingabe hat keine Spalte {unit!r}",
                )
            )
        units = system.aggregate(leaves, leaves.amounts[unit])
        mark(
            (units > 0) & (units < minimum),
            fewer_than(minimum, unit),
            policy.width,
            np.minimum(policy.width, values),
        )
    if data.denominator is not None:
        denominators = system.aggregate(leaves, leaves.amounts[data.denominator])
    if rules.minimum_denominator is not None:
        if denominators is None:
            raise DeclarationError(
                Told(
                    "policy.rules.minimum_denominator needs data.denominator, or a product that says under "
                    "`disclosure` where its denominators stand (`denominator`, or `over` of a rate)",
                    "policy.rules.minimum_denominator braucht data.denominator, oder ein Produkt, das "
                    "unter `disclosure` sagt, wo seine Nenner stehen (`denominator`, oder `over` einer "
                    "Rate)",
                )
            )
        low = (denominators < rules.minimum_denominator) & (values > 0)
        mark(
            low,
            Told(
                f"denominator below {rules.minimum_denominator:g}",
                f"Nenner unter {figure(rules.minimum_denominator, 'de')}",
            ),
            policy.width,
            np.minimum(policy.width, values),
        )
    if rules.dominance or rules.p_percent is not None:
        if data.contributor is None:
            raise DeclarationError(
                Told(
                    "dominance and p_percent need data.contributor",
                    "dominance und p_percent brauchen data.contributor",
                )
            )
        for cells, reason, upper in _concentration(system, leaves, policy, data):
            mark(cells, reason, upper, np.minimum(upper, values))
    if rules.secret_marks and data.mark is not None:
        rows = system.aggregate(leaves, np.ones(leaves.size))
        marked = system.aggregate(leaves, leaves.amounts[data.mark])
        mark(
            (rows > 0) & (marked == rows),
            SECRET,
            policy.width,
            np.minimum(policy.width, values),
        )
    if rules.zeros == "protect":
        empty = values == 0
        zeros_open |= empty
        mark(empty, Told("zero", "Null"), policy.width, 0.0)
    for name in rules.group_disclosure:
        for line in _lines_with_one_category(system, name, rules.harmless_lines.get(name, {})):
            cells = np.zeros(system.size, dtype=bool)
            cells[line] = True
            zeros_open |= cells & (values == 0)
            may_be_zero |= cells
            mark(
                cells,
                Told(
                    f"all cases of a line in one category of {name}",
                    f"alle Fälle einer Zeile in einer Ausprägung von {name}",
                ),
                policy.width,
                np.minimum(policy.width, values),
            )
    if policy.unpublished == "ignore":
        sensitive &= system.published
        reasons = {cell: reason for cell, reason in reasons.items() if sensitive[cell]}
    singles = sensitive & ((counts if counts is not None else values) == 1)
    return Primaries(sensitive, reasons, up, down, singles, zeros_open, denominators, may_be_zero)


def _respondents(system: System, leaves: Leaves, data: Data) -> Floats | None:
    """Contributors per cell where the input tells them, else None."""
    if data.respondents is not None:
        return system.aggregate(leaves, leaves.amounts[data.respondents])
    if data.contributor is not None:
        shares = _contributions(system, leaves, data)
        return np.asarray(np.diff(shares.indptr), dtype=np.float64)
    return None


def _contributions(system: System, leaves: Leaves, data: Data) -> sparse.csr_matrix:
    """Cells x contributors: what each contributes."""
    if data.contributor is None:
        raise DeclarationError(
            Told("data.contributor is not declared", "data.contributor ist nicht angegeben")
        )
    names = leaves.codes[data.contributor]
    number = {name: index for index, name in enumerate(dict.fromkeys(names))}
    who = sparse.csr_matrix(
        (
            leaves.amounts[data.value],
            (np.arange(leaves.size), np.array([number[name] for name in names], dtype=np.int64)),
        ),
        shape=(leaves.size, len(number)),
    )
    return sparse.csr_matrix(membership(system, leaves) @ who)


def _concentration(
    system: System, leaves: Leaves, policy: Policy, data: Data
) -> list[tuple[Booleans, Told, Floats]]:
    """Cells broken by the dominance and p % rules, with the upper protection each needs."""
    shares = _contributions(system, leaves, data)
    found: list[tuple[Booleans, Told, Floats]] = []
    ranked = [np.sort(shares.data[shares.indptr[i] : shares.indptr[i + 1]])[::-1] for i in range(system.size)]
    totals = np.array([row.sum() for row in ranked])
    least = np.maximum(policy.width, 1e-9)
    for rule in policy.rules.dominance:
        top = np.array([row[: rule.n].sum() for row in ranked])
        need = 100.0 / rule.k * top - totals
        words = Told(f"({rule.n},{rule.k:g}) dominance", f"({rule.n},{figure(rule.k, 'de')})-Dominanzregel")
        found.append(((totals > 0) & (need > 1e-9), words, np.maximum(need, least)))
    if policy.rules.p_percent is not None:
        p = policy.rules.p_percent / 100.0
        first = np.array([row[0] if len(row) else 0.0 for row in ranked])
        second = np.array([row[1] if len(row) > 1 else 0.0 for row in ranked])
        need = p * first - (totals - first - second)
        label = Told(
            f"p % rule with p = {policy.rules.p_percent:g}",
            f"p-%-Regel mit p = {figure(policy.rules.p_percent, 'de')}",
        )
        found.append(((totals > 0) & (need > 1e-9), label, np.maximum(need, least)))
    return found


def is_sensitive(contributions: Mapping[str, float], rules: Rules) -> bool:
    """Whether the rules for contributors forbid to show the sum of these contributions."""
    ranked = sorted((amount for amount in contributions.values() if amount > 0), reverse=True)
    total = sum(ranked)
    if total <= 0:
        return False
    if rules.minimum_frequency is not None and len(ranked) < rules.minimum_frequency:
        return True
    if any(100.0 / rule.k * sum(ranked[: rule.n]) - total > 1e-9 for rule in rules.dominance):
        return True
    rest = total - sum(ranked[:2])
    return rules.p_percent is not None and rules.p_percent / 100.0 * ranked[0] - rest > 1e-9


def insight_of(
    system: System, leaves: Leaves, policy: Policy, data: Data, find: Callable[[Key], int]
) -> Insight:
    """Who contributes to which cell, for attacks; `find` leads from the auditor's key to a cell."""
    shares = _contributions(system, leaves, data)
    assert data.contributor is not None
    names = list(dict.fromkeys(leaves.codes[data.contributor]))

    def contributions(key: Key) -> dict[str, float]:
        cell = find(key)
        begin, end = shares.indptr[cell], shares.indptr[cell + 1]
        places, amounts = shares.indices[begin:end].tolist(), shares.data[begin:end].tolist()
        return {names[place]: amount for place, amount in zip(places, amounts, strict=True) if amount}

    return Insight(contributions, lambda given: is_sensitive(given, policy.rules))


def _lines_with_one_category(system: System, name: str, harmless: Collection[str]) -> list[list[int]]:
    """Lines along a dimension whose cases all lie in one category: that cell, the zeros beside it, and what
    these are made of.

    `harmless`: totals of lines that are left out.
    """
    if name not in system.dimensions:
        raise DeclarationError(
            Told(
                f"policy.rules.group_disclosure: {name!r} is not a dimension of these tables",
                f"policy.rules.group_disclosure: {name!r} ist keine Dimension dieser Tabellen",
            )
        )
    axis = system.dimensions.index(name)
    ladder = system.ladders[axis]
    unknown = sorted(code for code in harmless if code not in ladder.node_of)
    if unknown:
        raise DeclarationError(
            Told(
                f"policy.rules.harmless_lines.{name}: {unknown[0]!r} is no total of a line of these tables",
                f"policy.rules.harmless_lines.{name}: {unknown[0]!r} ist keine Summe einer Linie dieser "
                "Tabellen",
            )
        )
    left_out = {ladder.codes[ladder.node_of[code]] for code in harmless}
    lines: list[list[int]] = []
    parts_of: dict[int, list[list[int]]] = {}
    matrix = system.equations
    for row in range(matrix.shape[0]):
        cells = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
        signs = matrix.data[matrix.indptr[row] : matrix.indptr[row + 1]]
        parts = cells[signs < 0]
        if len({system.keys[cell][axis] for cell in parts}) != len(parts) or len(parts) < 2:
            continue
        (whole,) = cells[signs > 0]
        parts_of.setdefault(int(whole), []).append(parts.tolist())
        if system.keys[whole][axis] not in left_out and (system.values[parts] > 0).sum() == 1:
            lines.append(parts.tolist())

    def within(cell: int) -> Iterator[int]:
        yield cell
        for part in (part for parts in parts_of.get(cell, ()) for part in parts):
            yield from within(part)

    # a zero that is printed in parts would be printed
    lines = [
        list(
            dict.fromkeys(
                below for cell in line for below in (within(cell) if system.values[cell] == 0 else (cell,))
            )
        )
        for line in lines
    ]
    return lines
