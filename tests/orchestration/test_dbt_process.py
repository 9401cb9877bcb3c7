"""dbt waits for its arguments, does what they say, and is gone when nobody wants it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from orchestration import dbt_process
from orchestration.project import Project
from orchestration.resources import Settings

pytestmark = pytest.mark.end_to_end


@contextmanager
def prepared(settings: Settings) -> Iterator[Project]:
    """The project, and nothing left that waits."""
    try:
        with settings.environment():
            yield Project(settings)
    finally:
        dbt_process.dismiss()


def begun(project: Project) -> subprocess.Popen[bytes]:
    """The program that waits, just started."""
    dbt_process.begin(project)
    assert dbt_process._waiting is not None
    return dbt_process._waiting


def said(process: subprocess.Popen[bytes]) -> str:
    """What dbt said until it ended."""
    output, _ = process.communicate(timeout=120)
    return output.decode()


def test_the_program_that_waits_builds_what_it_is_told(small: Settings) -> None:
    with prepared(small) as project:
        waiting = begun(project)
        dbt_process.begin(project)
        (project.build_target.parent / "4711").mkdir()  # what an earlier process wrote
        process = dbt_process.hand_over(project, ["build", "--select", "stg_b", "mart_b"])
        assert process is waiting
        said(process)
        assert process.returncode == 0
        results = json.loads((project.build_target / "run_results.json").read_bytes())["results"]
        assert {result["unique_id"] for result in results} >= {"model.small.stg_b", "model.small.mart_b"}
        assert list(project.build_target.parent.iterdir()) == [project.build_target]


def test_a_second_command_gets_a_program_of_its_own(small: Settings) -> None:
    with prepared(small) as project:
        first = dbt_process.hand_over(project, ["ls", "--quiet", "--resource-type", "seed"])
        assert "small.labels" in said(first)
        second = dbt_process.hand_over(project, ["ls", "--quiet", "--resource-type", "model"])
        assert "small.marts.mart_a" in said(second)
        assert first is not second


def test_a_project_that_dbt_cannot_read_is_told_with_the_command(small: Settings) -> None:
    (small.dbt_project / "models/marts/mart_a.sql").write_text("select * from {{ ref('nowhere') }}")
    with prepared(small) as project:
        process = dbt_process.hand_over(project, ["build"])
        assert "nowhere" in said(process)
        assert process.returncode != 0


def test_a_program_that_died_meanwhile_is_replaced(small: Settings) -> None:
    with prepared(small) as project:
        waiting = begun(project)
        waiting.kill()
        waiting.communicate()
        process = dbt_process.hand_over(project, ["ls", "--quiet", "--resource-type", "seed"])
        assert "small.labels" in said(process)


def test_nothing_is_left_of_a_program_that_nobody_needs(small: Settings) -> None:
    with prepared(small) as project:
        waiting = begun(project)
        dbt_process.dismiss()
        dbt_process.dismiss()
        assert waiting.poll() is not None
        assert not project.settings.paths.warehouse.exists()


def test_input_that_ends_without_arguments_means_nothing_to_do(small: Settings) -> None:
    with prepared(small) as project:
        waiting = begun(project)
        said(waiting)  # closes the input
        assert waiting.returncode == 0
        assert not project.settings.paths.warehouse.exists()
