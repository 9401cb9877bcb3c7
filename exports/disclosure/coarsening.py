"""What to do with a table that is too detailed to be protected by hiding: coarser versions, tried and ranked.

Every dimension is left out once, loses its finest codes once, and keeps its uppermost codes alone once. Each
attempt is planned and attacked as the policy asks, with `effort: quick`, unless the estimate says beforehand
that hiding would leave nothing useful. Beside them stands the whole table with cell-key noise, the least that
the attack does not undo.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exports.disclosure.constraints import Leaves, build_system
from exports.disclosure.declaration import Axis, Declaration, Dimension, Hierarchy
from exports.disclosure.planner.conflict import FrozenConflict
from exports.disclosure.planner.costs import costs_of
from exports.disclosure.planner.heuristic import OPEN_SHARE, TooSparse
from exports.disclosure.planner.pattern import computable_with_two
from exports.disclosure.policy import CellKey, Data, Policy, Rules
from exports.disclosure.primary import find_primaries
from exports.disclosure.protect import protect_tables
from exports.disclosure.protected import NotSafe, Protected
from sources.foundation.told import Language, Told, figure, said

NOISE = ((2, 1.08), (3, 2.25), (4, 3.0), (5, 3.75), (6, 4.5), (8, 6.0))
"""Largest deviation and variance of cell-key noise, from the least; the first is the published D2/V1.08."""


@dataclass(frozen=True)
class Attempt:
    """One version of the table and what came of it. Confidential, like every count of hidden cells.

    `cells` are printed, `hidden` of them without a number; None where nothing was planned. `refused` says why
    this version is not safe; empty where it withstood the attacks.
    """

    change: Told
    cells: int
    sensitive: int
    hidden: int | None = None
    value_hidden_percent: float | None = None
    refused: str = ""

    @property
    def shown(self) -> int:
        """Cells with a number; 0 where the version is refused."""
        return 0 if self.refused or self.hidden is None else self.cells - self.hidden

    def __str__(self) -> str:
        return self.say("en")

    def say(self, language: Language) -> str:
        """The attempt in one language."""
        if language == "de":
            what = f"{self.change.de}: {self.cells} Felder, {self.sensitive} empfindlich"
            if self.refused:
                return f"{what}; abgelehnt: {said(self.refused, language)}"
            lost = figure(self.value_hidden_percent or 0.0, "de")
            return f"{what}; sicher, {self.hidden} gesperrt ({lost} % des Werts)"
        what = f"{self.change}: {self.cells} cells, {self.sensitive} sensitive"
        if self.refused:
            return f"{what}; refused: {self.refused}"
        return f"{what}; safe, {self.hidden} hidden ({self.value_hidden_percent:g} % of the value)"


def attempts(
    declaration: Declaration, leaves: Leaves, data: Data, policy: Policy, *, cost_key: bytes = b""
) -> list[Attempt]:
    """Every coarser version, tried: first those that show most cells with their number, then the refused.

    `declaration` is resolved and without earlier releases: what they show cannot be coarsened any more.
    """
    quick = policy.model_copy(update={"effort": "quick"})
    found = [
        _tried(change, coarser, leaves, data, quick, cost_key)
        for change, coarser in coarser_versions(declaration)
    ]
    return sorted(found, key=lambda attempt: (-attempt.shown, attempt.cells, attempt.change))


def with_noise(
    declaration: Declaration, leaves: Leaves, data: Data, policy: Policy, secret: bytes
) -> tuple[Attempt, Protected | None]:
    """The whole table with the least cell-key noise that the attack does not undo, beside the coarser ones.

    Only the minimum frequency is asked: noise keeps no rule about contributors, groups or denominators.
    """
    system = build_system(declaration, leaves, data.value)
    refused = ""
    for deviation, variance in NOISE:
        noisy = Policy(
            legal_basis=policy.legal_basis,
            decided_by=policy.decided_by,
            decided_on=policy.decided_on,
            rules=Rules(minimum_frequency=policy.rules.minimum_frequency, zeros="publish"),
            method="cell_key",
            withstand=tuple(level for level in policy.withstand if level != "K4"),
            cell_key=CellKey(deviation=deviation, variance=variance, small=1),
        )
        change = Told(
            f"cell-key noise of at most {deviation} (variance {variance:g}) in every cell",
            f"Überlagerung (cell-key) um höchstens {deviation} in jedem Feld "
            f"(Varianz {figure(variance, 'de')})",
        )
        try:
            protected = protect_tables(declaration, leaves, data, noisy, secret=secret)
        except NotSafe as error:
            refused = error.args[0]
            continue
        sensitive = int(protected.primaries.sensitive.sum())
        return Attempt(change, int(protected.printed.sum()), sensitive, 0, 0.0), protected
    return Attempt(change, int(system.published.sum()), 0, refused=refused), None


def coarser_versions(declaration: Declaration) -> Iterator[tuple[Told, Declaration]]:
    """One change each: a dimension at its total, without its finest codes, with its uppermost codes alone."""
    for name, dimension in declaration.dimensions.items():
        tables = [table for table in declaration.tables if name in table.dimensions]
        if dimension.total is not None and all(len(table.dimensions) > 1 for table in tables):
            yield Told(f"without {name}", f"ohne {name}"), _without(declaration, name)
        trees = {
            label: hierarchy.children
            for label, hierarchy in dimension.hierarchies.items()
            if hierarchy.children and any(code != dimension.total for code in hierarchy.children)
        }
        if not trees or not any(table.dimensions[name].leaves for table in tables):
            continue
        finest = Told(f"{name} without its finest codes", f"{name} ohne die feinsten Codes")
        yield finest, _axes(declaration, name, dimension)
        upper = {label: uppermost(children, dimension.total) for label, children in trees.items()}
        if any(set(upper[label]) != set(children) - {dimension.total} for label, children in trees.items()):
            only = dimension.model_copy(
                update={"hierarchies": {label: Hierarchy(children=tree) for label, tree in upper.items()}}
            )
            alone = Told(f"{name} with its uppermost codes alone", f"{name} nur mit den obersten Codes")
            yield alone, _axes(declaration, name, only)


def uppermost(children: dict[str, tuple[str, ...]], total: str | None) -> dict[str, tuple[str, ...]]:
    """The codes that lie under no other (but the total), directly over their leaves."""
    tree = {code: parts for code, parts in children.items() if code != total}
    inner = {part for parts in tree.values() for part in parts}

    def leaves(code: str) -> Sequence[str]:
        return [leaf for part in tree[code] for leaf in leaves(part)] if code in tree else [code]

    return {code: tuple(dict.fromkeys(leaves(code))) for code in tree if code not in inner}


def _without(declaration: Declaration, name: str) -> Declaration:
    tables = tuple(
        table.model_copy(
            update={"dimensions": {key: axis for key, axis in table.dimensions.items() if key != name}}
        )
        for table in declaration.tables
    )
    return declaration.model_copy(update={"tables": tables})


def _axes(declaration: Declaration, name: str, dimension: Dimension) -> Declaration:
    """The tables without the leaves of a dimension, of which the codes above them are given."""
    coarse = Axis(leaves=False)
    tables = tuple(
        table.model_copy(
            update={
                "dimensions": {
                    key: coarse.model_copy(update={"total": axis.total}) if key == name else axis
                    for key, axis in table.dimensions.items()
                }
            }
        )
        for table in declaration.tables
    )
    dimensions = {**declaration.dimensions, name: dimension}
    return declaration.model_copy(update={"tables": tables, "dimensions": dimensions})


def _tried(
    change: Told, coarser: Declaration, leaves: Leaves, data: Data, policy: Policy, cost_key: bytes
) -> Attempt:
    system = build_system(coarser, leaves, data.value)
    primaries = find_primaries(system, leaves, policy, data)
    cells, sensitive = int(system.published.sum()), int(primaries.sensitive.sum())
    left, asked = computable_with_two(system, primaries, costs_of(system, {}, None, 1.0, cost_key))
    if left > OPEN_SHARE * asked:
        words = Told(
            f"with two hidden cells in every equation {left} of {asked} sensitive cells stay computable",
            f"mit zwei gesperrten Feldern je Gleichung bleiben {left} von {asked} empfindlichen Feldern "
            "errechenbar",
        )
        return Attempt(change, cells, sensitive, refused=words)
    try:
        protected = protect_tables(coarser, leaves, data, policy, cost_key=cost_key)
    except (NotSafe, TooSparse, FrozenConflict) as error:
        return Attempt(change, cells, sensitive, refused=error.args[0])
    shown, hidden = protected.printed, protected.pattern.hidden & protected.printed
    values = protected.system.values
    total = float(values[shown].sum())
    lost = round(100.0 * float(values[hidden].sum()) / total, 2) if total else 0.0
    return Attempt(change, cells, sensitive, int(hidden.sum()), lost)


__all__ = ["Attempt", "attempts", "coarser_versions", "uppermost", "with_noise"]
