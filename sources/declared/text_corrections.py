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

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.declared.notation import notation_of
from sources.declared.vocabulary import TOTAL
from sources.foundation.located_yaml import DeclarationError, Problem
from sources.foundation.office_csv import no_day, office_lines
from sources.foundation.told import Told

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
    lines, problems = office_lines(file, COLUMNS)
    found: dict[str, TextCorrection] = {}
    cells: set[tuple[object, ...]] = set()
    for number, row in lines:
        wrong = list(_wrong(catalog, row))
        if row["correction_id"] in found:
            wrong.append(("correction_id", Told("stands here twice", "steht hier zweimal")))
        if wrong:
            problems += [Problem(str(file), number, column, message) for column, message in wrong]
            continue
        one = TextCorrection(
            **{name: row[name] for name in COLUMNS if name not in ("dimensions", "date")},
            dimensions=_codes(row["dimensions"]),
            corrected_on=dt.date.fromisoformat(row["date"]),
        )
        cell = (one.dataset_id, one.area_code, one.time_text, one.measure, one.dimensions, one.expected_text)
        if cell in cells:
            words = Told(
                "the cell is corrected twice: keep one line",
                "die Zelle ist zweimal berichtigt: eine Zeile behalten",
            )
            problems.append(Problem(str(file), number, "", words))
        cells.add(cell)
        found[one.correction_id] = one
    if problems:
        raise DeclarationError(problems)
    return tuple(found.values())


def _codes(text: str) -> tuple[tuple[str, str], ...]:
    """`sex=F age_group=Y_LT3` as sorted pairs without those at their total."""
    pairs = (part.partition("=") for part in text.split())
    return tuple(sorted((name, code) for name, _, code in pairs if code != TOTAL))


def _wrong(catalog: Catalog, row: dict[str, str]) -> Iterable[tuple[str, Told]]:
    """What is wrong with a line: column and message."""
    for column in COLUMNS:
        if not row[column] and column not in OPTIONAL:
            yield column, Told("is empty", "ist leer")
    if strange_day := no_day(row["date"]):
        yield "date", strange_day
    name = row["dataset_id"]
    declaration = catalog.get(name)
    if declaration is None:
        yield "dataset_id", Told(f"{name!r} is not declared", f"{name!r} ist keine erklärte Tabelle")
        return
    kinds = {str(form.kind) for form in (declaration.format, *declaration.other_formats)}
    if strange := sorted(kinds - READERS):
        read, corrected = ", ".join(strange), ", ".join(sorted(READERS))
        yield (
            "dataset_id",
            Told(
                f"is read as {read}; corrected are {corrected} only",
                f"wird als {read} gelesen; berichtigt werden nur {corrected}",
            ),
        )
    time = row["time_text"]
    if time or declaration.reference_time.fixed is None:
        try:
            declaration.reference_time.period(time)
        except ValueError as error:
            yield (
                "time_text",
                Told(
                    f"{time!r} is no time of the table: {error}",
                    f"{time!r} ist keine Zeit der Tabelle: {error}",
                ),
            )
    yield from _strange_codes(catalog, declaration, row["dimensions"])
    measure = declaration.measures.get(row["measure"])
    if measure is None:
        named, declared = row["measure"], ", ".join(declaration.measures)
        yield "measure", Told(f"is {named!r}, declared are {declared}", f"ist {named!r}, es gibt {declared}")
        return
    notation = notation_of(catalog, declaration)
    if row["expected_text"] and notation.is_valid(row["expected_text"], measure):
        where = "dbt_project/seeds/corrections.csv"
        yield (
            "expected_text",
            Told(f"can be read as it is: correct it in {where}", f"ist lesbar: in {where} berichtigen"),
        )
    if row["text"] and not notation.is_valid(row["text"], measure):
        found = notation.problem(row["text"], measure)
        yield "text", Told(f"{found}", f"{row['text']!r} ist in dieser Tabelle keine Zahl und kein Zeichen")


def _strange_codes(catalog: Catalog, declaration: Declaration, text: str) -> Iterable[tuple[str, Told]]:
    for part in text.split():
        name, _, code = part.partition("=")
        if name not in declaration.dimensions:
            names = ", ".join(declaration.dimensions)
            yield "dimensions", Told(f"{part!r}: the table has {names}", f"{part!r}: die Tabelle hat {names}")
        elif (codes := catalog.codes(declaration, name)) and code not in (*codes, TOTAL):
            allowed = ", ".join(codes)
            yield "dimensions", Told(f"{part!r}: codes are {allowed}", f"{part!r}: Schlüssel sind {allowed}")
