"""What a policy's demands cost, side by side: the same cases planned with each of them left out.

For an officer who chooses: every line says how much is hidden, and how many cells an attacker would break who
has everything that the policy as decided defends against.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from exports.disclosure.auditor.verdict import attack_all
from exports.disclosure.planning import Context, Planned, plan
from exports.disclosure.policy import Policy, Rules
from exports.disclosure.universe import Universe


@dataclass(frozen=True)
class Line:
    """One choice and what comes of it. Confidential, like every count of hidden cells by reason."""

    choice: str
    cells: int
    by_rule: int
    for_others: int
    value_hidden_percent: float
    broken: int
    sensitive_shown: int


def choices(policy: Policy) -> Iterator[tuple[str, Policy]]:
    """The policy as decided, and with each of its demands left out, and with all of these left out."""
    rules = policy.rules
    yield "as decided", policy
    without: list[tuple[str, Rules, tuple[str, ...]]] = []
    if "K4" in policy.withstand:
        without.append(("without K4 (single contributors)", rules, ("K4",)))
    if "K2" in policy.withstand:
        without.append(("without K2 and K4 (zeros are known)", rules, ("K2", "K4")))
    for key, words in (
        ("group_disclosure", "without group disclosure"),
        ("units", "without linked units"),
        ("minimum_denominator", "without minimum denominator"),
    ):
        if getattr(rules, key):
            blank = Rules.model_fields[key].get_default(call_default_factory=True)
            without.append((words, rules.model_copy(update={key: blank}), ()))
    for words, fewer, levels in without:
        yield words, _with(policy, fewer, levels)
    if len(without) > 1:
        blanks = {
            key: Rules.model_fields[key].get_default(call_default_factory=True)
            for key in ("group_disclosure", "units", "minimum_denominator")
        }
        yield (
            "minimum frequency against K1 and K5 alone",
            _with(policy, rules.model_copy(update=blanks), ("K2", "K3", "K4")),
        )


def compare(warehouse: Path, context: Context) -> list[Line]:
    """Plan every choice, with `effort: quick` so that they are alike; raises what planning raises."""
    lines: list[Line] = []
    decided: Planned | None = None
    for words, policy in choices(context.universe.policy):
        universe = _under(context.universe, policy.model_copy(update={"effort": "quick"}))
        planned = plan(warehouse, replace(context, universe=universe))
        decided = decided or planned
        lines.append(_line(words, planned, decided))
    return lines


def _line(words: str, planned: Planned, decided: Planned) -> Line:
    protected, strict = planned.protected, decided.protected
    shown = protected.printed
    hidden = protected.pattern.hidden & shown
    declared = strict.declaration.model_copy(
        update={"tables": protected.declaration.tables, "dimensions": protected.declaration.dimensions}
    )
    broken = (
        attack_all(declared, {**protected.published, **protected.earlier}).findings
        if planned is not decided
        else ()
    )
    values = protected.system.values
    total = float(values[shown].sum())
    return Line(
        words,
        int(shown.sum()),
        int((protected.primaries.sensitive & hidden).sum()),
        int((hidden & ~protected.primaries.sensitive).sum()),
        round(100.0 * float(values[hidden].sum()) / total, 2) if total else 0.0,
        len({finding.cell for finding in broken}),
        int(np.count_nonzero(strict.primaries.sensitive & shown & ~hidden)),
    )


def _with(policy: Policy, rules: Rules, without: tuple[str, ...]) -> Policy:
    withstand = tuple(level for level in policy.withstand if level not in without)
    return policy.model_copy(update={"rules": rules, "withstand": withstand})


def _under(universe: Universe, policy: Policy) -> Universe:
    linked = {unit: given for unit, given in universe.cases.linked.items() if unit in policy.rules.units}
    cases = universe.cases.model_copy(update={"linked": linked})
    return universe.model_copy(update={"policy": policy, "cases": cases})


__all__ = ["Line", "choices", "compare"]
