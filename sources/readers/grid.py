"""Tables that are a plain grid of texts: finds the declared header and turns the lines into cells or records.

Used by every reader whose file is a grid (workbooks, delimited text). A grid is a list of lines, a line a
list of texts; line and column numbers in messages are those of the original.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from sources.catalogue import Catalog
from sources.declaration import Column, Declaration
from sources.errors import SourceError, problem
from sources.file_formats import FlatTable
from sources.readers.reading import Notation, cells_schema, records_schema

Where = Callable[[int, int], str]
"""1-based line and column to what a person looks for in the file, e.g. `cell B17`."""

ZIP = b"PK\x03\x04"
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_AREA_CODE = re.compile(r"DG|[0-9]{2,12}")


@dataclass(frozen=True)
class Header:
    """Where the data begin (0-based index of a line) and what the header's placeholders stand for."""

    below: int
    captured: dict[str, str]


def check_kind(file: Path) -> bytes:
    """First four bytes of a file.

    Raises:
        SourceError: the file is missing, empty, or a web page instead of data.
    """
    try:
        with file.open("rb") as opened:
            head = opened.read(2048)
    except OSError as error:
        raise problem("missing_file", file.name, reason=error.strerror or str(error)) from None
    if not head.strip():
        raise problem("empty_file", file.name)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        raise problem("html_page", file.name)
    return head[:4]


def tidy(text: str) -> str:
    """The text with every run of white space as one blank, none at the ends."""
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def wording(declared: str) -> re.Pattern[str]:
    """A declared header text as a regular expression: `{name}` stands for any text, trimmed."""
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
    """The header of every column: its texts from top to bottom, joined with ` > `, without repetitions."""
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
        shown = ", ".join(map(repr, declared[:3]))
        raise problem("unknown_header", file, expected=shown, found="keine davon / none of them", layout="–")
    have = found[differs] if differs < len(found) else ""
    want = repr(declared[differs]) if differs < len(declared) else "''"
    raise problem(
        "unknown_header",
        file,
        line=first + depth,
        column=differs + 1,
        cell=where(first + depth, differs + 1),
        expected=want,
        found=repr(have),
        layout="–",
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
        SourceError: with line, column and cell, for a wrong width, time, area, label or number, or a key
            given twice.
    """
    schema = cells_schema(declaration)
    key_at = {key.holds: number for number, key in enumerate(layout.keys)}
    width = len(layout.keys) + len(layout.values)
    labels = {
        name: {text: text for text in dimension.texts}
        if dimension.verbatim
        else catalog.label_codes(declaration, name)
        for name, dimension in declaration.dimensions.items()
        if not dimension.verbatim or dimension.texts
    }
    out: dict[str, list[object]] = {name: [] for name in schema.names}
    seen: dict[tuple[str | None, ...], int] = {}
    times: set[str] = set()

    def refuse(code: str, line: int, column: int, **facts: object) -> SourceError:
        return problem(code, file, line=line, column=column, cell=where(line, column), **facts)

    for line, texts in numbered:
        if len(texts) != width:
            at = min(len(texts), width) + 1
            raise refuse("wrong_width", line, at, found=len(texts), expected=width)
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
                        raise refuse("bad_time", line, at + 1, reason=error) from None
                    times.add(text)
            elif holds == "area_code":
                if not _AREA_CODE.fullmatch(text):
                    raise refuse("no_area_code", line, at + 1, found=text)
            elif holds == "area_name":
                if not any(letter.isalpha() for letter in text):
                    raise refuse("no_area_name", line, at + 1, found=text)
            elif holds in labels:
                code = labels[holds].get(text)
                if code is None:
                    raise refuse("unknown_label", line, at + 1, dimension=holds, found=text)
                text = code
            key[holds] = text
        for offset, value in enumerate(layout.values):
            at = len(layout.keys) + offset
            text = texts[at]
            measure = declaration.measures[value.measure]
            if not notation.is_valid(text, measure):
                shown = notation.example(measure)
                raise refuse("bad_value", line, at + 1, found=text, notation=shown, signs=notation.signs)
            dimensions = [
                key[name] if name in key_at else value.codes.get(name, "_T")
                for name in declaration.dimensions
            ]
            identity = (key["time"], key["area_code"], *dimensions, value.measure)
            if identity in seen:
                shown = " ".join(part for part in identity if part)
                at = key_at.get("area_code", 0)
                raise refuse("duplicate_key", line, at + 1, found=shown, first=seen[identity])
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
        SourceError: with line, column and cell, for a wrong width, a required text that is missing, a text
            that does not match its pattern, or a key given twice.
    """
    in_file = [column for column in declaration.columns if placeholder(column) is None]
    patterns = [re.compile(column.pattern) if column.pattern else None for column in in_file]
    keys = [number for number, column in enumerate(in_file) if column.key]
    schema = records_schema(declaration)
    out: list[list[str | None]] = [[] for _ in in_file]
    lines: list[int] = []
    seen: dict[tuple[str, ...], int] = {}

    def refuse(code: str, line: int, column: int, **facts: object) -> SourceError:
        return problem(code, file, line=line, column=column, cell=where(line, column), **facts)

    for line, texts in numbered:
        if len(texts) != len(in_file):
            at = min(len(texts), len(in_file)) + 1
            raise refuse("wrong_width", line, at, found=len(texts), expected=len(in_file))
        for at, (column, pattern, text) in enumerate(zip(in_file, patterns, texts, strict=True)):
            title = column.source or column.name
            if not text:
                if column.required:
                    raise refuse("missing_value", line, at + 1, column_name=title)
            elif pattern and not pattern.fullmatch(text):
                raise refuse(
                    "bad_pattern", line, at + 1, found=text, pattern=column.pattern, column_name=title
                )
            out[at].append(text or None)
        lines.append(line)
        if keys:
            identity = tuple(texts[at] for at in keys)
            if identity in seen:
                shown = " ".join(text for text in identity if text)
                raise refuse("duplicate_key", line, keys[0] + 1, found=shown, first=seen[identity])
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
    """The placeholder that a register's column takes its text from; None for a column of the file itself."""
    match = _PLACEHOLDER.fullmatch(column.source or "")
    return match.group(1) if match else None
