"""What the gate says: one `Check` per rule, one `Verdict` per candidate."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, Literal

Severity = Literal["fail", "warn", "info"]
Outcome = Literal["passed", "noted", "warned", "failed", "error"]

REFUSING: frozenset[str] = frozenset({"failed", "error"})


@dataclass(frozen=True)
class Cell:
    """A cell of a source that a refusing finding is about: figures made from it may leave in no product.

    `first_date` to `last_date` (both included) is one day for a figure that is printed as the source gives
    it, and a span for one that is computed from several days. None means any: a snapshot that the product
    does not name, areas or measures that a missing row could have been of. With an `indicator_id` it is only
    what that indicator makes of the cell that is refused, and not the cell itself.
    """

    dataset_id: str
    snapshot_id: str | None
    area_code: str | None
    measure_code: str | None
    first_date: date | None
    last_date: date | None
    indicator_id: str | None = None


@dataclass(frozen=True)
class Check:
    """What one rule protects and what it found.

    `severity` is what a finding means by declaration; `outcome` is what was found: `noted` for findings that
    only inform, `warned` for findings that go into the release notes, `failed` for findings that stop the
    release, `error` when the rule itself could not be evaluated (never a statement about the data, and it
    stops the release too). `examined` counts cases looked at, `found` those that break the rule, `excused`
    those of them that a declared explanation or waiver covers. Texts ending in `_de` are German, the others
    English; `examples` and `examples_de` are the same up to 20 rows in words.
    """

    id: str
    family: str
    title: str
    title_de: str
    protects: str
    protects_de: str
    who_fixes: str
    who_fixes_de: str
    on_failure: str
    on_failure_de: str
    severity: Severity
    outcome: Outcome
    observed: str
    observed_de: str
    examined: int = 0
    found: int = 0
    excused: int = 0
    examples: tuple[str, ...] = ()
    examples_de: tuple[str, ...] = ()
    seconds: float = 0.0
    cells: tuple[Cell, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Verdict:
    """All checks of one candidate. `passed` is false when any check failed or could not be evaluated.

    `written`: the files that the gate wrote about it, by the SHA-256 of the bytes it wrote.
    """

    product: str
    checks: tuple[Check, ...]
    checked_on: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def passed(self) -> bool:
        """True when nothing stops the release; a verdict without checks never passes."""
        return bool(self.checks) and not any(check.outcome in REFUSING for check in self.checks)

    def refused_cells(self) -> dict[Cell, str]:
        """Every cell of a source that a check refuses, with the id of the first check that does."""
        found: dict[Cell, str] = {}
        for check in self.checks:
            for cell in check.cells:
                found.setdefault(cell, check.id)
        return found

    def counts(self) -> dict[str, int]:
        """How many checks had each outcome, every outcome named."""
        outcomes: tuple[Outcome, ...] = ("passed", "noted", "warned", "failed", "error")
        return {outcome: sum(check.outcome == outcome for check in self.checks) for outcome in outcomes}

    def as_dict(self, *, seconds: bool = True) -> dict[str, Any]:
        """The verdict as plain JSON types. Without `seconds` it is the same for the same input.

        Of cells it says how many there are; all of them stand in a file of their own, see `cells.write`.
        """
        checks = [asdict(replace(check, cells=())) | {"cells": len(check.cells)} for check in self.checks]
        for check in checks:
            check["examples"] = list(check["examples"])
            check["examples_de"] = list(check["examples_de"])
            if not seconds:
                del check["seconds"]
        return {
            "product": self.product,
            "passed": self.passed,
            "checked_on": self.checked_on,
            "counts": self.counts(),
            "facts": self.facts,
            "checks": checks,
        }
