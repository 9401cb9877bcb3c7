"""Reads the classic table ("datencsv") of GENESIS databases, in every variant its declaration describes.

A file is: a line naming the table, title lines, header lines (they begin with empty key columns), data
lines, a line of underscores, notes, `Stand: 10.10.2017 / 19:19:45`. What a column holds is decided by the
layout whose header fits exactly. Data lines go through vectorised code only; a slow search for the exact
line runs after a check failed.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from sources.areas import area_codes
from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.formats import GenesisLayout, GenesisTable, wordings
from sources.declared.notation import Notation
from sources.declared.text_corrections import MAX_IMPOSSIBLE, Corrected, impossible_cell
from sources.declared.vocabulary import TOTAL
from sources.errors import problem
from sources.foundation.told import Told
from sources.readers.reading import Reading, cells_schema

VERSION = "1"

MAX_HEADER_LINES = 30
KREIS_DIGITS = 5
_TABLE_LINE = re.compile(r"(?:GENESIS-)?Tabelle: *([0-9A-Za-z-]+) *;*")
_RULE = re.compile(rb"_{6,}[; ]*\r?(?=\n|\Z)")
_STAND = re.compile(r'"?Stand: (\d{2}\.\d{2}\.\d{4}) / (\d{2}:\d{2}:\d{2})"?;*')
_BOM = b"\xef\xbb\xbf"
_UTF8_PAIR = re.compile(rb"\xc3[\x80-\xbf]|\xc2[\xa0-\xbf]")
_DAMAGE = re.compile("\ufffd|Ã[^A-Za-z ]")  # lost characters; UTF-8 taken for cp1252 and encoded again

_TIME_VARIABLES = frozenset({"Stichtag", "Jahr", "Jahre", "Berichtsjahr", "Schuljahr"})

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ValueColumn:
    """What one value column holds. `time` is its header's time text, None when time stands elsewhere."""

    measure: str
    codes: dict[str, str]
    time: str | None


@dataclass(frozen=True)
class Misfit:
    """Where and how a header first differs from a layout; `progress` is how far it fitted."""

    progress: tuple[int, int]
    line: int
    column: int
    expected: str
    found: str
    layout: str
    unit: bool = False


@dataclass(frozen=True)
class Prelude:
    """The lines above the data: title lines and header lines, each with its 1-based line number."""

    titles: list[tuple[int, list[str]]]
    header: list[tuple[int, list[str]]]
    data_line: int


def table_code(head: bytes) -> str | None:
    """The table that the first line of a file names; None when it names none. `head`: its first bytes."""
    line = head.removeprefix(_BOM).split(b"\n", 1)[0].rstrip(b"\r").decode("latin-1").strip('"')
    match = _TABLE_LINE.fullmatch(line)
    return match.group(1) if match else None


def read(catalog: Catalog, declaration: Declaration, file: Path) -> Reading:
    """Read one classic table.

    Returns a `Reading` whose table has one row per published cell, line by line from left to right.
    Raises `SourceError` for anything that the declaration does not expect.
    """
    form = declaration.format
    assert isinstance(form, GenesisTable)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise problem("missing_file", file.name, reason=error.strerror or str(error)) from None
    return read_bytes(catalog, declaration, data, file.name)


def read_bytes(catalog: Catalog, declaration: Declaration, data: bytes, name: str) -> Reading:
    """As `read`, from the bytes of the file; `name` is what errors call it."""
    form = declaration.format
    assert isinstance(form, GenesisTable)
    _check_content(data, declaration, name)
    data = as_utf8(data, form.encoding, name)
    rule = _rule(data)
    if rule is None:
        raise problem("truncated", name, line=data.count(b"\n") + 1, missing="__________ / notes / Stand:")
    published_at, notes = _footer(
        data[rule.end() :].decode("utf-8"), data.count(b"\n", 0, rule.end()) + 1, name
    )
    prelude = prelude_of(data[: rule.start()], name)
    layout, columns = _fitting_layout(catalog, declaration, prelude, name)
    body = data[_offset_of_line(data, prelude.data_line) : rule.start()]
    if not body or body.isspace():
        raise problem("no_rows", name, line=prelude.data_line)
    texts = _columns(body, len(layout.keys) + len(columns), prelude.data_line, name)
    sheet = _Sheet(catalog, declaration, layout, columns, texts, prelude, name, published_at.date())
    return Reading(sheet.cells(), notes, published_at, layout.id, tuple(sheet.corrected))


# --- bytes ----------------------------------------------------------------------------------------


def _check_content(data: bytes, declaration: Declaration, name: str) -> None:
    """Refuse what is no such table at all, and a file that names another table."""
    if not data or data.isspace() or data == _BOM:
        raise problem("empty_file", name)
    start = data[:2048].lstrip(_BOM + b" \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")):
        raise problem("html_page", name)
    if start.startswith((b"{", b"[")):
        raise problem("json_answer", name, found=data[:200].decode("utf-8", "replace"))
    if start.startswith((b"pk\x03\x04", b"\xd0\xcf\x11\xe0", b"%pdf", b"\x1f\x8b")):
        raise problem("not_text", name, found="ZIP, Excel, PDF")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise problem("wrong_encoding", name, found="UTF-16")
    nul = data.find(b"\0")
    if nul >= 0:
        raise problem("not_text", name, line=data.count(b"\n", 0, nul) + 1, found="NUL")
    code = table_code(data[:2048])
    expected = declaration.table_code
    if code is None:
        shown = data[:80].split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")
        raise problem("no_table_line", name, line=1, column=1, expected=expected, found=shown)
    if code != expected:
        raise problem("wrong_table", name, line=1, column=1, expected=expected, found=code)


def as_utf8(data: bytes, declared: str | None, name: str) -> bytes:
    """The file as UTF-8 without byte-order mark; its encoding is the declared one, else
    UTF-8, else cp1252.
    """
    data = data.removeprefix(_BOM)
    try:
        text = data.decode(declared or "utf-8")
        encoded = declared or "utf-8"
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        if declared:
            raise problem(
                "wrong_encoding", name, line=line, found=Told(f"not {declared}", f"nicht {declared}")
            ) from None
        pair = _UTF8_PAIR.search(data)
        if pair:  # UTF-8 with broken bytes, or two encodings in one file
            raise problem("wrong_encoding", name, line=line, found="UTF-8 / cp1252") from None
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError as undefined:
            line = data.count(b"\n", 0, undefined.start) + 1
            raise problem(
                "wrong_encoding",
                name,
                line=line,
                found=Told("neither UTF-8 nor cp1252", "weder UTF-8 noch cp1252"),
            ) from None
        encoded = "cp1252"
    if not text.isascii():
        damage = _DAMAGE.search(text) if "\ufffd" in text or "Ã" in text else None
        if damage:
            line = text.count("\n", 0, damage.start()) + 1
            raise problem("damaged_text", name, line=line, found=damage.group())
    return data if encoded in ("utf-8", "utf-8-sig") else text.encode("utf-8")


def _rule(data: bytes) -> re.Match[bytes] | None:
    """The first line of underscores; it ends the data."""
    start = data.find(b"\n______")
    while start >= 0:
        rule = _RULE.match(data, start + 1)
        if rule:
            return rule
        start = data.find(b"\n______", start + 1)
    return None


def _offset_of_line(data: bytes, line: int) -> int:
    """Byte offset at which a 1-based line begins."""
    offset = 0
    for _ in range(line - 1):
        offset = data.index(b"\n", offset) + 1
    return offset


# --- footer ---------------------------------------------------------------------------------------


def _footer(text: str, line: int, name: str) -> tuple[dt.datetime, str | None]:
    """The publisher's time stamp and its notes. `line` is that of the line of underscores."""
    lines = text.replace("\r\n", "\n").split("\n")
    while lines and not lines[-1].strip(" ;"):
        lines.pop()
    stand = _STAND.fullmatch(lines[-1].strip()) if lines else None
    if stand is None:
        raise problem("truncated", name, line=line + len(lines), missing="'Stand: TT.MM.JJJJ / HH:MM:SS'")
    try:
        published_at = dt.datetime.strptime(" ".join(stand.groups()), "%d.%m.%Y %H:%M:%S")
    except ValueError:
        raise problem("truncated", name, line=line + len(lines), missing="Stand") from None
    return published_at, _notes(lines[:-1]) or None


def _notes(lines: list[str]) -> str:
    """The notes without quotation marks; as they stand when their quotation marks do not match up."""
    try:
        paragraphs = [";".join(row) for row in csv.reader((f"{each}\n" for each in lines), delimiter=";")]
    except csv.Error:
        paragraphs = lines
    return "\n".join(tidy for paragraph in paragraphs if (tidy := paragraph.strip().strip(";").rstrip()))


# --- title and header -----------------------------------------------------------------------------


def prelude_of(data: bytes, name: str) -> Prelude:
    """Split title from header lines. Header lines begin with an empty cell, title and data lines do not."""
    titles: list[tuple[int, list[str]]] = []
    header: list[tuple[int, list[str]]] = []
    try:
        for line, row in _csv_rows(data):
            begins_empty = not row or row[0] == ""
            if begins_empty and (row or header):
                header.append((line, row))
            elif header:
                return Prelude(titles, header, line)
            elif row:
                titles.append((line, row))
            if len(titles) + len(header) > MAX_HEADER_LINES:
                break
    except csv.Error:
        raise problem("bad_quotes", name, line=1) from None
    if not header:
        raise problem(
            "unknown_header", name, line=len(titles) + 1, column=1,
            expected=Told("a header line that begins with ';'", "eine Kopfzeile, die mit ';' beginnt"),
            found=Told("none", "keine"), layout=Told("all", "alle"),
        )  # fmt: skip
    if len(titles) + len(header) > MAX_HEADER_LINES:
        raise problem(
            "unknown_header", name, line=header[0][0], column=1,
            expected=Told(
                f"at most {MAX_HEADER_LINES} lines above the data",
                f"höchstens {MAX_HEADER_LINES} Zeilen über den Daten",
            ),
            found=Told("more", "mehr"), layout=Told("all", "alle"),
        )  # fmt: skip
    raise problem("no_rows", name, line=header[-1][0] + 1)


def _csv_rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Rows of the beginning of a file with the line each begins on; a quoted cell may span lines."""
    lines = (part.decode("utf-8") for part in io.BytesIO(data))
    reader = csv.reader(lines, delimiter=";", strict=True)
    line = 1
    for row in reader:
        yield line, row
        line = reader.line_num + 1


def _fitting_layout(
    catalog: Catalog, declaration: Declaration, prelude: Prelude, name: str
) -> tuple[GenesisLayout, list[ValueColumn]]:
    form = declaration.format
    assert isinstance(form, GenesisTable)
    misfits: list[Misfit] = []
    for layout in form.layouts:
        fitted = _fit(catalog, declaration, layout, prelude)
        if isinstance(fitted, list):
            return layout, fitted
        misfits.append(fitted)
    closest = max(misfits, key=lambda misfit: misfit.progress)
    facts = {"expected": closest.expected, "found": closest.found}
    if closest.unit:
        raise problem("unknown_unit", name, line=closest.line, column=closest.column, **facts)
    raise problem(
        "unknown_header", name, line=closest.line, column=closest.column, layout=closest.layout, **facts
    )


def _fit(
    catalog: Catalog, declaration: Declaration, layout: GenesisLayout, prelude: Prelude
) -> list[ValueColumn] | Misfit:
    """The value columns, in the order of the file, when the header fits the layout; else where it differs.

    A line that only repeats names of variables (`Stichtag` above the dates) may stand in the header or not.
    """
    fitted = _fit_header(catalog, declaration, layout, prelude)
    if isinstance(fitted, list):
        return fitted
    names = _variable_names(catalog, declaration)
    header = [
        (line, texts)
        for line, texts in prelude.header
        if not texts[len(layout.keys) :] or not names.issuperset(texts[len(layout.keys) :])
    ]
    if not header or len(header) == len(prelude.header):
        return fitted
    without = _fit_header(catalog, declaration, layout, replace(prelude, header=header))
    return without if isinstance(without, list) or without.progress > fitted.progress else fitted


def _variable_names(catalog: Catalog, declaration: Declaration) -> frozenset[str]:
    """How the offices call the variables of a table in its header."""
    lists = (catalog.code_list(declaration, name) for name in declaration.dimensions)
    return _TIME_VARIABLES | {codes.title_de for codes in lists if codes is not None}


def _fit_header(
    catalog: Catalog, declaration: Declaration, layout: GenesisLayout, prelude: Prelude
) -> list[ValueColumn] | Misfit:
    def misfit(row: int, column: int, expected: str, found: str, *, unit: bool = False) -> Misfit:
        line = header[min(row, len(header) - 1)][0] if row >= 0 else prelude.titles[-1][0]
        return Misfit((row, column), line, column + 1, expected, found, layout.id, unit)

    header = prelude.header
    keys = len(layout.keys)
    width = len(header[0][1])
    if layout.time_in == "title":
        last = [text for text in prelude.titles[-1][1] if text]
        try:
            declaration.reference_time.period(last[0] if len(last) == 1 else ";".join(last))
        except ValueError as error:
            return misfit(-1, 0, "a title line with the time alone", str(error))
    for row, (_, texts) in enumerate(header):
        if len(texts) != width:
            return misfit(row, min(len(texts), width), f"{width} fields", f"{len(texts)}")
        for column in range(min(keys, width)):
            if texts[column]:
                return misfit(row, column, f"an empty cell above {layout.keys[column]}", repr(texts[column]))
    if width <= keys:
        return misfit(0, width, f"more than {keys} columns", f"{width}")
    levels = header[: len(header) - (layout.unit == "row")]
    matrix = [texts[keys:] for _, texts in levels]
    expected = (
        _regular_header(catalog, declaration, layout, matrix) if layout.levels else _tree_header(layout)
    )
    depth = layout.header_depth - (layout.unit == "row")
    columns = [column for _, column in expected]
    first: Misfit | None = None
    for row in range(min(depth, len(matrix))):
        if first is not None:
            break
        for column, found in enumerate(matrix[row]):
            if column >= len(expected):
                return misfit(row, keys + column, "no further column", repr(found))
            allowed = expected[column][0][row]
            if found not in allowed:
                words = " or ".join(map(repr, allowed)) or "a time"
                first = misfit(row, keys + column, words, repr(found))
                break
        if first is None and len(expected) > len(matrix[row]):
            missing = expected[len(matrix[row])][0][row]
            return misfit(row, width, " or ".join(map(repr, missing)), "the end of the line")
    if first is not None:
        if depth != len(matrix) or len(matrix[0]) != len(expected):
            return first
        others = _by_path(matrix, expected)
        if isinstance(others, tuple):
            row, column, allowed = others
            words = " or ".join(map(repr, allowed)) or "a time"
            return misfit(row, keys + column, words, repr(matrix[row][column]))
        if others is None:
            return first
        columns = others
    if depth != len(matrix):
        return misfit(min(depth, len(matrix)), keys, f"{layout.header_depth} header lines", f"{len(header)}")
    return _check_units(declaration, layout, prelude, columns, misfit)


def _by_path(
    matrix: list[list[str]], expected: Expected
) -> list[ValueColumn] | tuple[int, int, tuple[str, ...]] | None:
    """The columns in the order of the file, each known by all its header texts.

    Where a column has texts that nothing declared has: row and column of the first that differs, and what
    was expected there. None when two columns are called alike: then only their order tells them apart.
    """
    paths = list(zip(*matrix, strict=True))
    fitting = [
        [
            number
            for number, (path, _) in enumerate(expected)
            if all(text in allowed for text, allowed in zip(texts, path, strict=True))
        ]
        for texts in paths
    ]
    taken = [numbers[0] for numbers in fitting if len(numbers) == 1]
    strange = [column for column, numbers in enumerate(fitting) if not numbers]
    if strange:
        left = [path for number, (path, _) in enumerate(expected) if number not in taken]
        return min(
            (row, column, path[row]) for column in strange for row, path in (_closest(paths[column], left),)
        )
    if len(taken) < len(paths) or len(set(taken)) < len(taken):
        return None
    return [expected[number][1] for number in taken]


def _closest(texts: tuple[str, ...], left: list[list[tuple[str, ...]]]) -> tuple[int, list[tuple[str, ...]]]:
    """The declared header that agrees longest from the top, and the row in which it differs."""

    def agreeing(path: list[tuple[str, ...]]) -> int:
        return next(
            row for row, (text, allowed) in enumerate(zip(texts, path, strict=True)) if text not in allowed
        )

    best = max(left, key=agreeing)
    return agreeing(best), best


def _check_units(
    declaration: Declaration,
    layout: GenesisLayout,
    prelude: Prelude,
    columns: list[ValueColumn],
    misfit: Callable[..., Misfit],
) -> list[ValueColumn] | Misfit:
    if layout.unit == "row":
        for at, (column, found) in enumerate(
            zip(columns, prelude.header[-1][1][len(layout.keys) :], strict=True)
        ):
            unit = declaration.measures[column.measure].unit
            if found != unit:
                return misfit(
                    len(prelude.header) - 1, len(layout.keys) + at, repr(unit), repr(found), unit=True
                )
        return columns
    titles = " ".join(" ".join(row) for _, row in prelude.titles)
    for column in columns:
        unit = f"({declaration.measures[column.measure].unit})"
        if unit not in titles:
            return misfit(-1, 0, f"a title with {unit!r}", repr(prelude.titles[-1][1][0]), unit=True)
    return columns


Expected = list[tuple[list[tuple[str, ...]], ValueColumn]]
"""Per value column: the allowed texts of each header line from the top, and what the column holds."""


def _tree_header(layout: GenesisLayout) -> Expected:
    return [
        ([wordings(text) for text in column.header], ValueColumn(column.measure, column.codes, None))
        for column in layout.columns
    ]


def _regular_header(
    catalog: Catalog, declaration: Declaration, layout: GenesisLayout, matrix: list[list[str]]
) -> Expected:
    """Every combination of the levels' entries, the last level varying fastest; times
    as found in the header.
    """
    assert layout.measure is not None
    choices: list[list[tuple[tuple[str, ...], str, str | None]]] = []  # (texts, role, code or time)
    for row, level in enumerate(layout.levels):
        if level.text is not None:
            choices.append([(wordings(level.text), "text", None)])
        elif level.dimension is not None:
            by_code: dict[str, list[str]] = {code: [] for code in catalog.codes(declaration, level.dimension)}
            for label, code in catalog.label_codes(declaration, level.dimension).items():
                by_code[code].append(label)
            choices.append([(tuple(labels), level.dimension, code) for code, labels in by_code.items()])
        else:
            times = list(dict.fromkeys(matrix[row])) if row < len(matrix) else []
            choices.append([((time,), "time", time) for time in times if _is_time(declaration, time)])
    expected: Expected = []
    for combination in itertools.product(*choices):
        codes = {role: code for _, role, code in combination if code is not None and role != "time"}
        time = next((time for _, role, time in combination if role == "time"), None)
        expected.append(([texts for texts, _, _ in combination], ValueColumn(layout.measure, codes, time)))
    return expected


def _is_time(declaration: Declaration, text: str) -> bool:
    try:
        declaration.reference_time.period(text)
    except ValueError:
        return False
    return True


# --- data -----------------------------------------------------------------------------------------


def _columns(body: bytes, width: int, first_line: int, name: str) -> list[pa.Array]:
    """The fields of all data lines, column by column, as text. `first_line` is the
    1-based line of the first.
    """
    returns = body.count(b"\r")
    if returns and returns != body.count(b"\r\n"):
        raise problem("mixed_line_ends", name, line=first_line + body[: body.find(b"\r")].count(b"\n"))
    if returns and returns != body.count(b"\n"):
        raise problem("mixed_line_ends", name, line=first_line)
    quoted = b'"' in body
    if b"\n\n" in body or b"\n\r\n" in body:
        _explain_width(body, width, first_line, name)
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(body),
            read_options=arrow_csv.ReadOptions(
                column_names=[str(number) for number in range(width)],
                use_threads=False,
                block_size=max(1 << 20, min(len(body) + 1, 1 << 24)),
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=";", quote_char='"' if quoted else False, ignore_empty_lines=False
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={str(number): pa.string() for number in range(width)},
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid:
        _explain_width(body, width, first_line, name)
    lines = body.count(b"\n") + (not body.endswith(b"\n"))
    if table.num_rows != lines:  # a quoted cell spans lines
        raise problem("bad_quotes", name, line=first_line)
    return [column.combine_chunks() for column in table.columns]


def _explain_width(body: bytes, width: int, first_line: int, name: str) -> NoReturn:
    """Find the line that has not as many fields as it must."""
    for line, text in enumerate(body.decode("utf-8").splitlines(), start=first_line):
        try:
            row = next(csv.reader([text], delimiter=";", strict=True), [])
        except csv.Error:
            raise problem("bad_quotes", name, line=line) from None
        if len(row) != width:
            raise problem("wrong_width", name, line=line, column=len(row), expected=width, found=len(row))
    raise problem("bad_quotes", name, line=first_line)


class _Sheet:
    """The data lines of one table, checked column by column and then unpivoted."""

    def __init__(
        self,
        catalog: Catalog,
        declaration: Declaration,
        layout: GenesisLayout,
        columns: list[ValueColumn],
        texts: list[pa.Array],
        prelude: Prelude,
        name: str,
        published_on: dt.date,
    ) -> None:
        self.published_on = published_on
        self.catalog = catalog
        self.declaration = declaration
        self.layout = layout
        self.columns = columns
        self.keys = dict(zip(layout.keys, texts, strict=False))
        self.values = texts[len(layout.keys) :]
        self.first_line = prelude.data_line
        self.name = name
        self.rows = len(texts[0])
        self.area_levels: frozenset[str] = frozenset(declaration.area_levels)
        self.lost_zeros = isinstance(declaration.format, GenesisTable) and declaration.format.lost_zeros
        self.title_time = None
        self.corrected: list[Corrected] = []
        if layout.time_in == "title":
            self.title_time = next(text for text in prelude.titles[-1][1] if text)

    def cells(self) -> pa.Table:
        """One row per cell, line by line."""
        checks: dict[str, Callable[[str], str]] = {"time": self._time, "area_code": self._area}
        encoded: dict[str, pa.DictionaryArray] = {}
        for position, (key, texts) in enumerate(self.keys.items()):
            if key == "area_name":
                encoded[key] = self._names(position, texts)
            else:
                encoded[key] = self._checked(position, texts, checks.get(key) or self._code_of(key))
        self._check_unique({key: array for key, array in encoded.items() if key != "area_name"})
        self._correct(encoded)
        self._check_values(encoded)
        return self._unpivot(encoded)

    def _checked(self, position: int, texts: pa.Array, convert: Callable[[str], str]) -> pa.DictionaryArray:
        """The column with its distinct texts converted. The error of the first bad one is raised
        with its line.
        """
        array = texts.dictionary_encode()
        distinct = array.dictionary.to_pylist()
        converted = []
        for index, text in enumerate(distinct):
            try:
                converted.append(convert(text))
            except _Refused as refused:
                row = int(np.argmax(array.indices.to_numpy() == index))
                raise problem(
                    refused.code, self.name, line=self.first_line + row, column=position + 1, **refused.facts
                ) from None
        return pa.DictionaryArray.from_arrays(array.indices, pa.array(converted, pa.string()))

    def _names(self, position: int, texts: pa.Array) -> pa.DictionaryArray:
        """Area names as they are; each holds a letter at least (a shifted column does not)."""
        array = texts.dictionary_encode()
        has_letter = pc.match_substring_regex(array.dictionary, r"\p{L}")
        if not pc.all(has_letter).as_py():
            index = int(pc.index(has_letter, False).as_py())
            row = int(np.argmax(array.indices.to_numpy() == index))
            found = array.dictionary[index].as_py()
            raise problem(
                "no_area_name", self.name, line=self.first_line + row, column=position + 1, found=found
            )
        return array

    def _time(self, text: str) -> str:
        try:
            self.declaration.reference_time.period(text)
        except ValueError as error:
            raise _Refused("bad_time", reason=error.args[0]) from None
        return text

    def _area(self, text: str) -> str:
        if self.lost_zeros and len(text) == KREIS_DIGITS - 1:
            text = f"0{text}"
        levels = area_codes.levels_of(text)
        if not levels:
            raise _Refused("no_area_code", found=text)
        if self.area_levels and self.area_levels.isdisjoint(levels):
            raise _Refused("wrong_area_level", found=text, level="/".join(levels))
        return text

    def _code_of(self, dimension: str) -> Callable[[str], str]:
        labels = self.catalog.label_codes(self.declaration, dimension)

        def convert(text: str) -> str:
            code = labels.get(text)
            if code is None:
                raise _Refused("unknown_label", dimension=dimension, found=text)
            return code

        return convert

    def _check_unique(self, keys: dict[str, pa.DictionaryArray]) -> None:
        """Every combination of keys may occur once."""
        combined: Indices = np.zeros(self.rows, dtype=np.int64)
        for array in keys.values():
            combined = combined * len(array.dictionary) + array.indices.to_numpy()
        _, first, inverse = np.unique(combined, return_index=True, return_inverse=True)
        if len(first) == self.rows:
            return
        repeated = int(np.argmax(first[inverse] != np.arange(self.rows)))
        key = " / ".join(str(array[repeated].as_py()) for array in keys.values())
        raise problem(
            "duplicate_key", self.name, line=self.first_line + repeated, column=1,
            found=key, first=self.first_line + int(first[inverse[repeated]]),
        )  # fmt: skip

    def _correct(self, keys: dict[str, pa.DictionaryArray]) -> None:
        """Texts that are known to be wrong become what is known to be right."""
        for correction in self.catalog.corrections_of(self.declaration):
            here = np.ones(self.rows, dtype=bool)
            wanted = {"area_code": correction.area_code, "time": correction.time_text}
            wanted |= dict.fromkeys(self.declaration.dimensions, TOTAL) | dict(correction.dimensions)
            for key, array in keys.items():
                if key in wanted:
                    here &= pc.equal(array.cast(pa.string()), wanted[key]).to_numpy(zero_copy_only=False)
            for position, column in enumerate(self.columns):
                codes = {
                    name: column.codes.get(name, TOTAL)
                    for name in self.declaration.dimensions
                    if name not in keys
                }
                time = correction.time_text if "time" in keys else column.time or self.title_time
                if not correction.names(time, column.measure, codes):
                    continue
                for row in np.flatnonzero(here):
                    printed = self.values[position][int(row)].as_py()
                    place = (self.first_line + int(row), len(self.keys) + position + 1)
                    found = Corrected(correction, *place, printed)
                    self.corrected.append(found)
                    if found.is_applied:
                        texts = self.values[position].to_pylist()
                        texts[int(row)] = correction.text
                        self.values[position] = pa.array(texts, pa.string())

    def _check_values(self, keys: dict[str, pa.DictionaryArray]) -> None:
        """Every cell is a number in the measure's notation or a sign of the dialect.

        A few numbers that cannot be (fewer than none of what is counted) are set aside as cells: they become
        missing, and what was printed is kept with the corrected texts. Many are no slip in a cell but columns
        that mean something else.
        """
        notation = Notation(self.catalog.dialect(self.declaration))
        worst: tuple[int, int, str] | None = None
        impossible: list[tuple[int, int, str]] = []
        for position, (column, texts) in enumerate(zip(self.columns, self.values, strict=True)):
            measure = self.declaration.measures[column.measure]
            is_number = pc.match_substring_regex(texts, notation.number_pattern(measure))
            if pc.all(is_number).as_py():
                continue
            others = pc.indices_nonzero(pc.invert(is_number))
            array = texts.take(others).dictionary_encode()
            for index, text in enumerate(array.dictionary.to_pylist()):
                if notation.is_valid(text, measure):
                    continue
                if notation.is_impossible(text, measure):
                    rows = others.filter(pc.equal(array.indices, index)).to_pylist()
                    impossible += [(row, position, text) for row in rows]
                    continue
                row = int(others[int(np.argmax(array.indices.to_numpy() == index))].as_py())
                if worst is None or (row, position) < worst[:2]:
                    worst = (row, position, text)
        if worst is None and len(impossible) <= MAX_IMPOSSIBLE:
            for row, position, text in impossible:
                self._set_aside(row, position, text, keys)
            return
        row, position, text = min(filter(None, (worst, *impossible)))
        raise problem(
            "bad_value", self.name, line=self.first_line + row, column=len(self.keys) + position + 1,
            found=text, signs=notation.signs,
            notation=notation.example(self.declaration.measures[self.columns[position].measure]),
        )  # fmt: skip

    def _set_aside(self, row: int, position: int, text: str, keys: dict[str, pa.DictionaryArray]) -> None:
        """A cell becomes missing, and the register of texts says what is printed there."""
        column = self.columns[position]
        here = {name: str(array[row].as_py()) for name, array in keys.items()}
        place = (self.first_line + row, len(self.keys) + position + 1)
        found = impossible_cell(
            self.declaration.id,
            here["area_code"],
            here.get("time") or column.time or self.title_time or "",
            column.measure,
            {name: here.get(name) or column.codes.get(name, TOTAL) for name in self.declaration.dimensions},
            place,
            text,
            self.published_on,
        )
        # a correction that expects another text has not been answered by this one
        self.corrected = [one for one in self.corrected if (one.line, one.column_no) != place] + [found]
        texts = self.values[position].to_pylist()
        texts[row] = None
        self.values[position] = pa.array(texts, pa.string())

    def _unpivot(self, keys: dict[str, pa.DictionaryArray]) -> pa.Table:
        width, rows = len(self.columns), self.rows
        by_row = np.repeat(np.arange(rows, dtype=np.int32), width)
        interleave = (np.arange(rows)[:, None] + np.arange(width)[None, :] * rows).ravel()

        def repeated(key: str) -> pa.Array:
            array = keys[key]
            return pa.DictionaryArray.from_arrays(
                pa.array(np.repeat(array.indices.to_numpy(), width)), array.dictionary
            )

        def tiled(texts: Sequence[str | None]) -> pa.Array:
            array = pa.array(texts, pa.string()).dictionary_encode()
            if array.null_count:
                return pa.nulls(rows * width, pa.string())
            return pa.DictionaryArray.from_arrays(
                pa.array(np.tile(array.indices.to_numpy(), rows)), array.dictionary
            )

        time_in = self.layout.time_in
        parts: dict[str, pa.Array] = {
            "line": pa.array(by_row + np.int32(self.first_line)),
            "column_no": pa.array(np.tile(np.arange(1, width + 1, dtype=np.int32) + len(self.keys), rows)),
            "time_text": repeated("time")
            if time_in == "keys"
            else tiled([column.time or self.title_time for column in self.columns]),
            "area_code": repeated("area_code"),
            "area_name": repeated("area_name"),
            "measure": tiled([column.measure for column in self.columns]),
            "unit": tiled([self.declaration.measures[column.measure].unit for column in self.columns]),
            "value_text": pa.concat_arrays(self.values).take(pa.array(interleave)),
            "quality_text": pa.nulls(rows * width, pa.string()),
        }
        for dimension in self.declaration.dimensions:
            parts[dimension] = (
                repeated(dimension)
                if dimension in keys
                else tiled([column.codes.get(dimension, TOTAL) for column in self.columns])
            )
        schema = cells_schema(self.declaration)
        return pa.table({name: parts[name] for name in schema.names})


class _Refused(Exception):
    """A text that a column may not hold; becomes a `SourceError` once its line is known."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
