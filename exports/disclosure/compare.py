"""What a policy's demands cost, side by side: the same cases planned with each of them left out.

For an officer who chooses: every line says how much is hidden, and how many cells an attacker would break who
has everything that the policy as decided defends against. All is planned as if nothing had been published
yet, so that the lines are alike: what is public already binds the policy that it was published by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from exports.disclosure.auditor.verdict import attack_all
from exports.disclosure.plan_key import drawn, is_kept
from exports.disclosure.planner.conflict import FrozenConflict
from exports.disclosure.planner.heuristic import TooSparse
from exports.disclosure.planning import Context, Planned, plan
from exports.disclosure.policy import Policy, Rules
from exports.disclosure.protected import NotSafe
from exports.disclosure.universe import Universe
from sources.foundation.told import figure

HARMLESS = "harmless: to be reasoned by the data protection officer"


class Choice(NamedTuple):
    """What is left out, in English and German."""

    en: str
    de: str


DECIDED = Choice("as decided", "wie festgelegt")
PLAIN = Choice("minimum alone, K1 and K5", "allein die Mindestzahl, gegen K1 und K5")


@dataclass(frozen=True)
class Line:
    """One choice and what comes of it. Confidential, like every count of hidden cells by reason.

    `refused`: why no plan came out, empty where one did; the numbers are 0 then.
    """

    choice: Choice
    cells: int = 0
    by_rule: int = 0
    for_others: int = 0
    value_hidden_percent: float = 0.0
    broken: int = 0
    sensitive_shown: int = 0
    refused: str = ""


def choices(
    policy: Policy, lines: Mapping[str, Sequence[str]] | None = None
) -> Iterator[tuple[Choice, Policy]]:
    """The policy as decided, and with each of its demands left out, and with all of these left out.

    `lines`: totals of the lines of each dimension, to be left out of group disclosure one by one.
    """
    rules = policy.rules
    yield DECIDED, policy
    without: list[tuple[Choice, Rules, tuple[str, ...]]] = []
    if "K4" in policy.withstand:
        words = Choice("without K4", "ohne K4 (wer allein in einem Feld steht)")
        without.append((words, rules, ("K4",)))
    if "K2" in policy.withstand:
        words = Choice("without K2 and K4", "ohne K2 und K4 (Gesperrtes ist nicht null)")
        without.append((words, rules, ("K2", "K3", "K4")))
    for name in rules.group_disclosure:
        others = tuple(other for other in rules.group_disclosure if other != name)
        kept = {key: given for key, given in rules.harmless_lines.items() if key != name}
        less = rules.model_copy(update={"group_disclosure": others, "harmless_lines": kept})
        words = Choice(f"no group disclosure: {name}", f"ohne Gruppenschutz entlang {name}")
        without.append((words, less, ()))
        already = rules.harmless_lines.get(name, {})
        totals = [total for total in (lines or {}).get(name, ()) if total not in already]
        for total in totals if len(totals) > 1 else ():
            harmless = {**rules.harmless_lines, name: {**already, total: HARMLESS}}
            less = rules.model_copy(update={"harmless_lines": harmless})
            words = Choice(
                f"but for its lines {total}",
                f"Gruppenschutz, doch nicht für Zeilen von {name} {total}",
            )
            without.append((words, less, ()))
    for key, words in (
        ("units", Choice("no linked units", "ohne verbundene Einheiten")),
        ("minimum_denominator", Choice("no minimum denominator", "ohne Mindestbevölkerung")),
    ):
        if getattr(rules, key):
            without.append((words, rules.model_copy(update={key: _blank(key)}), ()))
    for words, fewer, levels in without:
        yield words, _with(policy, fewer, levels)
    if len(without) > 1:
        blanks = {
            key: _blank(key) for key in ("group_disclosure", "harmless_lines", "units", "minimum_denominator")
        }
        yield PLAIN, _with(policy, rules.model_copy(update=blanks), ("K2", "K3", "K4"))


def compare(warehouse: Path, context: Context) -> list[Line]:
    """Plan every choice over the true counts, with `effort: quick` so that they are alike.

    A choice other than the policy as decided for which no safe plan comes out says so in its line. Raises
    what else planning raises.
    """
    lines: list[Line] = []
    decided: Planned | None = None
    universe = context.universe
    if not context.secret and not is_kept(context.confidential):
        context = replace(context, secret=drawn())  # one for all lines, so that they are alike
    totals = {name: _totals(universe, name) for name in universe.dimensions}
    for words, policy in choices(universe.policy, totals):
        chosen = _under(universe, policy.model_copy(update={"effort": "quick"}))
        try:
            planned = plan(warehouse, replace(context, universe=chosen, releases=()))
        except (FrozenConflict, NotSafe, TooSparse) as problem:
            if decided is None:
                raise
            lines.append(Line(words, refused=str(problem)))
            continue
        decided = decided or planned
        lines.append(_line(words, planned, decided))
    return lines


def _totals(universe: Universe, name: str) -> list[str]:
    """The totals of the lines of a dimension that the policy itself spells out."""
    dimension = universe.dimensions[name]
    own = [dimension.total] if dimension.total is not None and dimension.editions is None else []
    below = [code for tree in dimension.hierarchies.values() for code in tree.children or {}]
    return list(dict.fromkeys([*own, *below]))


def _line(words: Choice, planned: Planned, decided: Planned) -> Line:
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


def in_german(title: str, lines: Sequence[Line]) -> str:
    """The choices as a page for the data protection officer."""
    rows = [
        f"| {line.choice.de} | {line.cells} | {line.by_rule} | {line.for_others} | "
        f"{figure(line.value_hidden_percent, 'de')} % | {line.broken} | {line.sensitive_shown} |"
        if not line.refused
        else f"| {line.choice.de} | nicht möglich: kein Plan hielt dem Angriff stand | | | | | |"
        for line in lines
    ]
    return "\n".join(
        [
            f"# Was jede Forderung kostet: {title}",
            "",
            "**Vertraulich.** Nur für die Stelle, die über die Geheimhaltung entscheidet.",
            "",
            "Jede Zeile lässt eine Forderung der Festlegung weg und plant neu, als wäre noch nichts "
            "veröffentlicht.",
            "",
            "| Festlegung | Felder | gesperrt wegen einer Regel | zum Schutz anderer | Anteil der gesperrten "
            "Werte | zu errechnen | geschützt, hier gezeigt |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
            "*Zu errechnen*: gesperrte Felder, die jemand errechnet, der alles weiß, wogegen die Festlegung "
            "schützt. *Geschützt, hier gezeigt*: Felder, welche die Festlegung sperrt und diese Zeile zeigt.",
            "",
            "Eine Zeile, deren Fälle alle in einer Gruppe liegen, verrät diese von jedem ihrer Fälle. Wo das "
            "nichts über einen Menschen sagt, kann es mit Begründung unter `harmless_lines` stehen.",
            "",
        ]
    )


def _blank(key: str) -> object:
    return Rules.model_fields[key].get_default(call_default_factory=True)


def _with(policy: Policy, rules: Rules, without: tuple[str, ...]) -> Policy:
    withstand = tuple(level for level in policy.withstand if level not in without)
    return policy.model_copy(update={"rules": rules, "withstand": withstand})


def _under(universe: Universe, policy: Policy) -> Universe:
    linked = {unit: given for unit, given in universe.cases.linked.items() if unit in policy.rules.units}
    cases = universe.cases.model_copy(update={"linked": linked})
    return universe.model_copy(update={"policy": policy, "cases": cases})


__all__ = ["DECIDED", "HARMLESS", "PLAIN", "Choice", "Line", "choices", "compare", "in_german"]
