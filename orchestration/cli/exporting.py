"""`planstat releases export | workbook | star | letter | catalogue`: editions as files to take along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.foundation.told import Phrase

from ..project import Project
from ..publication import Publication
from ..reading import booklet, letter_text, ring_booklet
from ..resources import Settings
from .display import ONLY_INTERNAL
from .language import Language

if TYPE_CHECKING:
    from rich.console import Console

    from exports.extract import Form, Part
    from exports.release import Release


def print_extract(
    settings: Settings,
    product: str,
    version: str | None,
    form: Form,
    part: Part,
    out: Path,
    console: Console,
    language: Language = "en",
) -> None:
    """Compare the edition with its receipt, write the file, and say where it lies and what it holds."""
    from exports.extract import extract
    from exports.maps import MAPS
    from exports.release import current_release, verify
    from sources.declared.catalogue import load_catalog

    def described_today() -> Mapping[str, Any]:
        project, catalogue = Project(settings).manifest(), load_catalog()
        return Publication(settings.paths, project, catalogue, product, memory=settings.memory).describe()

    edition = verify(settings.paths.releases, product, version, settings.memory)
    areas = None
    if form in MAPS and current_release(settings.paths.releases, "areas") is not None:
        areas = verify(settings.paths.releases, "areas", None, settings.memory).path
    found = extract(edition.path, described_today, form, out, part, areas)
    mark = f" ({ONLY_INTERNAL.say(language)})" if found.is_internal else ""
    named = f"{product}/{edition.version}{mark}"
    console.print(_WRITTEN.say(language, named=named, rows=found.rows, out=out), markup=False)
    for file in (*found.beside, found.receipt):
        console.print(_BESIDE.say(language, file=file), markup=False)
    if found.note:
        console.print(found.note, markup=False)


_BESIDE = Phrase("dazu {file}", "with {file}")
_WRITTEN = Phrase("{named}: {rows} Zeilen in {out}", "{named}: {rows} rows in {out}")


def print_workbook(
    settings: Settings, area: str, ring: str | None, out: Path, console: Console, language: Language = "en"
) -> None:
    """Write the workbook of an area from the current editions, and say what is in it.

    Raises `exports.series.NoFigures` for an area or ring without figures, `exports.release.ReleaseError`
    without an edition of `indicators`.
    """
    made = booklet(settings, area, ring, out)
    said = {"area": made.area_name, "number": made.indicators, "fields": len(made.fields), "out": out}
    console.print(_WORKBOOK.say(language, **said), markup=False)


_WORKBOOK = Phrase(
    "{area}: {number} Kennzahlen in {fields} Planungsfeldern, {out}",
    "{area}: {number} indicators in {fields} policy fields, {out}",
)


def print_ring_workbook(
    settings: Settings, ring: str, own: str | None, out: Path, console: Console, language: Language = "en"
) -> None:
    """Write the workbook of a ring from the current editions, and say what is in it.

    Raises `exports.series.NoFigures` for a ring without figures, `exports.release.ReleaseError` without
    editions of `indicators` and `peer_ring`.
    """
    made = ring_booklet(settings, ring, own, out)
    said = {"ring": made.ring_name, "number": made.indicators, "members": len(made.members), "out": out}
    console.print(_RING_WORKBOOK.say(language, **said), markup=False)


_RING_WORKBOOK = Phrase(
    "{ring}: {number} Kennzahlen von {members} Mitgliedern, {out}",
    "{ring}: {number} indicators of {members} members, {out}",
)


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


_NEW = Phrase("{file}: geschrieben", "{file}: written")
_AS_BEFORE = Phrase("{file}: unverändert", "{file}: unchanged")


def print_compilation(
    settings: Settings,
    compiled: Callable[[Settings], tuple[Release, bool]],
    console: Console,
    language: Language = "en",
) -> None:
    """Publish what `compiled` (star or atlas) makes of the current editions, and say what is in it.

    Raises `exports.compilations.NotCompiled` where there is nothing to compile.
    """
    from exports.release.edition import INDEX

    edition, is_new = compiled(settings)
    mark = "" if edition.audience == "public" else f" ({ONLY_INTERNAL.say(language)})"
    said = {"named": f"{edition.id}{mark}", "rows": edition.rows, "number": len(edition.compiled_from)}
    console.print((_COMPILED if is_new else _COMPILED_BEFORE).say(language, **said), markup=False)
    console.print(f"{edition.path / INDEX if INDEX in edition.files else edition.path}", markup=False)


_COMPILED = Phrase(
    "{named}: veröffentlicht, {rows} Zeilen aus {number} Ausgaben",
    "{named}: released, {rows} rows of {number} editions",
)
_COMPILED_BEFORE = Phrase(
    "{named}: unverändert, {rows} Zeilen aus {number} Ausgaben",
    "{named}: unchanged, {rows} rows of {number} editions",
)


def print_letter(
    settings: Settings,
    product: str,
    version: str | None,
    out: Path,
    console: Console,
    language: Language = "en",
) -> None:
    """Write the letter with an edition, and say where it lies.

    Raises `exports.letter.NoLetter` for one that nothing can be written about, `exports.release.ReleaseError`
    for one that is not there.
    """
    from exports.release import verify
    from sources.foundation.files import write_text

    edition = verify(settings.paths.releases, product, version, settings.memory)
    write_text(out, letter_text(settings, settings.paths.releases, edition))
    console.print(_LETTER.say(language, named=edition.id, out=out), markup=False)


_LETTER = Phrase("Brief zu {named}: {out}", "letter with {named}: {out}")
