"""Runs the main job in this process, as the Dagster UI would, and tells what came of it."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..deliveries import refuse_mixing
from ..healing import heal
from ..last_run import record_early_end
from ..resources import Paths, Settings, make_root, notices, only_run
from ..speed import is_plain
from ..speed.meanwhile import dbt_waiting, parsed_meanwhile
from .interrupts import Stopped
from .progress import Outcome, Watcher

if TYPE_CHECKING:
    import dagster as dg

    from sources.arrival.snapshots import Origin

KEPT_LOGS = 50

_INSTANCE = """\
# Written by planstat. Runs are kept beside the data; nothing is reported to anybody.
telemetry: {enabled: false}
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""
_STORAGE = """\
storage:
  custom:
    module: orchestration.speed.storage
    class: KeptSqliteStorage
    config: {base_dir: {env: DAGSTER_HOME}}
"""
_PLAIN_STORAGE = """\
storage:
  sqlite: {base_dir: {env: DAGSTER_HOME}}
"""


def prepare_instance(settings: Settings) -> Path:
    """Make Dagster's home in the data root: runs and events of all runs, however they were started."""
    make_root(settings.paths)
    home = settings.paths.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    file = home / "dagster.yaml"
    wanted = _INSTANCE + (_PLAIN_STORAGE if is_plain("storage") else _STORAGE)
    if not file.exists() or file.read_text(encoding="utf-8") != wanted:
        file.write_text(wanted, encoding="utf-8")
    return home


def run_main(
    settings: Settings,
    origin: Origin,
    folders: tuple[Path, ...],
    say: Callable[[str, str], None],
    interrupted: Callable[[], bool],
    only: Sequence[str] = (),
) -> tuple[Outcome, Path]:
    """Run the main job over these deliveries.

    Args:
        origin: `sample`, `folder`, `live` or `drop`; `folders` are needed for the second.
        only: datasets to take; all of them when none is named.
        say: gets (kind, text) for every line a person wants to see, see `progress.Watcher`.
        interrupted: tells whether Ctrl-C was heard, see `interrupts.interruptible`.

    Returns the outcome and the log file of this run, which holds everything Dagster and dbt said.
    Raises InUse when another run works in the same root, LandingRefused when the sample would mix with
    published files, ProjectBroken when dbt cannot read its project, Stopped after Ctrl-C.
    """
    paths = settings.paths
    with only_run(paths):  # tell at once, and not after seconds of imports; the job itself holds the lock
        for mended in heal(settings):
            say("notice", mended)
        refuse_mixing(paths, origin)
    for seen in notices(settings):
        say("notice", seen)
    log = _new_log(paths)
    with (
        log.open("w", encoding="utf-8", buffering=1) as file,
        contextlib.redirect_stdout(file),
        contextlib.redirect_stderr(file),
        settings.environment(),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("default")  # warnings go to the log, also under `python -W error`
        say("now", "starting")
        try:
            parsed_meanwhile(settings)
            with dbt_waiting(settings):
                outcome = _execute(settings, origin, folders, say, interrupted, only)
        except Exception as problem:  # before the job: what fails within is its outcome
            record_early_end(paths, origin, problem)
            raise
    return outcome, log


def _new_log(paths: Paths) -> Path:
    """The log of this run; the oldest go when there are many."""
    paths.logs.mkdir(parents=True, exist_ok=True)
    for old in sorted(paths.logs.glob("run-*.log"))[: -KEPT_LOGS + 1]:
        old.unlink(missing_ok=True)
    return paths.logs / f"run-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}.log"


def _execute(
    settings: Settings,
    origin: Origin,
    folders: tuple[Path, ...],
    say: Callable[[str, str], None],
    interrupted: Callable[[], bool],
    only: Sequence[str],
) -> Outcome:
    import dagster as dg
    from dagster._core.utils import make_new_run_id

    from ..definitions import build

    watcher = Watcher(say, interrupted)
    with dg.DagsterInstance.from_config(str(prepare_instance(settings))) as instance:
        job: dg.JobDefinition = build(settings).resolve_job_def("main")
        run_id = make_new_run_id()
        delivered = os.pathsep.join(map(str, folders))
        if interrupted():  # an import may have swallowed it
            raise Stopped
        instance.add_event_listener(run_id, watcher.take)
        result = job.execute_in_process(
            run_config={
                "resources": {"run": {"config": {"origin": origin, "folder": delivered, "only": list(only)}}},
            },
            instance=instance,
            run_id=run_id,
            tags={"origin": origin},
            raise_on_error=False,
        )
    if watcher.outcome.interrupted or (interrupted() and not result.success):  # Dagster swallows it
        raise Stopped
    if not result.success:
        from exports.products import load_products

        told = {*watcher.outcome.products, *watcher.outcome.refused, *watcher.outcome.held}
        watcher.outcome.stopped = sorted(load_products().keys() - told)
    if not result.success and not watcher.outcome.problems:
        watcher.outcome.add_problem("the run ended early and did not say why; its log has all it said")
    return watcher.outcome


def serve(settings: Settings, port: int) -> None:
    """Open Dagster's web page on this computer only, over this data root. Replaces this process.

    Raises RuntimeError when the web server is not installed.
    """
    if importlib.util.find_spec("dagster_webserver") is None:
        raise RuntimeError(
            "the web page needs the package dagster-webserver: run `make dev`, or install planstat[dev]"
        )
    prepare_instance(settings)
    os.environ.update(settings.for_programs())
    arguments = ["dev", "-m", "orchestration.definitions", "-h", "127.0.0.1", "-p", str(port)]
    os.execv(sys.executable, [sys.executable, "-m", "dagster", *arguments])  # noqa: S606
