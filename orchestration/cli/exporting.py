"""`planstat releases export`: an edition, or a part of it, as one file."""

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
