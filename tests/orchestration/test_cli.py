"""The command line: quick help, exit codes, errors in words."""

from __future__ import annotations

import ast
import builtins
import importlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from orchestration.cli.commands import Trouble, in_words, main
from orchestration.resources import Paths, only_run
from sources.errors import problem
from sources.foundation.exits import (
    DONE,
    FAILED,
    IN_USE,
    MILDEST_FIRST,
    REFUSED,
    SOURCE_TROUBLE,
    exit_code_of,
    worst,
)

ROOT = Path(__file__).parents[2]


def planstat(*arguments: str) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(main, list(arguments))


def test_help_answers_at_once() -> None:
    times = []
    for _ in range(3):
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "orchestration.cli", "--help"], capture_output=True, text=True, check=True
        )
        times.append(time.monotonic() - began)
        assert "From published files" in done.stdout or "from published files" in done.stdout
    assert min(times) < 0.5


def test_help_imports_nothing_heavy() -> None:
    seen = (
        "import sys; from click.testing import CliRunner; from orchestration.cli import main;"
        "CliRunner().invoke(main, ['run', '--help']);"
        "print(sorted({'dagster', 'dbt', 'duckdb', 'pandas', 'pyarrow', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--from", "/nowhere/at/all"),
        ("run", "--from", ".", "--live"),
        ("sources", "describe", "no-such-dataset"),
        ("releases", "show", "population"),
        ("query", "P07", "--area", "Kiel"),
        ("explain", "P07", "Kiel", "2015"),
        ("indicators", "--field", "Sport"),
        ("nonsense",),
    ],
)
def test_wrong_use_ends_with_2(arguments: tuple[str, ...], data_root: Path) -> None:
    result = planstat(*arguments)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output


def test_a_second_run_in_the_same_root_is_told_who_holds_it(data_root: Path) -> None:
    with only_run(Paths(data_root)):
        result = planstat("run")
    assert result.exit_code == IN_USE
    assert "another run works in" in result.output
    assert "PLANSTAT_DATA" in result.output


def test_debug_shows_the_trace(data_root: Path) -> None:
    with only_run(Paths(data_root)):
        result = planstat("--debug", "run")
    assert type(result.exception).__name__ == "InUse"


def test_the_catalogue_is_checked_and_described(data_root: Path) -> None:
    checked = planstat("sources", "check")
    assert (checked.exit_code, "declarations are in order" in checked.output) == (0, True)
    listed = planstat("sources", "list")
    assert listed.exit_code == 0
    assert "12411-01-01-4" in listed.output
    assert " none" in listed.output
    described = planstat("sources", "describe", "12411-01-01-4")
    assert (described.exit_code, "One row is" in described.output) == (0, True)


def test_files_of_a_folder_are_matched_without_landing_them(data_root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "12411-01-01-4_00.csv").write_text("GENESIS-Tabelle: 12411-01-01-4\n", encoding="utf-8")
    (folder / "letter.txt").write_text("Sehr geehrte …", encoding="utf-8")
    result = planstat("sources", "check", str(folder))
    assert result.exit_code == 0
    assert "not declared: is left out" in result.output
    assert list(data_root.iterdir()) == []

    (folder / "12411-01-01-4_00.csv").unlink()
    assert planstat("sources", "check", str(folder)).exit_code == 3


def test_nothing_released_is_said(data_root: Path) -> None:
    result = planstat("releases", "list")
    assert result.exit_code == 0
    assert "nothing is released" in result.output


def test_interrupted_within_a_query_outside_any_step() -> None:
    """DuckDB hides Ctrl-C behind an error of its own; the exit code says what it was."""
    with pytest.raises(Trouble, match="stopped") as trouble, in_words():
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        with duckdb.connect() as connection:  # closing it ends what the query's threads still do
            connection.sql("select count(*) from range(5000000000) r(n) where sqrt(n) > 3").fetchall()
    assert trouble.value.exit_code == 130


def test_forms_are_listed_and_written(tmp_path: Path) -> None:
    listed = planstat("form")
    assert listed.exit_code == 0
    assert "kita-plaetze" in listed.output
    written = planstat("form", "inobhutnahmen", "--into", str(tmp_path))
    assert written.exit_code == 0
    names = {
        "inobhutnahmen.xlsx",
        "inobhutnahmen.csv",
        "inobhutnahmen-faelle.xlsx",
        "inobhutnahmen-faelle.csv",
    }
    assert {file.name for file in tmp_path.iterdir()} == names
    unknown = planstat("form", "urlaubsantrag")
    assert unknown.exit_code == 2
    assert "lists them" in unknown.output


def test_a_new_declaration_from_a_file_or_from_nothing(tmp_path: Path) -> None:
    template = planstat("sources", "new", "12345-01-01-4")
    assert template.exit_code == 0
    assert "id: 12345-01-01-4" in template.output
    missing = planstat("sources", "new", str(tmp_path / "table.csv"))
    assert missing.exit_code == 2
    assert "neither a file nor an id" in missing.output


def test_ways_in_exclude_each_other(tmp_path: Path) -> None:
    done = planstat("run", "--inbox", "--live")
    assert done.exit_code == 2
    assert "exclude each other" in done.output


ROOMS = ("sources", "exports", "expectations", "dbt_project", "orchestration")


def _errors_of_the_house() -> dict[str, type[BaseException]]:
    """Every class of errors of the packages, by module and name; those with `_` stay in their module."""
    classes = {
        f"{'.'.join(file.relative_to(ROOT).with_suffix('').parts)}:{node.name}": node
        for room in ROOMS
        for file in sorted((ROOT / room).glob("**/*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.bases
    }
    known = {
        name for name, kind in vars(builtins).items()
        if isinstance(kind, type) and issubclass(kind, BaseException)
    } | {"ClickException"}  # fmt: skip
    found: set[str] = set()
    while more := {
        name
        for name, node in classes.items()
        if name not in found and known & {ast.unparse(base).split(".")[-1] for base in node.bases}
    }:
        found |= more
        known |= {name.split(":")[1] for name in more}
    return {
        name: getattr(importlib.import_module(name.split(":")[0]), name.split(":")[1])
        for name in sorted(found)
        if not name.split(":")[1].startswith("_")
    }


def test_every_error_says_its_own_exit_code() -> None:
    """By the class and not by its name, so that a renamed error keeps its code."""
    errors = _errors_of_the_house()
    assert len(errors) >= 40
    errors.pop("orchestration.cli.commands.frame:Trouble")  # carries the code of what it puts into words
    for name, error in errors.items():
        said = [kind for kind in error.__mro__ if "exit_code" in vars(kind)]
        assert said, f"{name} says no exit_code"
        assert said[0].__module__.split(".")[0] in ROOMS, name
        assert exit_code_of(error.__new__(error)) in set(MILDEST_FIRST) - {DONE}, name
    assert exit_code_of(problem("empty_file", "x")) == SOURCE_TROUBLE
    assert exit_code_of(ValueError("x")) == FAILED


def test_exit_codes_are_different_and_on_the_page() -> None:
    words = (ROOT / "docs" / "operation.md").read_text(encoding="utf-8")
    told = [int(code) for code in re.findall(r"^\| (\d+) \|", words, re.MULTILINE)]
    assert sorted(told) == sorted(MILDEST_FIRST)
    assert len(set(MILDEST_FIRST)) == len(MILDEST_FIRST)


def test_the_worst_code_counts() -> None:
    assert worst([]) == DONE
    assert worst([SOURCE_TROUBLE, IN_USE, DONE]) == SOURCE_TROUBLE
    assert worst([SOURCE_TROUBLE, REFUSED]) == REFUSED
    assert worst([FAILED, REFUSED, SOURCE_TROUBLE]) == FAILED
