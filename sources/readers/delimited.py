"""Reads text with delimiters (CSV) as declared by `sources.declared.file_formats.Delimited`.

The encoding is declared and checked: a file in another one is refused and never read with wrong letters.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.file_formats import Delimited
from sources.errors import problem
from sources.foundation.told import Told
from sources.readers import grid
from sources.readers.reading import Reading

VERSION = "1"

MAX_FIELD = 1 << 20
MAX_COLUMNS = 5000
_SEP = re.compile(r"sep=(.)", re.IGNORECASE)
# Box drawing is cp1252 read as cp850; Ã before a sign is UTF-8 that was encoded twice.
_DRAWING = re.compile("[\u2500-\u259f\ufffd]|Ã[^A-Za-z ]")
_UTF8 = re.compile(rb"\xc3[\x80-\xbf]|\xc2[\xa0-\xbf]")


def read(catalog: Catalog, declaration: Declaration, file: Path) -> Reading:
    """Read one delimited file.

    Raises:
        SourceError: another encoding, header or width, or a cell that is not as declared.
    """
    form = declaration.format
    assert isinstance(form, Delimited)
    captured = grid.captured_from_name(form, file)
    grid.check_text(file)
    lines = list(_lines(decode(file.read_bytes(), form.encoding, file.name), form, file.name))

    def where(line: int, column: int) -> None:
        return None

    texts = [row for _, row in lines]
    header = grid.find_header(
        texts, grid.wanted_columns(declaration, form), form.header_lines, form.search_lines, where, file.name
    )
    header = replace(header, captured=captured | header.captured)
    notes = [_note(row) for row in texts[: header.below - form.header_lines]]
    body = []
    for position in range(header.below, len(lines)):
        line, row = lines[position]
        if form.trailer and row and row[0].startswith(form.trailer):
            notes += [_note(row) for row in texts[position:]]
            break
        body.append((line, _fitted(row, len(header.columns), form)))
    while body and not any(body[-1][1]):
        body.pop()
    if not body:
        raise problem("no_rows", file.name, line=header.below)
    table, corrected = grid.table(catalog, declaration, form, body, header, where, file.name)
    return Reading(table, "\n".join(filter(None, notes)) or None, None, corrected=corrected)


def decode(data: bytes, encoding: str, name: str) -> str:
    """The text of a file in its declared encoding, without byte-order mark.

    Raises:
        SourceError: the file is in another encoding, or holds NUL characters.
    """
    nul = data.find(b"\0")
    if nul >= 0:
        found = "UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "NUL"
        raise problem("not_text", name, line=data.count(b"\n", 0, nul) + 1, found=found)
    if not encoding.startswith("utf-8") and _UTF8.search(data):
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            raise problem(
                "wrong_encoding",
                name,
                found=Told(f"UTF-8, declared is {encoding}", f"UTF-8, deklariert ist {encoding}"),
            )
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise problem(
            "wrong_encoding", name, line=line, found=Told(f"not {encoding}", f"nicht {encoding}")
        ) from None
    damage = _DRAWING.search(text)
    if damage:
        line = text.count("\n", 0, damage.start()) + 1
        raise problem("damaged_text", name, line=line, found=repr(damage.group()))
    return composed(text.removeprefix("\ufeff"))


def composed(text: str) -> str:
    """The text with letters and their marks as one sign (NFC): Macs write `ü` as two."""
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", text)


def _lines(text: str, form: Delimited, name: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the 1-based line each begins on; a quoted field may span lines."""
    outside = text  # of quotation marks: a quoted field may hold any line end
    if form.quote is not None and form.quote in text:
        outside = re.sub(f"{form.quote}[^{form.quote}]*{form.quote}", "", text)
    returns = outside.count("\r\n")
    if outside.count("\r") != returns or (returns and returns != outside.count("\n")):
        raise problem("mixed_line_ends", name)
    csv.field_size_limit(MAX_FIELD)
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=form.delimiter,
        quotechar=form.quote,
        quoting=csv.QUOTE_NONE if form.quote is None else csv.QUOTE_MINIMAL,
        strict=True,
    )
    line = 1
    try:
        for row in reader:
            if line == 1:
                sep = _SEP.fullmatch(form.delimiter.join(row))
                if form.sep_line != bool(sep) or (sep and sep.group(1) != form.delimiter):
                    raise problem(
                        "unknown_header", name, line=1, layout="–", found=repr(form.delimiter.join(row)[:40]),
                        expected=f"sep={form.delimiter}" if form.sep_line else "no line sep=",
                    )  # fmt: skip
                if sep:
                    line = reader.line_num + 1
                    continue
            if len(row) > MAX_COLUMNS:
                raise problem("wrong_width", name, line=line, found=len(row), expected=f"<= {MAX_COLUMNS}")
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        if "field larger" in str(error):
            raise problem("field_too_long", name, line=line, limit=MAX_FIELD) from None
        raise problem("bad_quotes", name, line=line) from None


def _fitted(row: list[str], width: int, form: Delimited) -> list[str]:
    """The row without the empty fields that a publisher may leave to the right of the last column."""
    if form.empty_tail and len(row) > width and not any(row[width:]):
        return row[:width]
    return row


def _note(row: list[str]) -> str:
    """A line outside the table as a note."""
    return " ".join(part for part in row if part.strip()).lstrip("# ").strip()
