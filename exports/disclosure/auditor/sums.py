"""Sums of hidden cells that can be computed: are they below the minimum, or dominated?"""

from __future__ import annotations

from exports.disclosure.auditor.findings import Finding
from exports.disclosure.auditor.problem import (
    any_table,
    derivation,
    implied_by_sums,
)
from exports.disclosure.auditor.trial import Trial
from exports.disclosure.auditor.unions import candidates


def unions(trial: Trial) -> None:
    """Sums of hidden cells that can be computed, asked by the rule that printed cells are asked by."""
    knowledge, safety, problem, result = trial.knowledge, trial.safety, trial.problem, trial.result
    insight = trial.insight
    minimum = safety.minimum_frequency
    counts = safety.whole_numbers
    if counts and minimum is None:
        return
    if not counts and insight is None:
        result.levels["unions"] = "not tried: who contributes does not stand in the files"
        return
    floor = 1.0 if safety.zeros == "publish" else 0.0
    least, _ = implied_by_sums(knowledge, problem, floor if counts else 0.0)
    lowest = dict(zip(problem.columns, least.tolist(), strict=True))
    found = 0
    for columns, members in trial.split:
        cells = [
            cell
            for cell in columns
            if knowledge.hidden[cell]
            and cell not in trial.broken
            and (not counts or minimum is None or lowest[cell] < minimum - floor)
        ]
        if len(cells) < 2:
            continue
        longest = 4 if not counts or minimum is None or not floor else minimum - 1
        rows = [problem.rows[number] for number in members]
        table: dict[int, float] = {}
        for union in candidates(knowledge, trial.space, cells, rows, longest):
            if insight is not None and not counts:
                together = insight.together([knowledge.keys[cell] for cell in union])
                value = sum(together.values())
                sensitive = insight.sensitive(together)
            else:
                if not table:
                    table = any_table(knowledge, problem, columns, members)
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
    result.end("unions", found)
