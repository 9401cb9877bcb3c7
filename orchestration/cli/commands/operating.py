"""`planstat run`, `status`, `settings` and `dev`: what a data engineer starts and looks at."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sources.foundation.exits import USAGE

from ..stating import json_option, show
from .frame import Trouble, console, in_words, main, settings_here

if TYPE_CHECKING:
    from sources.arrival.snapshots import Origin


@main.command()
@click.option(
    "--from",
    "folders",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of published files, searched with its subfolders; may be given several times.",
)
@click.option("--live", is_flag=True, help="Fetch from the publishers over the network.")
@click.option("--inbox", is_flag=True, help="Take what lies in the inbox of the data root.")
@click.option("--only", multiple=True, metavar="DATASET", help="With --live or --from: take no others.")
def run(folders: tuple[Path, ...], live: bool, inbox: bool, only: tuple[str, ...]) -> None:
    """Land, build, check and release. Without options: the sample that comes with planstat, in a data root
    of its own (.sample in the current folder, unless PLANSTAT_DATA names one).

    Only what changed is done. Ends with 0 when released or unchanged, 1 when something failed, 3 when a
    source was in trouble and the rest went on, 4 when the gate refused, 75 when another run holds the root.
    """
    if bool(folders) + live + inbox > 1:
        raise click.UsageError("--from, --live and --inbox exclude each other")
    if only and not (folders or live):
        raise click.UsageError("--only belongs to --live or --from")
    origin: Origin = "folder" if folders else "live" if live else "drop" if inbox else "sample"
    with in_words() as interrupted:
        from ..display import Display
        from ..running import run_main

        if only:
            from sources.declared.catalogue import load_catalog

            if unknown := sorted(set(only) - load_catalog().keys()):
                raise Trouble(f"there is no dataset {', '.join(unknown)}; `planstat sources list`", USAGE)
        settings = settings_here(of_sample=origin == "sample")
        with Display(console()) as display:
            delivered = tuple(folder.resolve() for folder in folders)
            outcome, log = run_main(settings, origin, delivered, display.say, interrupted, only)
        display.summarise(outcome, settings.paths, log)
    sys.exit(outcome.exit_code)


@main.command("settings")
@json_option
def show_settings(as_json: bool) -> None:
    """Show every setting: whether it is set here, and what it is for. Secrets are not shown."""
    with in_words():
        from ..settings import print_settings, settings_of

        show(settings_of(), print_settings, as_json=as_json)


@main.command()
@json_option
def status(as_json: bool) -> None:
    """Say in words what a run would do and why, and which dataset is old."""
    with in_words():
        from ..status import print_status, status_of

        show(status_of(settings_here(), date.today()), print_status, as_json=as_json)


@main.command()
@json_option
@click.option("--prometheus", is_flag=True, help="The same as text for Prometheus.")
def health(as_json: bool, prometheus: bool) -> None:
    """Say whether all is well: the last run, what was refused or set aside, what is overdue, room on the
    disk. For a timer or monitoring: the exit code is that of the worst finding.
    """
    if as_json and prometheus:
        raise click.UsageError("--json and --prometheus exclude each other")
    with in_words():
        from ...health import health_of
        from ...health import prometheus as exposed
        from ..status import print_health

        found = health_of(settings_here(), datetime.now(UTC).replace(microsecond=0))
        if prometheus:
            click.echo(exposed(found), nl=False)
        else:
            show(found.as_plain(), print_health, as_json=as_json)
    sys.exit(found.exit_code)


@main.command()
@click.option("--port", default=3000, show_default=True, help="Port of the web page on 127.0.0.1.")
def dev(port: int) -> None:
    """Open the Dagster web page over this data root. Only this computer can reach it."""
    with in_words():
        from ..running import serve

        serve(settings_here(), port)
