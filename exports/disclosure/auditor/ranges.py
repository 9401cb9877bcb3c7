"""Values are not negative (K1), or hidden ones at least the smallest unit: how far can a cell move?"""

from __future__ import annotations

import numpy as np

from exports.disclosure.auditor.findings import finding
from exports.disclosure.auditor.intervals import Contradiction
from exports.disclosure.auditor.problem import (
    component_in,
    contradicts,
)
from exports.disclosure.auditor.trial import Trial, matters, offer_truth
from exports.disclosure.declaration import DeclarationError
from sources.foundation.told import Told, figure


def intervals(
    trial: Trial, *, floor: float = 0.0, width: float | None = None, level: str = "interval"
) -> set[int]:
    """Cells that cannot move by the width, knowing that no hidden value is below the floor."""
    knowledge, safety, problem, result = trial.knowledge, trial.safety, trial.problem, trial.result
    truth, protected = trial.truth, trial.protected
    found: set[int] = set()
    width = safety.width if width is None else width
    for columns, rows in trial.split:
        component = component_in(knowledge, problem, columns, rows, floor)
        wanted = np.array(
            [
                cell not in trial.broken and (knowledge.hidden[cell] or safety.unpublished == "protect")
                for cell in columns
            ]
        )
        if truth is not None:
            offer_truth(component, knowledge, truth)
        try:
            component.explore(wanted, 2 * width if protected else width)
            for index in np.flatnonzero(wanted).tolist():
                cell = columns[index]
                need = protected.get(knowledge.keys[cell]) if protected is not None else None
                if need is not None and truth is not None:
                    value = truth[knowledge.keys[cell]]
                    below, above = value - need[0], value + need[1]
                    low, high = component.interval(
                        index,
                        low=component.low[index] > below + 1e-7,
                        high=component.high[index] < above - 1e-7,
                    )
                    if low <= below + 1e-6 and high >= above - 1e-6:
                        continue
                else:
                    if component.high[index] - component.low[index] >= width - 1e-7:
                        continue
                    low, high = component.interval(index)
                    if high - low >= width - 1e-6 or not matters(knowledge, safety, cell, low, high):
                        continue
                found.add(cell)
                result.findings.append(
                    finding(
                        level,
                        knowledge,
                        cell,
                        low,
                        high,
                        Told(
                            f"{knowledge.name(cell)} lies between {low:g} and {high:g}, because "
                            f"{f'no hidden value is below {floor:g}' if floor else 'no value is negative'} "
                            "and the sums must add up",
                            f"{knowledge.name(cell, 'de')} liegt zwischen {figure(low, 'de')} und "
                            f"{figure(high, 'de')}, weil "
                            + (
                                f"kein gesperrter Wert unter {figure(floor, 'de')} liegt"
                                if floor
                                else "kein Wert negativ ist"
                            )
                            + " und die Summen aufgehen müssen",
                        ),
                    )
                )
        except Contradiction as error:
            raise DeclarationError(contradicts(knowledge, columns, error)) from None
        result.programs += component.programs
    return found
