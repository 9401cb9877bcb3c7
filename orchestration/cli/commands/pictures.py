"""`planstat chart`, `map`, `profile`, `atlas` and `report`: what is looked at or printed."""

from __future__ import annotations

from pathlib import Path

import click

from ..language import Language, lang
from .frame import console, in_words, main, settings_here


@main.command("chart")
@click.argument("indicator")
@click.option(
    "--area", "areas", multiple=True, required=True, help="Code or name; may be given up to five times."
)
@click.option("--ring", help="The ring whose median stands beside; without it the one of a single area.")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The picture to write: FILE.svg or FILE.png.",
)
@lang
def chart_of_indicator(
    indicator: str, areas: tuple[str, ...], ring: str | None, out: Path, language: Language
) -> None:
    """Draw the years of INDICATOR for areas, from the current releases, to print or to put on a page.

    Breaks are upright lines with their text, intervals are bands, Land and ring stand beside, and missing
    values say why. Source, licence and edition stand inside the picture; its words are German.
    """
    with in_words():
        from ..picturing import print_chart

        print_chart(settings_here(), indicator, areas, ring, out, console(), language)


@main.command("map")
@click.argument("indicator")
@click.option("--period", required=True, help="2015, 2015-12-31 or 2010-2015: its newest day is drawn.")
@click.option("--level", default="KREIS", show_default=True, help="LAND, KREIS, GEMEINDE, PLANUNGSRAUM, …")
@click.option("--within", metavar="AREA", help="Only what lies in this Land or area, by code or name.")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The picture to write: FILE.svg or FILE.png.",
)
@lang
def map_of_indicator(
    indicator: str, period: str, level: str, within: str | None, out: Path, language: Language
) -> None:
    """Draw INDICATOR on outlines, from the current releases, to print or to put on a page.

    Classes are the same in all years and can be told apart without colour; missing and hidden values are
    classes of their own with their reason. Values stand on outlines of their own Gebietsstand, or are marked.
    """
    with in_words():
        from ..picturing import print_map

        print_map(settings_here(), indicator, period, level, within, out, console(), language)


@main.command("profile")
@click.argument("area", required=False)
@click.option(
    "--all", "of_all", is_flag=True, help="The profiles of all areas of --level, into the folder --out."
)
@click.option(
    "--level", "levels", multiple=True, help="With --all: KREIS, GEMEINDE, …, may be repeated; or all."
)
@click.option("--ring", help="The ring that stands beside; without it the one ring that an area is in.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The PDF to write; with --all a folder."
)
@lang
def profile_of_area(
    area: str | None,
    of_all: bool,
    levels: tuple[str, ...],
    ring: str | None,
    out: Path,
    language: Language,
) -> None:
    """Write two pages about AREA (a code or a name) as PDF, from the current releases.

    Its indicators by policy field with interval, course of the years, Land, ring and verdict; how to read
    them, sources, and how to cite. Tagged for screen readers (PDF/UA-1). Name and logo: see `office.yml`.
    """
    if (area is None) != of_all:
        raise click.UsageError("give an area, or --all")
    if levels and not of_all:
        raise click.UsageError("--level belongs to --all")
    with in_words():
        from ..picturing import print_profile, print_profiles

        if area is None:
            print_profiles(settings_here(), levels, ring, out, console(), language)
        else:
            print_profile(settings_here(), area, ring, out, console(), language)


@main.group()
def atlas() -> None:
    """Maps, developments and profiles: a site of its own that opens by a double click, too."""


@atlas.command("open")
@click.option("--port", default=3001, show_default=True, help="Port of the site on 127.0.0.1.")
@click.option("--internal", is_flag=True, help="The atlas for an internal audience.")
@lang
def open_atlas(port: int, internal: bool, language: Language) -> None:
    """Serve the current atlas at an address that only this computer can reach."""
    with in_words():
        from ..atlas import serve_atlas

        serve_atlas(settings_here(), port, console(), language, internal=internal)


@main.group()
def report() -> None:
    """Pages to read and print, from the current releases: integration, one agreement."""


@report.command("integration")
@click.option("--kreis", help="Code of the town in published tables: its distance measures (I06) beside.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The page to write (HTML)."
)
@lang
def report_integration(kreis: str | None, out: Path, language: Language) -> None:
    """Write the committee's page of integration: arrivals, guidance, plans, courses, volunteers, goals."""
    with in_words():
        from ..reporting import print_integration

        print_integration(settings_here(), kreis, out, console(), language)


@report.command("agreement")
@click.argument("agreement_id")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The page to write (HTML)."
)
@lang
def report_agreement(agreement_id: str, out: Path, language: Language) -> None:
    """Write the page of the agreement AGREEMENT_ID: what was done, who was reached, what changed."""
    with in_words():
        from ..reporting import print_agreement

        print_agreement(settings_here(), agreement_id, out, console(), language)
