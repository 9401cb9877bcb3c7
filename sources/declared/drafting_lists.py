"""Drafts the declaration of a delimited file or a workbook: its columns as those of a register.

What the file tells is taken over: encoding, delimiter, sheet, headers, and of each column whether all its
texts are whole numbers, and whether one is empty. Whether the rows are counts (`shape: cells`, with keys
and values) and what they are about is for a person to decide; the draft reads the file as it is.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sources.errors import problem
from sources.fetch import content

_DELIMITERS = (";", "\t", "|", ",")
_ENCODINGS = ("utf-8-sig", "cp1252")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_TRANSLITERATION = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "²": "2"})


@dataclass(frozen=True)
class _List:
    """The header of a table, the lines below it, and how the file is opened: lines of `format`."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    how: tuple[str, ...]


def draft_list(file: Path, publisher: str) -> str | None:
    """The declaration of a delimited file or workbook, as YAML text; None for a text that is no table.

    Raises:
        SourceError: a column has no header, or two have the same one.
    """
    found = _workbook(file) if content.recognise(file).kind == content.WORKBOOK else _delimited(file)
    if found is None:
        return None
    header = [text.strip() for text in found.header]
    if "" in header or len(set(header)) < len(header):
        raise problem("no_draft_header", file.name, columns="; ".join(header))
    names: list[str] = []
    for text in header:
        names.append(_free(_slug(text), names))
    columns = [
        f"  - {{name: {name}, source: {_quoted(text)}, title_de: {_quoted(text)}, title_en: …"
        f"{_kind_of(texts)}}}"
        for name, text, texts in zip(names, header, zip(*found.rows, strict=True), strict=True)
    ]
    lines = [
        f"id: {re.sub(r'[^A-Za-z0-9]+', '-', file.stem).strip('-').lower()}   # check: the table's code",
        "title_de: …                      # check: what the file is about",
        "title_en: …",
        f"publisher: {publisher}           # check: folder in sources/catalog",
        "legal_basis: …                   # check: the law, or `statistic`",
        "holds_personal_data: false       # check",
        "each_row_is: …                   # check: complete the sentence 'one row is'",
        "cadence: {every: irregular}      # check: and the usual window, window_from, window_to",
        'reference_time: {kind: stock, text: none, fixed: "2000-01-01"}  # check: the day',
        "area_levels: []                  # check: levels of the areas in it",
        f"file_names: [{_quoted(file.name)}]   # check: `*` for what changes",
        "format:",
        *(f"  {line}" for line in found.how),
        "  shape: records                 # check: `cells` with keys and values where a row holds counts",
        "columns:                         # check: names, titles, `key: true` for what tells rows apart",
        *columns,
    ]
    return "\n".join(lines) + "\n"


def _delimited(file: Path) -> _List | None:
    data = file.read_bytes()
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        return None
    lines = text.replace("\r\n", "\n").split("\n")
    sep = lines[0].startswith("sep=")
    body = "\n".join(lines[1:] if sep else lines)
    first = body.split("\n", 1)[0]
    delimiter = lines[0][4:5] if sep else max(_DELIMITERS, key=first.count)
    rows = [row for row in csv.reader(io.StringIO(body), delimiter=delimiter) if row]
    if len(rows) < 2 or len(rows[0]) < 2 or {len(row) for row in rows} != {len(rows[0])}:
        return None
    name = "utf-8" if encoding == "utf-8-sig" else encoding
    how = ["kind: delimited", f"encoding: {name}", f"delimiter: {_quoted(delimiter)}"]
    return _List(rows[0], rows[1:], (*how, *(["sep_line: true"] if sep else [])))


def _workbook(file: Path) -> _List | None:
    """The sheet with most rows; its header is the first line that fills every column of the table."""
    from python_calamine import CalamineWorkbook

    from sources.readers.workbook import text

    with file.open("rb") as stream, CalamineWorkbook.from_filelike(stream) as workbook:
        name, cells = max(
            ((one, workbook.get_sheet_by_name(one).to_python()) for one in workbook.sheet_names),
            key=lambda sheet: len(sheet[1]),
        )
    rows = [[text(value, "iso") for value in row] for row in cells]
    start = next((number for number, row in enumerate(rows) if row and all(row)), None)
    if start is None or start + 1 >= len(rows):
        return None
    end = next((n for n, row in enumerate(rows[start + 1 :], start + 1) if not any(row)), len(rows))
    return _List(rows[start], rows[start + 1 : end], ("kind: workbook", f"sheet: {_quoted(name)}"))


def _kind_of(texts: Sequence[str]) -> str:
    """What kind of column its texts make: whole numbers, always filled."""
    filled = [text.strip() for text in texts if text.strip()]
    kind = ", type: integer" if filled and all(map(_INTEGER.fullmatch, filled)) else ""
    return kind + (", required: true" if len(filled) == len(texts) else "")


def _slug(text: str) -> str:
    ascii_text = text.lower().translate(_TRANSLITERATION)
    name = re.sub(r"[^a-z0-9]+", "_", ascii_text).strip("_")[:28].strip("_")
    return name if name[:1].isalpha() else f"c_{name}"


def _free(name: str, taken: Sequence[str]) -> str:
    """The name, with a number where it is taken."""
    number = 2
    free = name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'
