"""What the attacks found: broken cells, and how every level ended."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from exports.disclosure.auditor.knowledge import Knowledge
from sources.foundation.told import Told


@dataclass(frozen=True)
class Finding:
    """One broken cell: which attack broke it, what it proves (low..high), and the derivation in words
    of both languages.
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

    def end(self, level: str, broken: int) -> None:
        """Say how a level ended."""
        self.levels[level] = f"{broken} broken" if broken else "passed"


def finding(
    attack_name: str,
    knowledge: Knowledge,
    cell: int,
    low: float,
    high: float,
    words: Told,
    witness: tuple[str, ...] | None = None,
) -> Finding:
    return Finding(attack_name, knowledge.keys[cell], knowledge.name(cell), low, high, words, witness)
