"""Indicators: the common rules, and how indicators relate to each other."""

from __future__ import annotations

from expectations.bench import Bench
from expectations.rules import DATA_ENGINEER, Inspection, Rule, Statement
from expectations.suites import common
from sources.foundation.told import Phrase

# A child in day care at a centre and with a childminder counts in both forms, but once in the total.
_FORMS = ("-centre", "-home")


def rules(bench: Bench) -> list[Rule]:
    """Common rules and the relations between an indicator and its variants."""
    found = common.rules(bench)
    if bench.has("indicator_id", "numerator", "denominator", "unit"):
        found += [_forms_cover_total(bench), _share_of_whole(bench)]
    return found


def inspections(bench: Bench) -> list[Inspection]:
    """Common inspections."""
    return common.inspections(bench)


def _forms_cover_total(bench: Bench) -> Rule:
    suffixes = ", ".join(f"'{form}'" for form in _FORMS)
    return Rule(
        Statement(
            "indicators.forms_cover_total",
            "values",
            "fail",
            Phrase(
                "Betreuungsquote insgesamt liegt zwischen der größeren Form und der Summe der Formen",
                "The total childcare rate lies between the larger form and the sum of the forms",
            ),
            Phrase(
                "vor vertauschten Formen der Kinderbetreuung und doppelt gezählten Kindern",
                "against mixed-up forms of childcare and children counted twice",
            ),
            DATA_ENGINEER,
            Phrase(
                "insgesamt {numerator} Kinder, größere Form {largest}, Summe der Formen {forms_sum}",
                "{numerator} children in total, larger form {largest}, sum of the forms {forms_sum}",
            ),
            keys=("indicator_id", "area_code", "reference_date"),
        ),
        cases=f"""
            select total.indicator_id, total.area_code, total.area_name, total.reference_date,
                total.numerator, forms.largest, forms.forms_sum, forms.forms_known
            from candidate as total
            inner join (
                select regexp_extract(indicator_id, '^[^-]+') as base, area_code, reference_date,
                    max(numerator) as largest, sum(numerator) as forms_sum, count(numerator) as forms_known
                from candidate
                where regexp_extract(indicator_id, '-[a-z]+$') in ({suffixes})
                group by base, area_code, reference_date
            ) as forms
                on total.indicator_id = forms.base and total.area_code = forms.area_code
                and total.reference_date = forms.reference_date
        """,
        comparable=f"numerator is not null and forms_known = {len(_FORMS)}",
        broken="numerator < largest or numerator > forms_sum",
    )


def _share_of_whole(bench: Bench) -> Rule:
    return Rule(
        Statement(
            "indicators.share_of_whole",
            "values",
            "warn",
            Phrase(
                "Bei Anteilen ist der Zähler nicht größer als der Nenner",
                "In shares the numerator is not larger than the denominator",
            ),
            Phrase(
                "vor vertauschtem Zähler und Nenner; bei Betreuungsquoten kommt es vor, weil Kinder in "
                "Nachbarkreisen betreut werden",
                "against swapped numerator and denominator; it occurs in childcare rates because children "
                "are looked after in neighbouring Kreise",
            ),
            DATA_ENGINEER,
            Phrase(
                "Zähler {numerator} ist größer als Nenner {denominator}",
                "numerator {numerator} is larger than denominator {denominator}",
            ),
            unit=Phrase("Anteile", "shares"),
            keys=("indicator_id", "area_code", "reference_date"),
            values=("numerator", "denominator"),
        ),
        cases="""
            select indicator_id, area_code, area_name, reference_date, numerator, denominator
            from candidate
            where unit = '%' and numerator is not null and denominator is not null
        """,
        broken="numerator > denominator",
    )
