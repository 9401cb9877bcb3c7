"""The resource of a run stands on the settings that its definitions were built from."""

from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from orchestration.defs.run import Run
from orchestration.resources import Paths, Settings


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
