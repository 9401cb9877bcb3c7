"""Projection: the common rules, and that each figure starts from what was counted and shows only
what was tested.
"""

from __future__ import annotations

from expectations.bench import Bench
from expectations.rules import DATA_ENGINEER, STATISTICIAN, Inspection, Rule, Statement
from expectations.suites import common
from sources.foundation.told import Phrase

_KEYS = ("scenario_id", "area_code", "age_group_code", "reference_date")
_FIGURES = Phrase("Werte", "figures")


def rules(bench: Bench) -> list[Rule]:
    """Common rules, and those of base, interval and method."""
    return [*common.rules(bench), _base(), _interval(), _method()]


def inspections(bench: Bench) -> list[Inspection]:
    """Common inspections."""
    return common.inspections(bench)


def _base() -> Rule:
    return Rule(
        Statement(
            "projection.base",
            "values",
            "fail",
            Phrase(
                "Jede Reihe beginnt mit dem veröffentlichten Wert",
                "Every series starts from the published figure",
            ),
            Phrase(
                "vor Reihen, die gegen die Statistik springen",
                "against series that jump against the statistics",
            ),
            DATA_ENGINEER,
            Phrase(
                "Ausgangswert {base_value}, die Reihe beginnt mit {first_value} am {first_date}",
                "base figure {base_value}, the series starts with {first_value} on {first_date}",
            ),
            unit=_FIGURES,
            keys=_KEYS,
        ),
        cases="""
            select candidate.scenario_id, candidate.area_code, candidate.area_name, candidate.age_group_code,
                candidate.reference_date, candidate.base_date, candidate.base_value, candidate.horizon_years,
                start.value as first_value, start.reference_date as first_date
            from candidate
            left join (select * from candidate where horizon_years = 0) as start
                on candidate.scenario_id = start.scenario_id
                and candidate.area_code = start.area_code
                and candidate.age_group_code = start.age_group_code
        """,
        broken="first_value is distinct from base_value or first_date is distinct from base_date"
        " or reference_date <> base_date + to_years(horizon_years)",
    )


def _interval() -> Rule:
    return Rule(
        Statement(
            "projection.interval",
            "values",
            "fail",
            Phrase(
                "Der Wert liegt in seinem Intervall, und ohne Prüfung gibt es keines",
                "The figure lies within its interval, and there is none without a test",
            ),
            Phrase("vor vertauschten und vorgetäuschten Grenzen", "against swapped and pretended limits"),
            STATISTICIAN,
            Phrase(
                "{value} von {projection_lower} bis {projection_upper} ({interval_basis})",
                "{value} from {projection_lower} to {projection_upper} ({interval_basis})",
            ),
            unit=_FIGURES,
            keys=_KEYS,
        ),
        cases="""
            select scenario_id, area_code, area_name, age_group_code, reference_date, value, projection_lower,
                projection_upper, interval_basis
            from candidate
        """,
        comparable="value is not null",
        broken="case when interval_basis = 'not_tested'"
        " then projection_lower is not null or projection_upper is not null"
        " else projection_lower is null or projection_upper is null or projection_lower < 0"
        " or projection_lower > value or value > projection_upper end",
    )


def _method() -> Rule:
    return Rule(
        Statement(
            "projection.method",
            "values",
            "fail",
            Phrase(
                "Fortgeschrieben wird nur, was in der Prüfung besser war als der heutige Stand",
                "Only what tested better than the figure of today is carried on",
            ),
            Phrase(
                "vor Vorausrechnungen ohne Beleg und vor Raten über einen Zensus hinweg",
                "against projections without proof and against ratios across a census",
            ),
            STATISTICIAN,
            Phrase(
                "{projection_method} mit Fehler {off_pct} %, wie heute {as_today_off_pct} %,"
                " Raten aus {ratio_years} Jahren",
                "{projection_method} with error {off_pct} %, as today {as_today_off_pct} %,"
                " ratios of {ratio_years} years",
            ),
            unit=_FIGURES,
            keys=_KEYS,
        ),
        cases="""
            select scenario_id, area_code, area_name, age_group_code, reference_date, projection_method,
            off_pct,
                as_today_off_pct, ratio_years, scenario_id = 'trend' as is_trend, value, base_value
            from candidate
        """,
        comparable="projection_method not in ('published', 'sum')",
        broken="case when projection_method = 'as_today' then is_trend and value is distinct from base_value"
        " else off_pct is null or off_pct >= as_today_off_pct or ratio_years is null or ratio_years <= 0 end",
    )
