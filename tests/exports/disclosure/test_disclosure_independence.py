"""The auditor stands alone: it shares with the planner only the declaration and the door to the solver."""

from __future__ import annotations

import ast
from pathlib import Path

import exports.disclosure.auditor as auditor

ALLOWED = (
    "exports.disclosure.auditor",
    "exports.disclosure.declaration",
    "exports.disclosure.solver",
    "exports.files",
    "exports.history",
    "exports.signing",
    "sources.foundation",
)


def test_the_auditor_imports_nothing_from_the_planner() -> None:
    assert auditor.__file__ is not None
    for path in sorted(Path(auditor.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            for name in names:
                if name.split(".")[0] in ("exports", "sources", "expectations", "orchestration"):
                    assert name.startswith(ALLOWED), f"{path.name} imports {name}"
