"""What single products check beyond the common rules, and that every shipped product file can be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from expectations.settings import DescriptionError, read_description
from expectations.suites import UnknownProduct, suite_of
from tests.expectations.candidates import (
    Candidate,
    areas,
    indicators,
    outcome,
    peer_ring,
    population,
    projection,
    social_index,
)

PRODUCTS = Path(__file__).resolve().parents[2] / "exports" / "products"
NAMES = sorted(path.stem for path in PRODUCTS.glob("*.yml"))


@pytest.mark.parametrize("name", NAMES)
def test_every_product_has_a_suite_and_a_readable_checks_block(name: str) -> None:
    assert suite_of(name).rules
    declared: dict[str, Any] = yaml.safe_load((PRODUCTS / f"{name}.yml").read_text(encoding="utf-8"))
    declared["columns"] = [{"name": column} for column in declared["grain"]]
    assert read_description(declared).checks is not None


def test_a_product_of_one_yaml_file_has_the_common_rules() -> None:
    assert suite_of("nobody") is suite_of("childcare")


@pytest.mark.parametrize("name", ["common", "../gate", "__init__"])
def test_what_is_no_name_of_a_product_is_refused(name: str) -> None:
    with pytest.raises(UnknownProduct, match="is no name of a product"):
        suite_of(name)


def test_a_product_without_rows_is_refused(ask) -> None:
    candidate = indicators()
    candidate.rows.clear()
    assert ask(candidate, "shape.not_empty").outcome == "failed"


@pytest.mark.parametrize(
    ("checks", "words"),
    [
        ({"rangs": []}, "checks.rangs: unknown key"),
        ({"ranges": [{"where": {"unit": "%"}, "hight": 1}]}, "checks.ranges[0].hight"),
        ({"ranges": [{"where": {"unit; drop table": "%"}}]}, "is no column name"),
        ({"parts": [{"id": "A B"}]}, "checks.parts[0].id"),
        ({"waivers": [{"check": "x", "who": "y", "reason": "z"}]}, "checks.waivers[0].until: is missing"),
    ],
)
def test_a_misspelt_setting_is_named(checks: dict[str, Any], words: str) -> None:
    description = {**indicators().description(), "checks": checks}
    with pytest.raises(DescriptionError) as caught:
        read_description(description)
    assert words in str(caught.value)
    assert "product indicators" in str(caught.value)


def test_ids_of_sums_must_differ() -> None:
    description = population().description()
    description["checks"]["areas"][0]["id"] = "sex"
    with pytest.raises(DescriptionError, match="used twice: sex"):
        read_description(description)


def test_a_leap_of_population_warns(ask) -> None:
    candidate = population(lambda code, sex: 100000.0)
    candidate.rows += [
        dict(row, period_key="D2014-12-31", reference_date=date(2014, 12, 31)) for row in candidate.rows
    ]
    assert ask(candidate, "population.yearly_jump").outcome == "passed"
    candidate.change({"area_code": "05001", "period_key": "D2015-12-31"}, value=110000.0)
    check = ask(candidate, "population.yearly_jump")
    assert (check.outcome, check.examined) == ("warned", 16)
    assert "from 100,000 on 2014-12-31 to 110,000 (10 %)" in check.examples[0]


@pytest.mark.parametrize(
    "check_id",
    [
        "areas.period",
        "areas.no_overlap",
        "areas.one_germany",
        "areas.parent",
        "areas.successor",
        "areas.size",
    ],
)
def test_sound_areas_pass(ask, check_id: str) -> None:
    check = ask(areas(), check_id)
    assert (check.outcome, check.found) == ("passed", 0)
    assert check.examined > 0


@pytest.mark.parametrize(
    ("check_id", "chosen", "values", "words"),
    [
        (
            "areas.period",
            {"area_code": "03152"},
            {"valid_from": date(2017, 1, 1)},
            "holds from 2017-01-01 until",
        ),
        (
            "areas.no_overlap",
            {"area_code": "03156"},
            {"area_code": "03152", "valid_from": date(2016, 1, 1)},
            "still",
        ),
        ("areas.one_germany", {"area_code": "03"}, {"area_level": "DE"}, "Germany occurs 2 times"),
        ("areas.parent", {"area_code": "03152"}, {"parent_area_code": "04"}, "parent “04” does not exist"),
        ("areas.parent", {"area_code": "03152"}, {"parent_area_code": None}, "does not exist"),
        ("areas.successor", {"area_code": "03152"}, {"successor_code": "03999"}, "successor “03999”"),
        (
            "areas.size",
            {"area_code": "03152"},
            {"area_sqkm": 110000.0},
            "110,000 km² is impossible for KREIS",
        ),
        ("areas.size", {"area_code": "03152"}, {"area_sqkm": 0.0}, "0 km²"),
    ],
)
def test_areas_that_do_not_fit_together_fail(
    ask, check_id: str, chosen: dict[str, Any], values: dict[str, Any], words: str
) -> None:
    candidate = areas()
    candidate.change(chosen, **values)
    check = ask(candidate, check_id)
    assert check.outcome == "failed"
    assert words in check.examples[0]


@pytest.mark.parametrize(
    ("candidate", "check_id"),
    [
        (social_index, "social_index.scores"),
        (social_index, "social_index.overall"),
        (social_index, "social_index.reasons"),
        (peer_ring, "peer_ring.ordered"),
        (peer_ring, "peer_ring.enough_members"),
        (outcome, "outcome.beyond_chance"),
        (projection, "projection.base"),
        (projection, "projection.interval"),
        (projection, "projection.method"),
    ],
)
def test_sound_indices_rings_and_outcomes_pass(
    ask, candidate: Callable[[], Candidate], check_id: str
) -> None:
    check = ask(candidate(), check_id)
    assert (check.outcome, check.found) == ("passed", 0)
    assert check.examined > 0


@pytest.mark.parametrize(
    ("candidate", "check_id", "values", "words"),
    [
        (social_index, "social_index.scores", {"score": 11.0}, "score 11 is impossible"),
        (social_index, "social_index.scores", {"index_id": "X06", "score": -0.5}, "score -0.5"),
        (
            social_index,
            "social_index.overall",
            {"index_class": "2+"},
            "status and dynamics give 2+/-",
        ),
        (social_index, "social_index.reasons", {"missing_reason": "none"}, "score –, reason none"),
        (social_index, "social_index.reasons", {"score": 0.5}, "reason not_meaningful"),
        (peer_ring, "peer_ring.ordered", {"ring_median": 9.0}, "median 9"),
        (peer_ring, "peer_ring.ordered", {"value": 0.5}, "value 0.5, ring 1 to 5"),
        (peer_ring, "peer_ring.enough_members", {"members_count": 2, "position": None}, "2 members"),
        (peer_ring, "peer_ring.enough_members", {"position": 6}, "position 6"),
        (peer_ring, "peer_ring.enough_members", {"ring_median": None}, "position 2"),
        (outcome, "outcome.beyond_chance", {"change_lower": -0.1}, "status on_course, change 2 (-0.1 to 3)"),
        (outcome, "outcome.beyond_chance", {"target": 10.0}, "status on_course, change 2"),
        (outcome, "outcome.beyond_chance", {"change_since_baseline": None}, "status on_course, change –"),
        (
            projection,
            "projection.base",
            {"base_value": 3341.0},
            "base figure 3,341, the series starts with",
        ),
        (projection, "projection.base", {"reference_date": date(2026, 12, 31)}, "base figure 3,340"),
        (projection, "projection.interval", {"projection_lower": 3500.0}, "3,407 from 3,500 to 3,492"),
        (projection, "projection.interval", {"projection_upper": None}, "3,407 from 3,324 to –"),
        (projection, "projection.interval", {"interval_basis": "not_tested"}, "not_tested"),
        (projection, "projection.method", {"off_pct": 1.7}, "cohorts with error 1.7 %, as today 1.6 %"),
        (projection, "projection.method", {"off_pct": None}, "cohorts with error –"),
        (projection, "projection.method", {"ratio_years": 0.0}, "ratios of 0 years"),
        (projection, "projection.method", {"projection_method": "as_today"}, "as_today with error"),
    ],
)
def test_what_indices_rings_and_outcomes_may_not_say(
    ask, candidate: Callable[[], Candidate], check_id: str, values: dict[str, Any], words: str
) -> None:
    spoilt = candidate()
    spoilt.rows[-1].update(values)
    check = ask(spoilt, check_id)
    assert check.outcome == "failed"
    assert words in check.examples[0]


def test_a_gap_below_the_kreis_only_warns(ask) -> None:
    candidate = areas()
    candidate.rows.append(
        dict(candidate.rows[2], area_code="031520001001", area_level="GEMEINDE", parent_area_code="031520001")
    )
    assert ask(candidate, "areas.parent").outcome == "warned"
