"""The page that lists the editions of a folder of releases, for people, in German.

Written whenever the catalogue is. Public editions stand on the page of the public folder, internal ones on
that of theirs alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import exports
from exports import files
from exports.browser import PAGES, page
from exports.readme import cell
from exports.release.edition import DATABASE, INDEX, PACKAGE, READING, Release
from exports.sheet import thousands
from exports.writers import FORMATS
from sources.foundation.files import write_text
from sources.foundation.templates import fill

REPORT = "gate_report.html"

SHORT = {
    "csv": "CSV",
    "parquet": "Parquet",
    "csv-excel": "CSV für Excel",
    "xlsx": "Excel",
    "gpkg": "Karte",
    "dictionary": "Spalten und Codes",
}
"""What a format is called where many stand in a line; others by their title."""


@dataclass(frozen=True)
class Link:
    """A word that leads to a file, by its path from the page."""

    word: str
    path: str


def letter_of(edition: Release) -> str:
    """Where the letter with an edition lies, from the folder of releases."""
    return f"{READING}/{edition.product}-{edition.version}.html"


def workbook_of(*names: str) -> str:
    """Where the workbook of an area (code, and a ring) or a ring (id, and the member marked) lies.

    The path starts at the folder of releases.
    """
    return f"{READING}/kennzahlen-{'-'.join(names)}.xlsx"


def index_page(releases_root: Path, editions: Sequence[Release]) -> str:
    """The page over these editions: newest of each product with its files, then all of them.

    What lies among letters and workbooks is linked too.
    """
    newest = sorted((one for one in editions if one.is_current), key=lambda one: one.title_de.casefold())
    ordered = sorted(editions, key=lambda one: (one.published_at, one.id), reverse=True)
    office = _office(ordered[0]) if ordered else ""
    workbooks = sorted(path.name for path in (releases_root / READING).glob("*.xlsx"))
    values = {
        "office": office,
        "internal": any(one.audience != "public" for one in editions),
        "newest": newest,
        "editions": ordered,
        "reading": lambda one: _reading(releases_root, one),
        "data": _data,
        "workbooks": [Link(name, f"{READING}/{name}") for name in workbooks],
        "database": DATABASE,
        "thousands": thousands,
        "cell": cell,
    }
    return page("Ausgaben", fill(exports.__file__, "INDEX.md.j2", values))


def write_index(releases_root: Path, editions: Sequence[Release]) -> None:
    """Write the page where it says something else than these editions."""
    path, text = releases_root / INDEX, index_page(releases_root, editions)
    if not path.is_file() or path.read_bytes() != text.encode():
        write_text(path, text, mode=files.OPEN_FILE)


def _office(edition: Release) -> str:
    """Who publishes, as an edition says it."""
    package = json.loads((edition.path / PACKAGE).read_text(encoding="utf-8"))
    return str(package["contributors"][0]["title"])


def _reading(releases_root: Path, edition: Release) -> list[Link]:
    """What of an edition is for reading: README, letter, report of the gate."""
    found = [
        Link(word, f"{edition.id}/{name}")
        for word, name in (
            ("Beschreibung", PAGES["README.md"]),
            ("Prüfbericht", REPORT),
            ("Lizenzen", PAGES["LICENCES.md"]),
        )
        if name in edition.files
    ]
    letter = letter_of(edition)
    if (releases_root / letter).is_file():
        found.insert(1, Link("Was ist neu?", letter))
    return found


def _data(edition: Release) -> list[Link]:
    """The data files of an edition by format; of a compilation the page that opens it, else its
    folder, which holds a file per table.
    """
    if edition.compiled_from:
        if INDEX in edition.files:
            return [Link("Öffnen", f"{edition.id}/{INDEX}")]
        tables = sum(name.endswith(".parquet") for name in edition.files)
        return [Link(f"{tables} Tabellen (Parquet)", f"{edition.id}/")]
    names = (
        (SHORT.get(form.name, form.title_de), form.file.format(product=edition.product))
        for form in FORMATS
        if form.name != "licences"
    )
    return [Link(title, f"{edition.id}/{name}") for title, name in names if name in edition.files]
