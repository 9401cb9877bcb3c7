"""`planstat run`, `status`, `settings` and `dev`: what a data engineer starts and looks at."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sources.foundation.exits import USAGE

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
def show_settings() -> None:
    """Show every setting: whether it is set here, and what it is for. Secrets are not shown."""
    with in_words():
        from ..settings import print_settings

        print_settings(console())


@main.command()
def status() -> None:
    """Say in words what a run would do and why, and which dataset is old."""
    with in_words():
        from ..status import print_status

        print_status(settings_here(), console())


@main.command()
@click.option("--port", default=3000, show_default=True, help="Port of the web page on 127.0.0.1.")
def dev(port: int) -> None:
    """Open the Dagster web page over this data root. Only this computer can reach it."""
    with in_words():
        from ..running import serve

        serve(settings_here(), port)
