"""Every value carries bounded noise: which true values still fit?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from exports.disclosure.auditor.algebra import Row
from exports.disclosure.auditor.counts import is_single
from exports.disclosure.auditor.findings import Result, finding
from exports.disclosure.auditor.intervals import Component, Contradiction
from exports.disclosure.auditor.knowledge import Knowledge
from exports.disclosure.auditor.problem import (
    Problem,
    bounds_of,
    does_not_add_up,
    implied_by_sums,
    split_of,
)
from exports.disclosure.auditor.relatives import Relatives
from exports.disclosure.auditor.trial import floor_of, offer_truth, opened
from exports.disclosure.declaration import DeclarationError, Safety
from sources.foundation.told import Told, figure

WIDE = 5_000
"""Noise in larger connected sets is attacked around single cells: one program over all takes hours."""


def noise(
    knowledge: Knowledge, safety: Safety, truth: Mapping[tuple[str, ...], float] | None = None
) -> Result:
    """Bounded noise: each shown value allows a range of true values; sums of true values still hold
    exactly. Earlier releases narrow the ranges, whether they print noise, exact values or hidden cells.

    In connected sets of more than WIDE cells a cell counts as broken unless a second value is found near it;
    and where single equations leave one value of some cells, no others are tried.
    """
    floor = floor_of(safety)
    lower, upper = bounds_of(knowledge, range(len(knowledge.keys)), floor)
    result = opened(knowledge, safety)
    result.tried = {"K1", *(("K2",) if floor else ())}
    rows: list[Row] = []
    right: list[float] = []
    free = [low != high for low, high in zip(lower, upper, strict=True)]
    for total, parts in knowledge.equations:
        row: Row = {}
        rest = 0.0
        for cell, sign in ((total, 1), *((part, -1) for part in parts)):
            if free[cell]:
                row[cell] = row.get(cell, 0) + sign
            else:
                rest -= sign * lower[cell]
        if row:
            rows.append(row)
            right.append(rest)
        elif abs(rest) > 1e-6:
            raise DeclarationError(does_not_add_up(knowledge, total, parts))
    problem = Problem(
        tuple(cell for cell, is_free in enumerate(free) if is_free),
        tuple(rows),
        tuple(right),
        tuple(range(len(rows))),
    )
    broken: set[int] = set()
    threshold = safety.minimum_frequency or 3
    least, most = implied_by_sums(knowledge, problem, floor)
    place = {cell: number for number, cell in enumerate(problem.columns)}
    relatives: Relatives | None = None
    split = split_of(problem, range(len(rows)))
    result.components = len(split)
    for columns, members in split:
        component = Component(
            columns,
            [problem.rows[number] for number in members],
            [problem.right[number] for number in members],
            [float(least[place[cell]]) for cell in columns],
            [float(most[place[cell]]) for cell in columns],
        )
        wanted = np.array(
            [
                lower[cell] < threshold
                and upper[cell] >= 1
                and (
                    safety.unpublished == "protect"
                    or knowledge.hidden[cell]
                    or knowledge.shown[cell] is not None
                )
                for cell in columns
            ]
        )
        if truth is not None:
            offer_truth(component, knowledge, truth)
        try:
            if len(columns) > WIDE:
                relatives = relatives or Relatives(knowledge)
                known = component.known_table()
                wanted &= (known > 0) & (known < threshold)
                certain = wanted & (component.lower == component.upper)
                if certain.any():
                    wanted = certain  # what single equations leave is enough for the verdict
                component.vary_around(wanted & ~certain, relatives.around)
                single = np.flatnonzero(wanted & component.one_value()).tolist()
            else:
                component.explore(wanted, 1.0)
                single = [
                    index
                    for index in np.flatnonzero(wanted).tolist()
                    if component.whole_high[index] - component.whole_low[index] < 1
                    and is_single(component, index)
                ]
            for index in single:
                value = float(component.whole_low[index])
                cell = columns[index]
                if 0 < value < threshold:
                    broken.add(cell)
                    result.findings.append(
                        finding("noise", knowledge, cell, value, value, _undone(knowledge, component, index))
                    )
        except Contradiction as error:
            raise DeclarationError(
                Told(
                    f"no true table lies within the declared noise around {knowledge.name(columns[0])}: "
                    f"{error}",
                    "keine wahre Tabelle liegt innerhalb der erklärten Überlagerung um "
                    f"{knowledge.name(columns[0])}: {error.told.de}",
                )
            ) from None
        result.programs += component.programs
    for cell, shown in enumerate(knowledge.shown):
        if shown is not None and not free[cell] and lower[cell] > 0:
            result.undone_noise.append(knowledge.name(cell))
            if lower[cell] < threshold:
                broken.add(cell)
                result.findings.append(
                    finding(
                        "noise",
                        knowledge,
                        cell,
                        lower[cell],
                        lower[cell],
                        Told(
                            f"{knowledge.name(cell)} is shown as {shown:g}, which only the true value "
                            f"{lower[cell]:g} gives",
                            f"{knowledge.name(cell, 'de')} steht da als {figure(shown, 'de')}, was nur der "
                            f"wahre Wert {figure(lower[cell], 'de')} ergibt",
                        ),
                    )
                )
    result.end("noise", len(broken))
    return result


def _undone(knowledge: Knowledge, component: Component, index: int) -> Told:
    """What the noise leaves of a cell, in words."""
    cell, value = component.columns[index], float(component.whole_low[index])
    if len(component) > WIDE and component.lower[index] < component.upper[index]:
        return Told(
            f"no true value of {knowledge.name(cell)} but {value:g} was found that fits the noise and the "
            f"sums; among more than {WIDE} connected cells that counts as broken",
            f"für {knowledge.name(cell, 'de')} fand sich kein wahrer Wert außer {figure(value, 'de')}, der "
            f"zur Überlagerung und zu den Summen passt; bei mehr als {WIDE} zusammenhängenden Feldern gilt "
            "das als gebrochen",
        )
    return Told(
        f"{knowledge.name(cell)} = {value:g} is the only true value that fits the noise and the sums",
        f"{knowledge.name(cell, 'de')} = {figure(value, 'de')} ist der einzige wahre Wert, der zur "
        "Überlagerung und zu den Summen passt",
    )
