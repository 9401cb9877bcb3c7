"""Reads a JSON object that maps codes to values as declared by `sources.declared.file_formats.JsonMap`.

`line` counts pairs from 1. Numbers come out in their shortest exact notation. Texts that stand beside the
object (who published it, of which day) are kept as notes.
"""

from __future__ import annotations

import json
from pathlib import Path

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.file_formats import JsonMap
from sources.errors import problem
from sources.readers import grid
from sources.readers.reading import Reading, SourceError
from sources.readers.workbook import text

VERSION = "1"

_ANOTHER = "Is this the file of another dataset, or a cut download? Fetch it again."


def read(catalog: Catalog, declaration: Declaration, file: Path) -> Reading:
    """Read one JSON map.

    Raises:
        SourceError: no such JSON, or a pair that is not as declared.
    """
    form = declaration.format
    assert isinstance(form, JsonMap)
    grid.check_kind(file)
    try:
        value = json.loads(file.read_bytes(), object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise SourceError(f"no readable JSON ({error})", file=file.name, line=line, remedy=_ANOTHER) from None
    notes: list[str] = []
    for key in form.path:
        if not isinstance(value, dict) or key not in value:
            raise SourceError(f"the JSON has no object {key!r}", file=file.name, remedy=_ANOTHER)
        notes += [f"{name}: {item}" for name, item in value.items() if isinstance(item, str)]
        value = value[key]
    if not isinstance(value, dict):
        raise SourceError("the JSON is no object of codes and values", file=file.name, remedy=_ANOTHER)
    pairs: list[tuple[str, str]] = []
    for key, item in value.items():
        for one in item if isinstance(item, list) else [item]:
            if isinstance(one, bool) or not isinstance(one, str | int | float):
                raise SourceError(
                    f"{key!r} maps to neither text nor number",
                    file=file.name, line=len(pairs) + 1, cell=f"key {key}", remedy=_ANOTHER,
                )  # fmt: skip
            pairs.append((key, text(one)))
    if not pairs:
        raise problem("no_rows", file.name)

    def where(line: int, column: int) -> str:
        return f"pair {line}"

    table = grid.records(declaration, enumerate(pairs, start=1), {}, where, file.name)
    return Reading(table=table, notes="\n".join(notes) or None, published_at=None)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The object, when no name stands in it twice."""
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice!r} stands twice")
    return made
