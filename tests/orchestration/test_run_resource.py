"""The resource of a run stands on the settings that its definitions were built from."""

from dataclasses import replace
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from orchestration.defs.run import Run
from orchestration.resources import Paths, Settings, Warehouse


def test_a_run_works_in_the_root_of_the_given_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANSTAT_DATA", str(tmp_path / "of the process"))
    seen: list[Path] = []

    @dg.op
    def look(run: Run) -> None:
        seen.append(run.deliveries.paths.root)
        assert run.deliveries.origin == "drop"

    @dg.job(executor_def=dg.in_process_executor)
    def job() -> None:
        look()

    settings = Settings.from_environment()
    given = replace(settings, paths=Paths(tmp_path / "given"))
    config = {"resources": {"run": {"config": {"origin": "drop"}}}}
    assert job.execute_in_process(resources={"run": Run.over(given)}, run_config=config).success
    assert job.execute_in_process(resources={"run": Run()}).success
    assert seen == [tmp_path / "given", tmp_path / "of the process"]


def test_the_warehouse_stays_open_while_a_run_publishes_and_no_longer(tmp_path: Path) -> None:
    """Each product reads it several times; dbt of the next run must be able to write it."""
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")

    @dg.op
    def publish(run: Run) -> None:
        with duckdb.connect(str(warehouse.file)) as connection:  # as dbt does, before anything is published
            connection.execute("create or replace table t as select 1 as n")
        run.publishes(settings)
        run.publishes(settings)
        with pytest.raises(duckdb.Error, match="different configuration"):
            duckdb.connect(str(warehouse.file))
        with warehouse.reading() as connection:
            assert connection.execute("from t").fetchall() == [(1,)]

    @dg.job(executor_def=dg.in_process_executor)
    def job() -> None:
        publish()

    settings = replace(Settings.from_environment(), paths=Paths(tmp_path))
    for _ in range(2):
        assert job.execute_in_process(resources={"run": Run.over(settings)}).success
