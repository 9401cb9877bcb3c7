"""Knowledge of the program: tables for which the planner would have hidden something else are excluded."""

from __future__ import annotations

from exports.disclosure.auditor.findings import finding
from exports.disclosure.auditor.problem import (
    component_in,
)
from exports.disclosure.auditor.trial import Trial, floor_of
from sources.foundation.told import Told, figure

LISTED_CELLS, LISTED_TABLES, LISTED_STEPS = 40, 500, 20_000
"""Connected sets up to this size are tried by listing all tables that fit them."""


def minimality(trial: Trial) -> None:
    """Knowledge of the program (Wong et al. 2007), in connected sets small enough to list all their tables.

    Of the tables that fit, those are excluded for which the printed pattern would not have been safe: a cell
    that is small there cannot be thought larger or smaller by the width, or a single case not larger. Where
    it is safe it could have come from the table, since the planner hides cells without need by a secret.
    A cell that has one value in all tables left, and had several before, is broken.
    """
    knowledge, safety, problem, result = trial.knowledge, trial.safety, trial.problem, trial.result
    floor = floor_of(safety)
    minimum = safety.minimum_frequency or 0
    found = 0
    for columns, rows in trial.split:
        hidden = [index for index, cell in enumerate(columns) if knowledge.hidden[cell]]
        if not hidden:
            continue
        result.sets += 1
        if len(columns) > LISTED_CELLS:
            continue
        strict = component_in(knowledge, problem, columns, rows, floor)
        loose = component_in(knowledge, problem, columns, rows, 0.0)
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
            if (
                len(values) != 1
                or cell in trial.broken
                or len({float(table[index]) for table in tables}) == 1
            ):
                continue
            found += 1
            (value,) = values
            words = Told(
                f"{knowledge.name(cell)} = {value:g} in all {len(left)} of {len(tables)} tables that fit and "
                "for which this pattern would have been chosen",
                f"{knowledge.name(cell, 'de')} = {figure(value, 'de')} in allen {len(left)} von "
                f"{len(tables)} passenden Tabellen, für die so gesperrt worden wäre",
            )
            result.findings.append(finding("minimality", knowledge, cell, value, value, words))
    if result.sets and not result.listed:
        result.levels["minimality"] = "not tried: no connected set is small enough to list its tables"
    else:
        result.end("minimality", found)
