"""`planstat projection`, `ring` and `town`: what lies ahead, who is beside, and what the office decides."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sources.foundation.exits import FAILED

from ..language import Language, lang
from .frame import console, in_words, main, settings_here

if TYPE_CHECKING:
    from sources.declared.needs import NeedId


@main.group()
def projection() -> None:
    """Children and young people in the years to come: tested on the past, and ahead."""


@projection.command("backtest")
@click.option("--level", help="Only areas of this level: KREIS, PLANUNGSRAUM, …")
@click.option("--by-size", is_flag=True, help="Also by size class of the areas (thousand inhabitants).")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values instead of a table.")
@lang
def projection_backtest(level: str | None, by_size: bool, as_csv: bool, language: Language) -> None:
    """Show how far off projections from every past edition would have been, for all data at hand."""
    with in_words():
        from ..projecting import print_backtest

        print_backtest(settings_here().paths, level, by_size, as_csv, console(), language)


@projection.command("show")
@click.argument("area")
@click.option("--scenario", default="trend", show_default=True, help="Name of a scenario of the office.")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values instead of a table.")
@lang
def projection_show(area: str, scenario: str, as_csv: bool, language: Language) -> None:
    """Show what is projected for AREA (code or name), with interval, method and what it rests on."""
    with in_words():
        from ..projecting import print_ahead

        print_ahead(settings_here().paths, area, scenario, as_csv, console(), language)


@projection.command("need")
@click.argument("area")
@click.option("--scenario", default="trend", show_default=True, help="Name of a scenario of the office.")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values instead of a table.")
@click.option(
    "--kind",
    type=click.Choice(["childcare", "school", "care"]),
    default="childcare",
    show_default=True,
    help="Day care, school or care of old people.",
)
@lang
def projection_need(area: str, scenario: str, as_csv: bool, kind: NeedId, language: Language) -> None:
    """Show need and places of AREA (code or name) in day care, school or care, at every rate, and the gap."""
    with in_words():
        from ..projecting import print_need

        print_need(settings_here().paths, area, scenario, as_csv, console(), language, kind=kind)


@main.group()
def ring() -> None:
    """Vergleichsringe: an area beside the others of its ring, and the form that the ring asks for."""


@ring.command("show")
@click.argument("name")
@click.option("--area", help="The member whose values stand beside the ring's (code or name).")
@lang
def ring_show(name: str, area: str | None, language: Language) -> None:
    """Show the ring NAME: own values, median, quartiles, trend and number of values.

    `structural-peers` is the ring of the districts most similar to the one of `--area`.
    """
    with in_words():
        from ..ringing import print_ring

        print_ring(settings_here(), name, area, console(), language)


@ring.command("form")
@click.argument("name")
@click.option("--area", help="The member that fills it in (code or name).")
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Folder for the workbook.",
)
@lang
def ring_form(name: str, area: str | None, folder: Path, language: Language) -> None:
    """Write the form of the ring NAME as a workbook, filled from the warehouse.

    Own value, definition, source and remark by indicator and date; what is lacking; the ring's values.
    """
    with in_words():
        from ..ringing import write_form

        console().print(f"{write_form(settings_here(), name, area, folder)}", markup=False)


@main.group()
def town() -> None:
    """What the office decides: the files in town/ of the data root."""


@town.command("check")
@lang
def town_check(language: Language) -> None:
    """Check every file in town/; ends with 1 when something is wrong, with file, line and key."""
    with in_words():
        from ..town import print_check

        is_good = print_check(settings_here().paths.town, console(), language)
    sys.exit(0 if is_good else FAILED)


@town.command("new")
@lang
def town_new(language: Language) -> None:
    """Write the files that town/ does not have yet, each with an example to fill in."""
    with in_words():
        from ..town import print_new

        print_new(settings_here().paths.town, console(), language)
