"""Outcomes: the common rules, and no success inside the noise."""

from __future__ import annotations

from expectations.bench import Bench
from expectations.rules import STATISTICIAN, Inspection, Rule, Statement
from expectations.suites import common
from sources.foundation.told import Phrase


def rules(bench: Bench) -> list[Rule]:
    """Common rules, and that a claimed success moved the right way by more than chance."""
    return [*common.rules(bench), _beyond_chance()]


def inspections(bench: Bench) -> list[Inspection]:
    """Common inspections."""
    return common.inspections(bench)


def _beyond_chance() -> Rule:
    return Rule(
        Statement(
            "outcome.beyond_chance",
            "values",
            "fail",
            Phrase(
                "Erfolg heißt Bewegung zum Ziel, die größer ist als der Zufall",
                "Success means movement towards the target beyond chance",
            ),
            Phrase("davor, dass Rauschen als Wirkung gilt", "against taking noise for an effect"),
            STATISTICIAN,
            Phrase(
                "Status {status}, Veränderung {change_since_baseline} ({change_lower} bis {change_upper})",
                "status {status}, change {change_since_baseline} ({change_lower} to {change_upper})",
            ),
            unit=Phrase("Ziele", "goals"),
            keys=("goal_id", "reference_date"),
        ),
        cases="""
            select goal_id, area_code, area_name, reference_date, status, change_since_baseline, change_lower,
                change_upper, target > baseline_value as is_upwards
            from candidate
        """,
        comparable="status in ('reached', 'on_course')",
        broken="change_since_baseline is null"
        " or case when is_upwards then change_since_baseline <= 0 or change_lower <= 0"
        " else change_since_baseline >= 0 or change_upper >= 0 end",
    )
