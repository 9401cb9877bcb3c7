"""SQL of the project as dbt itself compiles it, to be run over tables of a test.

dbt compiles the project once for each state of its files. The result is kept with pytest's own cache: all
processes of a test run share it, and the next run has it at once. Relations go by their bare names:
a model by its own, a landed dataset by its id.
"""

from __future__ import annotations

import functools
import json
import shutil
import warnings
from pathlib import Path
from typing import Any

from orchestration import dbt_process
from orchestration.project import Manifest, Project
from orchestration.resources import Paths, Settings
from sources.foundation.files import locked, write_text

PROJECT = Path(__file__).parents[2] / "dbt_project"
KEPT = PROJECT.parent / ".pytest_cache" / "dbt"
SECONDS = 600
"""How long a process waits for another one that compiles."""


@functools.cache
def _project() -> Project:
    """The project with a data root of its own, compiled as it is now."""
    project = Project(Settings(Paths(KEPT), PROJECT))
    state = KEPT / "compiled.txt"
    now = project.hash()
    with locked(KEPT / "compile.lock", wait_seconds=SECONDS):
        kept = KEPT / "compiled.json"
        if not kept.exists() or not state.exists() or state.read_text(encoding="utf-8") != now:
            project.manifest()
            process = dbt_process.hand_over(project, ["compile", "--quiet"])
            said, _ = process.communicate()
            assert process.returncode == 0, said.decode()
            shutil.copyfile(project.build_target / "manifest.json", kept)
            write_text(state, now)
    return project


def parsed() -> Project:
    """The project with its manifest read, by one process for all: `manifest()` of it has nothing to parse."""
    project = _project()
    project.manifest()
    return project


@functools.cache
def _manifest() -> Manifest:
    """What dbt knows of the project, with the compiled SQL of each model and test."""
    _project()
    manifest: Manifest = json.loads((KEPT / "compiled.json").read_bytes())
    return manifest


@functools.cache
def _bare_names() -> dict[str, str]:
    """How compiled SQL writes a relation -> its bare name."""
    manifest = _manifest()
    built = {
        node["relation_name"]: node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }
    landed = {source["relation_name"]: f'"{source["name"]}"' for source in manifest["sources"].values()}
    return built | landed


@functools.cache
def _compiled(kind: str, name: str) -> str:
    return _bare(_manifest()["nodes"][f"{kind}.planstat.{name}"]["compiled_code"])


def _bare(sql: str) -> str:
    """SQL with its relations by their bare names."""
    for written, name in _bare_names().items():
        sql = sql.replace(written, name)
    return sql


def model(name: str) -> str:
    """The query of a model."""
    return _compiled("model", name)


def readers(landed: str) -> set[str]:
    """Names of the models that read a landed dataset, directly or through others."""
    nodes = _manifest()["nodes"]
    reached = {key for key, source in _manifest()["sources"].items() if source["name"] == landed}
    assert reached, f"no source is called {landed}"
    before = 0
    while len(reached) > before:
        before = len(reached)
        reached |= {
            key for key, node in nodes.items() if reached.intersection(node["depends_on"].get("nodes", ()))
        }
    return {nodes[key]["name"] for key in reached if key.startswith("model.")}


def singular_test(name: str) -> str:
    """The query of a test below `tests/`; its rows are what breaks the rule."""
    return _compiled("test", name)


def generic_test(name: str, **arguments: Any) -> str:
    """The query of a test below `tests/generic/`; its rows are what breaks the rule."""
    return str(macro(f"test_{name}", **arguments))


def function(name: str) -> str:
    """The statement that gives a warehouse a function of `models/territory`."""
    parameters = _manifest()["nodes"][f"model.planstat.{name}"]["config"]["parameters"]
    return f"create or replace function {name}({', '.join(parameters)}) as table ({model(name)})"


def count_functions(*marts: str) -> list[str]:
    """Statements for the functions of these marts of counts (none named: all that have some)."""
    known = [name for name in macro("count_marts") if f"model.planstat.{name}_on" in _manifest()["nodes"]]
    return [function(f"{name}_{kind}") for name in marts or known for kind in ("on", "up")]


def macro(name: str, **arguments: Any) -> Any:
    """What dbt hands over for a macro: its text, or the value that it returns."""
    adapter, manifest = _running()
    given = adapter.execute_macro(name, macro_resolver=manifest, kwargs=arguments)
    return _bare(given) if isinstance(given, str) else given


@functools.cache
def _running() -> tuple[Any, Any]:
    """dbt within this process: its adapter, which runs macros, and the project as it knows it."""
    project = _project()
    with warnings.catch_warnings(), project.settings.environment():
        warnings.simplefilter("ignore")  # of dbt's own imports
        from dbt.adapters.factory import get_adapter_by_type

        manifest = dbt_process.read_project(dbt_process.arguments(project))
        assert manifest is not None
        shutil.rmtree(project.build_target)
        return get_adapter_by_type("duckdb"), manifest
