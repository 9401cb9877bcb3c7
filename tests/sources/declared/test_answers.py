"""Answers to implausible numbers are read strictly: every wrong line is named with file, line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.declared.answers import ANSWERS, COLUMNS, answers
from sources.declared.catalogue import CATALOG
from sources.foundation.located_yaml import DeclarationError

HEADING = ";".join(COLUMNS)
FINDING = "unemployment:13211-02-05-4:07231:Y2009:unemployed:_T:_T:_T:LONGTERM:2353.0"


def town(tmp_path: Path, *lines: str, heading: str = HEADING) -> Path:
    file = tmp_path / "answers.csv"
    file.write_text("\n".join([heading, *lines, ""]), encoding="utf-8")
    return file


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_answer_is_read(tmp_path: Path, answer: str) -> None:
    value = "601,5" if answer == "correct" else ""
    file = town(tmp_path, f"{FINDING};{answer};{value};nachgefragt;A. Muster;2027-01-31")
    (one,) = answers(tmp_path / "none.csv", file)
    assert (one.answer, one.fact, one.dataset_id, one.origin) == (
        answer,
        "unemployment",
        "13211-02-05-4",
        "town",
    )
    assert one.corrected_value == (601.5 if answer == "correct" else None)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x;accept;;why;who;2027-01-31", ":2: finding_id: is no name of a finding"),
        (f"{FINDING};yes;;why;who;2027-01-31", ":2: answer: is 'yes'"),
        (f"{FINDING};correct;;why;who;2027-01-31", ":2: corrected_value: .*needs a number"),
        (f"{FINDING};correct;-5;why;who;2027-01-31", ":2: corrected_value: must be"),
        (f"{FINDING};correct;nan;why;who;2027-01-31", ":2: corrected_value: must be"),
        (f"{FINDING};accept;5;why;who;2027-01-31", ":2: corrected_value: belongs to"),
        (f"{FINDING};accept;;;who;2027-01-31", ":2: reason: is empty"),
        (f"{FINDING};accept;;why;;2027-01-31", ":2: person: is empty"),
        (f"{FINDING};accept;;why;who;31.1.2027", ":2: date: is '31.1.2027'"),
        (f"{FINDING};accept", ":2: has 2 fields"),
        (f"{FINDING};accept;;a;b;2027-01-31\n{FINDING};withdraw;;a;b;2027-01-31", ":3: finding_id: .*twice"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(DeclarationError, match=said):
        answers(tmp_path / "none.csv", town(tmp_path, line))


def test_a_wrong_heading_and_another_encoding_are_named(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r":1: the heading must be finding_id;"):
        answers(town(tmp_path, heading="finding,answer"))
    (tmp_path / "answers.csv").write_bytes(HEADING.encode() + b"\n\xfc")
    with pytest.raises(DeclarationError, match="UTF-8"):
        answers(tmp_path / "answers.csv")


def test_the_town_decides_last_and_the_package_says_why() -> None:
    shipped = answers(CATALOG / "answers.csv")
    assert len(shipped) > 100
    assert {one.origin for one in shipped} == {"package"}
    assert all(len(one.reason) > 20 for one in shipped)


def test_the_answer_of_the_town_replaces_that_of_the_package(tmp_path: Path) -> None:
    first = answers(CATALOG / "answers.csv")[0]
    file = town(tmp_path, f"{first.finding_id};withdraw;;nachgefragt;A. Muster;2027-01-31")
    (mine,) = [one for one in answers(CATALOG / "answers.csv", file) if one.finding_id == first.finding_id]
    assert (mine.answer, mine.origin) == ("withdraw", "town")
