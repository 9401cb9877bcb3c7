"""Tables that are a plain grid of texts: finds the declared header and turns the lines into cells or records.

Used by every reader whose file is a grid (workbooks, delimited text). A grid is a list of lines, a line a
list of texts; line and column numbers in messages are those of the original.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Column, Declaration, Measure
from sources.declared.file_formats import KeyColumn, SheetOrText, ValueColumn
from sources.declared.notation import notation_of
from sources.declared.text_corrections import MAX_IMPOSSIBLE, Corrected, impossible_cell
from sources.declared.vocabulary import TOTAL
from sources.errors import SourceError, problem
from sources.foundation.told import Told
from sources.readers.reading import cells_schema, records_schema

Where = Callable[[int, int], str | None]
"""1-based line and column to what a person looks for in the file, e.g. `cell B17`; None: the numbers do."""

ZIP = b"PK\x03\x04"
_NO_TEXT = {
    ZIP: Told("a workbook or a ZIP archive", "eine Arbeitsmappe oder ein ZIP-Archiv"),
    b"\xd0\xcf\x11\xe0": Told("a workbook of Excel 97 to 2003", "eine Arbeitsmappe von Excel 97 bis 2003"),
    b"%PDF": Told("a PDF document", "ein PDF-Dokument"),
    b"\x1f\x8b": Told("a compressed file (gzip)", "eine gepackte Datei (gzip)"),
}
EXCEL_ERRORS = frozenset(
    {
        "#N/A", "#NV", "#DIV/0!", "#REF!", "#BEZUG!", "#VALUE!", "#WERT!", "#NAME?", "#NUM!", "#ZAHL!",
        "#NULL!", "#SPILL!", "#ÜBERLAUF!", "#CALC!",
    }
)  # fmt: skip
"""What Excel shows in place of a value, in English and German."""
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_AREA_CODE = re.compile(r"DG|[0-9]{2,12}")


@dataclass(frozen=True)
class Wanted:
    """A declared column: its header, whether it may be missing, whether it stands for a run of columns."""

    header: str
    optional: bool = False
    repeats: bool = False


@dataclass(frozen=True)
class Found:
    """A column of the file: the number of the declared column it is, and its own time where it repeats."""

    wanted: int
    time: str | None = None


@dataclass(frozen=True)
class Header:
    """Where the data begin (0-based index of a line), what placeholders stand for, what each column is."""

    below: int
    captured: dict[str, str]
    columns: tuple[Found, ...]


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


def check_text(file: Path) -> None:
    """Refuse a file that is no text by its first bytes, and say what it is.

    Raises:
        SourceError: as `check_kind`, and for workbooks, archives and documents.
    """
    head = check_kind(file)
    found = next((words for start, words in _NO_TEXT.items() if head.startswith(start)), None)
    if found is not None:
        raise problem("not_text", file.name, found=found)


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


def match_columns(
    wanted: Sequence[Wanted], found: Sequence[str]
) -> tuple[list[Found], dict[str, str], int | None]:
    """Declared columns against found header texts, from the left.

    Returns:
        The columns that fit, what placeholders stand for, and the 0-based column that does not fit,
        None when all do.
    """
    columns: list[Found] = []
    captured: dict[str, str] = {}
    for number, column in enumerate(wanted):
        at = len(columns)
        if column.repeats:
            while len(columns) < len(found):
                own = dict(captured)
                if not fit(column.header, found[len(columns)], own):
                    break
                columns.append(Found(number, own["time"]))
            if len(columns) == at and not column.optional:
                return columns, captured, at
        elif at < len(found) and fit(column.header, found[at], captured):
            columns.append(Found(number))
        elif not column.optional:
            return columns, captured, at
    return columns, captured, len(columns) if len(columns) < len(found) else None


def match_in_any_order(
    wanted: Sequence[Wanted], found: Sequence[str]
) -> tuple[tuple[Found, ...], dict[str, str]] | None:
    """Declared columns against found header texts that stand in another order.

    Returns:
        The columns and what placeholders stand for; None unless each text is that of one declared column, and
        each column that must be there has its own text.
    """
    least = sum(not column.optional for column in wanted)
    if not least <= len(found) <= len(wanted) or "" in found or any(column.repeats for column in wanted):
        return None
    numbers: list[int] = []
    captured: dict[str, str] = {}
    for text in found:
        fitting = [number for number, column in enumerate(wanted) if fit(column.header, text, {})]
        if len(fitting) != 1 or not fit(wanted[fitting[0]].header, text, captured):
            return None
        numbers += fitting
    required = {number for number, column in enumerate(wanted) if not column.optional}
    if len(set(numbers)) < len(numbers) or required - set(numbers):
        return None
    return tuple(Found(number) for number in numbers), captured


def find_header(
    lines: Sequence[Sequence[str]],
    wanted: Sequence[Wanted],
    depth: int,
    search: int,
    where: Where,
    file: str,
) -> Header:
    """Find the line where the declared columns begin, in their order or, where headers tell them, in another.

    Args:
        lines: the grid; cells covered by a merged header cell carry its text.
        wanted: every declared column, from the left.
        depth: number of header lines.
        search: how many lines may be tried.

    Raises:
        SourceError: no line fits; names the first cell that differs where most columns fit.
    """
    best: tuple[int, int, list[str]] = (0, 0, [])
    for first in range(min(search, max(len(lines) - depth + 1, 0))):
        found = paths(lines[first : first + depth])
        columns, captured, misfit = match_columns(wanted, found)
        if misfit is None:
            return Header(first + depth, captured, tuple(columns))
        if misfit > best[0]:
            best = (misfit, first, found)
    for first in range(min(search, max(len(lines) - depth + 1, 0))):
        moved = match_in_any_order(wanted, paths(lines[first : first + depth]))
        if moved is not None:
            return Header(first + depth, moved[1], moved[0])
    at, first, found = best
    declared = [column.header for column in wanted]
    if at == 0:
        shown = ", ".join(map(repr, declared[:3]))
        raise problem(
            "unknown_header", file, expected=shown, found=Told("none of them", "keine davon"), layout="–"
        )
    fitted = match_columns(wanted, found)[0]
    reached = fitted[-1].wanted + 1 if fitted else 0
    raise problem(
        "unknown_header",
        file,
        line=first + depth,
        column=at + 1,
        cell=where(first + depth, at + 1),
        expected=repr(declared[reached]) if reached < len(declared) else "''",
        found=repr(found[at]) if at < len(found) else "''",
        layout="–",
    )


def wanted_columns(declaration: Declaration, form: SheetOrText) -> list[Wanted]:
    """The columns that a sheet or text has by its declaration, from the left."""
    if form.shape == "cells":
        return [
            *(Wanted(key.header) for key in form.keys),
            *(Wanted(value.header, value.optional, value.repeats) for value in form.values),
            *(Wanted(key.header) for key in form.tail),
        ]
    return [
        Wanted(column.source or column.name, optional=column.optional)
        for column in declaration.columns
        if placeholder(column) is None
    ]


def table(
    catalog: Catalog,
    declaration: Declaration,
    form: SheetOrText,
    numbered: Iterable[tuple[int, Sequence[str]]],
    header: Header,
    where: Where,
    file: str,
) -> tuple[pa.Table, tuple[Corrected, ...]]:
    """The lines below a header as cells or records, as the declaration has it, and what was corrected."""
    if form.left_out:
        numbered = [(line, texts) for line, texts in numbered if not is_left_out(form, texts)]
    if form.shape == "cells":
        return cells(catalog, declaration, form, numbered, header, where, file)
    table = records(
        declaration, numbered, header.captured, where, file,
        columns=header.columns, labels=catalog.column_codes(declaration),
    )  # fmt: skip
    return table, ()


def is_left_out(form: SheetOrText, texts: Sequence[str]) -> bool:
    """Whether a line is none of the data by what stands in its first columns: a total, a note."""
    if not form.left_out:
        return False
    first = texts[: max(len(form.keys), 1)]
    return any(wording(pattern).fullmatch(tidy(text)) for pattern in form.left_out for text in first if text)


class _AreasByName:
    """Codes of areas in a table that prints names: the k-th row of a name is the k-th area of that name."""

    def __init__(self, form: SheetOrText) -> None:
        self.codes: dict[str, list[str]] = {}
        for area in form.areas:
            for name in area.names:
                self.codes.setdefault(tidy(name).casefold(), []).append(area.code)
        self.seen: dict[tuple[str | None, ...], int] = {}
        self.last: dict[tuple[str | None, ...], int] = {}

    def code(self, name: str, others: tuple[str | None, ...], line: int) -> str:
        """The code of a row; `others` are its other keys, within which a name is counted."""
        codes = self.codes.get(tidy(name).casefold())
        key = (tidy(name).casefold(), *others)
        number = self.seen.get(key, 0)
        if codes is None or number >= len(codes):
            raise _RefusedText("unknown_area_name", found=name)
        self.seen[key] = number + 1
        self.last[key] = line
        return codes[number]

    def incomplete(self) -> tuple[str, int] | None:
        """A name of several areas that stands fewer times: which of them it is cannot be decided."""
        for key, number in self.seen.items():
            if number < len(self.codes[str(key[0])]):
                return str(key[0]), self.last[key]
        return None


def captured_from_name(form: SheetOrText, file: Path) -> dict[str, str]:
    """What the file's name says about the file.

    Raises:
        SourceError: the name is not the declared one.
    """
    captured: dict[str, str] = {}
    if form.file_name and not fit(form.file_name, file.name, captured):
        raise SourceError(
            f"the file's name is not of the form {form.file_name}",
            file=file.name,
            remedy="Give the file the name its publisher gave it: the name says its period.",
            what_de=f"Der Dateiname hat nicht die Form {form.file_name}",
            remedy_de="Der Datei den Namen des Herausgebers geben: er nennt den Zeitraum.",
        )
    return captured


def cells(
    catalog: Catalog,
    declaration: Declaration,
    form: SheetOrText,
    numbered: Iterable[tuple[int, Sequence[str]]],
    header: Header,
    where: Where,
    file: str,
) -> tuple[pa.Table, tuple[Corrected, ...]]:
    """Lines of a flat table of counts as cells, in the order of the file, and what was corrected in them.

    A text that is known to be wrong is read as `town/text_corrections.csv` says. A few numbers of a publisher
    that cannot be (fewer than none of what is counted) become missing, each alone; an office is asked to
    mend its form.

    Args:
        numbered: line number and texts of every data line.
        header: what each column of the file is, and what its name says.

    Raises:
        SourceError: with line and column, for a wrong width, time, area, label or number, or for a key
            that is given twice.
    """
    schema = cells_schema(declaration)
    values = _Values(catalog, declaration)
    declared: list[KeyColumn | ValueColumn] = [*form.keys, *form.values, *form.tail]
    key_at: dict[str, int] = {}
    value_at: list[tuple[int, ValueColumn, Measure, str | None]] = []
    columns = header.columns
    for at, found in enumerate(columns):
        column = declared[found.wanted]
        if isinstance(column, ValueColumn):
            value_at.append((at, column, declaration.measures[column.measure], found.time))
        elif column.holds != "ignored":
            key_at[column.holds] = at
    checked = _KeyTexts(catalog, declaration)
    named = _AreasByName(form) if form.areas else None
    of_all: dict[str, str | None] = {}
    if form.has_time:
        try:
            of_all["time"] = checked.code("time", header.captured["time"])
        except _RefusedText as refused:
            raise problem(refused.code, file, reason=refused.facts["reason"]) from None
    out: dict[str, list[object]] = {name: [] for name in schema.names}
    seen: dict[tuple[str | None, ...], int] = {}

    def refuse(code: str, line: int, column: int, **facts: object) -> SourceError:
        return problem(code, file, line=line, column=column, cell=where(line, column), **facts)

    for line, texts in numbered:
        if len(texts) != len(columns):
            at = min(len(texts), len(columns)) + 1
            raise refuse("wrong_width", line, at, found=len(texts), expected=len(columns))
        key: dict[str, str | None] = dict(of_all)
        standing_for: str | None = None
        if form.named_rows and not texts[key_at["area_code"]].strip():
            words = tidy(texts[key_at["area_name"]])
            if words in form.named_rows:
                standing_for = form.named_rows[words]
                if standing_for is None:
                    continue
        for holds, at in key_at.items():
            try:
                text = standing_for if standing_for and holds == "area_code" else texts[at]
                if text in EXCEL_ERRORS:
                    raise refuse("excel_error", line, at + 1, found=text)
                key[holds] = checked.code(holds, text)
            except _RefusedText as refused:
                raise refuse(refused.code, line, at + 1, **refused.facts) from None
        if named is not None:
            at = key_at["area_name"]
            others = tuple(text for holds, text in key.items() if holds not in ("area_name", "quality"))
            try:
                key["area_code"] = named.code(texts[at], others, line)
            except _RefusedText as refused:
                raise refuse(refused.code, line, at + 1, **refused.facts) from None
        for at, column, measure, own_time in value_at:
            text = texts[at]
            if not text and form.empty_values == "leave_out":
                continue
            if own_time is not None:
                key["time"] = checked.code("time", own_time)
            dimensions = [
                key[name] if name in key_at else column.codes.get(name, TOTAL)
                for name in declaration.dimensions
            ]
            place = (key.get("time"), key.get("area_code"), column.measure, dimensions)
            value = values.read(text, place, line, at + 1, refuse)
            name = key.get("area_name")
            identity = (key.get("time"), key.get("area_code"), *dimensions, column.measure)
            if form.name_in_key:
                identity = (name, *identity)
            if identity in seen:
                shown = " ".join(part for part in identity if part)
                at = key_at.get("area_code", 0)
                raise refuse("duplicate_key", line, at + 1, found=shown, first=seen[identity])
            seen[identity] = line
            row = (
                line, at + 1, key.get("time"), key.get("area_code"), name, *dimensions,
                column.measure, measure.unit, value, key.get("quality") or None,
            )  # fmt: skip
            for field, item in zip(schema.names, row, strict=True):
                out[field].append(item)
    if named is not None and (missing := named.incomplete()) is not None:
        raise refuse("ambiguous_area_name", missing[1], key_at["area_name"] + 1, found=missing[0])
    return pa.table(out, schema=schema), tuple(values.corrected)


class _Values:
    """Reads texts of value columns: as they stand, as a correction says, or as missing where none can be."""

    def __init__(self, catalog: Catalog, declaration: Declaration) -> None:
        self.declaration = declaration
        self.notation = notation_of(catalog, declaration)
        self.known = catalog.corrections_of(declaration)
        published = catalog.get(declaration.id)
        self.is_form = published is not None and published.format.kind == "form"
        self.corrected: list[Corrected] = []
        self.impossible: list[SourceError] = []

    def read(
        self,
        text: str,
        place: tuple[str | None, str | None, str, Sequence[str | None]],
        line: int,
        column: int,
        refuse: Callable[..., SourceError],
    ) -> str | None:
        """What a cell is read as; None where its number cannot be.

        Args:
            place: time, area, measure and the codes of all dimensions.
            refuse: makes the error of a place from a code, line, column and facts.

        Raises:
            SourceError: neither a number nor a sign, or more impossible numbers than slips explain.
        """
        time, area, name, held = place
        here: list[Corrected] = []
        if self.known:
            codes = dict(zip(self.declaration.dimensions, map(str, held), strict=True))
            here = [
                Corrected(one, line, column, text)
                for one in self.known
                if one.area_code == area and one.names(time, name, codes)
            ]
            for one in here:
                if one.is_applied:
                    self.corrected += here
                    return one.correction.text
        measure = self.declaration.measures[name]
        if self.notation.is_valid(text, measure):
            self.corrected += here
            return text
        if text in EXCEL_ERRORS:
            raise refuse("excel_error", line, column, found=text)
        facts = {"notation": self.notation.example(measure), "signs": self.notation.signs}
        refused = refuse("bad_value", line, column, found=text, **facts)
        if self.is_form or not self.notation.is_impossible(text, measure):
            raise refused
        self.impossible.append(refused)
        if len(self.impossible) > MAX_IMPOSSIBLE:
            raise self.impossible[0]
        codes = dict(zip(self.declaration.dimensions, map(str, held), strict=True))
        self.corrected.append(
            impossible_cell(
                self.declaration.id, area or "", time or "", name, codes, (line, column), text
            )
        )  # fmt: skip
        return None


class _RefusedText(Exception):
    """A text that a key column may not hold; becomes a `SourceError` where its place is known."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class _KeyTexts:
    """Checks texts of key columns and turns labels into codes; each distinct text once."""

    def __init__(self, catalog: Catalog, declaration: Declaration) -> None:
        self.declaration = declaration
        self.known: dict[tuple[str, str], str] = {}
        self.labels = {
            name: {text: text for text in dimension.texts}
            if dimension.verbatim
            else catalog.label_codes(declaration, name)
            for name, dimension in declaration.dimensions.items()
            if not dimension.verbatim or dimension.texts
        }

    def code(self, holds: str, text: str) -> str:
        """The text of a key column as the cell carries it."""
        code = self.known.get((holds, text))
        if code is None:
            code = self.known[holds, text] = self._checked(holds, text)
        return code

    def _checked(self, holds: str, text: str) -> str:
        if holds == "time":
            try:
                self.declaration.reference_time.period(text)
            except ValueError as error:
                raise _RefusedText("bad_time", reason=error.args[0]) from None
        elif holds == "area_code" and not _AREA_CODE.fullmatch(text):
            raise _RefusedText("no_area_code", found=text)
        elif holds == "area_name" and not any(letter.isalpha() for letter in text):
            raise _RefusedText("no_area_name", found=text)
        elif holds in self.labels:
            if text not in self.labels[holds]:
                raise _RefusedText("unknown_label", dimension=holds, found=text)
            return self.labels[holds][text]
        return text


def records(
    declaration: Declaration,
    numbered: Iterable[tuple[int, Sequence[str]]],
    captured: dict[str, str],
    where: Where,
    file: str,
    *,
    columns: Sequence[Found] | None = None,
    extra: dict[str, list[object]] | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
) -> pa.Table:
    """Lines of a register as records, in the order of the file; an empty text is NULL.

    Args:
        numbered: line number and texts of every data line.
        captured: what the placeholders of the header stand for.
        columns: what each column of the file is, counted among those that stand in the file; default all
            of them.
        extra: further columns of the schema that are not texts (geometry), one item per line.
        labels: published label to code, for the columns that have a code list.

    Raises:
        SourceError: with line, column and cell, for a wrong width, a required text that is missing, a text
            that does not match its pattern, or a key given twice.
    """
    declared = [column for column in declaration.columns if placeholder(column) is None]
    in_file = declared if columns is None else [declared[found.wanted] for found in columns]
    patterns = [re.compile(column.pattern) if column.pattern else None for column in in_file]
    codes = [(labels or {}).get(column.name) for column in in_file]
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
            elif text[0] == "#" and text in EXCEL_ERRORS:
                raise refuse("excel_error", line, at + 1, found=text)
            elif column.type and not _is_of(column.type, text):
                kind = _KINDS[column.type]
                raise refuse("bad_type", line, at + 1, found=text, kind=kind, column_name=title)
            elif pattern and not pattern.fullmatch(text):
                raise refuse(
                    "bad_pattern", line, at + 1, found=text, pattern=column.pattern, column_name=title
                )
            known = codes[at]
            if text and known is not None:
                if text not in known:
                    raise refuse("unknown_label", line, at + 1, dimension=title, found=text)
                text = known[text]
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
        elif column.name not in values:
            values[column.name] = [None] * len(lines)
    values["line"] = lines
    values |= extra or {}
    return pa.table({name: values[name] for name in schema.names}, schema=schema)


_KINDS = {
    "integer": Told("a whole number", "eine ganze Zahl"),
    "number": Told("a number", "eine Zahl"),
    "date": Told("a day like 31.12.2025", "ein Tag wie 31.12.2025"),
}
_TYPED = {
    "integer": re.compile(r"-?(?:0|[1-9][0-9]*)"),
    "number": re.compile(r"-?(?:0|[1-9][0-9]*)(?:[.,][0-9]+)?(?:[eE][-+]?[0-9]+)?"),
    "date": re.compile(r"[0-9]{2}[.][0-9]{2}[.][0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}"),
}


def _is_of(kind: str, text: str) -> bool:
    if not _TYPED[kind].fullmatch(text):
        return False
    if kind != "date":
        return True
    try:
        dt.datetime.strptime(text, "%d.%m.%Y" if text[2] == "." else "%Y-%m-%d")
    except ValueError:
        return False
    return True


def placeholder(column: Column) -> str | None:
    """The placeholder that a register's column takes its text from; None for a column of the file itself."""
    match = _PLACEHOLDER.fullmatch(column.source or "")
    return match.group(1) if match else None
