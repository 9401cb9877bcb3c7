"""`planstat disclosure`: what is hidden, why, and whether it can be computed back."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sources.foundation.exits import FAILED

from ..language import Language, lang
from .frame import console, in_words, main, settings_here


@main.group()
def disclosure() -> None:
    """Disclosure control: what is hidden, why, and whether it can be computed back."""


@disclosure.command("plan")
@click.argument("product", nargs=-1)
@click.option(
    "--compare", "side_by_side", is_flag=True, help="Tell what each demand of the policy costs, side by side."
)
@lang
def plan_disclosure(product: tuple[str, ...], side_by_side: bool, language: Language) -> None:
    """Plan the protection of every PRODUCT with a policy (all without one named) over the present warehouse.

    Nothing is published. The confidential report lies in the data root under disclosure/.
    """
    with in_words():
        from ..secrecy import print_plans

        print_plans(settings_here(), product, console(), language, side_by_side=side_by_side)


@disclosure.command("audit")
@click.argument("what")
@click.option(
    "--declaration",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The declaration of published tables; for a product it lies in its folder.",
)
@click.option(
    "--certificate",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the certificate of the attack on published tables to this file.",
)
@lang
def audit_disclosure(
    what: str, declaration: Path | None, certificate: Path | None, language: Language
) -> None:
    """Attack WHAT: a product (its candidate, else its current edition), or a published file or folder.

    Ends with 1 when a hidden value can be computed, and says how.
    """
    with in_words():
        from ..secrecy import print_audit

        held = print_audit(settings_here(), what, declaration, certificate, console(), language)
    sys.exit(0 if held else FAILED)


@disclosure.command("explain")
@click.argument("what")
@click.argument("cell", nargs=-1, required=True)
@lang
def explain_disclosure(what: str, cell: tuple[str, ...], language: Language) -> None:
    """Say why a CELL (dimension=code …) of WHAT is hidden: a product, or a folder that `protect` wrote.

    Confidential: the answer can name true values.
    """
    with in_words():
        from ..secrecy import print_reason

        print_reason(settings_here(), what, cell, console(), language)


@disclosure.command("protect")
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@lang
def protect_disclosure(table: Path, config: Path, out: Path, language: Language) -> None:
    """Protect a CSV TABLE of leaf counts as configured; needs no warehouse.

    Writes OUT/published (tables, declaration, certificate) and OUT/confidential (pattern, summary, attacks).
    """
    with in_words():
        from ..secrecy import print_protection

        print_protection(settings_here(), table, config, out, console(), language)


@disclosure.command("coarsen")
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
@lang
def coarsen_disclosure(table: Path, config: Path, language: Language) -> None:
    """Try coarser versions of a CSV TABLE that is too detailed to be protected by hiding, and rank them.

    Every version is planned and attacked as configured; nothing is written. Confidential: hidden
    cells are counted.
    """
    with in_words():
        from ..secrecy import print_coarser

        print_coarser(settings_here(), table, config, console(), language)


@disclosure.command("check")
@click.argument("published", type=click.Path(exists=True, file_okay=False, path_type=Path))
@lang
def check_disclosure(published: Path, language: Language) -> None:
    """Compare the certificate in a folder that `protect` or a product wrote with the files beside it."""
    with in_words():
        from ..secrecy import print_certificate

        fits = print_certificate(published, console(), language)
    sys.exit(0 if fits else FAILED)
