"""What a person sees in a spreadsheet: German headings, and words beside every code.

The CSV for German Excel and the workbook show the same columns: each published column, and before a column of
codes that a code list explains, the code's label. Both are written only while a sheet can hold the rows and a
common computer can open them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from exports.notation import decimals_shown, german
from exports.rows import Field, Kind, Rows, label_column
from sources.foundation.sql import quoted
from sources.foundation.told import day_in

EXCEL_ROWS = 1_048_576
"""Lines an Excel sheet can hold, the heading included."""

CELL_LIMIT = 9_000_000
"""Cells above which nothing is written for Excel: it takes about a minute and 2 GB to open as many."""


@dataclass(frozen=True)
class Shown:
    """One column of the sheet: its name and heading, SQL of its value in table `rows`, and its kind.

    `field` is the published column, None for labels. `digits` is SQL of the decimals to show.
    """

    name: str
    heading: str
    expression: str
    kind: Kind
    field: Field | None
    digits: str | None = None

    @property
    def german(self) -> str:
        """SQL of the value as text in German notation."""
        is_code = self.field is not None and self.field.is_code
        return german(self.expression, self.kind, is_code=is_code, digits=self.digits)


def shown_columns(rows: Rows) -> tuple[Shown, ...]:
    """The columns of the sheet from left to right, every heading once."""
    columns: list[Shown] = []
    for field in rows.fields:
        heading = field.column.heading_de
        if field.name in rows.labelled:
            label = label_column(field.name)
            columns.append(Shown(f"label_of_{field.name}", heading, quoted(label), "text", None))
            heading = f"{heading} (Code)"
        columns.append(
            Shown(field.name, heading, quoted(field.name), field.kind, field, decimals_shown(field))
        )
    headings = [column.heading for column in columns]
    return tuple(
        replace(column, heading=f"{column.heading} ({column.field.name})")
        if column.field and headings.count(column.heading) > 1
        else column
        for column in columns
    )


def too_large(rows: Rows) -> str | None:
    """A German sentence when the rows are too much for Excel, None when a sheet can show them all."""
    columns = len(shown_columns(rows))
    if rows.count < EXCEL_ROWS and rows.count * columns <= CELL_LIMIT:
        return None
    return (
        f"Zu groß für Excel, darum weder Arbeitsmappe noch CSV für Excel: {thousands(rows.count)} Zeilen mit "
        f"{columns} Spalten (höchstens {thousands(EXCEL_ROWS - 1)} Zeilen, {thousands(CELL_LIMIT)} Zellen)."
    )


_GERMAN = str.maketrans({",": ".", ".": ","})


def thousands(number: int) -> str:
    """A whole number with German thousands marks."""
    return number_in_german(number, 0)


def number_in_german(value: float, digits: int, *, sign: str = "") -> str:
    """A number with so many decimals, decimal comma and thousands marks; `sign` "+" shows that of all."""
    return f"{value:{sign},.{digits}f}".translate(_GERMAN)


def at_most_two(value: float, *, sign: str = "") -> str:
    """A number with two decimals at most: no nought at its end says a precision that nobody gave it."""
    return number_in_german(value, 2, sign=sign).rstrip("0").rstrip(",")


def day_in_german(day: date | None, otherwise: str = "") -> str:
    """A day as it is written in German, `otherwise` for none."""
    return day_in(day, "de") if day else otherwise
