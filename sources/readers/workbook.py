"""Reads one sheet of an Excel workbook (.xlsx, .xls) as declared by `sources.declared.file_formats.Workbook`.

python-calamine does the reading; it never evaluates anything. Before it sees an .xlsx the packed parts are
looked at: a file that unpacks to absurd sizes, that carries macros or links to other files, or whose
sheet holds formulas (their stored results may be old) is refused.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pyarrow as pa

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.file_formats import Workbook
from sources.declared.text_corrections import Corrected
from sources.errors import problem
from sources.foundation.told import Told
from sources.readers import grid, old_workbook
from sources.readers.delimited import composed
from sources.readers.reading import Reading, SourceError

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

VERSION = "1"

MAX_UNPACKED = 1 << 30
MAX_PARTS = 5000
MAX_CELLS = 40_000_000
_CELL_REFERENCE = re.compile(rb'<(?:\w+:)?c [^>]*?r="([A-Z]{1,3})([0-9]{1,7})"')
_ERROR = re.compile(
    rb'<(?:\w+:)?c (?=[^>]*t="e")[^>]*?r="([A-Z]{1,3}[0-9]{1,7})"[^>]*>.*?<(?:\w+:)?v>([^<]*)<', re.S
)
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")


def recognises(head: bytes) -> bool:
    """Whether a file that begins with `head` is a workbook, new or old."""
    return head.startswith((grid.ZIP, b"\xd0\xcf\x11\xe0"))


def read(catalog: Catalog, declaration: Declaration, file: Path) -> Reading:
    """Read the declared sheet of a workbook.

    Raises:
        SourceError: the file is no workbook, is unsafe, lacks the sheet, or a cell is not as declared.
    """
    form = declaration.format
    assert isinstance(form, Workbook)
    captured = grid.captured_from_name(form, file)
    tables, notes = [], ""
    corrected: list[Corrected] = []
    with _opened(file, links=form.links) as workbook:
        for name in _sheets_to_read(workbook.sheet_names, form, file):
            _look_at_sheet(file, name, workbook.sheet_names)
            sheet = workbook.get_sheet_by_name(name)
            rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
            table, in_sheet, below = _read_sheet(
                catalog, declaration, form, name, rows, _merged(sheet), captured, file
            )
            tables.append(table)
            corrected += in_sheet
            notes = notes or below
    return Reading(pa.concat_tables(tables), notes or None, None, corrected=tuple(corrected))


def sheet_names(file: Path) -> list[str]:
    """Names of all sheets of a workbook, hidden ones too.

    Raises:
        SourceError: the file is no workbook, or unsafe.
    """
    with _opened(file) as workbook:
        return list(workbook.sheet_names)


def top(file: Path, sheet: str, form: Workbook) -> list[list[str]]:
    """The lines of a sheet in which its header may stand, as texts.

    Raises:
        SourceError: the file is no workbook, or unsafe.
    """
    with _opened(file, links=form.links) as workbook:
        _look_at_sheet(file, sheet, workbook.sheet_names)
        opened = workbook.get_sheet_by_name(sheet)
        rows: list[list[Any]] = opened.to_python(
            skip_empty_area=False, nrows=form.search_lines + form.header_lines
        )
        return _top(rows, _merged(opened), form)


def _top(
    rows: Sequence[Sequence[Any]],
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]],
    form: Workbook,
) -> list[list[str]]:
    covered = {(row, column): words for row, column, words in _covered(rows, merged, form)}
    return [
        [covered.get((r, c)) or text(value, form.dates) for c, value in enumerate(row)]
        for r, row in enumerate(rows[: form.search_lines + form.header_lines])
    ]


@contextlib.contextmanager
def _opened(file: Path, *, links: str = "refuse") -> Iterator[CalamineWorkbook]:
    """A workbook, looked over before calamine sees it; its errors become `SourceError`."""
    from python_calamine import CalamineError, CalamineWorkbook

    if grid.check_kind(file) == grid.ZIP:
        _look_over(file, links)
    try:
        with file.open("rb") as stream, CalamineWorkbook.from_filelike(stream) as workbook:
            yield workbook
    except CalamineError as error:
        raise problem("no_workbook", file.name, reason=error) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a panic of the Rust library is no Exception
            raise
        raise problem("no_workbook", file.name, reason=error) from None


def _read_sheet(
    catalog: Catalog,
    declaration: Declaration,
    form: Workbook,
    name: str,
    rows: Sequence[Sequence[Any]],
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]],
    told: Mapping[str, str],
    file: Path,
) -> tuple[pa.Table, tuple[Corrected, ...], str]:
    """The table of one sheet, what was corrected in it, and the notes below it."""

    def where(line: int, column: int) -> str:
        return f"cell {column_letters(column)}{line} of sheet {name!r}"

    captured = dict(told)
    grid.fit(form.sheet, name, captured)
    wanted = grid.wanted_columns(declaration, form)
    header = grid.find_header(
        _top(rows, merged, form), wanted, form.header_lines, form.search_lines, where, file.name
    )
    header = replace(header, captured=captured | header.captured)
    body, notes = _body(rows, header.below, len(header.columns), form, where, file)
    table, corrected = grid.table(catalog, declaration, form, body, header, where, file.name)
    if not table.num_rows:
        raise problem("no_rows", file.name, cell=f"sheet {name!r}")
    return table, corrected, notes


def text(value: object, dates: str = "iso") -> str:
    """A cell's value as text: numbers in their shortest exact notation, dates as 2021-09-01 or 01.09.2021."""
    if isinstance(value, str):
        return composed(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        shortest = repr(value)
        if "e" in shortest:
            from decimal import Decimal

            shortest = format(Decimal(shortest), "f")
        return shortest
    if type(value) is dt.date and dates == "german":
        return f"{value:%d.%m.%Y}"
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return "" if value is None else str(value)


def column_letters(column: int) -> str:
    """1-based column number as Excel names it: 1 is A, 28 is AB."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _sheets_to_read(names: Sequence[str], form: Workbook, file: Path) -> list[str]:
    """The sheets to read, in the order of the workbook."""
    fitting = [name for name in names if grid.wording(form.sheet).fullmatch(grid.tidy(name))]
    if not fitting or (form.sheets == "one" and len(fitting) > 1):
        found = ", ".join(map(repr, names[:12]))
        raise problem("wrong_sheets", file.name, expected=form.sheet, found=found)
    return fitting


def _merged(sheet: CalamineSheet) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    return list(sheet.merged_cell_ranges or [])


def _covered(
    rows: Sequence[Sequence[Any]],
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]],
    form: Workbook,
) -> Iterator[tuple[int, int, str]]:
    """Cells near the top that a merged cell covers, with the text of that cell."""
    height = min(len(rows), form.search_lines + form.header_lines)
    for (top, left), (bottom, right) in merged:  # a range may reach beyond the cells that there are
        if top >= height or left >= len(rows[top]):
            continue
        words = text(rows[top][left])
        for row in range(top, min(bottom + 1, height)):
            for column in range(left, min(right + 1, len(rows[row]))):
                yield row, column, words


def _body(
    rows: Sequence[Sequence[Any]], first: int, width: int, form: Workbook, where: grid.Where, file: Path
) -> tuple[list[tuple[int, list[str]]], str]:
    """The data lines as texts with their line numbers, and the notes below them."""
    body: list[tuple[int, list[str]]] = []
    notes: list[str] = []
    ended = False

    def refuse(code: str, line: int, column: int) -> SourceError:
        return problem(code, file.name, line=line, column=column, cell=where(line, column))

    for line, row in enumerate(rows[first:], start=first + 1):
        texts = [text(value, form.dates) for value in row]
        filled = [column for column, words in enumerate(texts) if words.strip()]
        if not filled:
            ended = bool(body)
            continue
        if form.trailer and texts[filled[0]].startswith(form.trailer):
            below = ([text(value, form.dates).strip() for value in under] for under in rows[line - 1 :])
            notes += [" ".join(filter(None, words)) for words in below if any(words)]
            break
        if grid.is_left_out(form, texts):
            continue
        if ended:
            if filled != [0]:
                raise refuse("below_the_end", line, filled[-1] + 1)
            notes.append(texts[0].strip())
        elif filled[-1] >= width:
            raise refuse("beside_the_table", line, filled[-1] + 1)
        else:
            body.append((line, texts[:width] + [""] * (width - len(texts))))
    return body, "\n".join(notes)


def _look_over(file: Path, links: str) -> None:
    """Refuse an .xlsx that a table of figures never is, before anything else reads it.

    Every part but the sheets is unpacked once, in pieces: the sizes written in the archive may be false.
    """
    with _broken_is_refused(file), zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise problem("absurd_size", file.name, found=Told(f"{len(parts)} parts", f"{len(parts)} Teile"))
        for part in parts:
            lower = part.filename.lower()
            is_link = "/externallinks/" in lower and links == "refuse"
            if is_link or lower.endswith("vbaproject.bin") or "/macrosheets/" in lower:
                raise problem("macros", file.name, part=part.filename)
            if not lower.startswith("xl/worksheets/"):
                with archive.open(part) as packed:
                    while packed.read(1 << 20):
                        pass


@contextlib.contextmanager
def _broken_is_refused(file: Path) -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        ElementTree.ParseError,
        EOFError,
        LookupError,
        NotImplementedError,
        OSError,
        RuntimeError,
        ValueError,
    ) as error:
        raise problem("no_workbook", file.name, reason=error) from None


def _look_at_sheet(file: Path, sheet: str, names: Sequence[str]) -> None:
    """Refuse a sheet that is absurdly large, or holds formulas or errors: calamine reads these as empty."""
    if grid.check_kind(file) != grid.ZIP:
        with _broken_is_refused(file):
            hidden = next(old_workbook.hidden_cells(file, names.index(sheet)), None)
        if hidden is not None:
            cell = f"cell {column_letters(hidden.column + 1)}{hidden.row + 1} of sheet {sheet!r}"
            if hidden.error is None:
                raise problem("formula", file.name, cell=cell)
            raise problem("excel_error", file.name, cell=cell, found=hidden.error)
        return
    with _broken_is_refused(file), zipfile.ZipFile(file) as archive:
        content = archive.read(_part_of(archive, sheet))
    width = height = 1
    for letters, row in _CELL_REFERENCE.findall(content):
        width = max(width, (len(letters) > 2 and 16384) or _number(letters))
        height = max(height, int(row))
    if width * height > MAX_CELLS:
        found = f"{height} x {width}"
        raise problem("absurd_size", file.name, cell=f"sheet {sheet!r}", found=found)
    formula = _FORMULA.search(content)
    if formula:
        before = _CELL_REFERENCE.findall(content[: formula.start()])
        cell = b"".join(before[-1]).decode() if before else "?"
        raise problem("formula", file.name, cell=f"cell {cell} of sheet {sheet!r}")
    error = _ERROR.search(content) if b't="e"' in content else None
    if error:
        cell, found = (part.decode() for part in error.groups())
        raise problem("excel_error", file.name, cell=f"cell {cell} of sheet {sheet!r}", found=found)


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """Name of the part of an .xlsx that holds a sheet."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - expat limits expansion
    ids = {
        node.get("name"): value
        for node in book.findall(".//{*}sheet")
        for name, value in node.items()
        if name.endswith("}id")
    }
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {node.get("Id"): node.get("Target") or "" for node in links}
    target = targets[ids[sheet]]
    return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
