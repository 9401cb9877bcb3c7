"""What Great Expectations keeps of a check: named and built-in expectations, its own form and pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from expectations import report, site, validation
from expectations.bench import laid_out
from expectations.gate import check
from expectations.settings import read_description
from expectations.site import Edition, write_site
from expectations.suites import suite_of
from sources.foundation.editions import GATE_SUITE, GATE_VALIDATION
from tests.expectations.candidates import Candidate, indicators, population
from tests.expectations.conftest import TODAY

ROOT = Path(__file__).resolve().parents[2]
SPOILED: dict[str, Callable[[Candidate], object]] = {
    "sound": lambda candidate: None,
    "shape.not_empty": lambda candidate: candidate.rows.clear(),
    "shape.grain_unique": lambda candidate: candidate.rows.append(dict(candidate.rows[0])),
    "shape.keys_present": lambda candidate: candidate.rows[0].update(area_code=None),
    "vocabulary.reference_dates": lambda candidate: candidate.rows[0].update(reference_date=date(2099, 1, 1)),
    "status.codes": lambda candidate: candidate.rows[0].update(obs_status="Q"),
}


@pytest.mark.parametrize("kind", SPOILED)
def test_built_in_expectations_and_the_cases_say_the_same(kind: str, tmp_path: Path) -> None:
    candidate = population()
    SPOILED[kind](candidate)
    folder = candidate.write(tmp_path)
    description = read_description(candidate.description())
    with laid_out(folder, description, None, None, TODAY) as bench:
        rules = [rule for rule in suite_of(description.product).rules(bench) if rule.built_in]
        by_both = validation.validate(bench, rules).results
        by_cases = validation.validate(bench, [replace(rule, built_in=()) for rule in rules]).results
    assert {rule.statement.id for rule in rules} >= SPOILED.keys() - {"sound"}
    assert {name: (one.failed, one.rows, one.error) for name, one in by_both.items()} == {
        name: (one.failed, one.rows, one.error) for name, one in by_cases.items()
    }
    assert kind == "sound" or by_both[kind].failed == 1


def test_every_family_of_rules_is_an_expectation_of_its_own_name() -> None:
    assert validation.FAMILIES.keys() <= report.FAMILIES.keys()
    assert len(set(validation.FAMILIES.values())) == len(validation.FAMILIES)
    assert all(kind.__doc__ for kind in validation.FAMILIES.values())


@pytest.mark.parametrize("product", [population, indicators])
def test_the_page_on_checks_names_families_and_who_mends(
    product: Callable[[], Candidate], tmp_path: Path
) -> None:
    """As the report does, and nobody whom no check of the family names."""
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| `(\w+)` \| ([^|]+) \|.*\| ([^|]+) \|$", page, re.MULTILINE)
    assert {family: name for family, name, _ in lines} == {
        family: name.de for family, name in report.FAMILIES.items()
    }
    candidate = product()
    who_mends = {family: set(who.split(", ")) for family, _, who in lines}
    checks = check(candidate.write(tmp_path), candidate.description(), None, None, TODAY).checks
    assert len({one.family for one in checks}) > 8
    for one in checks:
        assert any(one.who_fixes.startswith(who) for who in who_mends[one.family]), (one.id, one.who_fixes)


def test_suite_and_result_are_kept_in_the_form_that_great_expectations_reads(tmp_path: Path) -> None:
    candidate = indicators()
    candidate.change({"area_code": "01002"}, unit=None)
    folder = candidate.write(tmp_path)
    verdict = check(folder, candidate.description(), None, None, TODAY)
    kept = {name: (folder / name).read_bytes() for name in (GATE_SUITE, GATE_VALIDATION)}
    check(folder, candidate.description(), None, None, TODAY)
    assert kept == {name: (folder / name).read_bytes() for name in kept}, "the same input, the same bytes"
    assert not [text for text in kept.values() if str(tmp_path).encode() in text or b"Traceback" in text]
    result = site.stored_result(kept[GATE_VALIDATION].decode("utf-8"))
    broken = {one.expectation_config.meta["id"] for one in result.results if not one.success}
    assert not result.success
    asked = {one.expectation_config.meta["id"] for one in result.results}
    assert broken == {one.id for one in verdict.checks if one.outcome in ("failed", "warned")} & asked
    assert "shape.unit_present" in broken
    types = {one.expectation_config.type for one in result.results}
    assert {"expect_table_row_count_to_be_between", "expect_table_to_have_its_shape"} <= types


def test_the_pages_open_from_a_folder_and_load_nothing(tmp_path: Path) -> None:
    candidate = population()
    folder = candidate.write(tmp_path / "candidate")
    check(folder, candidate.description(), None, None, TODAY)
    (tmp_path / "old").mkdir()
    day = datetime(2026, 11, 22, tzinfo=UTC)
    index = write_site(
        [Edition("population", "2026-11-22.1", folder, day), Edition("older", "1", tmp_path / "old", day)],
        tmp_path / "site",
    )
    text = index.read_text(encoding="utf-8")
    links = re.findall(r'href="([^"]+)"', text)
    assert len(links) == 2
    assert all((index.parent / link).is_file() for link in links)
    assert "every expectation holds" in text
    page = (index.parent / links[0]).read_text(encoding="utf-8")
    assert "One row per" in page
    for html in index.parent.rglob("*.html"):
        found = html.read_text(encoding="utf-8")
        assert not re.search(r'<(script|img|iframe)\b[^>]*\bsrc="https?:|<link\b[^>]*href="https?:', found)
