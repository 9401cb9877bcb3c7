"""The warehouse as one Dagster asset over the real dbt: built, left alone, and refused in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest

from orchestration import dbt_process
from orchestration.defs.run import Run
from orchestration.defs.warehouse import build_warehouse, relation_key
from orchestration.project import Project
from orchestration.resources import Settings, Warehouse, only_run

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.filterwarnings("ignore::dagster.BetaWarning"),
]


class NothingDelivered(Run):
    """A run over the small landing, which is not one that the real catalogue would make."""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Run]:
        with only_run(Settings.from_environment().paths):
            yield self


def materialise(settings: Settings, selection: dg.AssetSelection | None = None) -> dg.ExecuteInProcessResult:
    """Run the warehouse asset over the project as it is now."""
    asset = build_warehouse(settings, Project(settings).manifest(), needed={"mart_a", "mart_b"})
    return dg.materialize(
        [asset], selection=selection, resources={"run": NothingDelivered()}, raise_on_error=False
    )


def statuses(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    """Table -> what its materialisation says."""
    return {
        event.asset_key.path[-1]: event.materialization.metadata["status"].value
        for event in result.get_asset_materialization_events()
    }


@pytest.fixture
def at_work(small: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The small project as this process's settings."""
    for name, value in small.for_programs().items():
        monkeypatch.setenv(name, value)
    return small


def test_a_run_builds_then_leaves_alone_then_tells_what_failed(
    at_work: Settings,
    deliver: Callable[[Path, str, list[str], str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = materialise(at_work)
    assert first.success
    assert set(statuses(first).values()) == {"built"}
    assert {check.check_name for check in first.get_asset_check_evaluations() if check.passed} == {
        "not_null_stg_a_area",
        "unique_mart_a_area",
        "unique_mart_b_area",
    }
    rows = {
        event.asset_key.path[-1]: event.materialization.metadata["rows"].value
        for event in first.get_asset_materialization_events()
        if "rows" in event.materialization.metadata
    }
    assert rows == {"labels": 2, "mart_a": 2, "mart_b": 1}, "views are not counted"

    with monkeypatch.context() as patched:
        patched.setattr(dbt_process, "hand_over", lambda *_, **__: pytest.fail("dbt had something to do"))
        second = materialise(at_work)
    assert second.success
    assert statuses(second) == {"mart_a": "unchanged", "mart_b": "unchanged"}

    deliver(at_work.paths.root, "a-1", ["x"], "s3")
    third = materialise(at_work)
    assert not third.success
    assert statuses(third) == {"stg_a": "built", "mart_a": "built"}
    failure = third.get_step_failure_events()[0].step_failure_data.user_failure_data
    assert failure is not None
    assert failure.description.startswith("check unique_mart_a_area (models/sources.yml): Got 1 result")
    assert "its SQL: " in failure.description
    sql = Path(failure.description.split("its SQL: ")[1].splitlines()[0])
    assert "mart_a" in sql.read_text(), "the SQL that is named can be read"

    fourth = materialise(at_work)
    assert not fourth.success, "the failed check is made again"
    assert set(statuses(fourth)) == {"mart_a"}


def test_selected_assets_are_built_whether_changed_or_not(at_work: Settings) -> None:
    assert materialise(at_work).success
    again = materialise(at_work, dg.AssetSelection.assets(relation_key("mart_b")))
    assert again.success
    assert statuses(again) == {"mart_b": "built"}
    assert [check.check_name for check in again.get_asset_check_evaluations()] == ["unique_mart_b_area"]
    with Warehouse(at_work.paths.warehouse).reading() as connection:
        assert connection.execute("select area from mart_b").fetchall() == [("x",)]
