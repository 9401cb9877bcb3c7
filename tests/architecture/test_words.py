"""The words of the repository: plain technical English, no private slang, no orphaned lines of docstrings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("sources", "dbt_project", "expectations", "exports", "orchestration", "tests", "docs")
NOT_WRITTEN_HERE = {"target", "logs", "__pycache__"}

SLANG = re.compile(r"\b(heed\w*|whence|thence|hither|dear|dearer|dearest|forsooth)\b", re.IGNORECASE)
"""Words that say with a private meaning what the field has a word for: catch, from, costly."""

SLANG_NAMES = re.compile(r"\b_?(tell|tells|told)(_\w+)?$")
"""Names of functions for what prints or reports."""


def written(*suffixes: str) -> list[Path]:
    """Files of the project with these suffixes."""
    files = [
        path
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.suffix in suffixes and not NOT_WRITTEN_HERE.intersection(path.parts)
    ]
    return sorted(file for file in files if file != Path(__file__).resolve())


def paragraphs(tree: ast.Module) -> Iterator[list[str]]:
    """The lines of every paragraph of every docstring, also of those below variables."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for statement in node.body:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                for paragraph in str(statement.value.value).split("\n\n"):
                    yield [line.strip() for line in paragraph.strip().split("\n")]


def test_no_slang() -> None:
    files = [*written(".py", ".sql", ".md", ".yml", ".j2"), ROOT / "README.md"]
    assert len(files) > 1000
    found = {
        f"{file.relative_to(ROOT)}:{number}": line.strip()
        for file in files
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1)
        if SLANG.search(line)
    }
    assert found == {}


def test_functions_print_and_report() -> None:
    """`print_status`, not `tell_status`."""
    names = {
        f"{file.relative_to(ROOT)}: {node.name}"
        for file in written(".py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and SLANG_NAMES.match(node.name)
    }
    assert names == set()


def test_no_paragraph_of_a_docstring_ends_in_an_orphaned_line() -> None:
    """One or two words left over by reflowing: wrap the paragraph narrower."""
    seen, found = 0, []
    for file in written(".py"):
        for lines in paragraphs(ast.parse(file.read_text(encoding="utf-8"))):
            seen += 1
            if len(lines) > 1 and len(lines[-1].split()) <= 2 and len(lines[-2]) > 60:
                found.append(f"{file.relative_to(ROOT)}: … {lines[-1]}")
    assert seen > 3000
    assert found == []
