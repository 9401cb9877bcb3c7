"""Tells the dataset of a file under a foreign name by its header: the one declaration that it fits wholly.

Only workbooks, delimited text and forms have headers that say enough (three columns or more). When two
declarations fit, or none does, the file belongs to no dataset: nothing is guessed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.file_formats import Delimited, FormFile, Workbook
from sources.declared.formats import Format
from sources.errors import SourceError
from sources.readers import grid, workbook
from sources.readers.delimited import composed
from sources.readers.form import encoding_of

HEAD = 1 << 16
MIN_COLUMNS = 3


def by_content(catalog: Catalog, file: Path) -> str | None:
    """Id of the only dataset whose header the file has; None when there is none, or more than one."""
    try:
        if workbook.recognises(grid.check_kind(file)):
            fitting = _by_sheet(catalog, file)
        else:
            fitting = _by_lines(catalog, file)
    except (SourceError, OSError):
        return None
    return next(iter(fitting)) if len(fitting) == 1 else None


def _candidates(catalog: Catalog) -> Iterator[tuple[Declaration, Format]]:
    """Declarations with each of their formats; not those whose file must tell something by its name."""
    for declaration in catalog.values():
        for form in (declaration.format, *declaration.other_formats):
            if not getattr(form, "file_name", None):
                yield declaration, form


def _by_sheet(catalog: Catalog, file: Path) -> set[str]:
    """Datasets with a sheet of this name whose header stands in it; a form by its sheet alone, since it may
    hold cases, which are not to be read here.
    """
    names = set(workbook.sheet_names(file))
    found = set()
    for declaration, form in _candidates(catalog):
        if isinstance(form, FormFile):
            if form.sheet in names or (form.cases and form.cases.sheet in names):
                found.add(declaration.id)
        elif isinstance(form, Workbook):
            fitting = [name for name in names if grid.wording(form.sheet).fullmatch(grid.tidy(name))]
            if len(fitting) == 1 and _fits(declaration, form, workbook.top(file, fitting[0], form)):
                found.add(declaration.id)
    return found


def _by_lines(catalog: Catalog, file: Path) -> set[str]:
    with file.open("rb") as stream:
        head = stream.read(HEAD)
    texts: dict[tuple[str, str, str | None], list[list[str]]] = {}
    found = set()
    for declaration, form in _candidates(catalog):
        if isinstance(form, FormFile):
            as_text = form.as_delimited(encoding_of(_whole_lines(head)))
            if form.cases and _first_field(head) == form.cases.key:
                lines = _lines(head, as_text, texts)
                wanted = {value.header for value in form.values}
                if lines and wanted <= set(lines[0]):
                    found.add(declaration.id)
                continue
            form = as_text
        if isinstance(form, Delimited) and _fits(declaration, form, _lines(head, form, texts)):
            found.add(declaration.id)
    return found


def _whole_lines(head: bytes) -> bytes:
    """Without a last line that may have been cut within a letter."""
    return head[: head.rfind(b"\n") + 1] or head


def _first_field(head: bytes) -> str:
    first = head.removeprefix(b"\xef\xbb\xbf").split(b";", 1)[0].strip(b'" \r\n')
    return composed(first.decode(encoding_of(first), "replace"))


def _lines(
    head: bytes, form: Delimited, known: dict[tuple[str, str, str | None], list[list[str]]]
) -> list[list[str]]:
    """The first lines in the encoding and with the delimiter of a format; empty when it cannot be that."""
    key = (form.encoding, form.delimiter, form.quote)
    if key not in known:
        known[key] = []
        try:
            text = head.decode(form.encoding, "strict" if len(head) < HEAD else "ignore")
            text = composed(text.removeprefix("\ufeff"))
            reader = csv.reader(
                io.StringIO(text, newline=""),
                delimiter=form.delimiter,
                quotechar=form.quote,
                quoting=csv.QUOTE_NONE if form.quote is None else csv.QUOTE_MINIMAL,
            )
            known[key] = [row for row, _ in zip(reader, range(600), strict=False)]
        except (UnicodeDecodeError, csv.Error):
            pass
    return known[key]


def _fits(declaration: Declaration, form: Workbook | Delimited, lines: Sequence[Sequence[str]]) -> bool:
    wanted = grid.wanted_columns(declaration, form)
    if len(wanted) < MIN_COLUMNS or not lines:
        return False
    if isinstance(form, Delimited) and form.empty_tail:
        lines = [
            list(line)[: max(len(wanted), 1)] if not any(line[len(wanted) :]) else line for line in lines
        ]
    try:
        grid.find_header(lines, wanted, form.header_lines, form.search_lines, lambda *_: None, "")
    except SourceError:
        return False
    return True
