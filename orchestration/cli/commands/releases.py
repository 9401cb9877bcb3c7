"""`planstat releases`: what was published, and what is made from it."""

from __future__ import annotations

import re
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sources.foundation.exits import FAILED

from ..language import Language, lang
from ..stating import json_option, show
from .frame import console, in_words, main, settings_here

if TYPE_CHECKING:
    from exports.extract import Form


def _years(_context: click.Context, _option: click.Parameter, given: str | None) -> tuple[int, int] | None:
    """`2015-2020`, or one year, as first and last year."""
    if given is None:
        return None
    matched = re.fullmatch(r"(\d{4})(?:-(\d{4}))?", given, re.ASCII)
    first, last = (int(matched[1]), int(matched[2] or matched[1])) if matched else (1, 0)
    if last < first:
        raise click.BadParameter(f"{given!r} is no period; give 2020, or 2015-2020")
    return first, last


@main.group()
def releases() -> None:
    """What was published."""


@releases.command("list")
@click.argument("product", required=False)
@lang
@json_option
def list_releases(product: str | None, language: Language, as_json: bool) -> None:
    """List editions, of one PRODUCT or of all; `*` marks the current one, and internal ones are marked."""
    with in_words():
        from ..display import print_releases, releases_of

        state = releases_of(settings_here().paths, product)
        show(state, partial(print_releases, language=language), as_json=as_json)


@releases.command("show")
@click.argument("product")
@click.argument("version", required=False)
@lang
@json_option
def show_release(product: str, version: str | None, language: Language, as_json: bool) -> None:
    """Show one edition of PRODUCT (the current one without VERSION): files, datasets, checks, changes."""
    with in_words():
        from ..display import print_release, release_of

        state = release_of(settings_here().paths, product, version)
        show(state, partial(print_release, language=language), as_json=as_json)


@releases.command("diff")
@click.argument("product")
@click.argument("before")
@click.argument("after", required=False)
@click.option(
    "--lines",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write every changed value to this CSV file.",
)
@lang
def diff_releases(
    product: str, before: str, after: str | None, lines: Path | None, language: Language
) -> None:
    """Show what changed in PRODUCT from edition BEFORE to edition AFTER (the current one without it)."""
    with in_words():
        from ..display import print_difference

        place = settings_here().paths
        print_difference(place, product, before, after or "current", lines, console(), language)


@releases.command("export")
@click.argument("product")
@click.argument("version", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(
        (
            *("csv-excel", "csv", "xlsx", "parquet", "gpkg", "geojson", "geoparquet"),
            *("sdmx-csv", "json-stat", "stata", "spss"),
        )
    ),
    default="csv-excel",
    show_default=True,
    help="csv-excel opens right in a German Excel, gpkg as a coloured map in QGIS, csv is for programs.",
)
@click.option(
    "--area",
    "areas",
    multiple=True,
    metavar="CODE",
    help="Only this area and those whose codes begin so (a Kreis with its Gemeinden); may be repeated.",
)
@click.option(
    "--indicator", "indicators", multiple=True, metavar="ID", help="Only this one; may be repeated."
)
@click.option(
    "--period", callback=_years, metavar="YEAR[-YEAR]", help="Only dates from this year on, up to the other."
)
@click.option(
    "--level",
    "levels",
    multiple=True,
    metavar="LEVEL",
    help="Only areas of this level (KREIS); may be repeated.",
)
@click.option(
    "--outlines", type=int, metavar="YEAR", help="Of a map: only outlines of the Gebietsstand of this year."
)
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write."
)
@lang
def export_release(
    product: str,
    version: str | None,
    form: Form,
    areas: tuple[str, ...],
    indicators: tuple[str, ...],
    period: tuple[int, int] | None,
    levels: tuple[str, ...],
    outlines: int | None,
    out: Path,
    language: Language,
) -> None:
    """Write an edition of PRODUCT (the current one without VERSION), or a part of it, as one file.

    For formats that the product's editions do not hold, and for readers who need one Kreis. A map has the
    newest value of each measure in the part, and opens coloured in QGIS. Beside the file lies its receipt:
    edition, part, hash and licences.
    """
    with in_words():
        from exports.extract import Part

        from ..exporting import print_extract

        part = Part(areas, indicators, period, levels, outlines)
        print_extract(settings_here(), product, version, form, part, out, console(), language)


@releases.command("workbook")
@click.argument("area", required=False)
@click.option(
    "--ring",
    help="With AREA the ring that stands beside; without it the one ring that the area is in. Without AREA: "
    "the ring whose workbook is written.",
)
@click.option("--own", metavar="CODE", help="The member to mark in the workbook of a ring.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The workbook to write."
)
@lang
def workbook_to_read(
    area: str | None, ring: str | None, own: str | None, out: Path, language: Language
) -> None:
    """Write a workbook to read and print from the current releases, with definitions and sources.

    With AREA (a code) the indicators of the area: a sheet per policy field, years as columns, Land and ring
    beside. With --ring alone those of all its members side by side, with median and quartiles.
    """
    if area is None and ring is None:
        raise click.UsageError("name AREA, or --ring RING for the workbook of a whole ring")
    if area is not None and own is not None:
        raise click.UsageError("--own marks a member in the workbook of a ring: leave out AREA, or --own")
    with in_words():
        from ..exporting import print_ring_workbook, print_workbook

        if area is not None:
            print_workbook(settings_here(), area, ring, out, console(), language)
        elif ring is not None:
            print_ring_workbook(settings_here(), ring, own, out, console(), language)


@releases.command("letter")
@click.argument("product")
@click.argument("version", required=False)
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The page to write (HTML)."
)
@lang
def letter_with_release(product: str, version: str | None, out: Path, language: Language) -> None:
    """Write what is new in an edition of PRODUCT (the current one without VERSION) as a German letter.

    New values, revisions with their cause, what is withdrawn, what is overdue.
    """
    with in_words():
        from ..exporting import print_letter

        print_letter(settings_here(), product, version, out, console(), language)


@releases.command("star")
@lang
def star_of_releases(language: Language) -> None:
    """Publish the star for Power BI and the like: facts and dimensions of the current public editions.

    It becomes an edition of its own (`star`) when an edition that it is made from is new.
    """
    with in_words():
        from ...reading import star
        from ..exporting import print_compilation

        print_compilation(settings_here(), star, console(), language)


@releases.command("atlas")
@click.option(
    "--internal", is_flag=True, help="With the editions for an internal audience, and among these only."
)
@lang
def atlas_of_releases(internal: bool, language: Language) -> None:
    """Publish the atlas: maps, developments and profiles of the current public editions.

    It becomes an edition of its own (`atlas`) when an edition that it is made from is new.
    """
    with in_words():
        from ...reading import atlas, internal_atlas
        from ..exporting import print_compilation

        print_compilation(settings_here(), internal_atlas if internal else atlas, console(), language)


@releases.command("catalogue")
@lang
def catalogue_of_releases(language: Language) -> None:
    """Write the catalogue for portals of open data (DCAT-AP.de) beside the public releases.

    A release does so by itself when `office.yml` has the section `catalogue:`.
    """
    with in_words():
        from ..exporting import print_catalogue

        print_catalogue(settings_here(), console(), language)


@releases.command("kommonitor")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder to write."
)
@lang
def kommonitor_of_releases(out: Path, language: Language) -> None:
    """Write the current indicators as a package for KomMonitor: outlines, metadata, values, import tables.

    From the public releases. What `planstat push kommonitor` would send, as files to import by hand.
    """
    with in_words():
        from ..pushing import print_kommonitor_package

        print_kommonitor_package(settings_here(), out, console(), language)


@releases.command("verify")
@click.argument("product", required=False)
@click.argument("version", required=False)
@click.option("--all", "every", is_flag=True, help="Every edition that was ever published, of all products.")
@click.option("--head", help="A head of the history noted before: nothing may be missing since.")
@json_option
def verify_releases(
    product: str | None, version: str | None, every: bool, head: str | None, as_json: bool
) -> None:
    """Compare editions with their receipts and with what is remembered as published, byte by byte.

    Without arguments the current edition of every product. Ends with 1 when anything differs.
    """
    if every and product:
        raise click.UsageError("give a product or --all, not both")
    with in_words():
        from ..history import print_verification, verification_of

        state = verification_of(settings_here(), product, version, every, head)
        show(state, print_verification, as_json=as_json)
    sys.exit(0 if state["whole"] else FAILED)


@releases.command("adopt")
def adopt_releases() -> None:
    """Begin the history anew with the editions that lie here, signed with the office's key if there is one.

    For releases from before the history, and after a new key. Look at the editions first.
    """
    with in_words():
        from ..history import print_adoption

        print_adoption(settings_here(), console())


@releases.command("sign")
def sign_releases() -> None:
    """Sign the editions that have no signature yet with the office's SSH key (PLANSTAT_OFFICE_SSH_KEY).

    For editions from before the key; new ones are signed when they are published. Look at the editions first.
    """
    with in_words():
        from ..history import print_signing

        print_signing(settings_here(), console())


@releases.command("lost")
@click.argument("product")
@click.argument("version")
@click.option("--reason", required=True, help="What happened, and who decided to go on without it.")
def lose_release(product: str, version: str, reason: str) -> None:
    """Remember that an edition is gone or damaged and cannot be restored.

    The edition before it becomes the current one, and the next run publishes anew. Attacks go on without it
    and say in the certificate that they are not complete.
    """
    with in_words():
        from ..history import print_loss

        print_loss(settings_here(), product, version, reason, console())
