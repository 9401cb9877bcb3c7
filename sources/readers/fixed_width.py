"""Reads text with columns at fixed positions (`sources.declared.file_formats.FixedWidth`; GV100AD)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.file_formats import FixedWidth
from sources.errors import problem
from sources.readers import grid
from sources.readers.delimited import decode
from sources.readers.reading import Reading, SourceError

VERSION = "1"


def read(catalog: Catalog, declaration: Declaration, file: Path) -> Reading:
    """Read one fixed-width file.

    Raises:
        SourceError: another encoding, a line of another width or record type, text where a record type has no
            column, or a field that is not as declared.
    """
    form = declaration.format
    assert isinstance(form, FixedWidth)
    grid.check_text(file)
    text = decode(file.read_bytes(), form.encoding, file.name).replace("\r\n", "\n")
    names = {number: field.name for number, field in enumerate(form.fields, start=1)}

    def where(line: int, column: int) -> str:
        if column > len(form.fields):
            return f"position {form.width + 1}"
        field = form.fields[column - 1]
        return f"positions {field.first} to {field.last} ({names[column]})"

    table = grid.records(declaration, _records(text, form, file.name), {}, where, file.name)
    if not table.num_rows:
        raise problem("no_rows", file.name)
    return Reading(table=table, notes=None, published_at=None)


def _records(text: str, form: FixedWidth, name: str) -> Iterator[tuple[int, list[str]]]:
    plans: dict[str, tuple[list[tuple[int, int] | None], list[tuple[int, int]]]] = {}
    for line, record in enumerate(text.removesuffix("\n").split("\n"), start=1):
        if len(record) != form.width:
            raise problem("wrong_width", name, line=line, found=len(record), expected=form.width)
        kind = record[: form.type_width]
        if kind not in plans:
            if form.record_types and kind not in form.record_types:
                raise SourceError(
                    f"the record type {kind!r} is not declared",
                    file=name, line=line, column=1, cell=f"positions 1 to {form.type_width}",
                    remedy="If the publisher added a record type, declare it; else fetch it again.",
                )  # fmt: skip
            plans[kind] = _plan(form, kind)
        slices, gaps = plans[kind]
        for first, last in gaps:
            if record[first:last].strip():
                raise SourceError(
                    f"{record[first:last].strip()!r} stands where a record of type {kind} has nothing",
                    file=name, line=line, cell=f"positions {first + 1} to {last}",
                    remedy="The line may be shifted; fetch the file again, or declare the field.",
                )  # fmt: skip
        yield line, [record[part[0] : part[1]].strip() if part else "" for part in slices]


def _plan(form: FixedWidth, kind: str) -> tuple[list[tuple[int, int] | None], list[tuple[int, int]]]:
    """Where each field of a record type stands (None: not in this type), and the gaps between them."""
    slices = [
        (field.first - 1, field.last) if not field.record_types or kind in field.record_types else None
        for field in form.fields
    ]
    gaps, end = [], 0
    for first, last in sorted(part for part in slices if part):
        if first > end:
            gaps.append((end, first))
        end = max(end, last)
    if end < form.width:
        gaps.append((end, form.width))
    return slices, gaps
