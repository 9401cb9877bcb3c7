"""A new delivery of one table: what depends on it is built again and nothing else, with the same result.

The project's own dbt over a landing of three tables. The incremental build and a build from nothing of the
same landing have to give the same tables, compared by hashes of all their rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from orchestration import dbt_process
from orchestration.plan import Plan, finish, make_plan, results_of, source_table
from orchestration.project import Manifest, Project
from orchestration.resources import Paths, Settings, Warehouse
from sources.arrival.landing import Landing
from sources.twins import render
from sources.twins.inventing import invent

from .conftest import ROOT

pytestmark = pytest.mark.end_to_end

TABLE = "22311-01-02-4"
OTHERS = ("11111-01-01-4", "82411-01-03-4")
FIRST, SECOND = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 2, 1, tzinfo=dt.UTC)


def deliver(root: Path, dataset: str, now: dt.datetime, folder: Path, changed: bool = False) -> None:
    """Land invented figures of a table; `changed`: with another number in its first row."""
    landing = Landing(root)
    landing.prepare()
    declaration = landing.catalog[dataset]
    table = invent(landing.catalog, declaration, areas=6)
    if changed:
        texts = table["value_text"].to_pylist()
        texts[0] = str(int(texts[0].replace("-", "0")) + 1) if texts[0].isdigit() else "1"
        place = table.column_names.index("value_text")
        table = table.set_column(place, "value_text", [texts])
    file = folder / f"{dataset}{'-changed' if changed else ''}.csv"
    file.write_bytes(render(landing.catalog, declaration, table, stand=now.replace(tzinfo=None)).content)
    outcome = landing.land(declaration, [file], origin="folder", now=now)
    assert outcome.status == "landed", outcome.error


def build(root: Path) -> tuple[Plan, Manifest]:
    """Plan, let dbt build the planned tables (no tests), and remember what holds."""
    settings = Settings(Paths(root), ROOT / "dbt_project")
    with settings.environment():
        project = Project(settings)
        manifest = project.manifest()
        plan = make_plan(manifest, project, settings.paths)
        if not plan.models:
            return plan, manifest
        names = ["fqn:" + ".".join(manifest["nodes"][node]["fqn"]) for node in plan.models]
        without_checks = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
        selection = ("--select", " ".join(names), "--indirect-selection", "empty", *without_checks)
        process = dbt_process.hand_over(project, ["build", *selection])
        said, _ = process.communicate()
        assert process.returncode == 0, said.decode()
        finish(plan, manifest, settings.paths, results_of(project.build_target / "run_results.json"))
    return plan, manifest


def hashes(root: Path) -> Mapping[str, tuple[int, int]]:
    """Rows and a hash over all rows, whatever their order, of every table."""
    with duckdb.connect(str(root / "warehouse.duckdb"), read_only=True) as connection:
        names = connection.execute("select table_name from duckdb_tables() order by 1").fetchall()
        found = {}
        for (name,) in names:
            row = connection.execute(
                f'select count(*), coalesce(bit_xor(hash(t)), 0) from "{name}" as t'
            ).fetchone()
            assert row is not None
            found[name] = row
    return found


def downstream(manifest: Manifest, origins: set[str]) -> set[str]:
    """These nodes and everything that reads them, at any distance."""
    reached = set(origins)
    while True:
        more = {
            name
            for name, node in manifest["nodes"].items()
            if name not in reached and reached.intersection(node.get("depends_on", {}).get("nodes", ()))
        }
        if not more:
            return reached
        reached |= more


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A root with three tables landed, and the folder their files came from."""
    root, files = tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("files")
    for dataset in (TABLE, *OTHERS):
        deliver(root, dataset, FIRST, files)
    return root, files


def test_incremental_is_full(landed: tuple[Path, Path]) -> None:
    root, files = landed
    whole, manifest = build(root)
    assert len(whole.models) > 90, "everything is built at first"
    before = hashes(root)
    assert build(root)[0].models == []

    deliver(root, TABLE, SECOND, files, changed=True)
    plan, manifest = build(root)
    delivered = {name for name in manifest["sources"] if source_table(manifest, name)[1] == TABLE}
    # the list of deliveries is a table too
    allowed = downstream(manifest, {*delivered, "model.planstat.dim_snapshot"})
    assert set(plan.models) <= allowed
    names = {node.split(".")[2] for node in plan.models}
    assert {"fct_benefit_receipt", "mart_social_benefits", "fct_revision"} <= names
    assert names.isdisjoint(
        {"dim_area", "bridge_area_crosswalk", "fct_population", "fct_income", "mart_area"}
    )
    incremental = hashes(root)
    assert incremental["fct_benefit_receipt"] != before["fct_benefit_receipt"]

    paths = Paths(root)
    paths.warehouse_state.unlink()
    Warehouse(paths.warehouse).remove()
    assert set(build(root)[0].models) == set(whole.models), "from nothing"
    assert hashes(root) == incremental
