"""What an officer reads of disclosure control is whole in German where that is asked for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import exports.disclosure
from orchestration.cli import main as command_line
from tests.exports.disclosure.test_disclosure_standalone import HELP, write

HERE = Path(exports.disclosure.__file__).parent

REFUSALS = {"DeclarationError", "NotSafe", "TooSparse", "FrozenConflict"}

ENGLISH = re.compile(
    r"\b(the|is|are|has|have|hidden|broken|passed|cells|and|none|not|needs|must|column|line|row|table|earlier|"
    r"unknown key|contradicts|choose|leave|give|which|with|without)\b",
    re.IGNORECASE,
)
"""Words that no German answer holds."""


def raised(tree: ast.AST) -> Iterator[ast.Call]:
    """Errors that stop an officer, and what validators of a declaration find."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSALS:
            yield node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "refuse":
            yield node
        if isinstance(node, ast.FunctionDef) and any(
            "validator" in ast.unparse(d) for d in node.decorator_list
        ):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Call) and ast.unparse(inner.func) == "ValueError":
                    yield inner


def test_no_refusal_is_raised_in_one_language_only() -> None:
    calls, plain = 0, []
    for path in sorted(HERE.rglob("*.py")):
        for call in raised(ast.parse(path.read_text(encoding="utf-8"))):
            calls += 1
            plain += [
                f"{path.relative_to(HERE)}:{call.lineno}"
                for argument in call.args
                if isinstance(argument, ast.JoinedStr)
                or (isinstance(argument, ast.Constant) and isinstance(argument.value, str))
            ]
    assert calls > 100
    assert plain == []


@pytest.mark.parametrize(
    ("table", "policy", "words"),
    [
        (HELP.replace("A1,A,m,family,12", "A1,A,m,family,-12"), "", "Zeile 2: cases ist negativ"),
        (
            HELP.replace("A1,A,m,family,12", "A1,A,m,family,1.5"),
            "",
            "Zeile 2, Spalte 'cases': ist so geschrieben",
        ),
        (HELP.replace("A1,A,f,home", "A1,B,f,home"), "", "'A1' liegt unter 'A' und unter 'B'"),
        (HELP.replace("cases", "count"), "", "Die Spalte 'cases' (data.value) fehlt"),
        (HELP.replace("A1,A,m,family,12\n", ""), "", "Es gibt keine Zeile für area=A1"),
        (HELP.replace("home", "Insgesamt"), "", "'Insgesamt' heißt wie eine Summe"),
        ("area,part,sex,help,cases\n", "", "hat keine Zeilen"),
        (HELP, "rules: {minimum_freqency: 3}", "unbekannte Angabe"),
        (HELP, "rules: {minimum_frequency: 1}", "darf nicht unter 2 liegen"),
        (HELP, "effort: hard", "muss 'quick', 'thorough' oder 'optimal' sein"),
        (HELP, "rules: {zeros: protect}", "widerspricht zeros: protect"),
        (HELP, "method: round", "rounding gehört zu method: round"),
        (HELP, "withstand: [K2]", "withstand muss K1 enthalten"),
        (HELP, "rules: {p_percent: 10}", "brauchen data.contributor"),
        (
            HELP,
            "rules: {group_disclosure: [sex]}\n  method: round\n  rounding: {base: 5}",
            "Die Regel sperrt ganze Linien",
        ),
        (HELP, "rules: {minimum_frequency: 900}", ""),
    ],
)
def test_what_stops_an_officer_is_told_in_german(tmp_path: Path, table: str, policy: str, words: str) -> None:
    path, config = write(tmp_path, table=table, policy=policy)
    out = tmp_path / "out"
    arguments = [
        "disclosure",
        "protect",
        str(path),
        "--config",
        str(config),
        "--out",
        str(out),
        "--lang",
        "de",
    ]
    result = CliRunner().invoke(command_line, arguments)
    if words:
        assert result.exit_code == 2, result.output
    said = result.output.replace(str(tmp_path), "").replace("\n", " ")
    assert words in said
    assert not ENGLISH.search(said), said


def test_the_summary_of_a_protected_table_is_german(tmp_path: Path) -> None:
    path, config = write(tmp_path)
    arguments = [
        "protect",
        str(path),
        "--config",
        str(config),
        "--out",
        str(tmp_path / "out"),
        "--lang",
        "de",
    ]
    result = CliRunner().invoke(command_line, ["disclosure", *arguments])
    assert result.exit_code == 0, result.output
    for words in (
        "was die Schranke umfasst: das Modell der Spannen (K1)",
        "verbleibendes Wissen: ",
        "abgewehrt",
    ):
        assert words in result.output
    assert not ENGLISH.search(result.output.replace("name: help", "")), result.output


def test_a_broken_configuration_is_told_in_german(tmp_path: Path) -> None:
    path, config = write(tmp_path, policy="width: 0", more="colour: red")
    arguments = [
        "protect",
        str(path),
        "--config",
        str(config),
        "--out",
        str(tmp_path / "out"),
        "--lang",
        "de",
    ]
    told = CliRunner().invoke(command_line, ["disclosure", *arguments]).output
    assert "muss über 0 liegen (gefunden: 0)" in told
    assert "unbekannte Angabe" in told
    config.write_text("name: [", encoding="utf-8")
    assert "fehlerhaftes YAML" in CliRunner().invoke(command_line, ["disclosure", *arguments]).output
