"""Peer rings: the common rules, ring values in their order, and none out of too few members."""

from __future__ import annotations

from expectations.bench import Bench
from expectations.rules import DATA_ENGINEER, Inspection, Rule, Statement
from expectations.suites import common
from sources.foundation.told import Phrase

_KEYS = ("ring_id", "indicator_id", "area_code", "reference_date")
_FEWEST = 3
"""With fewer members a ring's value tells a member the other's number."""


def rules(bench: Bench) -> list[Rule]:
    """Common rules, the order of a ring's values, and its size."""
    return [*common.rules(bench), _ordered(), _enough_members()]


def inspections(bench: Bench) -> list[Inspection]:
    """Common inspections."""
    return common.inspections(bench)


def _ordered() -> Rule:
    return Rule(
        Statement(
            "peer_ring.ordered",
            "values",
            "fail",
            Phrase(
                "Ringwerte stehen in ihrer Reihenfolge und umfassen das Mitglied",
                "Minimum, quartiles and maximum of a ring are in order and enclose the member",
            ),
            Phrase(
                "vor Ringwerten aus anderen Mitgliedern, Kennzahlen oder Stichtagen",
                "against ring values out of other members, indicators or dates",
            ),
            DATA_ENGINEER,
            Phrase(
                "Wert {value}, Ring {ring_minimum} bis {ring_maximum}, Median {ring_median}",
                "value {value}, ring {ring_minimum} to {ring_maximum}, median {ring_median}",
            ),
            keys=_KEYS,
        ),
        cases="""
            select ring_id, indicator_id, area_code, area_name, reference_date, value, ring_minimum,
                ring_lower_quartile, ring_median, ring_upper_quartile, ring_maximum
            from candidate
        """,
        comparable="ring_median is not null",
        broken="not (ring_minimum <= ring_lower_quartile and ring_lower_quartile <= ring_median"
        " and ring_median <= ring_upper_quartile and ring_upper_quartile <= ring_maximum)"
        " or value < ring_minimum or value > ring_maximum",
    )


def _enough_members() -> Rule:
    return Rule(
        Statement(
            "peer_ring.enough_members",
            "values",
            "fail",
            Phrase("Kein Ringwert aus zu wenigen Mitgliedern", "No ring value out of too few members"),
            Phrase(
                "davor, dass aus dem Ringwert die Zahl eines anderen folgt; und vor Rängen ohne Vergleich",
                "against deriving another member's number; and against positions without a comparison",
            ),
            DATA_ENGINEER,
            Phrase(
                "{members_count} Mitglieder mit Wert, Platz {position}",
                "{members_count} members with a value, position {position}",
            ),
            keys=_KEYS,
        ),
        cases="""
            select ring_id, indicator_id, area_code, area_name, reference_date, members_count, ring_median,
                position
            from candidate
        """,
        broken=f"ring_median is not null and members_count < {_FEWEST}"
        " or position > members_count or position is not null and ring_median is null",
    )
