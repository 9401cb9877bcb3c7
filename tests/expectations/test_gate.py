"""The gate as a whole: verdict, files written, errors of its own kind, determinism, isolation."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from expectations import gate
from expectations.gate import check
from expectations.verdict import Check, Verdict
from sources.foundation.editions import GATE_FILES, GATE_JSON, GATE_REPORT, REFUSED_CELLS
from tests.expectations.candidates import Candidate, indicators, population, write_register

TODAY = date(2026, 11, 22)
VOID = {"meta", "br", "link", "img", "hr", "input"}


class Page(HTMLParser):
    """Collects what a reader without eyes and a network would meet."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.unbalanced: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


@pytest.fixture
def sound(tmp_path: Path) -> tuple[Candidate, Path, Path]:
    """A sound candidate, its folder and a register."""
    candidate = indicators()
    register = write_register(tmp_path / "register.parquet", candidate)
    return candidate, candidate.write(tmp_path / "candidates"), register


def test_a_sound_candidate_passes_and_gets_both_files(sound: tuple[Candidate, Path, Path]) -> None:
    candidate, folder, register = sound
    verdict = check(folder, candidate.description(), None, register, TODAY)
    assert verdict.passed
    assert verdict.counts() == {"passed": 40, "noted": 4, "warned": 0, "failed": 0, "error": 0}
    plain = json.loads((folder / GATE_JSON).read_text(encoding="utf-8"))
    assert plain["passed"] is True
    assert plain["product"] == "indicators"
    assert plain["checked_on"] == "2026-11-22"
    assert plain["facts"]["rows"] == 16
    assert plain["sources"][0]["attribution"].startswith("©")
    assert [entry["id"] for entry in plain["checks"]] == [entry.id for entry in verdict.checks]
    assert not list(folder.glob(".*"))


def test_the_verdict_is_plain_data(sound: tuple[Candidate, Path, Path]) -> None:
    candidate, folder, register = sound
    verdict = check(folder, candidate.description(), None, register, TODAY)
    assert json.loads(json.dumps(verdict.as_dict())) == verdict.as_dict()
    assert verdict.as_dict()["checks"][0].keys() >= {
        "id", "family", "title", "protects", "who_fixes", "severity", "outcome", "observed", "examples",
        "seconds",
    }  # fmt: skip


def test_the_same_input_gives_the_same_files(sound: tuple[Candidate, Path, Path]) -> None:
    candidate, folder, register = sound
    candidate.change({"area_code": "01002"}, unit=None)
    candidate.write(folder.parent)
    written = []
    for moment in (datetime(2026, 11, 22, 9, tzinfo=UTC), datetime(2026, 11, 22, 18, tzinfo=UTC)):
        check(folder, candidate.description(), None, register, moment)
        written.append([(folder / name).read_bytes() for name in (GATE_JSON, GATE_REPORT)])
    assert written[0] == written[1]
    assert b'"seconds"' not in written[0][0]


def test_without_a_day_the_newest_delivery_stands_in(sound: tuple[Candidate, Path, Path]) -> None:
    candidate, folder, _ = sound
    assert check(folder, candidate.description(), None).checked_on == "2026-11-22"
    candidate.datasets[0]["retrieved_at"] = datetime(2016, 6, 1, 12, tzinfo=UTC)
    assert check(folder, candidate.description(), None).checked_on == "2016-06-01"


def test_a_failed_check_refuses_and_says_who_what_and_where(tmp_path: Path) -> None:
    candidate = indicators()
    candidate.change({"area_code": "01002", "indicator_id": "D05-u3"}, value=250.0)
    folder = candidate.write(tmp_path)
    verdict = check(folder, candidate.description(), None, None, TODAY)
    assert not verdict.passed
    failed = [entry for entry in verdict.checks if entry.outcome == "failed"]
    assert [entry.id for entry in failed] == ["values.ranges", "values.ratio"]
    text = (folder / GATE_REPORT).read_text(encoding="utf-8")
    assert "Wird nicht veröffentlicht" in text
    assert "01002 Kiel, kreisfreie Stadt · 31.12.2015: Wert 250 % liegt nicht zwischen 0 und 100" in text
    assert "hält die Veröffentlichung an; die vorige bleibt gültig" in text


def test_an_expectation_that_raises_is_an_error_of_its_own_kind(tmp_path: Path) -> None:
    candidate = population()
    candidate.checks["parts"].append(
        {**candidate.checks["parts"][0], "id": "wrong", "dimension": "no_such_column"}
    )
    verdict = check(candidate.write(tmp_path), candidate.description(), None, None, TODAY)
    (wrong,) = [entry for entry in verdict.checks if entry.id == "additivity.wrong"]
    assert wrong.outcome == "error"
    assert not verdict.passed
    assert verdict.counts()["failed"] == 0
    assert "no_such_column" in wrong.observed
    assert "no statement about the data" in wrong.who_fixes
    (sex,) = [entry for entry in verdict.checks if entry.id == "additivity.sex"]
    assert sex.outcome == "passed"


def test_an_inspection_that_raises_is_an_error_too(sound: tuple[Candidate, Path, Path], monkeypatch) -> None:
    candidate, folder, _ = sound
    from expectations.suites import indicators as suite

    def broken(bench: object) -> list[object]:
        def run() -> object:
            raise ZeroDivisionError("no luck")

        first, *others = original(bench)
        return [replace(first, run=run), *others]

    original = suite.inspections
    monkeypatch.setattr(suite, "inspections", broken)
    verdict = check(folder, candidate.description(), None, None, TODAY)
    (error,) = [entry for entry in verdict.checks if entry.outcome == "error"]
    assert error.observed == "not evaluated: ZeroDivisionError: no luck"
    assert not verdict.passed


@pytest.mark.parametrize(
    ("spoil", "outcome", "words"),
    [
        (lambda folder: (folder / "indicators.parquet").unlink(), "failed", "there is no such file"),
        (
            lambda folder: (folder / "indicators.parquet").write_bytes(b"PAR1"),
            "failed",
            "cannot be read as Parquet",
        ),
    ],
)
def test_an_unreadable_candidate_is_refused_with_a_report(
    sound: tuple[Candidate, Path, Path], spoil, outcome: str, words: str
) -> None:
    candidate, folder, _ = sound
    spoil(folder)
    verdict = check(folder, candidate.description(), None, None, TODAY)
    assert not verdict.passed
    assert [entry.outcome for entry in verdict.checks] == [outcome]
    assert words in verdict.checks[0].observed
    assert words in (folder / GATE_REPORT).read_text(encoding="utf-8")


def test_a_description_that_cannot_be_read_is_an_error(sound: tuple[Candidate, Path, Path]) -> None:
    candidate, folder, _ = sound
    description = {**candidate.description(), "checks": {"rangs": []}}
    verdict = check(folder, description, None, None, TODAY)
    assert [entry.outcome for entry in verdict.checks] == ["error"]
    assert "checks.rangs" in verdict.checks[0].observed
    unknown = check(folder, {**candidate.description(), "product": "no body"}, None, None, TODAY)
    assert "'no body' is no name of a product" in unknown.checks[0].observed


def test_waivers_that_ended_or_name_nothing_are_pointed_out(sound: tuple[Candidate, Path, Path]) -> None:
    candidate, folder, _ = sound
    candidate.checks["waivers"] = [
        {"check": "values.ranges", "who": "A", "reason": "r", "until": "2020-01-01"},
        {"check": "values.rangs", "who": "B", "reason": "r", "until": "2030-01-01"},
    ]
    verdict = check(folder, candidate.description(), None, None, TODAY)
    (waivers,) = [entry for entry in verdict.checks if entry.id == "gate.waivers"]
    assert waivers.outcome == "warned"
    assert waivers.examples[0].startswith("waiver for values.ranges has ended")
    assert waivers.examples[1].startswith("waiver for values.rangs names no check")


@pytest.mark.parametrize("name", ["disclosure.decided", "disclosure.certificate"])
def test_nobody_lets_a_finding_about_secrecy_through(sound: tuple[Candidate, Path, Path], name: str) -> None:
    """A waiver would publish confidential data without a policy, or what an attack broke."""
    candidate, folder, _ = sound
    candidate.checks["waivers"] = [{"check": name, "who": "A", "reason": "r", "until": "2030-01-01"}]
    verdict = check(folder, candidate.description(), None, None, TODAY)
    assert [entry.outcome for entry in verdict.checks] == ["error"]
    assert "is not for anybody to let through" in verdict.checks[0].observed


def test_the_report_is_well_formed_accessible_and_alone(tmp_path: Path) -> None:
    candidate = indicators()
    candidate.change({"area_code": "01002"}, area_name="<script>alert('Kiel')</script>", unit=None)
    candidate.datasets[0].update(is_old=True, note="Neue Datei <zurückgewiesen>")
    folder = candidate.write(tmp_path)
    check(folder, candidate.description(), None, None, TODAY)
    text = (folder / GATE_REPORT).read_text(encoding="utf-8")
    page = Page(text)
    assert page.unbalanced == []
    assert page.open == []
    assert text.startswith('<!DOCTYPE html>\n<html lang="de">')
    assert "<script>" not in text
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert not [attrs for tag, attrs in page.tags if {"src", "href"} & attrs.keys()]
    assert page.count("h1") == 1
    assert page.count("caption") == page.count("table") > 5
    assert all("scope" in attrs for tag, attrs in page.tags if tag == "th")
    assert "alter Stand" in text
    assert "9,1 Jahre" in text


def test_errors_and_failures_come_before_warnings_in_the_findings(tmp_path: Path) -> None:
    candidate = indicators()
    candidate.change({"area_code": "01002"}, unit=None)
    candidate.datasets[0].update(is_old=True)
    folder = candidate.write(tmp_path)
    check(folder, candidate.description(), None, None, TODAY)
    text = (folder / GATE_REPORT).read_text(encoding="utf-8")
    assert text.index('id="shape.unit_present"') < text.index('id="sources.current"')


def test_a_verdict_without_checks_never_passes() -> None:
    assert not Verdict("x", ()).passed


def test_only_failures_and_errors_refuse() -> None:
    def one(outcome: str) -> Verdict:
        texts = dict.fromkeys(
            ("title", "title_de", "protects", "protects_de", "who_fixes", "who_fixes_de", "on_failure",
             "on_failure_de", "observed", "observed_de"), "")  # fmt: skip
        return Verdict("x", (Check(id="a", family="shape", severity="fail", outcome=outcome, **texts),))  # type: ignore[arg-type]

    assert [one(outcome).passed for outcome in ("passed", "noted", "warned", "failed", "error")] == [
        True, True, True, False, False,
    ]  # fmt: skip


def test_importing_the_gate_does_not_import_great_expectations() -> None:
    code = (
        "import sys, expectations.gate; print('great_expectations' in sys.modules, 'pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_the_gate_leaves_nothing_outside_the_candidate(
    sound: tuple[Candidate, Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate, folder, register = sound
    home, here, scratch = tmp_path / "home", tmp_path / "here", tmp_path / "scratch"
    for place in (home, here, scratch):
        place.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.chdir(here)
    before = {path.name for path in folder.iterdir()}
    check(folder, candidate.description(), None, register, TODAY)
    assert list(home.iterdir()) == []
    assert list(here.iterdir()) == []
    assert list(scratch.iterdir()) == []
    assert {path.name for path in folder.iterdir()} - before == GATE_FILES - {REFUSED_CELLS}
    assert os.environ["GX_ANALYTICS_ENABLED"] == "False"


def test_the_description_is_not_changed(sound: tuple[Candidate, Path, Path]) -> None:
    candidate, folder, _ = sound
    description = candidate.description()
    untouched = copy.deepcopy(description)
    check(folder, description, None, None, TODAY)
    assert description == untouched


def test_every_family_of_checks_has_its_place_in_the_report(sound: tuple[Candidate, Path, Path]) -> None:
    candidate, folder, _ = sound
    verdict = check(folder, candidate.description(), None, None, TODAY)
    assert {entry.family for entry in verdict.checks} <= set(gate.FAMILIES)
