"""Ranges, counts, ratios, promised and national figures, figures known from elsewhere."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.expectations.candidates import Candidate, indicators

KIEL_SHARE = {"indicator_id": "D05-u3", "area_code": "01002", "reference_date": date(2015, 12, 31)}
KIEL = {"indicator_id": "D01", "area_code": "01002", "reference_date": date(2015, 12, 31)}
DG = {"indicator_id": "D01", "area_code": "DG", "reference_date": date(2015, 12, 31)}

CASES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("values.ranges", KIEL_SHARE, {"value": 101.5}, "value 101.5 % is not between 0 and 100"),
    ("values.whole_counts", KIEL, {"value": 12.5}, "value 12.5 is no count"),
    ("values.whole_counts", KIEL, {"value": -1.0}, "value -1 is no count"),
    ("values.ratio", KIEL_SHARE, {"value": 3.0}, "× 100 = 2."),
    ("values.ratio", KIEL_SHARE, {"denominator": 0.0}, "/ 0 × 100 = –"),
    ("values.national", DG, {"value": None, "missing_reason": "not_delivered"}, "2 Kreise have a value"),
    (
        "values.reference_values",
        DG,
        {"value": 82175685.0},
        "value 82,175,685, known is 82,175,684 (12411-01-01-4",
    ),
    (
        "values.parts_do_not_reveal",
        KIEL_SHARE,
        {"value": None, "missing_reason": "suppressed_primary"},
        "value is suppressed, yet numerator",
    ),
    ("indicators.share_of_whole", KIEL_SHARE, {"numerator": 999999.0}, "numerator 999,999 is larger"),
]


@pytest.mark.parametrize(
    ("check_id", "chosen", "values", "words"), CASES, ids=lambda c: c if isinstance(c, str) else ""
)
def test_finds_what_is_wrong(
    ask, check_id: str, chosen: dict[str, Any], values: dict[str, Any], words: str
) -> None:
    candidate = indicators()
    candidate.change(chosen, **values)
    check = ask(candidate, check_id)
    assert check.outcome == ("warned" if check_id == "indicators.share_of_whole" else "failed")
    assert check.found == 1
    assert words in check.examples[0]


@pytest.mark.parametrize("check_id", sorted({case[0] for case in CASES} | {"values.required"}))
def test_passes_a_sound_candidate(ask, check_id: str) -> None:
    check = ask(indicators(), check_id)
    # a sound candidate suppresses nothing: there is nothing to reveal, and the check says so
    assert check.outcome == ("noted" if check_id == "values.parts_do_not_reveal" else "passed")
    assert check.found == 0


def test_the_first_fitting_range_decides(ask) -> None:
    candidate = indicators()
    candidate.checks["ranges"] = [
        {"where": {"indicator_id": "D05-u3", "area_code": "01002"}, "high": 1, "severity": "warn"},
        {"where": {"unit": "%"}, "low": 0, "high": 100},
    ]
    check = ask(candidate, "values.ranges")
    assert (check.outcome, check.found) == ("warned", 2)
    assert all("01002" in example for example in check.examples)


def test_a_promised_indicator_without_any_figure_fails(ask) -> None:
    candidate = indicators()
    candidate.checks["required"][0]["values"].append("P07")
    candidate.change({"indicator_id": "D05-u3"}, value=None, missing_reason="not_delivered")
    check = ask(candidate, "values.required")
    assert check.outcome == "failed"
    assert [example.split(": ")[1] for example in check.examples] == [
        "indicator_id “D05-u3” has not a single value",
        "indicator_id “P07” has not a single value",
    ]


def test_ratio_stored_with_decimals_may_be_off_by_half_a_step(ask) -> None:
    candidate = indicators()
    candidate.change(KIEL_SHARE, value=2.51, numerator=251.4, denominator=10000.0)
    assert ask(candidate, "values.ratio").outcome == "failed"
    candidate.checks["ratio"]["decimals"] = 2
    candidate.rows = [row for row in candidate.rows if row["area_code"] == "01002"]
    for row in candidate.rows:
        row["value"] = round(row["value"], 2)
    assert ask(candidate, "values.ratio").outcome == "passed"


def test_a_missing_national_figure_that_is_explained_warns(ask) -> None:
    candidate = indicators()
    candidate.change(DG, value=None, missing_reason="not_delivered")
    candidate.checks["national"]["explained"] = [
        {"where": {"indicator_id": "D01"}, "since": "2015-01-01", "why": "Zensus", "source": "Fußnote 1"}
    ]
    check = ask(candidate, "values.national")
    assert (check.outcome, check.excused) == ("warned", 1)
    assert check.examples[0].endswith("– Zensus (Fußnote 1)")


def test_a_reference_value_of_a_row_that_is_not_there_is_not_compared(ask) -> None:
    candidate = indicators()
    candidate.drop(**DG)
    check = ask(candidate, "values.reference_values")
    assert (check.outcome, check.examined) == ("noted", 0)


def childcare_rates(total: float, centre: float, home: float) -> Candidate:
    """Children under 3 in care in Kiel: in total, at centres, with childminders."""
    candidate = indicators()
    rows = [row for row in candidate.rows if row["indicator_id"] == "D05-u3"]
    candidate.rows = []
    for suffix, number in (("", total), ("-centre", centre), ("-home", home)):
        for row in rows:
            share = 100 * number / row["denominator"]
            candidate.rows.append(
                {**row, "indicator_id": f"K01{suffix}", "numerator": number, "value": share}
            )
    return candidate


@pytest.mark.parametrize(
    ("total", "centre", "home", "outcome"),
    [(110, 100, 20, "passed"), (120, 100, 20, "passed"), (121, 100, 20, "failed"), (99, 100, 20, "failed")],
)
def test_total_childcare_lies_between_the_larger_form_and_the_sum(
    ask, tmp_path: Path, total: float, centre: float, home: float, outcome: str
) -> None:
    check = ask(childcare_rates(total, centre, home), "indicators.forms_cover_total")
    assert (check.outcome, check.examined) == (outcome, 8)


def test_a_rule_that_applies_to_nothing_says_so(ask) -> None:
    candidate = indicators()
    candidate.checks["ranges"] = [{"where": {"unit": "Stück"}, "low": 0}]
    check = ask(candidate, "values.ranges")
    assert check.outcome in ("passed", "warned")
    candidate.checks["integers"] = [{"indicator_id": "D99"}]
    check = ask(candidate, "values.whole_counts")
    assert check.outcome == "warned"
    assert "applied to nothing" in check.observed
