"""The rules of the house, read off the source: who may import whom, what may not stand in a file."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("sources", "expectations", "exports", "orchestration")
FOREIGN = {"dagster", "dagster_dbt", "dbt", "dbt_common"}
HEAVY = {"pandas", "great_expectations", "pyogrio", "scipy", "highspy", "dagster", "dagster_dbt", "dbt"}


def modules(package: str) -> list[Path]:
    """All Python files of a package."""
    return sorted((ROOT / package).rglob("*.py"))


def imported(file: Path, *, only_at_import: bool = False) -> set[str]:
    """Top-level names that a file imports; with `only_at_import` not those inside functions or for types."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        if only_at_import and (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
        ):
            return
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(tree)
    return found


@pytest.mark.parametrize("package", ["sources", "expectations", "exports"])
def test_the_three_stand_alone(package: str) -> None:
    forbidden = (FOREIGN | set(PACKAGES)) - {package}
    wrong = {
        str(file.relative_to(ROOT)): sorted(imported(file) & forbidden)
        for file in modules(package)
        if imported(file) & forbidden
    }
    assert wrong == {}, "only orchestration joins the three, and only it knows dagster and dbt"


def test_heavy_libraries_are_imported_where_they_are_used() -> None:
    """`planstat --help` and `planstat status` must not pay for them.

    Dagster may stand at the top of the graph's own modules; the gate's module pays for Great Expectations.
    """
    may = {"orchestration/definitions.py", "orchestration/defs"}
    wrong = {}
    for package in ("sources", "exports", "orchestration"):
        for file in modules(package):
            name = str(file.relative_to(ROOT))
            heavy = imported(file, only_at_import=True) & HEAVY
            if heavy and not any(name.startswith(allowed) for allowed in may):
                wrong[name] = sorted(heavy)
    assert wrong == {}


def test_the_definitions_stay_short() -> None:
    lines = (ROOT / "orchestration" / "definitions.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 40


def tracked_files() -> list[Path]:
    """Files under version control; without git, the files of the packages."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("no git here: tracked files are not known")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


MACHINE = re.compile(r"(?<![\w./-])/(?:home|work|Users)/[a-z]")
INDEX = re.compile(r"index-url|extra-index|find-links|files\.pythonhosted|pypi\.org/simple", re.IGNORECASE)


def test_no_file_names_a_machine_or_an_index() -> None:
    wrong = []
    for file in tracked_files():
        if not file.is_file() or file == Path(__file__).resolve() or file.suffix in {".parquet", ".png"}:
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if MACHINE.search(line) or INDEX.search(line):
                wrong.append(f"{file.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert wrong == []


SQL_NOTE = re.compile(r"\{#.*?#\}|--[^\n]*", re.DOTALL)


def models(layer: str) -> list[Path]:
    """SQL files of a layer of the warehouse."""
    return sorted((ROOT / "dbt_project" / "models" / layer).rglob("*.sql"))


def test_marts_read_only_core() -> None:
    core = {file.stem for file in models("core")}
    assert core, "the core layer has models"
    wrong = []
    for file in models("marts"):
        text = SQL_NOTE.sub("", file.read_text(encoding="utf-8"))
        reads = re.findall(r"ref\(\s*['\"]([^'\"]+)['\"]", text)
        wrong += [f"{file.name} reads {name}" for name in reads if name not in core]
        wrong += [f"{file.name} reads a source" for _ in re.findall(r"\bsource\(", text)]
    assert wrong == []


def test_staging_reads_only_landing_and_nobody_else_does() -> None:
    staging = {file.stem for file in models("staging")}
    wrong = []
    for file in models("staging"):
        text = SQL_NOTE.sub("", file.read_text(encoding="utf-8"))
        wrong += [f"{file.name} reads {name}" for name in re.findall(r"ref\(\s*['\"](dim_|fct_|mart_)", text)]
    for layer in ("core", "marts"):
        for file in models(layer):
            text = SQL_NOTE.sub("", file.read_text(encoding="utf-8"))
            if re.search(r"read_(parquet|csv)\s*\(", text):
                wrong.append(f"{file.name} reads files")
    assert staging, "the staging layer has models"
    assert wrong == []


WATCH = """
import importlib, sys
bad = []
def hook(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        writes = isinstance(mode, str) and any(sign in mode for sign in "wax+")
        if writes and not str(path).endswith(".pyc") and "__pycache__" not in str(path):
            bad.append(f"opened {path} for writing")
    elif event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.system",
                   "os.mkdir", "os.rename", "os.remove", "shutil.rmtree"):
        if "__pycache__" not in str(arguments) and ".pyc" not in str(arguments):
            bad.append(f"{event} {arguments!r}"[:200])
names = sys.argv[1:]
for name in names:  # libraries first: what they do on import is their business
    pass
sys.addaudithook(hook)
for name in names:
    bad.clear()
    importlib.import_module(name)
    for what in bad:
        print(f"{name}: {what}")
"""


def test_nothing_happens_on_import(tmp_path: Path) -> None:
    """No file is written, no program started, no address looked up, no folder made by importing a module."""
    names = []
    for package in PACKAGES:
        for file in modules(package):
            parts = file.relative_to(ROOT).with_suffix("").parts
            names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    done = subprocess.run(
        [sys.executable, "-B", "-c", WATCH, *names],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "", "HOME": str(tmp_path), "DAGSTER_DISABLE_TELEMETRY": "yes"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []
