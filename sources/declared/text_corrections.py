"""Texts of published tables that are neither number nor sign, and what is read in their place.

One such text sets a whole file aside. Who knows what it should say writes a line to
`<data root>/town/text_corrections.csv`: semicolons, UTF-8, a heading line of `COLUMNS`. What is known about
published tables stands in `sources/catalog/text_corrections.csv`, of the same shape.

`dimensions` names the cell as the register of implausible numbers does (`sex=F age_group=Y_LT3`); what is not
named stands at its total. `time_text` is the time as the table prints it, empty where it prints none, and
`text` a number or a sign in the table's own notation. The file as delivered stays as it is; the row says
which correction it carries.

A text that can be read is corrected where facts are made (dbt_project/seeds/corrections.csv), as a version.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.declared.notation import notation_of
from sources.declared.vocabulary import TOTAL
from sources.foundation.located_yaml import DeclarationError, Problem

if TYPE_CHECKING:
    from sources.declared.catalogue import Catalog
    from sources.declared.declaration import Declaration

COLUMNS = (
    "correction_id", "dataset_id", "area_code", "time_text", "measure", "dimensions", "expected_text", "text",
    "reason", "person", "date",
)  # fmt: skip
OPTIONAL = ("time_text", "dimensions")
FILE = "text_corrections.csv"
READERS = frozenset({"genesis_table", "genesis_flat", "delimited", "workbook"})
"""Formats whose reader applies corrections. A form is filled in again by the office that handed it in; grids
of the census and registers have no cell that an area, a time and a measure name."""
MAX_IMPOSSIBLE = 10
"""Cells of one file that are set aside one by one; more say that the columns are others."""


@dataclass(frozen=True)
class TextCorrection:
    """One cell whose text is read as another; `dimensions` holds the code of every one that is not total."""

    correction_id: str
    dataset_id: str
    area_code: str
    time_text: str
    measure: str
    dimensions: tuple[tuple[str, str], ...]
    expected_text: str
    text: str
    reason: str
    person: str
    corrected_on: dt.date | None

    def names(self, time_text: str | None, measure: str, codes: dict[str, str]) -> bool:
        """Whether the cell at these codes (all dimensions, or those of one column) is the one meant."""
        own = dict(self.dimensions)
        return (
            self.time_text == (time_text or "")
            and self.measure == measure
            and all(own.get(name, TOTAL) == code for name, code in codes.items())
        )


@dataclass(frozen=True)
class Corrected:
    """What became of a correction in one delivery: where the cell stands and what is printed there.

    `is_applied` is false where the delivery prints another text than expected: the source was mended.
    """

    correction: TextCorrection
    line: int
    column_no: int
    printed: str

    @property
    def is_applied(self) -> bool:
        return self.printed == self.correction.expected_text

    def about(self) -> dict[str, Any]:
        """As written to `snapshot.json`."""
        one = self.correction
        return {
            "line": self.line,
            "column_no": self.column_no,
            "correction_id": one.correction_id,
            "printed": self.printed,
            "text": one.text,
            "is_applied": self.is_applied,
            "reason": one.reason,
            "person": one.person,
            "corrected_on": one.corrected_on.isoformat() if one.corrected_on else None,
        }


def impossible_cell(
    dataset_id: str,
    area_code: str,
    time_text: str,
    measure: str,
    codes: dict[str, str],
    place: tuple[int, int],
    printed: str,
    published_on: dt.date | None = None,
) -> Corrected:
    """A number that cannot be, set aside by its reader: the cell is missing, and nothing is read for it.

    `published_on` is the day of the file, where the file says it.
    """
    named = " ".join(f"{name}={code}" for name, code in codes.items() if code != TOTAL)
    cell = f"{area_code} {time_text} {measure} {named}".strip()
    return Corrected(
        TextCorrection(
            correction_id=f"impossible-{hashlib.sha256(f'{dataset_id} {cell}'.encode()).hexdigest()[:12]}",
            dataset_id=dataset_id, area_code=area_code, time_text=time_text, measure=measure,
            dimensions=_codes(named), expected_text=printed, text="",
            reason=f"A count cannot be below zero: {printed} is set aside ({cell})",
            person="planstat", corrected_on=published_on,
        ),
        *place,
        printed,
    )  # fmt: skip


def text_corrections(catalog: Catalog, file: Path) -> tuple[TextCorrection, ...]:
    """The corrections of one file, in its order; none where there is no file.

    Raises:
        DeclarationError: lines that cannot be read or name what is not declared, with file, line and column.
    """
    if not file.exists():
        return ()
    problems: list[Problem] = []
    found: dict[str, TextCorrection] = {}
    cells: set[tuple[object, ...]] = set()
    try:
        lines = csv.reader(file.read_text(encoding="utf-8-sig").splitlines(), delimiter=";", strict=True)
        heading = tuple(name.strip() for name in next(lines, []))
        if heading != COLUMNS:
            raise DeclarationError([Problem(str(file), 1, "", f"the heading must be {';'.join(COLUMNS)}")])
        for cells_of_line in lines:
            number = lines.line_num
            if not any(cell.strip() for cell in cells_of_line):
                continue
            if len(cells_of_line) != len(COLUMNS):
                message = f"has {len(cells_of_line)} fields instead of {len(COLUMNS)}"
                problems.append(Problem(str(file), number, "", message))
                continue
            row = {name: cell.strip() for name, cell in zip(COLUMNS, cells_of_line, strict=True)}
            wrong = list(_wrong(catalog, row))
            if row["correction_id"] in found:
                wrong.append(("correction_id", "stands here twice"))
            if wrong:
                problems += [Problem(str(file), number, column, message) for column, message in wrong]
                continue
            one = TextCorrection(
                **{name: row[name] for name in COLUMNS if name not in ("dimensions", "date")},
                dimensions=_codes(row["dimensions"]),
                corrected_on=dt.date.fromisoformat(row["date"]),
            )
            cell = (one.dataset_id, one.area_code, one.time_text, one.measure, one.dimensions)
            if (*cell, one.expected_text) in cells:
                problems.append(Problem(str(file), number, "", "the cell is corrected twice: keep one line"))
            cells.add((*cell, one.expected_text))
            found[one.correction_id] = one
    except UnicodeDecodeError:
        problems.append(Problem(str(file), 1, "", "is no UTF-8 text: save it as CSV UTF-8"))
    except csv.Error as error:
        problems.append(Problem(str(file), lines.line_num, "", f"cannot be read as CSV: {error}"))
    if problems:
        raise DeclarationError(problems)
    return tuple(found.values())


def _codes(text: str) -> tuple[tuple[str, str], ...]:
    """`sex=F age_group=Y_LT3` as sorted pairs without those at their total."""
    pairs = (part.partition("=") for part in text.split())
    return tuple(sorted((name, code) for name, _, code in pairs if code != TOTAL))


def _wrong(catalog: Catalog, row: dict[str, str]) -> Iterable[tuple[str, str]]:
    """What is wrong with a line: column and message."""
    for column in COLUMNS:
        if not row[column] and column not in OPTIONAL:
            yield column, "is empty"
    try:
        dt.date.fromisoformat(row["date"])
    except ValueError:
        yield "date", f"is {row['date']!r}, expected like 2027-01-31"
    declaration = catalog.get(row["dataset_id"])
    if declaration is None:
        yield "dataset_id", f"{row['dataset_id']!r} is not declared"
        return
    kinds = {str(form.kind) for form in (declaration.format, *declaration.other_formats)}
    if strange := sorted(kinds - READERS):
        yield (
            "dataset_id",
            f"is read as {', '.join(strange)}; corrected are {', '.join(sorted(READERS))} only",
        )
    if row["time_text"] or declaration.reference_time.fixed is None:
        try:
            declaration.reference_time.period(row["time_text"])
        except ValueError as error:
            yield "time_text", f"{row['time_text']!r} is no time of the table: {error}"
    yield from _strange_codes(catalog, declaration, row["dimensions"])
    measure = declaration.measures.get(row["measure"])
    if measure is None:
        yield "measure", f"is {row['measure']!r}, declared are {', '.join(declaration.measures)}"
        return
    notation = notation_of(catalog, declaration)
    if row["expected_text"] and notation.is_valid(row["expected_text"], measure):
        yield "expected_text", "can be read as it is: correct it in dbt_project/seeds/corrections.csv"
    if row["text"] and not notation.is_valid(row["text"], measure):
        yield "text", str(notation.problem(row["text"], measure))


def _strange_codes(catalog: Catalog, declaration: Declaration, text: str) -> Iterable[tuple[str, str]]:
    for part in text.split():
        name, _, code = part.partition("=")
        if name not in declaration.dimensions:
            yield "dimensions", f"{part!r}: the table has {', '.join(declaration.dimensions)}"
        elif (codes := catalog.codes(declaration, name)) and code not in (*codes, TOTAL):
            yield "dimensions", f"{part!r}: codes are {', '.join(codes)}"
