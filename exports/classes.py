"""Classes of a choropleth map: limits, and colours that colour-blind people tell apart (ColorBrewer).

Every map has them from here, so that QGIS, a picture and the atlas show the same numbers alike: fifths in one
hue from light to dark; where a good part of the numbers lies on either side of nought, thirds of each side in
two hues that meet there.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Collection, Iterable

ONE_COLOUR, TWO_COLOURS = "Blues", "PuOr"
"""Names of the schemes at ColorBrewer."""

CLASSES, CLASSES_A_SIDE = 5, 3

COMMON = 20
"""Both signs are common where at least one in so many numbers has each."""

COLOURS: dict[str, dict[int, tuple[str, ...]]] = {
    ONE_COLOUR: {
        1: ("#6baed6",),
        2: ("#bdd7e7", "#3182bd"),
        3: ("#bdd7e7", "#6baed6", "#2171b5"),
        4: ("#eff3ff", "#bdd7e7", "#6baed6", "#2171b5"),
        5: ("#eff3ff", "#bdd7e7", "#6baed6", "#3182bd", "#08519c"),
    },
    TWO_COLOURS: {
        -3: ("#b35806", "#f1a340", "#fee0b6"),
        -2: ("#e66101", "#fdb863"),
        -1: ("#f1a340",),
        1: ("#998ec3",),
        2: ("#b2abd2", "#5e3c99"),
        3: ("#d8daeb", "#998ec3", "#542788"),
    },
}
"""Colours by number of classes; of two hues those below nought stand under the negative number."""


def cuts(numbers: Collection[float], digits: int | None, classes: int = CLASSES) -> list[float]:
    """Limits between classes of about equal size, rounded to `digits`; fewer where numbers are alike.

    A class begins with its lower limit and ends below its upper one.
    """
    classes = min(classes, len(set(numbers)))
    if classes < 2:
        return []
    found = statistics.quantiles(numbers, n=classes, method="inclusive")
    rounded = {one if digits is None else round(one, digits) for one in found}
    return _filled(sorted(rounded), numbers)


def _filled(limits: Iterable[float], numbers: Collection[float]) -> list[float]:
    """The limits without those that would leave a class empty."""
    kept: list[float] = []
    for limit in limits:
        low = kept[-1] if kept else -math.inf
        if any(low <= one < limit for one in numbers) and limit <= max(numbers):
            kept.append(limit)
    return kept


def has_middle(numbers: Collection[float]) -> bool:
    """Whether numbers below and above nought are both common, so that a map has a middle."""
    below, above = sum(one < 0 for one in numbers), sum(one > 0 for one in numbers)
    return below > 0 and above > 0 and min(below, above) * COMMON >= len(numbers)


def limits_and_colours(
    numbers: Collection[float], digits: int | None, is_balance: bool = False
) -> tuple[list[float], tuple[str, ...]]:
    """The limits between the classes of a layer, and a colour for each class.

    A balance (need less places) has its middle at nought even where all numbers lie on one side.
    """
    if not (is_balance or has_middle(numbers)):
        limits = cuts(numbers, digits)
        colours = COLOURS[ONE_COLOUR][len(limits) + 1]
        return limits, colours[::-1] if max(numbers) < 0 else colours
    lower, upper = (
        cuts(side, digits, CLASSES_A_SIDE)
        for side in ([one for one in numbers if one < 0], [one for one in numbers if one >= 0])
    )
    limits = [*(one for one in lower if one < 0), 0.0, *(one for one in upper if one > 0)]
    low = limits.index(0.0) + 1
    high = len(limits) + 1 - low
    return limits, COLOURS[TWO_COLOURS][-low] + COLOURS[TWO_COLOURS][high]
