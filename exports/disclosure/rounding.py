"""Rounding of counts to a multiple of 3, 5 or 10: to the nearest, or up or down by a
keyed draw without bias.
"""

from __future__ import annotations

from exports.disclosure.policy import Rounding


def round_count(value: int, settings: Rounding, draw: float = 0.0) -> int:
    """The rounded value. `draw` in [0, 1) decides a random rounding: the key of the cell, so that the same
    cases are rounded the same way every time.
    """
    base = settings.base
    rest = value % base
    if rest == 0:
        return value
    if not settings.random:
        return value - rest + (base if 2 * rest >= base else 0)
    return value - rest + (base if draw < rest / base else 0)


def behind(shown: int, settings: Rounding) -> tuple[int, int]:
    """Smallest and largest true count that can be shown as this multiple."""
    base = settings.base
    if settings.random:
        return max(0, shown - base + 1), shown + base - 1
    return max(0, shown - base // 2), shown + (base - 1) // 2
