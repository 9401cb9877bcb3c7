"""Population: the common rules, and no unexplained jump from one year to the next."""

from __future__ import annotations

from expectations.bench import Bench
from expectations.rules import STATISTICIAN, Inspection, Rule, Statement
from expectations.suites import common
from sources.foundation.told import Phrase

# No Kreis of Germany gained or lost more within a year without a change of its area; a census may do it.
_YEARLY_JUMP = 0.06
_SMALL = 1000


def rules(bench: Bench) -> list[Rule]:
    """Common rules and the yearly jump."""
    found = common.rules(bench)
    if bench.has("area_code", "area_level", "reference_date", "value", "measure_code"):
        found.append(_jumps(bench))
    return found


def inspections(bench: Bench) -> list[Inspection]:
    """Common inspections."""
    return common.inspections(bench)


def _jumps(bench: Bench) -> Rule:
    dimensions = [
        name
        for name in bench.description.grain
        if name.endswith("_code") and name not in ("area_code", "measure_code")
    ]
    named = "area_name, " if bench.has("area_name") else ""
    totals = " and ".join(f"\"{name}\" = '_T'" for name in dimensions) or "true"
    return Rule(
        Statement(
            "population.yearly_jump",
            "plausibility",
            "warn",
            Phrase(
                "Kein Kreis wächst oder schrumpft sprunghaft",
                "No Kreis grows or shrinks by leaps within a year",
            ),
            Phrase(
                "vor unerkannten Gebietsänderungen und vertauschten Zeilen",
                "against unnoticed boundary changes and mixed-up rows",
            ),
            STATISTICIAN,
            Phrase(
                "von {value_before} am {date_before} auf {value} ({percent} %)",
                "from {value_before} on {date_before} to {value} ({percent} %)",
            ),
            unit=Phrase("Jahresschritte", "yearly steps"),
            keys=("area_code", "reference_date"),
            values=("value_before", "value"),
        ),
        cases=f"""
            select *, round(100 * (value / value_before - 1), 1) as percent
            from (
                select area_code, reference_date, {named}value,
                    lag(value) over areas_series as value_before,
                    lag(reference_date) over areas_series as date_before
                from candidate
                where area_level = 'KREIS' and value is not null and ({totals})
                window areas_series as (partition by area_code, measure_code order by reference_date)
            )
        """,
        comparable=f"value_before > {_SMALL} and reference_date - date_before between 364 and 367",
        broken=f"abs(value / value_before - 1) > {_YEARLY_JUMP}",
        order="abs(value / value_before - 1) desc",
    )
