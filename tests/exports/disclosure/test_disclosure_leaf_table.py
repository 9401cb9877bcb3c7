"""The confidential table as it is handed in: misread by nobody, or refused with line and column."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from exports.disclosure.declaration import DeclarationError
from exports.disclosure.leaf_table import _sums
from exports.disclosure.standalone import protect
from orchestration.cli import main as command_line
from tests.profiles import tried

POLICY = {
    "legal_basis": "Test",
    "decided_by": "Test",
    "decided_on": "2026-01-15",
    "withstand": ["K1", "K2", "K4"],
}
GOOD = ("A;x;0", "A;y;5", "B;x;21", "B;y;14", "C;x;60", "C;y;9")


def write(folder: Path, lines: tuple[str, ...], **data: Any) -> tuple[Path, Path]:
    """A table of areas by kinds, and how it is protected."""
    (folder / "table.csv").write_text("area;kind;cases\n" + "\n".join(lines) + "\n", encoding="utf-8")
    config = {
        "name": "t",
        "data": {"value": "cases", "delimiter": ";", **data},
        "dimensions": {"area": {}, "kind": {}},
        "policy": POLICY,
    }
    with (folder / "config.yml").open("w", encoding="utf-8") as file:
        yaml.safe_dump(config, file)
    return folder / "table.csv", folder / "config.yml"


def refusal(folder: Path, lines: tuple[str, ...], **data: Any) -> str:
    """What is said when the table is refused; nothing was written and the command ends with 2."""
    table, config = write(folder, lines, **data)
    with pytest.raises(DeclarationError) as caught:
        protect(table, config, folder / "out")
    assert not (folder / "out").exists()
    arguments = ["disclosure", "protect", str(table), "--config", str(config), "--out", str(folder / "out")]
    assert CliRunner().invoke(command_line, arguments).exit_code == 2
    return str(caught.value)


def changed(place: int, line: str) -> tuple[str, ...]:
    return (*GOOD[:place], line, *GOOD[place + 1 :])


def test_a_good_table_is_taken(tmp_path: Path) -> None:
    table, config = write(tmp_path, GOOD)
    assert protect(table, config, tmp_path / "out")["cells"] == 12


@pytest.mark.parametrize(
    ("place", "line", "words"),
    [
        (2, "B;x;12.000", "line 4, column 'cases': is not a whole number as written: it holds '.'"),
        (2, "B;x;12,5", "line 4, column 'cases': is not a whole number as written: it holds ','"),
        (2, "B;x;1e3", "line 4, column 'cases': is not a whole number as written: it holds 'e'"),
        (2, "B;x;1e20", "line 4, column 'cases': is not a whole number as written: it holds 'e'"),
        (2, "B;x;1_000", "line 4, column 'cases': is not a whole number as written: it holds '_'"),
        (2, "B;x;+7", "it holds '+'"),
        (2, "B;x; 7", "it holds ' '"),
        (2, "B;x;007", "begins with a zero"),
        (2, "B;x;\u0667", "it holds letters"),
        (2, "B;x;nan", "it holds letters"),
        (2, "B;x;", "line 4, column 'cases': is empty"),
        (2, "B;x;" + "9" * 21, "the number is larger than 1000000000000"),
        (2, "B;x;-7", "row 4: cases is negative"),
        (2, "A;y;21", "line 4, column 'area': the cell area=A, kind=y stands on line 3 already"),
        (3, ";y;14", "line 5, column 'area': the code is empty"),
        (3, "B ;y;14", "line 5, column 'area': 'B ' has blanks around or within it"),
        (3, "B\u00a0;y;14", "line 5, column 'area'"),
        (3, "B;y", "not readable as CSV"),
    ],
)
def test_what_could_be_misread_is_refused_with_line_and_column(
    tmp_path: Path, place: int, line: str, words: str
) -> None:
    assert words in refusal(tmp_path, changed(place, line))


def test_one_code_has_one_spelling(tmp_path: Path) -> None:
    lines = tuple(line.replace("A", "K\u00f6ln") for line in GOOD)
    nfd = tuple(line.replace("K\u00f6ln", "Ko\u0308ln") if line.endswith(";5") else line for line in lines)
    assert "in another spelling" in refusal(tmp_path, nfd)


def test_a_missing_combination_is_no_zero_unless_that_is_said(tmp_path: Path) -> None:
    words = refusal(tmp_path, GOOD[:-1])
    assert "there is no row for area=C, kind=y (columns area, kind)" in words
    table, config = write(tmp_path, GOOD[:-1], absent="zero")
    assert protect(table, config, tmp_path / "out")["cells"] == 12


def test_a_column_that_comes_twice_is_refused(tmp_path: Path) -> None:
    table, config = write(tmp_path, GOOD)
    table.write_text("area;kind;cases;cases\nA;x;1;2\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match="line 1: the column 'cases' comes twice"):
        protect(table, config, tmp_path / "out")


def test_a_table_in_another_encoding_is_refused_in_words(tmp_path: Path) -> None:
    table, config = write(tmp_path, GOOD)
    table.write_bytes("area;kind;cases\nKöln;x;2\n".encode("cp1252"))
    with pytest.raises(DeclarationError, match="is not UTF-8"):
        protect(table, config, tmp_path / "out")


def test_marks_count_when_they_are_declared(tmp_path: Path) -> None:
    lines = tuple(re.sub(r"(\d+)$", r"\1.000", line) if not line.endswith(";0") else line for line in GOOD)
    table, config = write(tmp_path, lines, thousands=".")
    protect(table, config, tmp_path / "out")
    assert "_T,_T,109000,F" in (tmp_path / "out" / "published" / "t.csv").read_text(encoding="utf-8")


def total_row(code: str) -> tuple[str, ...]:
    """The table with a row of totals, as every official table has one."""
    return (*GOOD, f"{code};x;81", f"{code};y;28")


@pytest.mark.parametrize("code", ["Insgesamt", "Z", "total"])
def test_a_row_of_totals_is_no_category(tmp_path: Path, code: str) -> None:
    words = refusal(tmp_path, total_row(code))
    assert f"line 8, column 'area': the code {code!r}" in words
    assert "leave the rows of totals out" in words


def test_a_column_of_totals_is_no_category_either(tmp_path: Path) -> None:
    lines = (*GOOD, "A;zus;5", "B;zus;35", "C;zus;69")
    assert "column 'kind': the code 'zus' is the sum of the other codes in every line" in refusal(
        tmp_path, lines
    )


def test_totals_that_are_not_the_sum_are_refused_by_their_name(tmp_path: Path) -> None:
    """A total with what is not told apart, as many tables have it, is a total all the same."""
    lines = (*GOOD, "Insgesamt;x;85", "Insgesamt;y;31")
    assert "is called a total" in refusal(tmp_path, lines)


def test_subtotals_beside_their_parts_are_found(tmp_path: Path) -> None:
    kinds = ("x", "y", "z", "w")
    rows = {"A": (1, 5, 2, 7), "B": (3, 3, 8, 1), "AB": (4, 8, 10, 8), "C": (9, 1, 4, 30)}
    lines = tuple(
        f"{area};{kind};{n}" for area, row in rows.items() for kind, n in zip(kinds, row, strict=True)
    )
    assert "the code 'AB' is the sum of 'A' to 'B' in every line" in refusal(tmp_path, lines)


def test_a_person_may_say_that_a_code_is_no_total(tmp_path: Path) -> None:
    table, config = write(tmp_path, total_row("Z"), not_sums={"area": ["Z"]})
    assert protect(table, config, tmp_path / "out")["cells"] == 15


def test_equal_halves_of_a_small_table_are_no_totals(tmp_path: Path) -> None:
    table, config = write(tmp_path, ("A;x;5", "A;y;5", "B;x;12", "B;y;12"))
    assert protect(table, config, tmp_path / "out")["cells"] == 9


def test_no_message_tells_a_true_count(tmp_path: Path) -> None:
    """Every way to be refused, with a count that stands nowhere else in the message."""
    secret = "7319"
    ways = [
        changed(2, f"B;x;{secret}.5"),
        changed(2, f"B;x;-{secret}"),
        changed(2, f"B;x;{secret}e1"),
        changed(2, f"B;x;{secret}{secret}{secret}{secret}"),
        changed(2, f"A;y;{secret}"),
        changed(2, f"B;x;{secret};3"),
        changed(2, f'B;x;"{secret}'),
        (*GOOD, "C;z;" + secret),
    ]
    for number, lines in enumerate(ways):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert secret not in refusal(folder, lines), lines


@pytest.mark.parametrize("case", ["H2_total_row", "H3_german_thousands"])
def test_cases_from_outside(shared_data: Path, tmp_path: Path, case: str) -> None:
    folder = shared_data.parent / "cases" / case
    if not folder.is_dir():
        pytest.skip("the cases do not lie beside the project")
    expected = {
        "H2_total_row": "line 8, column 'area': the code 'Insgesamt' is called a total",
        "H3_german_thousands": "line 2, column 'cases': is not a whole number as written: it holds '.'",
    }
    arguments = ["disclosure", "protect", str(folder / "table.csv"), "--config", str(folder / "config.yml")]
    done = CliRunner().invoke(command_line, [*arguments, "--out", str(tmp_path / "out")])
    assert done.exit_code == 2
    assert expected[case] in done.output
    assert not (tmp_path / "out").exists()


@tried(60)
@given(
    st.lists(st.lists(st.integers(0, 99), min_size=3, max_size=3), min_size=2, max_size=5),
    st.integers(0, 5),
)
def test_whatever_the_figures_a_row_of_sums_is_found(rows: list[list[int]], place: int) -> None:
    """Also where it is called nothing in particular, and wherever it stands."""
    lines = np.array([*rows[:place], np.sum(rows, axis=0), *rows[place:]], dtype=float)
    where = min(place, len(rows))
    kept = lines[:, lines.sum(axis=0) > 0]
    found = dict(_sums(kept, [f"c{number}" for number in range(len(lines))]))
    filled = sum(any(row) for row in rows)
    if filled > 1:
        assert f"c{where}" in found
