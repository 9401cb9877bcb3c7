"""Known findings: remembered one by one with reason, person and date; anything new stands out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from expectations import gate
from expectations.known import FOLDER, known_findings
from expectations.settings import DescriptionError, read_description
from sources.foundation.located_yaml import DeclarationError
from tests.expectations.candidates import Candidate, indicators, population

TODAY = date(2026, 11, 22)
ENTRY = """\
- reason: Landesaufnahmestelle, Fußnote 3
  person: A. Muster
  date: 2026-11-20
  findings:
    additivity.sex:
      - "{fingerprint}"
"""


def broken(more: float) -> Candidate:
    candidate = population()
    for row in candidate.rows:
        if row["area_code"] == "01001" and row["sex_code"] == "F":
            row["value"] += more
    return candidate


def sex_check(candidate: Candidate, folder: Path, office: Path):
    verdict = gate.check(candidate.write(folder), candidate.description(), None, None, TODAY, office=office)
    return next(check for check in verdict.checks if check.id == "additivity.sex")


def test_a_remembered_finding_is_told_and_another_number_is_another_finding(tmp_path: Path) -> None:
    office = tmp_path / "known"
    office.mkdir()
    row = next(r for r in broken(7).rows if r["area_code"] == "01001" and r["sex_code"] == "_T")
    fingerprint = (
        f"area_code=01001, period_key={row['period_key']}, measure_code={row['measure_code']}, "
        f"age_group_code={row['age_group_code']}, nationality_code={row['nationality_code']}, "
        f"reference_date=2015-12-31: {row['value'] + 7}, {row['value']}"
    )
    (office / "population.yml").write_text(ENTRY.format(fingerprint=fingerprint), encoding="utf-8")
    told = sex_check(broken(7), tmp_path / "a", office)
    assert (told.outcome, told.found) == ("noted", 1)
    assert told.examples[0].endswith("– Landesaufnahmestelle, Fußnote 3 (A. Muster, 2026-11-20)")
    assert sex_check(broken(8), tmp_path / "b", office).outcome == "failed"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- reason: x\n  person: y\n", r"population\.yml:1: \[0\]\.date: is missing"),
        ("- reason: x\n  person: ''\n  date: 2026-01-01\n  findings: {a: [b]}\n", "person"),
        ("- [", "broken YAML"),
        (ENTRY.format(fingerprint="x") + '      - "x"\n', "explained twice"),
    ],
)
def test_a_file_that_cannot_be_read_names_itself_and_stops_the_gate(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "population.yml").write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError, match=said):
        known_findings("population", tmp_path)
    candidate = population()
    verdict = gate.check(
        candidate.write(tmp_path / "c"), candidate.description(), None, None, TODAY, office=tmp_path
    )
    assert not verdict.passed
    assert "population.yml" in verdict.checks[0].observed


def test_every_remembered_finding_of_the_package_says_why_who_and_when() -> None:
    files = sorted(FOLDER.glob("*.yml"))
    assert files
    for file in files:
        for one in known_findings(file.stem):
            assert one.check.partition(".")[2]
            assert "=" in one.fingerprint


@pytest.mark.parametrize(
    ("checks", "said"),
    [
        ({"comparison": {"moved_fail_share": 1}}, "less than 1"),
        ({"comparison": {"moved_warn_share": 0.9}}, "could never warn"),
        ({"completeness": [{"by": ["indicator_id"], "fail_share": 1}]}, "less than 1"),
        ({"ranges": [{"where": {"unit": "%"}}]}, "never be left"),
        ({"ranges": [{"low": 5, "high": 1}]}, "no value fits"),
        ({"reference_values": [{"where": {"area_code": 1}, "value": 1, "source": "x"}]}, "in quotes"),
    ],
)
def test_a_threshold_that_nothing_can_reach_is_refused(checks: dict, said: str) -> None:
    candidate = indicators()
    candidate.checks = checks
    with pytest.raises(DescriptionError, match=said):
        read_description(candidate.description())
