"""The whole graph that Dagster sees, compared with the kept outline, and properties that hold for any."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from orchestration.outline import text
from tests.dbt.compiled import parsed

pytestmark = [pytest.mark.end_to_end, pytest.mark.filterwarnings("ignore::dagster.BetaWarning")]

KEPT = Path(__file__).with_name("asset_graph.json")


@pytest.fixture(scope="module")
def found() -> str:
    """The outline of the definitions as they are now."""
    from orchestration.definitions import defs

    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PLANSTAT_DATA", str(parsed().settings.paths.root))
        return text(defs())


@pytest.fixture(scope="module")
def graph(found: str) -> dict[str, Any]:
    """The outline as data."""
    content: dict[str, Any] = json.loads(found)
    return content


def test_the_graph_is_the_kept_one(found: str) -> None:
    assert found == KEPT.read_text(encoding="utf-8"), "the graph changed: `make generate` writes it anew"


def test_every_declared_dataset_is_landed_and_checked(graph: dict[str, Any]) -> None:
    from sources.declared.catalogue import load_catalog

    for declaration in load_catalog().values():
        asset = graph["assets"][f"landing/{declaration.publisher}/{declaration.id}"]
        assert asset == {
            "group": declaration.publisher,
            "deps": [],
            "checks": ["accepted"],
            "automation": None,
        }


def test_what_is_declared_is_used_or_says_why_not(graph: dict[str, Any]) -> None:
    """An office that hands in a file, and who adds a table, is told what comes of it."""
    from sources.declared.catalogue import load_catalog

    feeds: dict[str, set[str]] = defaultdict(set)
    for key, asset in graph["assets"].items():
        for dep in asset["deps"]:
            if key.startswith("warehouse/"):  # the catalogue of landing knows every dataset
                feeds[dep].add(key)

    def reached(key: str) -> set[str]:
        found = set(feeds[key])
        for one in feeds[key]:
            found |= reached(one)
        return found

    kinds = ("warehouse/fct_", "warehouse/dim_", "warehouse/bridge_", "warehouse/mart_")
    wrong = {}
    for declaration in load_catalog().values():
        key = f"landing/{declaration.publisher}/{declaration.id}"
        is_used = any(one.startswith(kinds) for one in reached(key))
        if is_used == (declaration.unused is not None):
            wrong[declaration.id] = "is used" if is_used else "is not used, and does not say why"
    assert wrong == {}


def test_every_model_hangs_on_landing_or_other_models(graph: dict[str, Any]) -> None:
    for key, asset in graph["assets"].items():
        assert all(dep in graph["assets"] for dep in asset["deps"]), f"{key} waits for something unknown"
        layer = key.split("/")[0]
        above = {dep.split("/")[0] for dep in asset["deps"]}
        expected = {
            "landing": {"landing"},
            "warehouse": {"landing", "warehouse"},
            "candidate": {"warehouse"},
            "verdict": {"candidate"},
            "release": {"candidate", "verdict"},
        }
        assert above <= expected[layer], f"{key} skips a layer"


def test_every_product_goes_through_the_gate(graph: dict[str, Any]) -> None:
    from exports.products import load_products

    for name in load_products():
        assert graph["assets"][f"verdict/{name}"]["checks"] == ["gate"]
        assert graph["assets"][f"verdict/{name}"]["deps"] == [f"candidate/{name}"]
        assert {f"candidate/{name}", f"verdict/{name}"} <= set(graph["assets"][f"release/{name}"]["deps"])
    for name in ("indicators", "indicators_wide", "area_profile", "peer_ring", "social_index"):
        waits_for = graph["assets"][f"release/{name}"]["deps"]
        assert "verdict/population" in waits_for, "what is refused there must not leave here"
        assert f"verdict/{name}" in graph["assets"]["release/population"]["deps"]
    assert graph["jobs"] == ["main"]
    assert graph["schedules"] == {"weekly_refresh": "0 4 * * 1"}
    assert graph["sensors"] == ["drop_folder"]
