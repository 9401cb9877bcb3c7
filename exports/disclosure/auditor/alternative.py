"""Proof that a hidden cell is safe: another complete table of whole numbers
that fits everything published.
"""

from __future__ import annotations

from exports.disclosure.auditor.knowledge import Knowledge
from exports.disclosure.auditor.problem import component_of
from exports.disclosure.solver import INFINITY


def alternative(knowledge: Knowledge, cell: int, value: float) -> dict[str, float] | None:
    """Values of the hidden cells of another possible table in which the cell differs from `value` by
    at least 1.
    """
    component = component_of(knowledge, cell)
    if component is None:
        return None
    index = component.columns.index(cell)
    for lower, upper in ((value + 1, INFINITY), (-INFINITY, value - 1)):
        table = component.whole_table(index, lower, upper)
        if table is not None:
            return {
                knowledge.name(column): float(number)
                for column, number in zip(component.columns, table, strict=True)
            }
    return None
