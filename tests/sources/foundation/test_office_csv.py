"""An office's own CSV: what is wrong is said in both languages, with the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.foundation.office_csv import no_day, office_lines

COLUMNS = ("name", "wert")


def test_lines_come_by_column_with_their_number(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text("\ufeffname;wert\n\n a ;1\n;\nb;2\n", encoding="utf-8")
    assert office_lines(file, COLUMNS) == (
        [(3, {"name": "a", "wert": "1"}), (5, {"name": "b", "wert": "2"})],
        [],
    )


def test_an_absent_file_has_no_lines(tmp_path: Path) -> None:
    assert office_lines(tmp_path / "own.csv", COLUMNS) == ([], [])


@pytest.mark.parametrize(
    ("content", "de"),
    [
        (b"name;wert\na;1;x\nb;2\n", "2: hat 3 Felder statt 2"),
        (b"wert;name\n1;a\n", "1: die Kopfzeile muss lauten: name;wert"),
        ("name;wert\nä;1\n".encode("latin-1"), "1: ist kein UTF-8-Text: als CSV UTF-8 speichern"),
        (b'name;wert\n"a;1\n', "2: ist als CSV nicht lesbar: unexpected end of data"),
    ],
)
def test_what_cannot_be_read_is_said_in_german_too(tmp_path: Path, content: bytes, de: str) -> None:
    file = tmp_path / "own.csv"
    file.write_bytes(content)
    lines, problems = office_lines(file, COLUMNS)
    assert [one.say("de") for one in problems] == [f"{file}:{de}"]
    assert problems[0].say("en") != problems[0].say("de")
    assert [row["name"] for _, row in lines] == (["b"] if de.startswith("2: hat") else []), "the rest is read"


def test_a_day() -> None:
    assert no_day("2027-01-31") is None
    wrong = no_day("31.1.27")
    assert wrong is not None
    assert wrong.say("de") == "ist '31.1.27', erwartet wird ein Tag wie 2027-01-31"
