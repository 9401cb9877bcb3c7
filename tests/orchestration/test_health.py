"""Whether all is well: what is found, what is not, with which exit code; for people and monitoring."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import dagster as dg
import pytest
from click.testing import CliRunner, Result
from prometheus_client.parser import text_string_to_metric_families

from orchestration import health
from orchestration.cli.commands import main
from orchestration.currency import Currency
from orchestration.defs.run import Run
from orchestration.deliveries import Deliveries
from orchestration.health import Finding, Health, health_of, prometheus
from orchestration.last_run import LastRun, record_early_end
from orchestration.resources import Paths, Settings, only_run, write_json
from sources.foundation.editions import RECEIPT
from sources.foundation.exits import DONE, FAILED, IN_USE, REFUSED, SOURCE_TROUBLE

NOW = dt.datetime(2026, 12, 1, 4, 0, tzinfo=dt.UTC)


def looked_at(settings: Settings, now: dt.datetime = NOW) -> dict[str, Finding]:
    """The findings by kind."""
    return {one.kind: one for one in health_of(settings, now).findings}


def planstat(*arguments: str) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(main, list(arguments))


def run_job(settings: Settings, words: str = "", status: str = "") -> None:
    """A run whose only step ends so."""

    @dg.asset
    def step(run: Run) -> None:
        if words:
            raise dg.Failure(words, {"status": status} if status else None)

    with dg.DagsterInstance.ephemeral() as instance:
        job = dg.Definitions([step], resources={"run": Run.over(settings)})
        job.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance, raise_on_error=False
        )


def test_all_is_well(small: Settings) -> None:
    run_job(small)
    found = health_of(small, NOW)
    assert (found.findings, found.exit_code) == ([], DONE)
    assert found.last_run is not None
    assert (found.last_run["end"], found.last_run["origin"]) == ("done", "drop")


def test_a_failed_step_is_told_and_a_refusal_is_no_failure(small: Settings) -> None:
    run_job(small, "the model broke")
    found = looked_at(small)["run"]
    assert (found.code, "step: the model broke" in found.words) == (FAILED, True)
    run_job(small, "the gate said no", "refused")
    assert "run" not in looked_at(small)


def test_a_run_that_failed_before_its_job(small: Settings) -> None:
    record_early_end(small.paths, "live", ValueError("dbt cannot read the project"))
    assert "ValueError: dbt cannot read the project" in looked_at(small)["run"].words
    before = LastRun.read(small.paths)
    with only_run(small.paths):
        record_early_end(small.paths, "live", ValueError("another"))
    assert LastRun.read(small.paths) == before, "the run that goes on writes its own end"


KILLED = """
import os, signal, sys
from pathlib import Path
from orchestration.last_run import recorded
from orchestration.resources import Paths, only_run
paths = Paths(Path(sys.argv[1]))
signal.signal(signal.SIGINT, signal.default_int_handler)  # who started the tests may ignore it
with only_run(paths), recorded(paths, "live"):
    os.kill(os.getpid(), int(sys.argv[2]))
"""


@pytest.mark.parametrize(("number", "words"), [(9, "was killed"), (2, "it was interrupted")])
def test_a_run_that_was_ended_from_outside(small: Settings, number: int, words: str) -> None:
    subprocess.run(
        [sys.executable, "-c", KILLED, str(small.paths.root), str(number)], check=False, capture_output=True
    )
    assert words in looked_at(small)["run"].words
    run_job(small)
    assert "run" not in looked_at(small), "the next run ended well"


def test_the_lock_is_told_and_is_a_finding_only_when_it_lasts(small: Settings) -> None:
    assert health_of(small, NOW).lock is None
    with only_run(small.paths):
        began = NOW.timestamp()
        os.utime(small.paths.lock, (began, began))
        found = health_of(small, NOW + dt.timedelta(minutes=9))
        assert found.lock == {"process": os.getpid(), "since": NOW}
        assert found.exit_code == DONE
        assert looked_at(small, NOW + health.LONG + dt.timedelta(minutes=1))["lock"].code == IN_USE


def test_a_file_set_aside_and_one_refused_in_the_inbox(small: Settings) -> None:
    small.paths.inbox.mkdir()
    file = small.paths.inbox / "kita-plaetze.csv"
    file.write_text("Stichtag;Plätze\n", encoding="utf-8")
    os.utime(file, (NOW.timestamp() - 60,) * 2)
    with Deliveries(small.paths, "drop").received() as deliveries:
        assert deliveries.take("kita-plaetze").status == "set aside"
    found = looked_at(small)
    assert (found["set aside"].subject, found["set aside"].code) == ("kita-plaetze", SOURCE_TROUBLE)
    assert found["inbox"].subject == "kita-plaetze.csv"
    assert (small.paths.inbox / "kita-plaetze.csv.abgelehnt.txt").exists()
    assert "kita-plaetze.csv.abgelehnt.txt" in found["inbox"].remedy


def test_refused_and_held_candidates_until_they_are_gone(small: Settings) -> None:
    refused, held = (small.paths.candidates / name for name in ("childcare", "indicators"))
    write_json(refused / RECEIPT, {"passed": False})
    write_json(held / RECEIPT, {"passed": True, "held": [{"product": "childcare"}]})
    write_json(small.paths.candidates / "areas" / RECEIPT, {"passed": True, "held": []})
    found = health_of(small, NOW)
    assert [(one.kind, one.subject) for one in found.findings] == [
        ("refused", "childcare"),
        ("held", "indicators"),
    ]
    assert found.exit_code == REFUSED
    shutil.rmtree(refused)
    shutil.rmtree(held)
    assert health_of(small, NOW).exit_code == DONE


def test_disk_that_is_nearly_full(small: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(small.paths.root)
    small.paths.warehouse.touch()
    os.truncate(small.paths.warehouse, 10_000_000)
    needed = health.ROOM + 20_000_000
    for free, is_found in ((needed, False), (needed - 1, True)):
        # the disk itself is the boundary: a test cannot fill it
        monkeypatch.setattr("shutil.disk_usage", lambda _path, free=free: usage._replace(free=free))
        assert ("disk" in looked_at(small)) == is_found


def test_a_project_that_cannot_be_read_hides_no_other_finding(small: Settings) -> None:
    (small.dbt_project / "models" / "marts" / "mart_b.sql").write_text("{{ nonsense(", encoding="utf-8")
    write_json(small.paths.candidates / "childcare" / RECEIPT, {"passed": False})
    found = looked_at(small)
    assert "ProjectBroken" in found["unreadable"].words
    assert found["refused"].code == REFUSED


LATE = {"newest_date": "2024-12-31", "next_date": "2025-12-31", "due_on": "2026-11-30", "successors": None}


def test_overdue_from_the_day_after(small: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    known: Any = Currency({"K02": {**LATE, "dataset_id": "22541-01-01-4"}}, {"22541-01-01-4": LATE})
    monkeypatch.setattr(health, "currency", lambda _paths, _manifest: known)
    assert health_of(small, NOW - dt.timedelta(days=1)).overdue == []
    found = looked_at(small)["overdue"]
    assert (found.subject, found.code) == ("22541-01-01-4", SOURCE_TROUBLE)
    assert "K02 wait for it" in found.words
    assert "30.11.2026" in found.words


def measured(found: Health) -> dict[tuple[str, str], float]:
    """What Prometheus reads: (metric, value of its label) -> number."""
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(prometheus(found))
        for sample in family.samples
    }


def test_prometheus_reads_the_same(small: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    known: Any = Currency({}, {'a"\n\\b': LATE})
    monkeypatch.setattr(health, "currency", lambda _paths, _manifest: known)
    run_job(small, "the model broke")
    found = health_of(small, NOW)
    numbers = measured(found)
    assert {name for name, _ in numbers} <= set(health.METRICS)
    assert numbers["planstat_exit_code", ""] == found.exit_code == FAILED
    assert numbers["planstat_overdue_days", 'a"\n\\b'] == 1
    assert (numbers["planstat_findings", "run"], numbers["planstat_findings", "overdue"]) == (1, 1)
    assert numbers["planstat_last_run_failed", ""] == 1
    assert found.last_run is not None
    assert numbers["planstat_last_run_ended_seconds", ""] == found.last_run["ended"].timestamp()
    assert numbers["planstat_disk_free_bytes", ""] == found.disk["free"]
    assert numbers["planstat_lock_held_seconds", ""] == 0


def test_the_command_ends_with_the_worst_code(data_root: Path) -> None:
    write_json(Paths(data_root).candidates / "childcare" / RECEIPT, {"passed": False})
    for options in ((), ("--json",), ("--prometheus",)):
        assert planstat("health", *options).exit_code == REFUSED, options
    assert "refused: childcare" in planstat("health").output
    assert planstat("health", "--json", "--prometheus").exit_code == 2


def state_commands(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command that has `--json`."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from state_commands(command, (*path, name))
        elif any(option.name == "as_json" for option in command.params):
            yield (*path, name)


def test_every_command_that_tells_state_does_so_as_json() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operation.md").read_text(encoding="utf-8")
    commands = {" ".join(path) for path in state_commands()}
    assert commands >= {
        "health", "status", "settings", "sources list", "sources check", "releases list",
        "releases show", "releases verify",
    }  # fmt: skip
    for command in commands:
        assert f"| `{command}` |" in page, command


def leaves(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    elif isinstance(value, str):
        yield value


def test_secrets_are_in_no_json(data_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANSTAT_POSTGRES", "host=db password=hunter2")
    told = json.loads(planstat("settings", "--json").output)
    one = next(one for one in told["settings"] if one["name"] == "PLANSTAT_POSTGRES")
    assert (one["is_set"], one["value"]) == (True, None)
    assert not any("hunter2" in text for text in leaves(told))
    assert "hunter2" not in planstat("settings").output


@pytest.mark.parametrize("started_as", ["planstat", "python -m orchestration.cli", "-m some.other planstat"])
def test_the_json_names_its_command_however_it_was_started(data_root: Path, started_as: str) -> None:
    told = CliRunner().invoke(main, ["releases", "list", "--json"], prog_name=started_as)
    assert json.loads(told.output)["command"] == "releases list"
