"""Lines of a flat file (workbook, delimited text) from cells or records, as its declaration has them."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Column, Declaration
from sources.declared.file_formats import KeyColumn, SheetOrText, ValueColumn
from sources.readers import grid
from sources.twins.labels import Labels
from sources.twins.quirks import Grid


@dataclass(frozen=True)
class FlatFile:
    """What is to be written: the grid, which columns hold numbers, and the texts of the placeholders."""

    grid: Grid
    numeric: frozenset[int]
    texts: dict[str, str]


def flat_file(
    catalog: Catalog,
    declaration: Declaration,
    form: SheetOrText,
    table: pa.Table,
    seed: int,
    placeholders: Mapping[str, str],
) -> FlatFile:
    """Header and lines of a table.

    Args:
        placeholders: texts for `{name}` in headers that no column of the register carries.

    Raises:
        ValueError: a placeholder has no text, a value is missing, or a cell fits no column.
    """
    texts = dict(placeholders)
    if form.shape == "cells":
        labels = Labels(catalog, declaration, random.Random(seed) if seed else None)  # noqa: S311
        headers, body, numeric, holds = _of_cells(declaration, form, table, labels)
    else:
        for column in declaration.columns:
            name = grid.placeholder(column)
            if name and table.num_rows:
                texts.setdefault(name, table[column.name][0].as_py() or "")
        in_file = [
            column
            for column in declaration.columns
            if grid.placeholder(column) is None
            and not (column.optional and table[column.name].null_count == table.num_rows)
        ]
        headers = [column.source or column.name for column in in_file]
        columns = [_published(catalog, column, table[column.name].to_pylist()) for column in in_file]
        body = [[text or "" for text in line] for line in zip(*columns, strict=True)]
        numeric = {at for at, column in enumerate(in_file) if column.unit and column.unit != "Grad"}
        holds = []
    paths = [fill(header, texts).split(" > ") for header in headers]
    lines = [
        [path[level] if level < len(path) else "" for path in paths] for level in range(form.header_lines)
    ]
    dimension_at = next((at for at, held in enumerate(holds) if held in declaration.dimensions), None)
    return FlatFile(
        Grid(
            header=lines,
            body=body,
            keys=len(form.keys) or max(min(numeric, default=1), 1),
            area_at=holds.index("area_code") if "area_code" in holds else None,
            label_at=dimension_at,
            tail=len(form.tail),
        ),
        frozenset(numeric),
        texts,
    )


def _published(catalog: Catalog, column: Column, texts: list[str | None]) -> list[str | None]:
    """The texts of a register's column as published: the newest wording for each code."""
    if column.code_list is None:
        return texts
    entries = catalog.code_lists[column.code_list].codes
    return [text and entries[text].published[0] for text in texts]


def fill(text: str, texts: Mapping[str, str]) -> str:
    """The text with its placeholders filled."""

    def put(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in texts:
            raise ValueError(f"no text for the placeholder {{{name}}} in {text!r}")
        return texts[name]

    return re.sub(r"\{([a-z_]+)\}", put, text)


def _of_cells(
    declaration: Declaration, form: SheetOrText, table: pa.Table, labels: Labels
) -> tuple[list[str], list[list[str]], set[int], list[str]]:
    """Headers, lines, numeric columns, and what each key column holds."""
    held = {key.holds for key in (*form.keys, *form.tail)}
    free = [name for name in declaration.dimensions if name not in held]
    times = table["time_text"].unique().to_pylist()
    headers = [key.header for key in form.keys]
    place: dict[tuple[str | None, ...], int] = {}
    for column in form.values:
        codes = tuple(column.codes.get(name, "_T") for name in free)
        for time in times if column.repeats else [None]:
            place[time, column.measure, *codes] = len(place)
            headers.append(column.header.replace("{time}", time or ""))
    repeats = any(column.repeats for column in form.values)
    headers += [key.header for key in form.tail]
    rows: dict[tuple[str, ...], list[str | None]] = {}
    tails: dict[tuple[str, ...], tuple[str, ...]] = {}
    for cell in table.to_pylist():
        key = tuple(_key_text(column, cell) for column in form.keys)
        position = (cell["time_text"] if repeats else None, cell["measure"], *(cell[name] for name in free))
        if position not in place:
            raise ValueError(f"no column for {position}")
        tails[key] = tuple(_key_text(column, cell) for column in form.tail)
        rows.setdefault(key, [None] * len(place))[place[position]] = cell["value_text"]
    body = []
    for key, values in rows.items():
        if None in values:
            raise ValueError(f"no value for {key}, {headers[len(form.keys) + values.index(None)]}")
        shown = [
            labels.of(column.holds, text) if column.holds in declaration.dimensions else text
            for column, text in zip(form.keys, key, strict=True)
        ]
        body.append([*shown, *(value or "" for value in values), *tails[key]])
    holds = [key.holds for key in form.keys]
    numeric = {at for at, name in enumerate(holds) if name == "time"}
    numeric |= set(range(len(form.keys), len(form.keys) + len(place)))
    return headers, body, numeric, holds


def _key_text(column: KeyColumn | ValueColumn, cell: Mapping[str, str | None]) -> str:
    """Text of a key column; an ignored one repeats the area code, which no reader looks at."""
    assert isinstance(column, KeyColumn)
    names = {"time": "time_text", "quality": "quality_text", "ignored": "area_code"}
    return cell[names.get(column.holds, column.holds)] or ""
