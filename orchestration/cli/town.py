"""What `planstat town` shows: the office's files, checked as a whole, or begun."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sources.declared.town import FILES, check_town, new_town
from sources.foundation.told import Phrase

from .language import Language

if TYPE_CHECKING:
    from rich.console import Console

_COUNT = Phrase("{file}: {count} Angaben ({what})", "{file}: {count} entries ({what})")
_NOTHING = Phrase(
    "{town}: noch keine Datei; `planstat town new` schreibt Beispiele",
    "{town}: no file yet; `planstat town new` writes examples",
)
_GOOD = Phrase(
    "In Ordnung. Ob Gebiete und Kennzahlen darin gerechnet werden, prüft der nächste Lauf.",
    "In order. Whether its areas and indicators are computed, the next run checks.",
)
_ALL_THERE = Phrase("Alle Dateien sind schon da.", "All files are there already.")


def print_check(town: Path, console: Console, language: Language) -> bool:
    """Entries by file, and everything that is wrong; whether nothing is."""
    found, problems = check_town(town)
    for name, count in found.items():
        console.print(_COUNT.say(language, file=name, count=count, what=FILES[name].what_de), markup=False)
    for one in problems:
        console.print(f"{one}", markup=False)
    if not found and not problems:
        console.print(_NOTHING.say(language, town=town), markup=False)
    elif not problems:
        console.print(_GOOD.say(language), markup=False)
    return not problems


def print_new(town: Path, console: Console, language: Language) -> None:
    """The files that were written."""
    written = list(new_town(town))
    for file in written:
        console.print(f"{file}", markup=False)
    if not written:
        console.print(_ALL_THERE.say(language), markup=False)
