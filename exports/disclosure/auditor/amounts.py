"""Amounts instead of counts: the smallest unit (K2), and contributors who are alone in a cell (K4)."""

from __future__ import annotations

from exports.disclosure.auditor.algebra import row_space
from exports.disclosure.auditor.findings import Finding
from exports.disclosure.auditor.ranges import intervals
from exports.disclosure.auditor.trial import Trial, floor_of
from exports.disclosure.auditor.unions import Insight
from sources.foundation.told import Told, figure


def amounts(trial: Trial) -> set[int]:
    """Amounts: hidden ones are at least the smallest unit where zeros are shown (K2), and what a contributor
    who is alone in a cell computes about others (K4).
    """
    safety, result = trial.safety, trial.result
    found: set[int] = set()
    if floor_of(safety):
        found = intervals(trial, floor=safety.unit, width=min(safety.unit, safety.width), level="positive")
        result.end("positive", len(found))
        result.tried.add("K2")
    if "K4" not in safety.withstand:
        return found
    if trial.insight is None:
        result.levels["insider"] = "not tried: who contributes does not stand in the files"
        return found
    insiders = owner(trial, trial.insight, trial.broken | found)
    result.end("insider", len(insiders))
    result.tried.add("K4")
    return found | insiders


def owner(trial: Trial, insight: Insight, broken: set[int]) -> set[int]:
    """A contributor knows every cell in which nobody else is: what do the equations then tell?"""
    knowledge, problem, result = trial.knowledge, trial.problem, trial.result
    found: set[int] = set()
    tied = {cell: group for group in trial.space.tied for cell in group}
    for columns, members in trial.split:
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
