"""Reads a code list of the XRepository as JSON (XÖV-Codelisten 1.2), as declared by `XoevCodeList`.

The file holds `metadaten` (name, version), `spalten` (the columns) and `daten` (a list of texts per
entry). `line` counts entries from 1. The version is the placeholder `{version}`; `gueltigAb` is the
publisher's own date.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.file_formats import XoevCodeList
from sources.readers import grid
from sources.readers.reading import Reading, SourceError

VERSION = "1"

_ANOTHER = "Is this the file of another dataset, or a cut download? Fetch it again."


def read(catalog: Catalog, declaration: Declaration, file: Path) -> Reading:
    """Read a code list.

    Raises:
        SourceError: no such JSON, another code list, other columns, or an entry that is not as declared.
    """
    form = declaration.format
    assert isinstance(form, XoevCodeList)
    grid.check_kind(file)
    document = _document(file)
    about, columns, entries = (document.get(key) for key in ("metadaten", "spalten", "daten"))
    if not isinstance(about, dict) or not isinstance(columns, list) or not isinstance(entries, list):
        raise SourceError(
            "no XÖV code list: metadaten, spalten and daten are expected", file=file.name, remedy=_ANOTHER
        )
    if about.get("kennungInhalt") != form.urn:
        raise SourceError(
            f"the code list is {about.get('kennungInhalt')!r}, not {form.urn!r}",
            file=file.name,
            remedy=_ANOTHER,
        )
    found = [column.get("spaltennameTechnisch") if isinstance(column, dict) else None for column in columns]
    declared = [column.source for column in declaration.columns if grid.placeholder(column) is None]
    if found != declared:
        raise SourceError(
            f"the columns are {', '.join(map(str, found))}; expected: {', '.join(map(str, declared))}",
            file=file.name,
            remedy="If the publisher changed the code list, declare its new columns.",
        )

    def where(line: int, column: int) -> str:
        return f"entry {line}, column {declared[column - 1] if column <= len(declared) else column}"

    rows: list[tuple[int, list[str]]] = []
    for line, entry in enumerate(entries, start=1):
        if not isinstance(entry, list) or not all(text is None or isinstance(text, str) for text in entry):
            raise SourceError(
                "an entry is no list of texts",
                file=file.name,
                line=line,
                cell=f"entry {line}",
                remedy=_ANOTHER,
            )
        rows.append((line, [text or "" for text in entry]))
    if not rows:
        raise SourceError("the code list has no entries", file=file.name, remedy=_ANOTHER)
    captured = {"version": str(about.get("version") or "")}
    table = grid.records(declaration, rows, captured, where, file.name)
    return Reading(table=table, notes=_notes(about, rows), published_at=_valid_from(about))


def _document(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise SourceError(
            f"no readable JSON ({error})",
            file=file.name,
            line=getattr(error, "lineno", None),
            remedy=_ANOTHER,
        ) from None
    return document if isinstance(document, dict) else {}


def _valid_from(about: dict[str, Any]) -> dt.datetime | None:
    """The day of `gueltigAb`, which is midnight in Germany in milliseconds since 1970 (UTC)."""
    stamp = about.get("gueltigAb")
    if not isinstance(stamp, int) or not 0 < stamp < 253_402_300_800_000:
        return None
    german = dt.datetime.fromtimestamp(stamp / 1000, tz=dt.UTC) + dt.timedelta(hours=2)
    return dt.datetime.combine(german.date(), dt.time())


def _notes(about: dict[str, Any], rows: list[tuple[int, list[str]]]) -> str | None:
    parts = []
    for key in ("nameLang", "beschreibung"):
        for item in about.get(key) or ():
            if isinstance(item, dict) and isinstance(item.get("value"), str):
                parts.append(item["value"])
    broken = sum("\ufffd" in text for _, texts in rows for text in texts)
    if broken:
        parts.append(
            f"{broken} texts hold the replacement character U+FFFD: letters were lost before publication."
        )
    return "\n".join(parts) or None
