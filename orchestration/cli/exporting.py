"""`planstat releases export | catalogue`: an edition as one file, and the catalogue for portals."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from ..project import Project
from ..publication import Publication
from ..resources import Settings
from .display import ONLY_INTERNAL
from .language import Both, Language

if TYPE_CHECKING:
    from rich.console import Console

    from exports.extract import Form


def print_extract(
    settings: Settings,
    product: str,
    version: str | None,
    form: Form,
    areas: Collection[str],
    out: Path,
    console: Console,
    language: Language = "en",
) -> None:
    """Compare the edition with its receipt, write the file, and say where it lies and what it holds."""
    from exports.extract import extract
    from exports.release import verify
    from sources.declared.catalogue import load_catalog

    publication = Publication(
        settings.paths, Project(settings).manifest(), load_catalog(), product, memory=settings.memory
    )
    edition = verify(publication.releases, product, version, settings.memory)
    found = extract(edition.path, publication.describe(), form, areas, out)
    mark = f" ({ONLY_INTERNAL.say(language)})" if publication.product.audience == "internal" else ""
    named = f"{product}/{edition.version}{mark}"
    console.print(_WRITTEN.say(language, named=named, rows=found.rows, out=out), markup=False)
    if found.note:
        console.print(found.note, markup=False)


_WRITTEN = Both("{named}: {rows} Zeilen in {out}", "{named}: {rows} rows in {out}")


def print_catalogue(settings: Settings, console: Console, language: Language = "en") -> None:
    """Write the catalogue of the public releases for portals, and say where it lies.

    Raises `exports.dcat.NoCatalogue` where the office says too little for one.
    """
    from exports.dcat import JSON_LD, TURTLE, write_catalogue
    from exports.products import load_office

    changed = write_catalogue(settings.paths.releases, load_office(settings.paths.office))
    for name in (TURTLE, JSON_LD):
        words = _NEW if settings.paths.releases / name in changed else _AS_BEFORE
        console.print(words.say(language, file=settings.paths.releases / name), markup=False)


_NEW = Both("{file}: geschrieben", "{file}: written")
_AS_BEFORE = Both("{file}: unverändert", "{file}: unchanged")
