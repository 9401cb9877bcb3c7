"""`planstat report integration | agreement`: one page to read and print, from the current releases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sources.foundation.told import Phrase

from ..resources import Settings
from .language import Language

if TYPE_CHECKING:
    from rich.console import Console


def print_integration(
    settings: Settings, kreis: str | None, out: Path, console: Console, language: Language = "en"
) -> None:
    """Write the committee's page of integration; raises `exports.pages.NoPage` without what it needs."""
    from exports.pages import write_integration

    names = ("integration", "integration_course", "volunteering", "integration_goals", "indicators")
    town = write_integration(_editions(settings, names), out, kreis)
    console.print(_PAGE.say(language, what=town, out=out), markup=False)


def print_agreement(
    settings: Settings, agreement_id: str, out: Path, console: Console, language: Language = "en"
) -> None:
    """Write the page of one agreement; raises `exports.pages.NoPage` for one that no edition has."""
    from exports.pages import GOALS, write_agreement

    title = write_agreement(_editions(settings, ("agreement", *GOALS)), agreement_id, out)
    console.print(_PAGE.say(language, what=title, out=out), markup=False)


_PAGE = Phrase("{what}: Seite geschrieben, {out}", "{what}: page written, {out}")


def _editions(settings: Settings, products: Sequence[str]) -> dict[str, Path]:
    """The current editions of these products, compared with their receipts; those there are."""
    from exports.release import current_release, verify

    releases = settings.paths.releases
    return {
        product: verify(releases, product, None, settings.memory).path
        for product in products
        if current_release(releases, product) is not None
    }
