"""Writes workbooks (.xlsx) as publishers lay them out: a cover sheet, merged header cells, notes below."""

from __future__ import annotations

import datetime as dt
import io
import random
import re
import zipfile
from collections.abc import Collection, Mapping, Sequence

import pyarrow as pa

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.file_formats import Workbook
from sources.readers.workbook import text as text_of
from sources.twins import quirks as quirk
from sources.twins.flat import fill, flat_file

NOTE = "Geschrieben von planstat im Format des Herausgebers."
ALLOWED = (set(quirk.GRID) - {"short_line"}) | {
    "truncated", "html_page", "empty", "formula", "macro", "other_sheet",
}  # fmt: skip
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_CREATED = dt.datetime(2020, 1, 1)


def render(
    catalog: Catalog,
    declaration: Declaration,
    table: pa.Table,
    *,
    seed: int = 0,
    quirks: frozenset[str] = frozenset(),
    notes: Sequence[str] | None = None,
    placeholders: Mapping[str, str] | None = None,
    header_at: int | None = None,
) -> bytes:
    """Write cells or records as a workbook.

    Args:
        notes: lines below the table; default one line, or none for a table of counts.
        placeholders: texts for `{name}` in headers that no column of the register carries.
        header_at: empty lines above the header; default 2 under a title for a register, none for
            a table of counts.

    Raises:
        ValueError: a placeholder has no text, or a cell is missing.
    """
    form = declaration.format
    assert isinstance(form, Workbook)
    quirks = quirk.check(quirks, ALLOWED)
    dice = random.Random(seed)  # noqa: S311 - reproducible test data
    if header_at is None:
        header_at = 0 if form.shape == "cells" else 2
    flat = flat_file(catalog, declaration, form, table, seed, placeholders or {})
    lines, numeric, texts = flat.grid, flat.numeric, flat.texts
    quirk.spoil_grid(lines, quirks, dice)
    sheet = "Tabelle1" if "other_sheet" in quirks else fill(form.sheet, texts)
    if notes is None:
        notes = () if form.shape == "cells" else (NOTE,)
    content = _write(declaration, form, sheet, lines, numeric, header_at, notes, "formula" in quirks)
    if "macro" in quirks:
        content = _with_macro(content)
    return quirk.spoil_bytes(content, quirks, dice)


def _write(
    declaration: Declaration,
    form: Workbook,
    sheet: str,
    lines: quirk.Grid,
    numeric: Collection[int],
    header_at: int,
    notes: Sequence[str],
    formula: bool,
) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    workbook.set_properties({"created": _CREATED, "author": "planstat"})
    cover = workbook.add_worksheet("Inhalt")
    cover.write_string(0, 0, declaration.title_de)
    cover.write_string(2, 0, NOTE)
    page = workbook.add_worksheet(sheet)
    if header_at:
        page.write_string(0, 0, declaration.title_de)
    _write_header(page, lines.header, header_at)
    first = header_at + len(lines.header)
    for row, line in enumerate(lines.body, start=first):
        for column, text in enumerate(line):
            if column in numeric and _survives(text):
                page.write_number(row, column, float(text))
            elif text:
                page.write_string(row, column, text)
    if formula:
        page.write_formula(first, len(lines.body[0]) - 1, "=1+1", None, 2)
    below = first + len(lines.body) + 1
    for row, note in enumerate(notes, start=below):
        page.write_string(row, 0, note)
    workbook.close()
    return _repacked(buffer.getvalue(), {})


def _survives(text: str) -> bool:
    """Whether the text comes back the same from a number cell; others are written as text."""
    return bool(_NUMBER.fullmatch(text)) and text_of(float(f"{float(text):.16G}")) == text


def _write_header(page: object, header: quirk.Lines, top: int) -> None:
    """Equal neighbours in a line become one merged cell, empty cells below a text are merged into it."""
    from xlsxwriter.worksheet import Worksheet

    assert isinstance(page, Worksheet)
    width = max(len(line) for line in header)
    taken: set[tuple[int, int]] = set()
    for row, line in enumerate(header):
        for column in range(width):
            text = line[column] if column < len(line) else ""
            if not text or (row, column) in taken:
                continue
            right = column
            while right + 1 < width and line[right + 1] == text and len(header) > 1:
                right += 1
            bottom = row
            while bottom + 1 < len(header) and not any(header[bottom + 1][column : right + 1]):
                bottom += 1
            taken |= {(r, c) for r in range(row, bottom + 1) for c in range(column, right + 1)}
            if (bottom, right) == (row, column):
                page.write_string(top + row, column, text)
            else:
                page.merge_range(top + row, column, top + bottom, right, text)


def _with_macro(content: bytes) -> bytes:
    return _repacked(content, {"xl/vbaProject.bin": b"Attribute VB_Name"})


def _repacked(content: bytes, more: Mapping[str, bytes]) -> bytes:
    """The same workbook with fixed time stamps in its ZIP, and further parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        parts = {info.filename: old.read(info) for info in old.infolist()}
        for name, data in (parts | dict(more)).items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, data)
    return out.getvalue()
