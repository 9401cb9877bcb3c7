"""Completeness against the register of areas."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from expectations.gate import check as gate_check
from tests.expectations.candidates import indicators, population, write_parquet


def test_complete_candidate_passes(ask) -> None:
    check = ask(population(), "completeness.missing_areas", register=population())
    assert (check.outcome, check.examined) == ("passed", 16)
    assert ask(population(), "completeness.unknown_areas", register=population()).outcome == "passed"


def test_few_absent_areas_warn_and_are_named(ask) -> None:
    candidate = population()
    candidate.drop(area_code="07001")
    check = ask(candidate, "completeness.missing_areas", register=population())
    assert (check.outcome, check.found) == ("warned", 1)
    assert check.examples == (
        "measure persons · 2015-12-31 · 07001: row is absent; of 16 areas 1 are missing",
    )


def test_many_absent_areas_fail(ask) -> None:
    candidate = population()
    for code in ("07001", "08001"):
        candidate.drop(area_code=code)
    assert ask(candidate, "completeness.missing_areas", register=population()).outcome == "failed"


def test_a_part_of_the_country_is_normal_and_told(ask) -> None:
    candidate = population()
    candidate.rows = [row for row in candidate.rows if row["area_code"].startswith("01")]
    missing = ask(candidate, "completeness.missing_areas", register=population())
    assert (missing.outcome, missing.examined) == ("passed", 1)
    told = ask(candidate, "completeness.laender", register=population())
    assert (told.outcome, told.found) == ("noted", 15)
    assert ask(population(), "completeness.laender", register=population()).outcome == "passed"


def test_a_typed_missing_value_is_a_row(ask) -> None:
    candidate = population()
    candidate.change(
        {"area_code": "07001"}, value=None, missing_reason="unknown_or_confidential", obs_status="M"
    )
    assert ask(candidate, "completeness.missing_areas", register=population()).outcome == "passed"


def test_an_explained_absence_warns(ask) -> None:
    candidate = population()
    for code in ("07001", "08001"):
        candidate.drop(area_code=code)
    candidate.checks["completeness"][0]["explained"] = [
        {"where": {"area_code": ["07001", "08001"]}, "why": "nicht erhoben"}
    ]
    check = ask(candidate, "completeness.missing_areas", register=population())
    assert (check.outcome, check.excused) == ("warned", 2)


def test_a_code_that_never_existed_fails(ask) -> None:
    candidate = population()
    candidate.change({"area_code": "07001"}, area_code="07999")
    check = ask(candidate, "completeness.unknown_areas", register=population())
    assert check.outcome == "failed"
    assert "07999 · level KREIS · 2015-12-31: 3 rows" in check.examples[0]


def test_a_code_that_exists_at_another_time_only_warns(tmp_path: Path) -> None:
    candidate = population()
    areas = tmp_path / "areas.parquet"
    codes = {(row["area_code"], row["area_level"]) for row in candidate.rows}
    write_parquet(
        areas,
        {"area_code": "VARCHAR", "area_level": "VARCHAR", "valid_from": "DATE", "valid_to": "DATE"},
        [
            {
                "area_code": code,
                "area_level": level,
                "valid_from": date(2016, 11, 1) if code == "07001" else None,
                "valid_to": None,
            }
            for code, level in sorted(codes)
        ],
    )
    verdict = gate_check(candidate.write(tmp_path), candidate.description(), None, areas, date(2026, 11, 22))
    unknown = next(check for check in verdict.checks if check.id == "completeness.unknown_areas")
    assert (unknown.outcome, unknown.found) == ("warned", 1)
    assert verdict.passed


def test_an_area_that_is_said_not_to_exist_is_not_unknown(ask) -> None:
    candidate = population()
    extra = dict(candidate.rows[0], area_code="07998", area_level="KREIS")
    extra.update(value=None, missing_reason="area_not_existing", obs_status="M")
    candidate.rows.append(extra)
    assert ask(candidate, "completeness.unknown_areas", register=population()).outcome == "passed"


def test_without_a_register_the_report_says_that_nothing_was_checked(ask) -> None:
    check = ask(indicators(), "completeness.register")
    assert check.outcome == "noted"
    assert "no register was delivered" in check.examples[0]
