"""The prompt answers in the language that was asked for, else in that of the terminal."""

from __future__ import annotations

import ast
import datetime as dt
import io
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from orchestration.cli import main
from orchestration.cli.answers import _cell, print_answer
from orchestration.cli.asking.query import Answer
from orchestration.cli.display import _changes, _moved
from orchestration.cli.language import Language, language_here

ROW = {
    "area_code": "01002",
    "area_name": "Kiel",
    "area_level": "KREIS",
    "reference_date": dt.date(2015, 12, 31),
    "value": 9.75,
    "decimals": 1,
    "obs_status": "E",
    "missing_reason": "none",
    "lower_limit": 9.5,
    "upper_limit": 10.0,
    "reference_verdict": "far_above",
    "reliability": "high",
}
INDICATOR = {
    "indicator_id": "A01",
    "name_de": "Arbeitslosenquote",
    "name_en": "Unemployment rate",
    "unit": "je 100",
    "question_de": "Wie viele?",
    "question_en": "How many?",
    "how_to_read_de": "So.",
    "how_to_read_en": "Thus.",
    "how_not_to_read_de": "Nicht so.",
    "how_not_to_read_en": "Not thus.",
}


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "de_AT.UTF-8"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "C"}, "en"),
        ({"LC_ALL": "", "LANG": "de_DE"}, "de"),
        ({}, "en"),
    ],
)
def test_the_language_is_that_of_the_locale(environment: dict[str, str], language: Language) -> None:
    assert language_here(environment) == language


@pytest.mark.parametrize(
    "command",
    [
        ["query"],
        ["explain"],
        ["indicators"],
        ["releases", "list"],
        ["releases", "show"],
        ["releases", "diff"],
    ],
)
def test_commands_for_planners_take_the_language(command: list[str]) -> None:
    assert "--lang" in CliRunner().invoke(main, [*command, "--help"]).output


@pytest.mark.parametrize(
    ("command", "german", "english"),
    [
        (["query", "K01"], "zuerst `planstat run` laufen lassen", "run `planstat run` first"),
        (["explain", "K01", "01001", "2016"], "zuerst `planstat run`", "run `planstat run` first"),
        (["query", "K01", "--gebietsstand", "x"], "ist kein Tag", "is no day"),
        (["indicators", "--field", "Sport"], "kein Handlungsfeld 'Sport'", "no policy field 'Sport'"),
    ],
)
def test_errors_come_in_the_language_of_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], german: str, english: str
) -> None:
    monkeypatch.setenv("PLANSTAT_DATA", str(tmp_path))
    for language, words, others in (("de", german, english), ("en", english, german)):
        ended = CliRunner().invoke(main, [*command, "--lang", language])
        assert ended.exit_code == 2
        assert words in ended.output
        assert others not in ended.output


def test_what_changed_between_editions_is_told_in_one_language() -> None:
    found = {"previous": "2026-01-01.1", "rows_added": 2, "rows_withdrawn": 1}
    assert _changes(found, "de") == (
        "Änderungen gegenüber 2026-01-01.1: Zeilen: 2 neu, 0 entfallen, 0 geändert, 1 zurückgezogen"
    )
    assert _changes(found) == (
        "changes against 2026-01-01.1: rows 2 added, 0 removed, 0 changed, 1 withdrawn"
    )
    reason = {"previous": "2026-01-01.1", "reason": "die frühere Ausgabe hat keine Spalte x."}
    assert _changes(reason, "de") == "Änderungen: die frühere Ausgabe hat keine Spalte x."
    assert "Ausgabe" not in _changes(reason)
    movement = {
        "area_code": "01002",
        "column": "value",
        "old_value": "9.5",
        "new_value": "10",
        "movement": 0.5,
    }
    assert list(_moved(movement, "de")) == [
        "Regionalschlüssel 01002",
        "Spalte Wert",
        "vorher 9,5",
        "jetzt 10",
        "Unterschied 0,5",
    ]
    assert list(_moved(movement, "en"))[-1] == "movement 0.5"


def said(language: Language) -> str:
    missing = {**ROW, "area_code": "01003", "area_name": "Lübeck", "value": None, "obs_status": "M"}
    missing |= {"missing_reason": "not_delivered", "reference_verdict": "untested"}
    out = io.StringIO()
    answer = Answer(INDICATOR, [ROW, missing], [], None, None, [])
    print_answer(answer, Console(file=out, width=120), language)
    return out.getvalue()


def test_an_answer_in_german_is_german_throughout() -> None:
    text = said("de")
    for words in (
        "Arbeitslosenquote, je 100",
        "Wie viele?",
        "9,8 s",
        "9,5 – 10,0",
        "weit höher",
        "Vergleich",
    ):
        assert words in text
    assert "geschätzter oder umgerechneter Wert" in text
    assert "fehlt: vom Herausgeber nicht geliefert" in text
    assert not [word for word in ("missing", "estimated", "interval", "far", "read") if word in text]


def test_an_answer_in_english_is_english_throughout() -> None:
    text = said("en")
    for words in ("Unemployment rate, per 100", "How many?", "far above", "read it so: Thus."):
        assert words in text
    assert "missing: not delivered by the publisher" in text
    assert not [word for word in ("fehlt", "geschätzt", "Wie", "Vergleich") if word in text]


ASKED_BY_PLANNERS = ("dbt_project/indicators", "orchestration/cli/asking", "orchestration/cli/answers.py")
"""What `indicators`, `query` and `explain` run; what `releases` raises is tried below."""


def test_every_error_of_an_answer_is_raised_in_both_languages() -> None:
    """Each `raise` of an error for people says its words as `Told`, or takes them from what returns it."""
    root = Path(__file__).resolve().parents[2]
    files = [
        file
        for place in ASKED_BY_PLANNERS
        for file in ([root / place] if place.endswith(".py") else sorted((root / place).glob("*.py")))
    ]
    trees = {file.name: ast.parse(file.read_text(encoding="utf-8")) for file in files}
    tellers = {
        node.name
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and node.returns is not None
        and ast.unparse(node.returns) == "Told"
    } | {"Told"}
    raised = [
        (name, node.lineno, node.exc)
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and ast.unparse(node.exc.func) in ("UnknownName", "CannotAnswer", "NoWarehouse", "Busy")
    ]
    assert len(raised) > 15
    untold = [
        f"{name}:{line}"
        for name, line, call in raised
        if not (isinstance(call.args[0], ast.Call) and ast.unparse(call.args[0].func) in tellers)
    ]
    assert not untold


@pytest.mark.parametrize(
    ("command", "german"),
    [
        (["show", "nix"], "Fehler: nix hat noch keine Ausgabe; es gibt: keine"),
        (["show", "nix", "gestern"], "Fehler: 'gestern' ist keine Ausgabe"),
        (["show", "nix", "2026-11-22.1"], "Fehler: nix hat keine Ausgabe 2026-11-22.1; es gibt: keine"),
        (["diff", "nix", "2026-11-22.1"], "Fehler: nix hat keine Ausgabe 2026-11-22.1"),
        (["list", "Nix!"], "Fehler: 'Nix!' ist kein Produktname"),
    ],
)
def test_a_release_that_is_not_there_is_told_in_german(
    data_root: Path, command: list[str], german: str
) -> None:
    said = CliRunner().invoke(main, ["releases", *command, "--lang", "de"])
    assert said.exit_code == 2
    assert german in said.output


def test_a_product_without_editions_is_not_listed_as_if_nothing_were_released(data_root: Path) -> None:
    said = CliRunner().invoke(main, ["releases", "list", "nix", "--lang", "de"])
    assert said.output.strip() == "von nix ist nichts veröffentlicht; es gibt: nichts"


@pytest.mark.parametrize(
    ("change", "shown"), [(0.04, "+0,04"), (-0.003, "-0,003"), (1.26, "+1,3"), (0.0, "+0,0"), (1e-9, "+0,0")]
)
def test_a_change_that_counts_does_not_look_like_none(change: float, shown: str) -> None:
    row = {**ROW, "change": change, "change_verdict": "up"}
    assert _cell("change_verdict", row, "de") == f"{shown} gestiegen"
