"""Grain, keys, codes, dates, status, units, texts: each passes when sound and finds what is wrong."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date, datetime

import pytest

from tests.expectations.candidates import Candidate, indicators, population

Spoil = Callable[[Candidate], None]
DG_2015 = {"indicator_id": "D01", "area_code": "DG", "reference_date": date(2015, 12, 31)}
KIEL_2015 = {"indicator_id": "D01", "area_code": "01002", "reference_date": date(2015, 12, 31)}


def twice(candidate: Candidate) -> None:
    candidate.rows.append(copy.deepcopy(candidate.rows[0]))


def add_column(candidate: Candidate) -> None:
    candidate.types["surprise"] = "VARCHAR"
    candidate.description = lambda: {  # type: ignore[method-assign]
        **Candidate.description(candidate),
        "columns": [c for c in Candidate.description(candidate)["columns"] if c["name"] != "surprise"],
    }


def nested(candidate: Candidate) -> None:
    candidate.types["unit"] = "VARCHAR[]"
    for row in candidate.rows:
        row["unit"] = ["%"]


def changed(chosen: dict[str, object], **values: object) -> Spoil:
    return lambda candidate: candidate.change(chosen, **values)


CASES: list[tuple[str, Spoil, str]] = [
    ("shape.not_empty", lambda c: c.rows.clear(), "the file holds no row"),
    ("shape.grain_unique", twice, "occurs 2 times"),
    ("shape.keys_present", changed(KIEL_2015, reference_date=None), "empty: reference_date"),
    ("shape.finite_numbers", changed(DG_2015, numerator=float("nan")), "numerator nan"),
    ("shape.finite_numbers", changed(DG_2015, value=float("inf")), "value inf"),
    ("shape.unit_present", changed(DG_2015, unit=" "), "DG Deutschland · 2015-12-31: unit is missing"),
    ("shape.one_unit", changed(DG_2015, unit="Tsd."), "indicator D01: has several units: Anzahl, Tsd."),
    ("shape.readable_text", changed(KIEL_2015, area_name="MÃ¼nchen"), "MÃ¼nchen"),
    ("shape.readable_text", changed(KIEL_2015, area_name=" Kiel"), "“ Kiel”"),
    ("shape.columns", add_column, "surprise: in the file, but not described"),
    ("shape.columns", nested, "type VARCHAR[] is not flat"),
    ("vocabulary.area_codes", changed(KIEL_2015, area_code="1002"), "code “1002” does not fit level KREIS"),
    ("vocabulary.area_codes", changed(KIEL_2015, area_level="COUNTY"), "does not fit level COUNTY"),
    (
        "vocabulary.reference_dates",
        changed(KIEL_2015, reference_date=date(2150, 12, 31)),
        "2150-12-31: date 2150-12-31 is not between",
    ),
    ("vocabulary.reference_dates", changed(KIEL_2015, reference_date=date(1915, 12, 31)), "1915-12-31"),
    ("status.value_or_reason", changed(KIEL_2015, value=None), "value –, reason “none”"),
    ("status.value_or_reason", changed(KIEL_2015, missing_reason="not_yet_available"), "not_yet_available"),
    ("status.codes", changed(KIEL_2015, obs_status="X"), "obs_status X"),
    ("status.codes", changed(KIEL_2015, missing_reason="lost"), "missing_reason lost"),
    ("status.missing", changed(KIEL_2015, obs_status="M"), "obs_status M"),
    (
        "status.no_confidential_values",
        changed(KIEL_2015, conf_status="C"),
        "conf_status C, yet a value is given",
    ),
    ("sources.named", changed(KIEL_2015, numerator_dataset="99999-01"), "table 99999-01: gives 1 rows"),
    ("sources.licensed", lambda c: c.datasets.clear(), "missing datasets"),
    ("sources.licensed", lambda c: c.datasets[0].update(licence=None), "missing licence"),
]


@pytest.mark.parametrize(
    ("check_id", "spoil", "words"), CASES, ids=lambda case: case if isinstance(case, str) else ""
)
def test_finds_what_is_wrong(ask, check_id: str, spoil: Spoil, words: str) -> None:
    candidate = indicators()
    spoil(candidate)
    check = ask(candidate, check_id)
    assert check.outcome == "failed" or check_id == "shape.readable_text"
    assert any(words in example for example in check.examples), check.examples
    assert check.found >= 1


@pytest.mark.parametrize("check_id", sorted({case[0] for case in CASES}))
def test_passes_a_sound_candidate(ask, check_id: str) -> None:
    check = ask(indicators(), check_id)
    assert (check.outcome, check.found, check.examples) == ("passed", 0, ())
    assert check.examined > 0
    assert check.protects
    assert check.who_fixes
    assert check.on_failure


@pytest.mark.parametrize(
    ("level", "code"),
    [
        ("JUGENDAMTSBEZIRK", "05711000A"),
        ("GRID", "CRS3035RES1000mN2684000E4334000"),
        ("QUARTER", "057110001"),
    ],
)
def test_every_level_that_a_declaration_may_name_has_codes(ask, level: str, code: str) -> None:
    candidate = indicators()
    candidate.change(KIEL_2015, area_level=level, area_code=code)
    assert ask(candidate, "vocabulary.area_codes").outcome == "passed"


@pytest.mark.parametrize("status", ["D", "S"])
def test_a_status_that_a_legend_may_say_passes(ask, status: str) -> None:
    candidate = indicators()
    missing = {"value": None, "obs_status": "M", "missing_reason": "unknown_or_confidential"}
    candidate.change(KIEL_2015, conf_status=status, **missing)
    assert ask(candidate, "status.codes").outcome == "passed"


def test_one_broken_name_is_found_among_many(ask) -> None:
    few = population(lambda code, sex: 1000.0)
    template = few.rows[0]
    few.rows += [
        {**template, "area_code": f"{n:05d}", "area_name": f"Ort {n}", "age_group_code": f"Y{n}"}
        for n in range(1500)
    ]
    few.rows[0]["area_name"] = "GroÃ\u009f Flottbek"
    check = ask(few, "shape.readable_text")
    assert (check.outcome, check.found) == ("failed", 1)


def test_reference_date_may_not_lie_after_the_day_of_the_check(ask) -> None:
    candidate = indicators()
    candidate.change(KIEL_2015, reference_date=date(2026, 12, 31))
    assert ask(candidate, "vocabulary.reference_dates", today=date(2026, 11, 22)).outcome == "failed"
    assert ask(candidate, "vocabulary.reference_dates", today=date(2027, 1, 1)).outcome == "passed"


def test_an_old_source_warns_with_its_state_and_reason(ask) -> None:
    candidate = indicators()
    candidate.datasets[0].update(is_old=True, note="Die neue Datei wurde zurückgewiesen.")
    check = ask(candidate, "sources.current")
    assert check.outcome == "warned"
    assert "10.10.2017" in check.examples_de[0]
    assert "zurückgewiesen" in check.examples_de[0]


def test_two_tables_behind_one_figure_are_both_looked_up(ask) -> None:
    candidate = indicators()
    candidate.change(KIEL_2015, numerator_dataset="12411-01-01-4 + 99999-01")
    check = ask(candidate, "sources.named")
    assert [example.split(":")[0] for example in check.examples] == ["table 99999-01"]


def test_examples_speak_the_readers_language(ask) -> None:
    candidate = indicators()
    candidate.change(DG_2015, unit=None, known_from=datetime(2017, 10, 10, 12))
    check = ask(candidate, "shape.unit_present")
    assert check.examples_de == ("Kennzahl D01 · DG Deutschland · 31.12.2015: Einheit fehlt",)
    assert check.observed_de == "16 Zeilen geprüft, 1 verletzen die Regel"
