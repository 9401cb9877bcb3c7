"""The schedule and the drop-folder sensor, evaluated as Dagster's daemon does."""

import os
import time
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration.defs.automation import build_drop_folder, build_refresh, deliveries_from
from orchestration.defs.run import Run
from orchestration.resources import Paths, Settings, only_run
from sources.arrival.inbox import QUIET_SECONDS


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(Paths(tmp_path), tmp_path)


@pytest.fixture
def job() -> dg.JobDefinition:
    """A job that says where its deliveries come from."""

    @dg.op
    def record(context: dg.OpExecutionContext, run: Run) -> None:
        context.log.info(f"{run.origin} {run.folder}")

    @dg.job(name="main", resource_defs={"run": Run()})
    def main() -> None:
        record()

    return main


def put(inbox: Path, name: str, *, seconds_ago: float) -> None:
    """A file in the inbox that was last written to so long ago."""
    file = inbox / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("x", encoding="utf-8")
    then = time.time() - seconds_ago
    os.utime(file, (then, then))


def test_the_sensor_runs_once_for_what_lies_in_the_inbox(settings: Settings, job: dg.JobDefinition) -> None:
    sensor = build_drop_folder(settings, job)
    inbox = settings.paths.inbox
    with dg.DagsterInstance.ephemeral() as instance:

        def look(cursor: str | None) -> Any:
            return sensor.evaluate_tick(dg.build_sensor_context(instance=instance, cursor=cursor))

        assert "is empty" in str(look(None).skip_message)

        put(inbox, "table.csv", seconds_ago=QUIET_SECONDS / 2)
        assert "still being written" in str(look(None).skip_message)

        put(inbox, "table.csv", seconds_ago=60)
        put(inbox, ".hidden", seconds_ago=0)
        with only_run(settings.paths):
            assert "a run is going on" in str(look(None).skip_message)
        found = look(None)
        assert found.run_requests is not None
        [request] = found.run_requests
        assert request.run_config == deliveries_from("drop")
        assert found.cursor

        assert "nothing new" in str(look(found.cursor).skip_message)

        put(inbox, "deeper/more.csv", seconds_ago=60)
        again = look(found.cursor)
        assert again.run_requests is not None
        assert again.cursor != found.cursor

        (inbox / "table.csv").unlink()  # as landing does
        (inbox / "table.csv.angenommen.txt").write_text("x", encoding="utf-8")
        gone = look(again.cursor)
        assert "nothing new" in str(gone.skip_message)
        put(inbox, "table.csv", seconds_ago=60)
        assert look(gone.cursor).run_requests is not None, "the same file once more is new"


def test_the_schedule_fetches_from_the_network_and_is_off_at_first(job: dg.JobDefinition) -> None:
    schedule = build_refresh(job)
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 4 * * 1", "Europe/Berlin")
    with dg.DagsterInstance.ephemeral() as instance:
        tick = schedule.evaluate_tick(dg.build_schedule_context(instance=instance))
    assert tick.run_requests is not None
    [request] = tick.run_requests
    assert request.run_config["resources"]["run"]["config"] == {"origin": "live", "folder": ""}


def test_the_job_takes_the_configuration_that_schedule_and_sensor_give(
    settings: Settings, job: dg.JobDefinition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANSTAT_DATA", str(settings.paths.root))
    for origin in ("live", "drop"):
        assert job.execute_in_process(run_config=deliveries_from(origin)).success
