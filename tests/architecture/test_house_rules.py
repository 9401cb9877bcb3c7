"""The rules of the house, read off the source: who may import whom, what may not stand in a file."""

from __future__ import annotations

import ast
import functools
import graphlib
import re
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.contracts import contracts

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("sources", "expectations", "exports", "orchestration")
FOREIGN = {"dagster", "dagster_dbt", "dbt", "dbt_common"}
HEAVY = {"pandas", "great_expectations", "pyogrio", "scipy", "highspy", "dagster", "dagster_dbt", "dbt"}


def modules(package: str) -> list[Path]:
    """All Python files of a package."""
    return sorted((ROOT / package).rglob("*.py"))


FOUNDATION = "sources.foundation"


@functools.cache
def imports(file: Path) -> Sequence[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Every import of a file, anywhere in it, and whether it is for types alone."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    for_types = {
        inner
        for node in nodes
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    return [(node, node in for_types) for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]


def imported(file: Path) -> set[str]:
    """Top-level names that a file imports, anywhere in it; the foundation is named by itself."""
    found: set[str] = set()
    for node, _ in imports(file):
        if isinstance(node, ast.Import):
            found.update(_top(alias.name) for alias in node.names)
        elif node.level == 0 and node.module:
            found.add(_top(node.module))
    return found


def _top(module: str) -> str:
    return FOUNDATION if f"{module}.".startswith(f"{FOUNDATION}.") else module.split(".")[0]


def test_the_foundation_stands_on_nothing_of_the_house() -> None:
    files = sorted((ROOT / "sources" / "foundation").rglob("*.py"))
    assert files
    house = FOREIGN | set(PACKAGES) | HEAVY
    wrong = {file.name: sorted(imported(file) & house) for file in files if imported(file) & house}
    assert wrong == {}, "all rooms import the foundation, so it imports only itself"
    relative = [
        file.name
        for file in files
        for node, _ in imports(file)
        if isinstance(node, ast.ImportFrom) and node.level > 1
    ]
    assert relative == []


@pytest.mark.parametrize("package", ["expectations", "exports", "orchestration", "dbt_project"])
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    """Late imports and those for types count: what needs both ways belongs in one module or in a third."""
    named = {".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in modules(package)}
    graph = {name: modules_named(file, named.keys()) - {name} for name, file in named.items()}
    assert any(graph.values())
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def modules_named(file: Path, known: Collection[str]) -> set[str]:
    """The modules out of `known` that a file imports, anywhere in it."""
    found: set[str] = set()
    for node, _ in imports(file):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        else:
            above = file.relative_to(ROOT).parts[: -node.level] if node.level else ()
            module = ".".join((*above, *([node.module] if node.module else ())))
            found.update((module, *(f"{module}.{alias.name}" for alias in node.names)))
    return found & set(known)


@pytest.mark.parametrize("package", ["sources", "expectations", "exports"])
def test_the_three_stand_alone(package: str) -> None:
    forbidden = (FOREIGN | set(PACKAGES)) - {package}
    wrong = {
        str(file.relative_to(ROOT)): sorted(imported(file) & forbidden)
        for file in modules(package)
        if imported(file) & forbidden
    }
    assert wrong == {}, "only orchestration joins the three, and only it knows dagster and dbt"


def test_the_project_of_dbt_holds_meaning_only() -> None:
    """Specifications and their compiler stand on declarations; whoever asks for figures stands elsewhere."""
    forbidden = (FOREIGN | set(PACKAGES)) - {"sources"}
    wrong = {
        str(file.relative_to(ROOT)): sorted(imported(file) & forbidden)
        for file in modules("dbt_project")
        if imported(file) & forbidden
    }
    assert wrong == {}
    assert [str(file) for file in modules("dbt_project") if "duckdb" in imported(file)] == []


@pytest.mark.parametrize(
    "names",
    [
        "orchestration.cli",
        "orchestration.cli.status, orchestration.cli.display, orchestration.cli.running",
        "orchestration.publication",
        "sources.declared.catalogue, sources.declared.describe, sources.arrival.folder",
        "sources.arrival.landing",
        "exports.products, exports.release, exports.candidate",
    ],
)
def test_commands_that_only_look_pay_for_nothing_heavy(names: str) -> None:
    """`planstat --help`, `status` and `releases` must not wait for libraries that only a build needs."""
    seen = f"import sys, {names}; print(sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.stdout, done.stderr) == ("[]\n", "")


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
INDEX = re.compile(r"index[-]url|extra[-]index|find[-]links|python[h]osted|\bp[y]pi\W+org\b", re.IGNORECASE)


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
    project = ROOT / "dbt_project"
    return sorted(
        file for room in ("models", "compiled/models") for file in (project / room / layer).rglob("*.sql")
    )


def seeds() -> set[str]:
    """Names of the seeds."""
    project = ROOT / "dbt_project"
    return {file.stem for room in ("seeds", "compiled/seeds") for file in (project / room).glob("*.csv")}


def test_marts_read_only_core() -> None:
    """Core models, and seeds that are definitions, whole as they stand. Never staging."""
    core = {file.stem for file in models("core")}
    assert core, "the core layer has models"
    core |= seeds() - {"corrections", "goal"}
    wrong = []
    for file in models("marts"):
        text = SQL_NOTE.sub("", file.read_text(encoding="utf-8"))
        reads = re.findall(r"ref\(\s*['\"]([^'\"]+)['\"]", text)
        wrong += [f"{file.name} reads {name}" for name in reads if name not in core]
        wrong += [f"{file.name} reads a source" for _ in re.findall(r"\bsource\(", text)]
    assert wrong == []


def test_functions_and_views_read_only_core_and_marts_and_nothing_reads_them() -> None:
    """They are for people and programs that ask the warehouse: no table hangs on them."""
    asked = {file.stem: file for layer in ("territory", "views") for file in models(layer)}
    tables = {file.stem: file for layer in ("core", "marts") for file in models(layer)}
    assert {"population_on", "indicator_on", "mart_indicator_wide_poverty"} <= set(asked)
    reads = {
        name: re.findall(r"(?:ref|built)\(\s*'([^']+)'", SQL_NOTE.sub("", file.read_text(encoding="utf-8")))
        for name, file in (asked | tables).items()
    }
    assert not [
        (name, one) for name in asked for one in reads[name] if one not in {*asked, *tables, *seeds()}
    ]
    assert not [(name, one) for name in tables for one in reads[name] if one in asked]


def test_tests_make_tables_of_the_warehouse_by_their_contracts() -> None:
    """A second list of a mart's or a fact's columns drifts: `tests.contracts.make` reads the first."""
    names = "|".join(sorted(contracts()))
    by_hand = re.compile(rf"create (?:or replace )?table (?:{names}) ?\(")
    files = sorted((ROOT / "tests").rglob("*.py"))
    assert len(files) > 100
    assert [file.name for file in files if by_hand.search(file.read_text(encoding="utf-8"))] == []


def test_sql_of_the_project_is_rendered_by_dbt_alone() -> None:
    """A second renderer knows another `ref`, `return` or `var` than dbt: `tests.dbt.compiled` asks dbt."""
    renders = re.compile(r"jinja2\.(?:Environment|Template)\(|\.from_string\(")
    files = [file for package in (*PACKAGES, "dbt_project", "tests") for file in modules(package)]
    found = [
        str(file.relative_to(ROOT)) for file in files if renders.search(file.read_text(encoding="utf-8"))
    ]
    assert found == ["sources/foundation/templates.py"]


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
import importlib, sys, sysconfig
house, names = sys.argv[1], sys.argv[2:]
library = sysconfig.get_path("stdlib")
bad = []

def is_ours():
    # what a library does while it is imported is its own business: the innermost frame that is
    # neither Python's own code nor its standard library has to lie in the house
    frame = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if "site-packages" in file:
            return False
        if file.startswith(house):
            return True
        frame = frame.f_back
    return False

DOES = {"socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.system",
        "os.mkdir", "os.rename", "os.remove", "os.putenv", "shutil.rmtree"}

def hook(event, arguments):
    if event == "open":
        path, mode, _ = arguments
        does = isinstance(mode, str) and any(sign in mode for sign in "wax+")
    else:
        does = event in DOES
    if does and is_ours():
        bad.append(f"{event} {arguments!r}"[:200])

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
    for package in (*PACKAGES, "dbt_project"):
        for file in modules(package):
            parts = file.relative_to(ROOT).with_suffix("").parts
            names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    done = subprocess.run(
        [sys.executable, "-B", "-c", WATCH, str(ROOT), *names],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": "",
            "HOME": str(tmp_path),
            "DAGSTER_DISABLE_TELEMETRY": "yes",
            "PYTHONPATH": str(ROOT),
        },
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


ONCE = {
    "a loader of YAML": re.compile(r"\byaml\.(safe_load|load|compose)\(|\bruamel\b"),
    "a lock": re.compile(r"\bfcntl\b|\bFileLock\("),
    "the hash of a file": re.compile(r"\bfile_digest\(|sha256\([^()]*\.read_bytes\(\)\)"),
    "a file that takes another's place": re.compile(r"\b(beside|temporary|unfinished)\.replace\("),
    "a strict model": re.compile(r"extra=\"forbid\""),
    "the words of an error of a model": re.compile(r"\.errors\(|\"extra_forbidden\""),
    "quoting of SQL": re.compile(r"replace\(\"'\", \"''\"\)"),
    "the list of status codes": re.compile(r"[\"']A[\"'], [\"'][A-Z][\"'], [\"'][A-Z][\"'], [\"'][A-Z][\"']"),
    "the list of missing reasons": re.compile(r"[\"']too_uncertain[\"'],"),
    "the spatial extension": re.compile(r"duckdb_extension_spatial"),
}


@pytest.mark.parametrize("what", ONCE)
def test_what_all_rooms_need_stands_once(what: str) -> None:
    """In the foundation, where all may take it from: a second copy drifts."""
    foundation = [
        *(ROOT / "sources" / "foundation").rglob("*.py"),
        ROOT / "dbt_project/compiled/macros/vocabulary.sql",
    ]
    assert any(ONCE[what].search(file.read_text(encoding="utf-8")) for file in foundation)
    files = [file for package in (*PACKAGES, "dbt_project") for file in modules(package)]
    files += sorted((ROOT / "dbt_project").rglob("*.sql"))
    wrong = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in files
        if file not in foundation
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if ONCE[what].search(line)
    ]
    assert wrong == []


ONE_SYSTEM = {"fcntl", "grp", "pwd", "resource", "termios", "msvcrt", "winreg"}


def test_no_module_needs_one_operating_system() -> None:
    wrong = {
        str(file.relative_to(ROOT)): sorted(imported(file) & ONE_SYSTEM)
        for package in (*PACKAGES, "dbt_project")
        for file in modules(package)
        if imported(file) & ONE_SYSTEM
    }
    assert wrong == {}


def read_by(name: str, file: Path, house: Mapping[str, Path]) -> set[str]:
    """Modules of the house that a module imports anywhere in it, except for types alone."""
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    found: set[str] = set()
    for node, for_types in imports(file):
        if for_types:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        else:
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                found.add(whole if whole in house else base)
    return (found & set(house)) - {name}


def test_no_module_imports_another_in_a_circle() -> None:
    """Late imports count too: what can only be imported late to avoid a circle stands in the wrong place."""
    house = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
        for package in (*PACKAGES, "dbt_project")
        for file in modules(package)
    }
    reads = {name: read_by(name, file, house) for name, file in house.items()}
    assert sum(map(len, reads.values())) > len(house), "imports were found"
    try:
        order = tuple(TopologicalSorter(reads).static_order())
    except CycleError as circle:
        pytest.fail(" <- ".join(circle.args[1]))
    assert set(order) == set(house)
