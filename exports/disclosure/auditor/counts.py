"""Counts: whole numbers, hidden ones at least 1 where zeros are shown (K2); what single cases learn (K4)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from exports.disclosure.auditor.algebra import Row, row_space
from exports.disclosure.auditor.findings import finding
from exports.disclosure.auditor.intervals import NO_WHOLE_TABLE, Component, Contradiction
from exports.disclosure.auditor.knowledge import Knowledge
from exports.disclosure.auditor.problem import (
    Problem,
    component_in,
    implied_by_sums,
    split_of,
)
from exports.disclosure.auditor.trial import Trial, floor_of, matters
from exports.disclosure.declaration import DeclarationError
from exports.disclosure.solver import INFINITY
from sources.foundation.told import Told, figure

SEARCHES = ((1.0, 40.0), (4.0, 1000.0))
"""Searches for tables around a known one: how far cells may change, and what changing an open one pays."""


def whole_numbers(trial: Trial) -> set[int]:
    """Whole numbers, hidden cells at least 1 where zeros are shown; and what an insider adds to that."""
    knowledge, safety, problem, result = trial.knowledge, trial.safety, trial.problem, trial.result
    floor = floor_of(safety)
    level = "integer" if floor else "whole"
    threshold = safety.minimum_frequency if floor or "K3" in safety.withstand else None
    found: set[int] = set()
    insiders: set[int] = set()
    small: list[int] = []
    tied_by_cell = {cell: group for group in trial.space.tied for cell in group}
    known = Told(
        "whole numbers, hidden cells of at least 1" if floor else "whole numbers",
        "zu ganzen Zahlen, zu gesperrten Feldern von mindestens 1" if floor else "zu ganzen Zahlen",
    )
    least, most = implied_by_sums(knowledge, problem, floor)
    position = {cell: place for place, cell in enumerate(problem.columns)}
    for columns, rows in trial.split:
        component = component_in(knowledge, problem, columns, rows, floor)
        wanted = {
            cell
            for cell in columns
            if cell not in trial.broken and (knowledge.hidden[cell] or safety.unpublished == "protect")
        }
        single: dict[int, float] = {}
        try:
            component.explore(np.array([cell in wanted for cell in columns]), 1.0)
            fixed, parts = _fix_what_cannot_move(component, problem, rows)
            single.update((cell, value) for cell, value in fixed.items() if cell in wanted)
            for part in parts:
                inside = np.array([cell in wanted for cell in part.columns])
                places = [position[cell] for cell in part.columns]
                part.least, part.most = least[places], most[places]
                part.explore(inside, 1.0)
                for reach, reward in SEARCHES:
                    part.vary(inside, reach, reward)
                for index in np.flatnonzero(inside).tolist():
                    if is_single(part, index):
                        single[part.columns[index]] = float(part.whole_low[index])
                if threshold is not None:
                    hidden = np.array([knowledge.hidden[cell] for cell in part.columns])
                    small.extend(part.columns[index] for index in part.below(hidden, threshold))
                component.programs += part.programs
        except Contradiction as error:
            raise DeclarationError(
                Told(
                    f"hidden cells around {knowledge.name(columns[0])} cannot all be at least 1: {error}; "
                    "if zeros are hidden too, the declaration must say zeros: protect",
                    f"gesperrte Felder um {knowledge.name(columns[0])} können nicht alle mindestens 1 sein: "
                    f"{error.told.de}; wenn auch Nullen gesperrt sind, muss die Erklärung zeros: protect "
                    "sagen",
                )
            ) from None
        if threshold is not None:
            small.extend(
                cell for cell, value in fixed.items() if knowledge.hidden[cell] and value < threshold - 1e-6
            )
        for cell in sorted(single):
            value = single[cell]
            if not matters(knowledge, safety, cell, value, value):
                continue
            found.add(cell)
            words = Told(
                f"{knowledge.name(cell)} = {value:g} is the only value that fits {known} and the sums",
                f"{knowledge.name(cell, 'de')} = {figure(value, 'de')} ist der einzige Wert, der "
                f"{known.de} und zu den Summen passt",
            )
            result.findings.append(finding(level, knowledge, cell, value, value, words))
        if "K4" in safety.withstand:
            insiders |= insider(trial, component, tied_by_cell, trial.broken | found)
        result.programs += component.programs
    result.end(level, len(found))
    if floor:
        result.tried.add("K2")
    if threshold is not None:
        result.tried.add("K3")
        small.sort()
        result.provably_small = len(small)
        result.provably_small_names = [knowledge.name(cell) for cell in small[:20]]
    if "K4" in safety.withstand and safety.minimum_frequency is not None:
        result.end("insider", len(insiders))
        result.tried.add("K4")
    return found | insiders


def _fix_what_cannot_move(
    component: Component, problem: Problem, rows: Sequence[int]
) -> tuple[dict[int, float], list[Component]]:
    """Cells with one value in all tables that fit, by their values; and what is left, in connected parts.

    Cells that lie at the same bound in every table are known. Taken out, the others lie strictly inside their
    bounds in some table, so that the exact algebra tells which of them the equations determine.
    """
    stuck = component.stuck()
    if not stuck:
        return {}, [component]
    fixed = {component.columns[index]: value for index, value in stuck.items()}
    left, right = _without(problem, rows, fixed)
    unknown = [cell for cell in component.columns if cell not in fixed]
    space = row_space(left, unknown)
    place = {cell: index for index, cell in enumerate(component.columns)}
    for cell in sorted(space.determined):
        value = float(component.low[place[cell]])
        if abs(value - round(value)) > 1e-5:
            raise Contradiction(NO_WHOLE_TABLE)
        fixed[cell] = float(round(value))
    left, right = _without(problem, rows, fixed)
    reduced = Problem(tuple(unknown), tuple(left), tuple(right), ())
    used = [number for number in space.independent if left[number]]
    parts = [
        Component(
            cells,
            [left[number] for number in members],
            [right[number] for number in members],
            [float(component.lower[place[cell]]) for cell in cells],
            [float(component.upper[place[cell]]) for cell in cells],
        )
        for cells, members in split_of(reduced, used)
    ]
    return fixed, parts


def _without(
    problem: Problem, rows: Sequence[int], fixed: Mapping[int, float]
) -> tuple[list[Row], list[float]]:
    """The equations with some cells at known values; what these take goes to the right side."""
    left: list[Row] = []
    right: list[float] = []
    for number in rows:
        row = problem.rows[number]
        left.append({cell: value for cell, value in row.items() if cell not in fixed})
        right.append(
            problem.right[number] - sum(value * fixed[cell] for cell, value in row.items() if cell in fixed)
        )
    return left, right


def is_single(component: Component, index: int) -> bool:
    """Whether only one whole value fits a cell: two different whole tables, or bounds that leave one value.

    Linear programs first: their value bounds every whole table, and their tables are often whole. Branch and
    bound decides the rest.
    """
    if component.whole_high[index] - component.whole_low[index] >= 1:
        return False
    low, high = component.interval(index)
    if math.isinf(component.whole_low[index]) and component.whole_table(index, -INFINITY, INFINITY) is None:
        raise Contradiction(NO_WHOLE_TABLE)
    if component.whole_high[index] - component.whole_low[index] >= 1:
        return False
    value = float(component.whole_low[index])
    ways = [
        (lower, upper)
        for lower, upper, possible in (
            (value + 1, INFINITY, high > value + 1 - 1e-5),
            (-INFINITY, value - 1, low < value - 1 + 1e-5),
        )
        if possible
    ]
    if any(component.table_nearby(index, *way) for way in ways):
        return False
    return all(component.whole_table(index, *way) is None for way in ways)


def insider(
    trial: Trial, component: Component, tied: Mapping[int, tuple[int, ...]], broken: set[int]
) -> set[int]:
    """A cell with one contributor: that person knows it is 1 and learns every cell tied to it."""
    knowledge, safety, result = trial.knowledge, trial.safety, trial.result
    found: set[int] = set()
    if safety.minimum_frequency is None:
        return found
    groups = {tied[cell] for cell in component.columns if cell in tied and knowledge.may_be_alone(cell)}
    place = {cell: index for index, cell in enumerate(component.columns)}
    for group in sorted(groups):
        members = [cell for cell in group if cell in place and cell not in broken]
        for one in members:
            if not knowledge.may_be_alone(one):
                continue
            low, high = _reach_of_one(component, place[one])
            if high - low < 1e-6 or not low - 1e-6 <= 1 <= high + 1e-6:
                continue
            for other in members:
                if other == one or other in found:
                    continue
                slope, constant = _line(component, place[one], place[other])
                learned = slope + constant
                if not 0.5 < learned < safety.minimum_frequency - 1e-6:
                    continue
                if _same_units(knowledge, component, place, group, one, other):
                    continue
                found.add(other)
                result.findings.append(
                    finding(
                        "insider",
                        knowledge,
                        other,
                        learned,
                        learned,
                        Told(
                            f"whoever is the only case in {knowledge.name(one)} learns "
                            f"{knowledge.name(other)} = {learned:g}",
                            f"wer in {knowledge.name(one, 'de')} der einzige Fall ist, erfährt "
                            f"{knowledge.name(other, 'de')} = {figure(learned, 'de')}",
                        ),
                        knowledge.keys[one],
                    )
                )
    return found


def _reach_of_one(component: Component, index: int) -> tuple[float, float]:
    """Seen range of a cell, with programs as far as it takes to tell whether it moves and may be 1."""
    if component.low[index] > 1 + 1e-6:
        component.interval(index, high=False)
    if component.high[index] < 1 - 1e-6 or component.high[index] - component.low[index] < 1e-6:
        component.interval(index, low=False)
    return float(component.low[index]), float(component.high[index])


def _line(component: Component, one: int, other: int) -> tuple[float, float]:
    """Slope and constant of x_other over x_one for two tied cells, from two different possible tables."""
    samples = component.samples
    if samples:
        low = min(samples, key=lambda table: float(table[one]))
        high = max(samples, key=lambda table: float(table[one]))
    if not samples or high[one] - low[one] < 0.5:
        cost = np.zeros(len(component))
        cost[one] = 1.0
        low, high = component.extreme(cost), component.extreme(-cost)
    if abs(high[one] - low[one]) < 1e-6:
        return 0.0, float(low[other])
    slope = float((high[other] - low[other]) / (high[one] - low[one]))
    return slope, float(low[other] - slope * low[one])


def _same_units(
    knowledge: Knowledge,
    component: Component,
    place: Mapping[int, int],
    group: Sequence[int],
    one: int,
    other: int,
) -> bool:
    """Whether two tied cells hold the same units, so that nobody learns about others.

    One lies in the other, or both always equal a third cell that lies in them or around them (all their other
    parts are printed zeros).
    """

    def nested(a: int, b: int) -> bool:
        return knowledge.within(a, b) or knowledge.within(b, a)

    if nested(one, other):
        return True
    for third in group:
        if third not in place or not (nested(one, third) and nested(other, third)):
            continue
        lines = [_line(component, place[cell], place[third]) for cell in (one, other)]
        if all(abs(slope - 1.0) < 1e-6 and abs(constant) < 1e-6 for slope, constant in lines):
            return True
    return False
