"""The plan: what is built is decided from hashes, and a change reaches exactly what is downstream of it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

import dbt_project
from orchestration import dbt_process
from orchestration.plan import State, called_code, finish, make_plan
from orchestration.project import Manifest, Project, ProjectBroken
from orchestration.resources import Paths, Settings

pytestmark = pytest.mark.end_to_end  # parses with the real dbt, some seconds


@pytest.fixture(scope="module")
def parsed(kept_small: Settings) -> tuple[Settings, Manifest]:
    """The small project, parsed once for all tests of this file that do not change it."""
    return kept_small, Project(kept_small).manifest()


def _names(nodes: list[str]) -> set[str]:
    return {node.split(".")[2] for node in nodes}


def _built(settings: Settings, manifest: Manifest, failed: str = "") -> None:
    """Pretend that dbt built all that is planned, except `failed` and what is downstream of it."""
    plan = make_plan(manifest, Project(settings), settings.paths)
    settings.paths.warehouse.write_bytes(b"some warehouse")
    results = {
        node: ("fail" if node.startswith("test.") else "error")
        if node.split(".")[2] == failed
        else "pass"
        if node.startswith("test.")
        else "success"
        for node in plan.nodes
    }
    finish(plan, manifest, settings.paths, results)


def test_everything_is_built_when_there_is_no_warehouse(parsed: tuple[Settings, Manifest]) -> None:
    settings, manifest = parsed
    settings.paths.warehouse.unlink(missing_ok=True)
    plan = make_plan(manifest, Project(settings), settings.paths)
    assert plan.is_whole
    # without a selection dbt builds all
    assert plan.selection(manifest) == ["--exclude-resource-type", "unit_test"]
    assert _names(plan.models) == {"stg_a", "stg_b", "mart_a", "mart_b", "labels"}
    assert set(plan.reasons.values()) == {"there is no warehouse yet"}


def test_nothing_is_built_when_nothing_changed(parsed: tuple[Settings, Manifest]) -> None:
    settings, manifest = parsed
    _built(settings, manifest)
    assert make_plan(manifest, Project(settings), settings.paths).nodes == []


def test_a_warehouse_that_no_finished_build_left_is_built_anew(parsed: tuple[Settings, Manifest]) -> None:
    settings, manifest = parsed
    _built(settings, manifest)
    settings.paths.warehouse.write_bytes(b"half of a warehouse")
    plan = make_plan(manifest, Project(settings), settings.paths)
    assert plan.is_whole
    assert set(plan.reasons.values()) == {"the last build did not end"}


def test_a_killed_writer_is_seen_by_its_log(parsed: tuple[Settings, Manifest]) -> None:
    settings, manifest = parsed
    _built(settings, manifest)
    log = settings.paths.warehouse.with_name("warehouse.duckdb.wal")
    log.write_bytes(b"transactions")
    assert make_plan(manifest, Project(settings), settings.paths).is_whole
    log.unlink()
    assert not make_plan(manifest, Project(settings), settings.paths).nodes


def test_a_copied_root_holds_what_it_held_but_for_views_that_name_the_old_place(
    small: Settings, tmp_path: Path
) -> None:
    """Copied without times, as `cp -r` does, and the old place gone."""
    _built(small, Project(small).manifest())
    copied = Settings(Paths(tmp_path / "elsewhere"), small.dbt_project)
    shutil.copytree(small.paths.root, copied.paths.root, copy_function=shutil.copyfile)
    shutil.rmtree(small.paths.root)
    manifest = Project(copied).manifest()
    plan = make_plan(manifest, Project(copied), copied.paths)
    assert _names(plan.nodes) == {"stg_a", "stg_b"}, "the tables are there, and what was checked holds"
    assert set(plan.reasons.values()) == {"the data root lies elsewhere now"}
    _built(copied, manifest)
    assert make_plan(manifest, Project(copied), copied.paths).nodes == []


def test_a_new_snapshot_reaches_what_is_downstream_and_nothing_else(
    small: Settings, deliver: Callable[[Path, str, list[str], str], None]
) -> None:
    manifest = Project(small).manifest()
    _built(small, manifest)
    deliver(small.paths.root, "b-1", ["z"], "s3")
    plan = make_plan(manifest, Project(small), small.paths)
    assert _names(plan.models) == {"stg_b", "mart_b"}
    assert _names(plan.checks) == {"unique_mart_b_area"}
    assert plan.reasons["model.small.mart_b"] == "stg_b changes"
    assert plan.selection(manifest)[0] == "--select"


def test_changed_files_of_the_project_reach_what_uses_them(small: Settings) -> None:
    folder = small.dbt_project
    _built(small, Project(small).manifest())

    (folder / "macros" / "plain.sql").write_text("{% macro plain(c) %}lower(trim({{ c }})){% endmacro %}")
    manifest = Project(small).manifest()
    plan = make_plan(manifest, Project(small), small.paths)
    assert _names(plan.models) == {"stg_a", "mart_a"}, "the macro's users"
    _built(small, manifest)

    with (folder / "seeds" / "labels.csv").open("a") as seed:
        seed.write("z,third\n")
    manifest = Project(small).manifest()
    plan = make_plan(manifest, Project(small), small.paths)
    assert _names(plan.models) == {"labels", "mart_a"}, "the seed and its users"
    _built(small, manifest)

    file = folder / "models" / "sources.yml"
    file.write_text(file.read_text().replace("data_tests: [not_null]", "data_tests: [not_null, unique]"))
    manifest = Project(small).manifest()
    plan = make_plan(manifest, Project(small), small.paths)
    assert (plan.models, _names(plan.checks)) == ([], {"unique_stg_a_area"}), "a new test runs alone"


def test_code_that_a_python_model_calls_is_part_of_what_it_means(tmp_path: Path) -> None:
    models = sorted((Path(dbt_project.__file__).parent / "models").rglob("*.py"))
    rooms = {
        "int_area_point": {"locating/points.py"},
        "int_catchment_part": {"locating/overlaps.py"},
        "int_facility_place": {"locating/points.py"},
        "int_projection_ahead": {"projection/cohorts.py", "projection/backtest.py", "projection/tables.py"},
    }
    rooms["int_projection_trials"] = rooms["int_projection_ahead"]
    assert {model.stem for model in models} == set(rooms)
    text = ""
    for model in models:
        text = model.read_text(encoding="utf-8")
        assert rooms[model.stem] <= {one.partition(":")[0] for one in called_code(text)}
    room = tmp_path / "projection"
    room.mkdir()
    (room / "cohorts.py").write_text("TOP = 45", encoding="utf-8")
    before = called_code(text, tmp_path)
    (room / "cohorts.py").write_text("TOP = 46", encoding="utf-8")
    assert called_code(text, tmp_path) != before


def test_what_failed_is_done_again(parsed: tuple[Settings, Manifest]) -> None:
    settings, manifest = parsed
    settings.paths.warehouse.unlink(missing_ok=True)
    _built(settings, manifest, failed="unique_mart_a_area")
    plan = make_plan(manifest, Project(settings), settings.paths)
    assert _names(plan.nodes) == {"mart_a", "unique_mart_a_area"}, "the failed check and what it tested"

    _built(settings, manifest, failed="mart_a")
    plan = make_plan(manifest, Project(settings), settings.paths)
    assert _names(plan.nodes) == {"mart_a", "unique_mart_a_area"}


def test_a_node_does_not_count_while_something_upstream_does_not(parsed: tuple[Settings, Manifest]) -> None:
    settings, manifest = parsed
    settings.paths.warehouse.unlink(missing_ok=True)
    plan = make_plan(manifest, Project(settings), settings.paths).only(manifest, ["model.small.mart_b"])
    assert _names(plan.nodes) == {"mart_b", "unique_mart_b_area"}
    settings.paths.warehouse.write_bytes(b"mart_b alone")
    finish(plan, manifest, settings.paths, dict.fromkeys(plan.nodes, "success"))
    assert State.read(settings.paths).nodes == {}


def test_a_second_data_root_has_nothing_to_parse(
    kept_small: Settings, deliver: Callable[[Path, str, list[str], str], None], tmp_path: Path
) -> None:
    """The manifest names no data root; a build from it fills the root that it is given."""
    Project(kept_small).manifest()
    root = tmp_path / 'an other"s röot'
    deliver(root, "a-1", ["x"], "s1")
    deliver(root, "b-1", ["y"], "s2")
    other = Project(Settings(Paths(root), kept_small.dbt_project))
    assert other.is_parsed()
    assert str(kept_small.paths.root) not in json.dumps(other.manifest())
    process = dbt_process.hand_over(other, ["build"])
    said, _ = process.communicate()
    assert process.returncode == 0, said.decode()
    with duckdb.connect(str(other.settings.paths.warehouse), read_only=True) as connection:
        assert connection.execute("select area from mart_b").fetchall() == [("y",)]
        assert connection.execute("select area from stg_a").fetchall() == [("x",)]


def test_a_project_that_cannot_be_written_is_parsed_into_the_data_root(
    small: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installation that another user made: nothing is written there, and the manifest is kept.

    Root may write everywhere, so the system's answer is put in its place.
    """
    monkeypatch.setattr(os, "access", lambda path, _: not Path(path).is_relative_to(small.dbt_project))
    before = set(small.dbt_project.rglob("*"))
    project = Project(small)
    assert project.manifest()["nodes"]
    assert project.is_parsed()
    assert project.kept.is_relative_to(small.paths.root)
    assert {file for file in set(small.dbt_project.rglob("*")) - before if "target" in file.parts} == set()


def test_a_broken_project_is_told_in_dbts_words(small: Settings, tmp_path: Path) -> None:
    settings = small
    (settings.dbt_project / "models" / "marts" / "mart_b.sql").write_text(
        "select * from {{ ref('nowhere') }}"
    )
    with pytest.raises(ProjectBroken, match="nowhere"):
        Project(settings).manifest()
    with pytest.raises(ProjectBroken, match="has no dbt_project"):
        Project(Settings(Paths(tmp_path / "root"), tmp_path)).manifest()
