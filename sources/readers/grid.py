"""Tables that are a plain grid of texts: finds the declared header and turns the lines into cells or records.

Used by every reader whose file is a grid (workbooks, delimited text). A grid is a list of lines, a line a list of
texts; line and column numbers in messages are those of the original.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa

from sources.catalogue import Catalog
from sources.declaration import Column, Declaration
from sources.file_formats import FlatTable
from sources.readers.reading import Notation, SourceError, cells_schema, records_schema

Where = Callable[[int, int], str]
"""1-based line and column to what a person looks for in the file, e.g. `cell B17`."""

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_AREA_CODE = re.compile(r"DG|[0-9]{2,12}")


@dataclass(frozen=True)
class Header:
    """Where the header ends (0-based index of the first line below it) and what its placeholders stand for."""

    below: int
    captured: dict[str, str]


def tidy(text: str) -> str:
    """The text with every run of white space as one blank, none at the ends."""
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def wording(declared: str) -> re.Pattern[str]:
    """A declared header text as a regular expression: `{name}` stands for any text without white space at its ends."""
    parts = _PLACEHOLDER.split(tidy(declared))
    seen: set[str] = set()
    pattern = re.escape(parts[0])
    for name, literal in zip(parts[1::2], parts[2::2], strict=True):
        pattern += f"(?P={name})" if name in seen else rf"(?P<{name}>\S(?:.*\S)?)"
        seen.add(name)
        pattern += re.escape(literal)
    return re.compile(pattern)


def fit(declared: str, found: str, captured: dict[str, str]) -> bool:
    """Whether `found` is the declared text; placeholders are added to `captured` and must agree with it."""
    match = wording(declared).fullmatch(tidy(found))
    if match is None:
        return False
    new = match.groupdict()
    if any(captured.get(name, text) != text for name, text in new.items()):
        return False
    captured.update(new)
    return True


def paths(lines: Sequence[Sequence[str]]) -> list[str]:
    """The header text of every column: its texts from top to bottom, joined with ` > `, repetitions left out."""
    width = max((len(line) for line in lines), default=0)
    found = []
    for column in range(width):
        path: list[str] = []
        for line in lines:
            text = tidy(line[column]) if column < len(line) else ""
            if text and (not path or path[-1] != text):
                path.append(text)
        found.append(" > ".join(path))
    while found and not found[-1]:
        found.pop()
    return found


def find_header(
    lines: Sequence[Sequence[str]], declared: Sequence[str], depth: int, search: int, where: Where, file: str
) -> Header:
    """Find the line where the declared columns begin.

    Args:
        lines: the grid; cells covered by a merged header cell carry its text.
        declared: header text of every column, from the left.
        depth: number of header lines.
        search: how many lines may be tried.

    Raises:
        SourceError: no line fits; names the first cell that differs where most columns fit.
    """
    best = (-1, 0, 0, [""])
    for first in range(min(search, max(len(lines) - depth + 1, 0))):
        found = paths(lines[first : first + depth])
        captured: dict[str, str] = {}
        fits = [
            fit(want, have, captured)
            for want, have in zip(declared, found + [""] * len(declared), strict=False)
        ]
        if all(fits) and len(found) == len(declared):
            return Header(first + depth, captured)
        score = sum(fits)
        if score > best[0]:
            differs = fits.index(False) if False in fits else len(declared)
            best = (score, first, differs, found)
    score, first, differs, found = best
    if score <= 0:
        raise SourceError(
            f"the header {declared[0]!r}, {declared[min(1, len(declared) - 1)]!r}, … was not found",
            file=file,
            remedy="Is this the file of another dataset? If the publisher changed the table, declare its new header.",
        )
    have = found[differs] if differs < len(found) else ""
    want = repr(declared[differs]) if differs < len(declared) else "nothing"
    raise SourceError(
        f"the header says {have!r} where {want} is expected",
        file=file,
        line=first + depth,
        column=differs + 1,
        cell=where(first + depth, differs + 1),
        remedy="If the publisher changed the table, declare its new header; otherwise fetch the file again.",
    )


def cells(
    catalog: Catalog,
    declaration: Declaration,
    layout: FlatTable,
    numbered: Iterable[tuple[int, Sequence[str]]],
    notation: Notation,
    where: Where,
    file: str,
) -> pa.Table:
    """Lines of a flat table of counts as cells, in the order of the file.

    Args:
        numbered: line number and texts (key columns, then value columns) of every data line.
        notation: how numbers are written, and the dialect's symbols.

    Raises:
        SourceError: with line, column and cell, for a wrong width, time, area, label or number, or a key given twice.
    """
    schema = cells_schema(declaration)
    key_at = {key.holds: number for number, key in enumerate(layout.keys)}
    width = len(layout.keys) + len(layout.values)
    labels = {
        name: catalog.label_codes(declaration, name) | {c: c for c in catalog.codes(declaration, name)}
        for name in declaration.dimensions
        if not declaration.dimensions[name].verbatim
    }
    out: dict[str, list[object]] = {name: [] for name in schema.names}
    seen: dict[tuple[str | None, ...], int] = {}
    times: set[str] = set()

    def refuse(what: str, line: int, column: int, remedy: str) -> SourceError:
        return SourceError(what, file=file, line=line, column=column, cell=where(line, column), remedy=remedy)

    for line, texts in numbered:
        if len(texts) != width:
            raise refuse(
                f"{len(texts)} columns where {width} are expected",
                line, min(len(texts), width) + 1, "The line is cut or shifted; fetch the file again.",
            )  # fmt: skip
        key: dict[str, str | None] = dict.fromkeys(
            ("time", "area_code", "area_name", *declaration.dimensions), None
        )
        for holds, at in key_at.items():
            text = texts[at]
            if holds == "time":
                if text not in times:
                    try:
                        declaration.reference_time.period(text)
                    except ValueError as error:
                        raise refuse(str(error), line, at + 1, "The columns may be shifted.") from None
                    times.add(text)
            elif holds == "area_code":
                if not _AREA_CODE.fullmatch(text):
                    raise refuse(f"{text!r} is not an area code", line, at + 1, "The columns may be shifted.")
            elif holds in labels:
                code = labels[holds].get(text)
                if code is None:
                    raise refuse(
                        f"{text!r} is no declared label of {holds}",
                        line, at + 1, "Declare the label in the code list, or fetch the file again.",
                    )  # fmt: skip
                text = code
            key[holds] = text
        for offset, value in enumerate(layout.values):
            at = len(layout.keys) + offset
            text = texts[at]
            measure = declaration.measures[value.measure]
            problem = notation.problem(text, measure)
            if problem:
                raise refuse(problem, line, at + 1, notation.remedy)
            dimensions = [
                key[name] if name in key_at else value.codes.get(name, "_T")
                for name in declaration.dimensions
            ]
            identity = (key["time"], key["area_code"], *dimensions, value.measure)
            if identity in seen:
                raise refuse(
                    f"the same key stands in line {seen[identity]} already",
                    line, key_at.get("area_code", 0) + 1, "A key may occur once; fetch the file again.",
                )  # fmt: skip
            seen[identity] = line
            row = (
                line, at + 1, key["time"], key["area_code"], key["area_name"], *dimensions,
                value.measure, measure.unit, text, None,
            )  # fmt: skip
            for name, item in zip(schema.names, row, strict=True):
                out[name].append(item)
    return pa.table(out, schema=schema)


def records(
    declaration: Declaration,
    numbered: Iterable[tuple[int, Sequence[str]]],
    captured: dict[str, str],
    where: Where,
    file: str,
    extra: dict[str, list[object]] | None = None,
) -> pa.Table:
    """Lines of a register as records, in the order of the file; an empty text is NULL.

    Args:
        numbered: line number and texts of every data line, one per column that stands in the file.
        captured: what the placeholders of the header stand for.
        extra: further columns of the schema that are not texts (geometry), one item per line.

    Raises:
        SourceError: with line, column and cell, for a wrong width, a required text that is missing, a text that
            does not match its pattern, or a key given twice.
    """
    in_file = [column for column in declaration.columns if placeholder(column) is None]
    patterns = [re.compile(column.pattern) if column.pattern else None for column in in_file]
    keys = [number for number, column in enumerate(in_file) if column.key]
    schema = records_schema(declaration)
    out: list[list[str | None]] = [[] for _ in in_file]
    lines: list[int] = []
    seen: dict[tuple[str, ...], int] = {}
    for line, texts in numbered:
        if len(texts) != len(in_file):
            raise SourceError(
                f"{len(texts)} columns where {len(in_file)} are expected",
                file=file, line=line, column=min(len(texts), len(in_file)) + 1,
                cell=where(line, min(len(texts), len(in_file)) + 1),
                remedy="The line is cut or shifted; fetch the file again.",
            )  # fmt: skip
        for number, (column, pattern, text) in enumerate(zip(in_file, patterns, texts, strict=True)):
            problem = _problem(column, pattern, text)
            if problem:
                raise SourceError(
                    problem, file=file, line=line, column=number + 1, cell=where(line, number + 1),
                    remedy="The columns may be shifted; fetch the file again, or correct the declaration.",
                )  # fmt: skip
            out[number].append(text or None)
        lines.append(line)
        if keys:
            identity = tuple(texts[number] for number in keys)
            if identity in seen:
                raise SourceError(
                    f"the key {' '.join(text for text in identity if text)!r} stands in line {seen[identity]} already",
                    file=file, line=line, column=keys[0] + 1, cell=where(line, keys[0] + 1),
                    remedy="A key may occur once; fetch the file again.",
                )  # fmt: skip
            seen[identity] = line
    values: dict[str, object] = {column.name: texts for column, texts in zip(in_file, out, strict=True)}
    for column in declaration.columns:
        name = placeholder(column)
        if name is not None:
            values[column.name] = [captured.get(name)] * len(lines)
    values["line"] = lines
    values |= extra or {}
    return pa.table({name: values[name] for name in schema.names}, schema=schema)


def placeholder(column: Column) -> str | None:
    """The name of the placeholder a register's column takes its text from; None for a column of the file itself."""
    match = _PLACEHOLDER.fullmatch(column.source or "")
    return match.group(1) if match else None


def _problem(column: Column, pattern: re.Pattern[str] | None, text: str) -> str | None:
    if not text:
        return f"{column.source or column.name} is empty" if column.required else None
    if pattern and not pattern.fullmatch(text):
        return f"{text!r} cannot be {column.source or column.name} (expected: {column.pattern})"
    return None
