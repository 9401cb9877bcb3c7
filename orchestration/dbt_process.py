"""dbt as a program of its own, which is there before it is known what it has to do.

`python -m orchestration.dbt_process ARGUMENT…` imports dbt and lets it read the project, then takes a list
of arguments as JSON from its input and is `dbt …` with these and its own. So the seconds of both go by while
files are landed. Input that ends without arguments means that there is nothing to do.

The system ends the program together with its parent: without that, a killed run would leave a dbt behind that
goes on writing the warehouse.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .project import ROOT, Project
from .speed.events import without_unread_events
from .speed.programs import run_program

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>

_waiting: subprocess.Popen[bytes] | None = None


def begin(project: Project) -> None:
    """Start the program, which then waits; a process has one at most that waits."""
    global _waiting  # it goes with the process, not with a value of it
    if _waiting is None or _waiting.poll() is not None:
        settings = project.settings
        _waiting = subprocess.Popen(
            [sys.executable, "-m", "orchestration.dbt_process", *arguments(project)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **settings.for_programs(), "DBT_LOG_FORMAT": "json", "PYTHONUNBUFFERED": "1"},
            cwd=project.folder,
        )


def arguments(project: Project) -> list[str]:
    """Where dbt reads and writes, as arguments of its command line; the target is made anew."""
    return [
        "--no-use-colors",
        *("--log-path", str(project.settings.paths.logs / "dbt"), "--log-level-file", "info"),
        *("--project-dir", str(project.folder), "--profiles-dir", str(project.folder)),
        *("--target-path", str(_fresh_target(project))),
    ]


def _fresh_target(project: Project) -> Path:
    """A target folder of this process alone, beginning with what the last parse knows."""
    target = project.build_target
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    if project.kept_parse.exists():
        shutil.copyfile(project.kept_parse, target / project.kept_parse.name)
    return target


def hand_over(project: Project, command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Let the program that waits, or a new one, run `dbt` with these arguments; from now on it is yours.

    What dbt says comes as lines of JSON from its output. That it could not even start, its exit code tells.
    What it writes lies in `project.build_target`, and what was written about earlier builds goes.
    """
    global _waiting
    begin(project)
    process, _waiting = _waiting, None
    assert process is not None
    assert process.stdin is not None
    for entry in project.build_target.parent.iterdir():
        if entry != project.build_target:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    with contextlib.suppress(BrokenPipeError), process.stdin as its_input:
        its_input.write(json.dumps(list(command)).encode())
    process.stdin = None
    return process


def dismiss() -> None:
    """End the program that waits, if one does."""
    global _waiting
    process, _waiting = _waiting, None
    if process is not None:
        process.kill()
        with process:  # closes its streams and takes its exit code
            pass


def _end_with_parent() -> None:
    """Ask the system to end this process when its parent ends (Linux; elsewhere nothing happens)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    """Read the project, wait for the command, and run it."""
    _end_with_parent()
    from dbt.cli.main import dbtRunner

    without_unread_events()
    own = sys.argv[1:]
    manifest = read_project(own)
    command = sys.stdin.buffer.read()
    if command:  # when the project could not be read, this says so
        done = dbtRunner(manifest).invoke([*json.loads(command), *own])
        sys.exit(0 if done.success else 1)


def read_project(named: Sequence[str]) -> Manifest | None:
    """dbt's own manifest of the project that the arguments name, with the data root of this process in it;
    None when dbt cannot read the project.

    dbt reads it as it was kept, with `ROOT` for the data root: else every root would cost a parse.
    """
    from dbt.cli.main import dbtRunner

    root = os.environ["PLANSTAT_DATA"]
    silently = ("--no-write-json", "--log-level", "none", "--log-level-file", "none")
    os.environ["PLANSTAT_DATA"] = ROOT
    try:
        parsed = dbtRunner().invoke(["parse", *named, *silently])
    finally:
        os.environ["PLANSTAT_DATA"] = root
    if not parsed.success:
        return None
    written, meant = (json.dumps(path)[1:-1] for path in (ROOT, root))
    manifest: Manifest = parsed.result
    for name, source in manifest.sources.items():
        placed = json.dumps(source.to_dict()).replace(written, meant)
        manifest.sources[name] = type(source).from_dict(json.loads(placed))
    return manifest


if __name__ == "__main__":
    run_program(main)
