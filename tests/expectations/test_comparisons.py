"""Comparison with the release before."""

from __future__ import annotations

from datetime import date

import pytest

from expectations.settings import DescriptionError, read_description
from tests.expectations.candidates import Candidate, areas, indicators, population

KIEL = {"indicator_id": "D01", "area_code": "01002", "reference_date": date(2015, 12, 31)}
ALL = (
    "comparison.rows_lost",
    "comparison.rows_added",
    "comparison.values_moved",
    "comparison.share_moved",
    "comparison.values_gone",
    "comparison.unit_changed",
    "comparison.columns",
)


@pytest.mark.parametrize("check_id", ALL)
def test_the_same_again_passes(ask, check_id: str) -> None:
    check = ask(indicators(), check_id, previous=indicators())
    assert (check.outcome, check.found) == ("passed", 0)
    assert check.examined > 0


def test_a_lost_row_fails_and_names_its_value(ask) -> None:
    candidate = indicators()
    candidate.drop(**KIEL)
    check = ask(candidate, "comparison.rows_lost", previous=indicators())
    assert (check.outcome, check.found, check.examined) == ("failed", 1, 16)
    assert check.examples[0] == (
        "indicator D01 · 01002 Kiel, kreisfreie Stadt · 2015-12-31: "
        "was in the previous release (value 246,306) and is missing now"
    )


def test_a_waiver_lets_exactly_its_rows_through_until_its_day(ask) -> None:
    candidate = indicators()
    candidate.drop(**KIEL)
    waiver = {
        "check": "comparison.rows_lost",
        "who": "A. Beispiel, Statistikstelle",
        "reason": "Zeile war doppelt",
        "until": "2026-12-31",
        "where": {"area_code": "01002"},
    }
    candidate.checks["waivers"] = [waiver]
    check = ask(candidate, "comparison.rows_lost", previous=indicators())
    assert (check.outcome, check.excused) == ("warned", 1)
    assert "A. Beispiel, Statistikstelle: Zeile war doppelt" in check.examples[0]
    assert (
        ask(candidate, "comparison.rows_lost", previous=indicators(), today=date(2027, 1, 1)).outcome
        == "failed"
    )
    waiver["where"] = {"area_code": "01001"}
    assert ask(candidate, "comparison.rows_lost", previous=indicators()).outcome == "failed"


def test_new_rows_are_counted_by_group_and_date(ask) -> None:
    previous = indicators()
    previous.rows = [row for row in previous.rows if row["reference_date"].year == 2014]
    check = ask(indicators(), "comparison.rows_added", previous=previous)
    assert (check.outcome, check.found) == ("noted", 2)
    assert "indicator D01 · 2015-12-31: 4 new rows" in check.examples


def test_the_largest_movement_comes_first(ask) -> None:
    candidate, previous = indicators(), indicators()
    previous.change(KIEL, value=123153.0)
    previous.change({**KIEL, "area_code": "01001"}, value=85000.0)
    check = ask(candidate, "comparison.values_moved", previous=previous)
    assert (check.outcome, check.found) == ("warned", 2)
    assert "from 123,153 to 246,306 (123,153, 100 %)" in check.examples[0]


def test_small_movements_only_inform(ask) -> None:
    candidate, previous = indicators(), indicators()
    previous.change(KIEL, value=246305.0)
    assert ask(candidate, "comparison.values_moved", previous=previous).outcome == "noted"
    candidate.checks["comparison"] = {"moved_warn_share": 0.2}
    assert ask(candidate, "comparison.share_moved", previous=previous).outcome == "noted"


@pytest.mark.parametrize(("fail", "warn", "outcome"), [(0.1, 0.01, "failed"), (0.5, 0.1, "warned")])
def test_the_share_of_moved_values_is_judged_by_group(ask, fail: float, warn: float, outcome: str) -> None:
    candidate, previous = indicators(), indicators()
    previous.change(KIEL, value=246305.0)
    candidate.checks["comparison"] = {"moved_warn_share": warn, "moved_fail_share": fail}
    check = ask(candidate, "comparison.share_moved", previous=previous)
    assert (check.outcome, check.found) == (outcome, 1)
    assert check.examples == ("indicator D01: 1 of 8 values moved (12.5 %), largest movement 1",)


def test_a_value_that_becomes_missing_warns(ask) -> None:
    candidate = indicators()
    candidate.change(KIEL, value=None, missing_reason="suppressed_primary", obs_status="M")
    check = ask(candidate, "comparison.values_gone", previous=indicators())
    assert check.outcome == "warned"
    assert "was 246,306, is missing now (suppressed_primary)" in check.examples[0]


def test_a_changed_unit_fails(ask) -> None:
    candidate = indicators()
    candidate.change(KIEL, unit="Tsd.")
    check = ask(candidate, "comparison.unit_changed", previous=indicators())
    assert check.outcome == "failed"
    assert "was “Anzahl”, is now “Tsd.”" in check.examples[0]


def test_lost_and_retyped_columns_fail_new_ones_inform(ask) -> None:
    candidate, previous = indicators(), indicators()
    candidate.types["surprise"] = "VARCHAR"
    assert ask(candidate, "comparison.columns", previous=previous).outcome == "noted"
    previous.types["denominator"] = "BIGINT"
    previous.types["former"] = "VARCHAR"
    check = ask(candidate, "comparison.columns", previous=previous)
    assert check.outcome == "failed"
    assert check.examples == (
        "denominator: was BIGINT, is now DOUBLE",
        "former: disappeared",
        "surprise: is new",
    )


def test_another_grain_cannot_be_compared(ask) -> None:
    previous = population()
    previous.product = "indicators"
    check = ask(indicators(), "comparison.columns", previous=previous)
    assert check.outcome == "failed"
    assert any("another grain" in example for example in check.examples)


def test_the_first_release_has_nothing_to_compare_with(ask) -> None:
    check = ask(indicators(), "comparison.previous")
    assert check.outcome == "noted"


def spanned() -> Candidate:
    """Areas whose beginnings may become known better."""
    candidate = areas()
    candidate.checks["comparison"] = {"span": ["valid_from", "valid_to"]}
    return candidate


GOETTINGEN = {"area_code": "03159"}


@pytest.mark.parametrize("begins", [date(2015, 12, 31), date(2018, 1, 1)])
def test_a_beginning_known_better_is_told_and_not_lost(ask, begins: date) -> None:
    candidate = spanned()
    candidate.change(GOETTINGEN, valid_from=begins)
    told = ask(candidate, "comparison.rows_redated", previous=spanned())
    assert (told.outcome, told.found, told.examined) == ("noted", 1, 5)
    assert f"begins on {begins} now" in told.examples[0]
    assert ask(candidate, "comparison.rows_lost", previous=spanned()).outcome == "passed"
    candidate.checks["comparison"] = {}
    assert ask(candidate, "comparison.rows_lost", previous=areas()).found == 1


def test_an_area_that_goes_is_lost_whatever_begins(ask) -> None:
    gone, moved, foreign = spanned(), spanned(), spanned()
    gone.drop(**GOETTINGEN)
    moved.change(GOETTINGEN, valid_from=date(1900, 1, 1), valid_to=date(2010, 1, 1))
    foreign.change(GOETTINGEN, area_code="03158")
    for candidate in (gone, moved, foreign):
        assert ask(candidate, "comparison.rows_lost", previous=spanned()).found == 1
        assert ask(candidate, "comparison.rows_redated", previous=spanned()).found == 0


def test_of_two_versions_that_became_one_one_is_lost(ask) -> None:
    """Days of the former versions are covered all the same: another territory took the place of theirs."""
    previous, candidate = spanned(), spanned()
    previous.change(GOETTINGEN, valid_to=date(2020, 1, 1))
    later = next(row for row in previous.rows if row["area_code"] == "03159")
    previous.rows.append({**later, "valid_from": date(2020, 1, 1), "valid_to": date(9999, 12, 31)})
    candidate.change(GOETTINGEN, valid_from=date(2015, 12, 31))
    assert ask(candidate, "comparison.rows_lost", previous=previous).found == 1
    assert ask(candidate, "comparison.rows_redated", previous=previous).found == 1
    candidate.change(GOETTINGEN, valid_from=date(2016, 11, 1))
    assert ask(candidate, "comparison.rows_lost", previous=previous).found == 1


def test_a_span_that_dates_no_row_is_refused() -> None:
    candidate = indicators()
    candidate.checks["comparison"] = {"span": ["known_from", "known_to"]}
    with pytest.raises(DescriptionError, match="known_from is no part of the grain"):
        read_description(candidate.description())


def by_version(begins: str = "1900-01-01") -> Candidate:
    """Indicators by version of an area, that of Kiel beginning on a day; nobody declares a span."""
    candidate = indicators()
    candidate.types = {"area_key": "VARCHAR", **candidate.types}
    candidate.grain = ["indicator_id", "area_key", "reference_date"]
    for row in candidate.rows:
        row["area_key"] = f"{row['area_code']}@{begins if row['area_code'] == '01002' else '1900-01-01'}"
    return candidate


def test_a_version_of_an_area_that_begins_earlier_or_later_is_the_same_row(ask) -> None:
    for begins in ("1800-01-01", "2009-01-01"):
        told = ask(by_version(begins), "comparison.rows_redated", previous=by_version())
        assert (told.outcome, told.found) == ("noted", 4)
        assert f"begins on {begins} now" in told.examples[0]
        assert ask(by_version(begins), "comparison.rows_lost", previous=by_version()).outcome == "passed"
        assert ask(by_version(begins), "comparison.rows_added", previous=by_version()).found == 0


def test_its_figures_are_compared_all_the_same(ask) -> None:
    candidate = by_version("2009-01-01")
    candidate.change(KIEL, value=123153.0)
    check = ask(candidate, "comparison.values_moved", previous=by_version())
    assert (check.outcome, check.found) == ("warned", 1)
    candidate.change(KIEL, value=None, missing_reason="suppressed_primary", obs_status="M")
    assert ask(candidate, "comparison.values_gone", previous=by_version()).found == 1


def test_an_area_or_version_that_goes_is_lost(ask) -> None:
    """So is one whose rows stand under a version that begins after them: that is another territory."""
    gone = by_version()
    gone.drop(area_code="01002")
    assert ask(gone, "comparison.rows_lost", previous=by_version()).found == 4
    assert ask(by_version("2015-06-01"), "comparison.rows_lost", previous=by_version()).found == 2
    both = by_version()
    both.rows += [{**row, "area_key": "01002@2009-01-01"} for row in both.rows if row["area_code"] == "01002"]
    assert ask(by_version("2009-06-01"), "comparison.rows_lost", previous=both).found == 4
