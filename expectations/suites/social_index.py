"""Social indices: the common rules, and how status, dynamics and the overall index fit together."""

from __future__ import annotations

from expectations.bench import Bench
from expectations.rules import DATA_ENGINEER, STATISTICIAN, Inspection, Rule, Statement
from expectations.suites import common
from sources.foundation.told import Phrase

_KEYS = ("edition_id", "area_code", "reference_year")
_SCORE = 10.0
"""No area lies further from the mean of its reference, in standard deviations (or sums of a few of them)."""


def rules(bench: Bench) -> list[Rule]:
    """Common rules, possible scores, the overall index out of its two parts, and a reason for no score."""
    return [*common.rules(bench), _scores(), _overall(), _reasons()]


def inspections(bench: Bench) -> list[Inspection]:
    """Common inspections."""
    return common.inspections(bench)


def _scores() -> Rule:
    return Rule(
        Statement(
            "social_index.scores",
            "values",
            "fail",
            Phrase("Indexwerte liegen im möglichen Bereich", "Index scores lie in their possible range"),
            Phrase(
                "vor falschen Bezugsgrößen und vertauschten Bestandteilen",
                "against wrong references and mixed-up components",
            ),
            STATISTICIAN,
            Phrase("Wert {score} ist nicht möglich", "score {score} is impossible"),
            unit=Phrase("Werte", "scores"),
            keys=_KEYS,
        ),
        cases="select edition_id, index_id, area_code, area_name, reference_year, score from candidate",
        comparable="score is not null",
        broken=f"case index_id when 'X06' then score not between 0 and 100 else abs(score) > {_SCORE} end",
        order="abs(score) desc",
    )


def _overall() -> Rule:
    """X04 is the class of X02 followed by that of X03 of the same edition, area and year."""
    return Rule(
        Statement(
            "social_index.overall",
            "values",
            "fail",
            Phrase("Der Gesamtindex ist Status und Dynamik", "The overall index is status and dynamics"),
            Phrase("vor Klassen aus verschiedenen Ausgaben", "against classes of different editions"),
            DATA_ENGINEER,
            Phrase(
                "Klasse {index_class}, Status und Dynamik ergeben {expected}",
                "class {index_class}, status and dynamics give {expected}",
            ),
            unit=Phrase("Klassen", "classes"),
            keys=_KEYS,
        ),
        cases="""
            select overall.edition_id, overall.area_code, overall.area_name, overall.reference_year,
                overall.index_class, status.index_class || dynamics.index_class as expected
            from candidate as overall
            left join candidate as status
                on status.edition_id = replace(overall.edition_id, 'X04', 'X02')
                and status.area_code = overall.area_code and status.reference_year = overall.reference_year
            left join candidate as dynamics
                on dynamics.edition_id = replace(overall.edition_id, 'X04', 'X03')
                and dynamics.area_code = overall.area_code
                and dynamics.reference_year = overall.reference_year
            where overall.index_id = 'X04'
        """,
        broken="index_class is distinct from expected",
    )


def _reasons() -> Rule:
    """A score, or the reason why there is none."""
    return Rule(
        Statement(
            "social_index.reasons",
            "values",
            "fail",
            Phrase("Ein fehlender Indexwert hat einen Grund", "A missing score has its reason"),
            Phrase("vor leeren Zellen, die niemand deuten kann", "against empty cells that say nothing"),
            DATA_ENGINEER,
            Phrase("Wert {score}, Grund {missing_reason}", "score {score}, reason {missing_reason}"),
            unit=Phrase("Zeilen", "rows"),
            keys=_KEYS,
        ),
        cases="select edition_id, area_code, area_name, reference_year, score, missing_reason from candidate",
        broken="(score is null) <> (missing_reason <> 'none')",
    )
