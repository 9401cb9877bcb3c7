"""What a person sees in a spreadsheet: German headings, and words beside every code.

The CSV for German Excel and the workbook show the same columns: each published column, and before a column of
codes that a code list explains, the code's label.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from exports.notation import decimals_shown, german
from exports.rows import Field, Kind, Rows, label_column
from sources.foundation.sql import quoted


@dataclass(frozen=True)
class Shown:
    """One column of the sheet: heading, SQL of its value in table `rows`, kind, and where it comes from.

    `field` is the published column, None for labels. `digits` is SQL of the decimals to show.
    """

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
            columns.append(Shown(heading, quoted(label_column(field.name)), "text", None))
            heading = f"{heading} (Code)"
        columns.append(Shown(heading, quoted(field.name), field.kind, field, decimals_shown(field)))
    headings = [column.heading for column in columns]
    return tuple(
        replace(column, heading=f"{column.heading} ({column.field.name})")
        if column.field and headings.count(column.heading) > 1
        else column
        for column in columns
    )
