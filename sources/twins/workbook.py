"""Writes workbooks (.xlsx) as publishers lay them out: a cover sheet, merged header cells, notes below."""

from __future__ import annotations

import datetime as dt
import io
import random
import re
import zipfile
from collections.abc import Mapping, Sequence

import pyarrow as pa

from sources.catalogue import Catalog
from sources.declaration import Declaration
from sources.file_formats import Workbook
from sources.readers import grid
from sources.twins import quirks as quirk
from sources.twins.labels import Labels

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
        header_at: empty lines above the header; default 2 under a title for a register, none for a table
            of counts.

    Raises:
        ValueError: a placeholder has no text, or a cell is missing.
    """
    form = declaration.format
    assert isinstance(form, Workbook)
    quirks = quirk.check(quirks, ALLOWED)
    dice = random.Random(seed)  # noqa: S311 - reproducible test data
    texts = dict(placeholders or {})
    if form.shape == "cells":
        headers = [key.header for key in form.keys] + [value.header for value in form.values]
        body = _lines_of_cells(declaration, form, table, Labels(catalog, declaration, dice if seed else None))
        numeric = {at for at, key in enumerate(form.keys) if key.holds == "time"}
        numeric |= set(range(len(form.keys), len(headers)))
        holds = [key.holds for key in form.keys]
        area_at = holds.index("area_code") if "area_code" in holds else None
        keys = len(form.keys)
    else:
        in_file = [column for column in declaration.columns if grid.placeholder(column) is None]
        for column in declaration.columns:
            name = grid.placeholder(column)
            if name and table.num_rows:
                texts.setdefault(name, table[column.name][0].as_py())
        headers = [column.source or column.name for column in in_file]
        columns = [table[column.name].to_pylist() for column in in_file]
        body = [[text or "" for text in line] for line in zip(*columns, strict=True)]
        numeric = {at for at, column in enumerate(in_file) if column.unit and column.unit != "Grad"}
        area_at, keys = None, max(min(numeric, default=1), 1)
    if header_at is None:
        header_at = 0 if form.shape == "cells" else 2
    paths = [_fill(header, texts).split(" > ") for header in headers]
    lines = quirk.Grid(
        header=[
            [path[level] if level < len(path) else "" for path in paths] for level in range(form.header_lines)
        ],
        body=body,
        keys=keys,
        area_at=area_at,
    )
    quirk.spoil_grid(lines, quirks, dice)
    sheet = "Tabelle1" if "other_sheet" in quirks else _fill(form.sheet, texts)
    if notes is None:
        notes = () if form.shape == "cells" else (NOTE,)
    content = _write(declaration, form, sheet, lines, numeric, header_at, notes, "formula" in quirks)
    if "macro" in quirks:
        content = _with_macro(content)
    return quirk.spoil_bytes(content, quirks, dice)


def _fill(text: str, texts: Mapping[str, str]) -> str:
    def put(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in texts:
            raise ValueError(f"no text for the placeholder {{{name}}} in {text!r}")
        return texts[name]

    return re.sub(r"\{([a-z_]+)\}", put, text)


def _lines_of_cells(
    declaration: Declaration, form: Workbook, table: pa.Table, labels: Labels
) -> list[list[str]]:
    held = {key.holds for key in form.keys}
    free = [name for name in declaration.dimensions if name not in held]
    place = {
        (column.measure, *(column.codes.get(name, "_T") for name in free)): at
        for at, column in enumerate(form.values)
    }
    rows: dict[tuple[str, ...], list[str | None]] = {}
    names = {"time": "time_text"}
    for cell in table.to_pylist():
        key = tuple(cell[names.get(column.holds, column.holds)] or "" for column in form.keys)
        at = place[(cell["measure"], *(cell[name] for name in free))]
        rows.setdefault(key, [None] * len(form.values))[at] = cell["value_text"]
    lines = []
    for key, values in rows.items():
        if None in values:
            raise ValueError(f"no value for {key}, {form.values[values.index(None)].header}")
        shown = [
            labels.of(column.holds, text) if column.holds in declaration.dimensions else text
            for column, text in zip(form.keys, key, strict=True)
        ]
        lines.append([*shown, *(value or "" for value in values)])
    return lines


def _write(
    declaration: Declaration,
    form: Workbook,
    sheet: str,
    lines: quirk.Grid,
    numeric: set[int],
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
            if column in numeric and _NUMBER.fullmatch(text) and float(text) < 1e15:
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
