"""What comes out of protection: the tables to print, what is known about them, and that none withstands."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from exports.disclosure.auditor.findings import Finding, Result
from exports.disclosure.auditor.knowledge import Key
from exports.disclosure.auditor.unions import Insight
from exports.disclosure.constraints import Booleans, System
from exports.disclosure.declaration import Declaration, Table
from exports.disclosure.planner.pattern import Pattern
from exports.disclosure.primary import Primaries
from exports.disclosure.sights import Published, known_not_zero
from sources.foundation.exits import REFUSED
from sources.foundation.told import Told


class NotSafe(RuntimeError):
    """No protected table came out that withstands the attacks: nothing may be published.

    The message goes to logs, so it names cells and no numbers; `findings` derive these.
    """

    exit_code = REFUSED

    def __init__(self, message: str, findings: Sequence[Finding]) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


@dataclass
class Protected:
    """Protected tables and what is known about them. Everything but `published` and
    `declaration` is confidential.
    """

    declaration: Declaration
    published: Published
    system: System
    primaries: Primaries
    pattern: Pattern
    result: Result
    rounds: int
    earlier: Published = field(default_factory=dict)
    printed: Booleans = field(default_factory=lambda: np.zeros(0, dtype=bool))
    outdated: dict[str, tuple[Key, ...]] = field(default_factory=dict)
    withdrawn: Booleans = field(default_factory=lambda: np.zeros(0, dtype=bool))
    notes: list[Told] = field(default_factory=list)
    unsure: Booleans = field(default_factory=lambda: np.zeros(0, dtype=bool))
    insight: Insight | None = None
    single_contributors: bool = False

    @property
    def bound_of(self) -> Told:
        """Which demands the lower bound covers; what else is demanded can only cost more."""
        covered, umfasst = "the interval model (K1)", "das Modell der Spannen (K1)"
        if known_not_zero(self.system, self.primaries, self.declaration.safety):
            covered += (
                " and single cases that an attacker knowing the zeros (K2) must be able to think larger"
            )
            umfasst += ", einzelne Fälle, die ein Kenner der Nullen (K2) für mehr halten können muss"
        if self.single_contributors:
            covered += " and what single contributors (K4) must not learn, as far as the attacks found it"
            umfasst += ", was Einzelne (K4) nicht erfahren dürfen, soweit die Angriffe es fanden"
        given = f"{self.pattern.given:.2f}"
        return Told(
            f"{covered}, all on top of what is hidden in any case (decoys, earlier patterns): that costs "
            f"{given} in objective and bound alike; further demands can only cost more",
            f"{umfasst}, alles über dem, was ohnehin gesperrt ist (Tarnung, frühere Muster): Das kostet "
            f"{given.replace('.', ',')} in Kosten und Schranke gleichermaßen; weitere Forderungen können nur "
            "mehr kosten",
        )

    def status(self, cell: int) -> str:
        """published, primary, secondary, withdrawn (public in an earlier release, not shown any more), or
        unknown: a sum that holds what the source itself keeps secret.
        """
        if self.withdrawn.size and self.withdrawn[cell]:
            return "withdrawn"
        if not self.pattern.hidden[cell]:
            return "published"
        if self.primaries.sensitive[cell]:
            return "primary"
        return "unknown" if self.is_unsure(cell) else "secondary"

    def is_unsure(self, cell: int) -> bool:
        """Whether nobody here knows the cell's true value."""
        return bool(self.unsure[cell])


def table_codes(declaration: Declaration, table: Table) -> list[Key]:
    """The code combinations that a table prints, in the order of the declaration (totals first)."""
    axes: list[list[str]] = []
    for name, axis in table.dimensions.items():
        dimension = declaration.dimensions[name]
        codes: dict[str, None] = {}
        if axis.total and dimension.total is not None:
            codes[dimension.total] = None
        for label in dimension.hierarchies if axis.hierarchies is None else axis.hierarchies:
            codes.update(dict.fromkeys(dimension.hierarchies[label].children or {}))
        if axis.leaves:
            codes.update(dict.fromkeys(dimension.leaves or ()))
        if not axis.total and dimension.total is not None:
            codes.pop(dimension.total, None)
        axes.append(list(codes))
    return list(itertools.product(*axes))


def cells_of(
    system: System, declaration: Declaration, table: Table, printed: Iterable[Key] | None = None
) -> list[tuple[Key, int]]:
    """Printed code combinations (default: all that the axes give) with the cells behind them."""
    names = list(table.dimensions)
    return [
        (codes, system.find(dict(zip(names, codes, strict=True))))
        for codes in (table_codes(declaration, table) if printed is None else printed)
    ]


def publish(
    system: System,
    printed: Mapping[str, Sequence[tuple[Key, int]]],
    hidden: Booleans,
    told: Mapping[str, Mapping[Key, float | None]] | None = None,
) -> Published:
    """The tables as they would be printed: sums of cases, or the numbers that the source told."""
    values = system.values
    found: Published = {}
    for name, cells in printed.items():
        own = (told or {}).get(name, {})
        found[name] = {}
        for codes, cell in cells:
            number = own.get(codes)
            shown = float(values[cell]) if number is None else number
            found[name][codes] = None if hidden[cell] else shown
    return found
