"""What a person is told of a run, and the exit code, from Dagster's own events."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from orchestration.cli.progress import Outcome, Watcher
from orchestration.defs.run import Run
from orchestration.resources import Paths, Settings, only_run
from sources.foundation.exits import IN_USE


def run(assets: list[Any], **resources: Any) -> tuple[Outcome, list[tuple[str, str]]]:
    """Materialise assets and let the watcher see the events."""
    said: list[tuple[str, str]] = []
    watcher = Watcher(lambda kind, text: said.append((kind, text)))
    with dg.DagsterInstance.ephemeral() as instance:
        checks = [asset for asset in assets if isinstance(asset, dg.AssetChecksDefinition)]
        others = [asset for asset in assets if not isinstance(asset, dg.AssetChecksDefinition)]
        job = dg.Definitions(
            assets=others,
            asset_checks=checks,
            resources=resources,
            jobs=[dg.define_asset_job("main", dg.AssetSelection.all())],
        ).resolve_job_def("main")
        run_id = "11111111-1111-4111-8111-111111111111"
        instance.add_event_listener(run_id, watcher.take)
        job.execute_in_process(instance=instance, run_id=run_id, raise_on_error=False)
    return watcher.outcome, [line for line in said if line[0] != "now"]


def landed(status: str, message: str = "") -> Any:
    """A landing asset that reports this."""

    @dg.asset(key=["landing", "office", "a-1"])
    def dataset() -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata={"status": status, "message": message})

    return dataset


def product(passed: bool, status: str = "released") -> Iterator[Any]:
    """A candidate, the gate's verdict on it and its release."""

    @dg.asset(key=["candidate", "things"])
    def candidate() -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata={"status": "built", "rows": 3})

    verdict_key = dg.AssetKey(["verdict", "things"])

    @dg.asset(
        key=verdict_key,
        deps=[["candidate", "things"]],
        check_specs=[dg.AssetCheckSpec("gate", asset=verdict_key)],
    )
    def verdict() -> dg.MaterializeResult:
        counts = {"passed": 5, "failed": 0 if passed else 1, "warned": 1}
        words = "5 passed" if passed else "Totals add up: 1 of 6 does not"
        check = dg.AssetCheckResult(check_name="gate", passed=passed, metadata={**counts, "message": words})
        return dg.MaterializeResult(check_results=[check])

    @dg.asset(key=["release", "things"], deps=[verdict_key])
    def release() -> dg.MaterializeResult:
        if not passed:
            raise dg.Failure("the gate did not pass", {"status": "refused", "product": "things"})
        return dg.MaterializeResult(
            metadata={"status": status, "version": "2026-01-01.1", "rows": 3, "files": ["things.parquet"]}
        )

    @dg.asset(key=["release", "others"], deps=[verdict_key])
    def carries_the_same() -> dg.MaterializeResult:
        if not passed:
            words = "others is held back: it carries what was refused in things"
            raise dg.Failure(words, {"status": "held", "product": "others"})
        return dg.MaterializeResult(metadata={"status": "waits", "version": ""})

    yield from (candidate, verdict, release, carries_the_same)


def test_released() -> None:
    outcome, said = run([landed("landed"), *product(passed=True)])
    assert outcome.exit_code == 0
    assert outcome.datasets == {"a-1": ("landed", "")}
    assert outcome.checks == {"passed": 5, "failed": 0, "warned": 1}
    assert outcome.products["things"]["version"] == "2026-01-01.1"
    assert sorted(said) == [
        ("gate", "things: 5 passed"),
        ("landing", "a-1: landed"),
        ("release", "things: released 2026-01-01.1"),
    ]


def test_refused_by_the_gate() -> None:
    outcome, said = run([landed("set aside", "a.csv, line 3: …"), *product(passed=False)])
    assert outcome.exit_code == 4, "a refusal weighs more than a file set aside"
    assert outcome.products == {}
    assert (outcome.refused, outcome.held) == (["things"], ["others"])
    assert outcome.problems == [
        "the gate refused things: Totals add up: 1 of 6 does not",
        "others is held back: it carries what was refused in things",
    ], "a refusal is told once"
    assert [line for line in said if line[0] == "trouble"][-2:] == [("trouble", p) for p in outcome.problems]


@pytest.mark.parametrize("status", ["set aside", "unreachable"])
def test_source_trouble(status: str) -> None:
    outcome, said = run([landed(status, "a.csv, line 3: not a number"), *product(True, "unchanged")])
    assert outcome.exit_code == 3
    assert outcome.count(status) == 1
    assert ("trouble", f"a-1: {status}: a.csv, line 3: not a number") in said


def test_what_was_not_delivered_is_no_trouble() -> None:
    outcome, said = run([landed("not delivered")])
    assert (outcome.exit_code, said) == (0, [])


def test_an_error_is_told_in_its_own_words() -> None:
    @dg.asset(key=["warehouse", "thing"])
    def thing() -> None:
        raise ValueError("the third cell of line 7 is empty")

    outcome, said = run([thing])
    assert outcome.exit_code == 1
    assert said == [("trouble", "ValueError: the third cell of line 7 is empty")]


def test_a_failure_with_words_of_its_own() -> None:
    @dg.asset(key=["warehouse", "thing"])
    def thing() -> None:
        raise dg.Failure("model mart_a failed: column x is missing")

    outcome, _ = run([thing])
    assert outcome.problems == ["model mart_a failed: column x is missing"]


def test_checks_of_models_are_counted_and_warnings_named() -> None:
    @dg.multi_asset(
        specs=[dg.AssetSpec(["warehouse", "thing"])],
        check_specs=[dg.AssetCheckSpec(name, asset=["warehouse", "thing"]) for name in ("good", "odd")],
    )
    def things() -> Iterator[Any]:
        yield dg.MaterializeResult(asset_key=["warehouse", "thing"], metadata={"status": "built"})
        yield dg.AssetCheckResult(check_name="good", passed=True)
        yield dg.AssetCheckResult(check_name="odd", passed=False, severity=dg.AssetCheckSeverity.WARN)

    outcome, _ = run([things])
    assert outcome.checks == {"passed": 1, "failed": 0, "warned": 1}
    assert (outcome.models_built, outcome.warnings, outcome.exit_code) == (1, ["thing: odd"], 0)


def test_interrupted_within_a_query() -> None:
    """DuckDB turns Ctrl-C into an error of its own; the run ends all the same, and no further step begins."""
    began: list[str] = []

    @dg.asset
    def first() -> None:
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        with duckdb.connect() as connection:  # closing it ends what the query's threads still do
            connection.sql("select count(*) from range(5000000000) r(n) where sqrt(n) > 3").fetchall()

    @dg.asset
    def second() -> None:
        began.append("second")

    outcome, _ = run([first, second])
    assert outcome.interrupted
    assert began == []


class Opening(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Something a run opens before its first step."""

    interrupts: bool

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        if self.interrupts:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        raise OSError("the data root is on a disk that is gone")


@pytest.mark.parametrize("interrupts", [True, False])
def test_ended_before_the_first_step(interrupts: bool) -> None:
    """No step failed then; all the same the run is not told as one without problems."""

    @dg.asset
    def only(opening: Opening) -> None:
        raise AssertionError

    outcome, _ = run([only], opening=Opening(interrupts=interrupts))
    assert outcome.interrupted == interrupts
    assert outcome.problems == ([] if interrupts else ["OSError: the data root is on a disk that is gone"])


def test_interrupted_between_two_steps() -> None:
    """Dagster keeps the signal for the next place where it may stop."""

    @dg.asset
    def first() -> dg.MaterializeResult:
        return dg.MaterializeResult()

    @dg.asset(deps=[first])
    def second() -> None:
        raise AssertionError

    watcher = Watcher(lambda kind, text: None)

    def listen(entry: Any) -> None:
        watcher.take(entry)
        if entry.dagster_event and entry.dagster_event.event_type_value == "STEP_SUCCESS":
            os.kill(os.getpid(), signal.SIGINT)

    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_event_listener("22222222-2222-4222-8222-222222222222", listen)
        dg.Definitions(assets=[first, second]).resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance, run_id="22222222-2222-4222-8222-222222222222", raise_on_error=False
        )
    assert watcher.outcome.interrupted


def test_a_run_that_loses_the_data_root_to_another(tmp_path: Path) -> None:
    """Both may see it free at first; the job of one finds it taken."""
    settings = replace(Settings.from_environment(), paths=Paths(tmp_path))

    @dg.asset
    def only(run: Run) -> None:
        raise AssertionError

    with only_run(settings.paths):
        outcome, _ = run([only], run=Run.over(settings))
    assert outcome.exit_code == IN_USE
    assert "another run works in" in outcome.problems[0]
