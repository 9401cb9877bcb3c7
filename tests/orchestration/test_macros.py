"""What makes a number is in the plan: a changed macro changes a fingerprint, nothing is made beside it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import jinja2.nodes
import pytest
from dbt_common.clients.jinja import get_environment

from orchestration.plan import Fingerprints, Landed
from orchestration.project import Manifest, Project
from tests.dbt import compiled

pytestmark = pytest.mark.end_to_end  # parses with the real dbt, some seconds

OURS = "macro.planstat."
DISPATCHED = ("materialization_", "test_")
"""What dbt calls by its name: how a node is made, and generic tests, which nodes of their own call."""


@pytest.fixture(scope="module")
def parsed() -> tuple[Project, Manifest]:
    """The project as it is now."""
    project = compiled.parsed()
    return project, project.manifest()


def _ours(manifest: Manifest) -> dict[str, dict[str, Any]]:
    return {name: macro for name, macro in manifest["macros"].items() if name.startswith(OURS)}


def test_a_change_of_any_macro_changes_what_is_planned(parsed: tuple[Project, Manifest]) -> None:
    project, manifest = parsed
    before = Fingerprints(manifest, project, Landed({})).all()
    ours = _ours(manifest)
    assert len(ours) > 40
    idle = []
    for name in ours:
        changed = {**manifest, "macros": copy.copy(manifest["macros"])}
        changed["macros"][name] = {**ours[name], "macro_sql": ours[name]["macro_sql"] + " changed"}
        after = Fingerprints(changed, project, Landed({})).all()
        if after == before and not name.removeprefix(OURS).startswith(DISPATCHED):
            idle.append(name)
    assert idle == [], "no node notices when these change: call them from a node, or delete them"


def test_a_macro_is_called_by_its_name(parsed: tuple[Project, Manifest]) -> None:
    """dbt sees a call; a macro handed over as a value and called later would be in no fingerprint."""
    _, manifest = parsed
    names = {macro["name"] for macro in _ours(manifest).values()}
    texts = {name: macro["macro_sql"] for name, macro in _ours(manifest).items()}
    texts |= {name: node["raw_code"] for name, node in manifest["nodes"].items() if name.startswith("model.")}
    handed_over = []
    for where, text in texts.items():
        tree = get_environment(None, capture_macros=True).parse(text)
        called = {id(call.node) for call in tree.find_all(jinja2.nodes.Call)}
        found = list(tree.find_all(jinja2.nodes.Name))
        own = {one.name for one in found if one.ctx != "load"}  # arguments and variables
        handed_over += [
            f"{where}: {one.name}" for one in found if one.name in names - own and id(one) not in called
        ]
    assert handed_over == []


def test_nothing_is_made_beside_the_graph(parsed: tuple[Project, Manifest]) -> None:
    """A hook runs whenever dbt runs, and never because it changed."""
    project, manifest = parsed
    assert not [name for name in manifest["nodes"] if name.startswith("operation.")]
    for name, node in manifest["nodes"].items():
        hooks = [*node["config"].get("pre-hook", ()), *node["config"].get("post-hook", ())]
        assert not hooks, f"{name} has hooks"
    for file in sorted(Path(project.folder).joinpath("macros").glob("*.sql")):
        assert "run_query" not in file.read_text(encoding="utf-8"), f"{file.name} runs statements of its own"


def test_a_changed_function_is_made_again_and_no_table(parsed: tuple[Project, Manifest]) -> None:
    project, manifest = parsed
    before = Fingerprints(manifest, project, Landed({})).all()
    changed = {**manifest, "macros": copy.copy(manifest["macros"])}
    text = changed["macros"][f"{OURS}counts_on"]
    changed["macros"][f"{OURS}counts_on"] = {**text, "macro_sql": text["macro_sql"] + " changed"}
    after = Fingerprints(changed, project, Landed({})).all()
    planned = [name for name in after if after[name] != before[name]]
    assert {f"model.planstat.{mart}_on" for mart in ("population", "education")} <= set(planned)
    made = {
        manifest["nodes"][name]["config"]["materialized"] for name in planned if name.startswith("model.")
    }
    assert made == {"table_function"}
