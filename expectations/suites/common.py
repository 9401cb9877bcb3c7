"""What every suite holds: the rules for all products, and what the product file declares."""

from __future__ import annotations

from expectations import (
    additivity,
    comparisons,
    completeness,
    disclosure,
    files,
    labels,
    plausibility,
    shape,
    values,
)
from expectations.bench import Bench
from expectations.rules import Inspection, Rule


def rules(bench: Bench) -> list[Rule]:
    """Rules in SQL, in the order of the report."""
    return [
        *shape.rules(bench),
        *labels.rules(bench),
        *values.rules(bench),
        *additivity.rules(bench),
        *plausibility.rules(bench),
        *completeness.rules(bench),
        *comparisons.rules(bench),
    ]


def inspections(bench: Bench) -> list[Inspection]:
    """Checks of files, structure and sources."""
    return [
        *shape.inspections(bench),
        *labels.inspections(bench),
        *disclosure.inspections(bench),
        *files.inspections(bench),
        *completeness.inspections(bench),
        *comparisons.inspections(bench),
    ]
