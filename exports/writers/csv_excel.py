"""CSV that a German Excel opens right by a double click: UTF-8 with mark, `;`, decimal comma, CRLF.

Dates are TT.MM.JJJJ, there are no thousands marks. Missing values are empty; what the publisher printed
instead, and what it means, stands in columns of their own. Column headings are German. Numbers have the
decimals of their column, measure or indicator. A code that Excel would take for a number, a date or a formula
has a tab before it, which keeps it a text and is not seen; `="01051"` would do so in Excel alone.
"""

from __future__ import annotations

from pathlib import Path

from exports.describe import Description
from exports.rows import Rows
from exports.sheet import shown_columns
from sources.foundation.files import leftover_beside
from sources.foundation.sql import quoted, text_literal

EXCEL_ROWS = 1_048_576
"""Lines an Excel sheet can hold, the heading included."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def write(rows: Rows, description: Description, path: Path) -> str | None:
    """Write the rows; gives a note when Excel cannot show all of them."""
    columns = [f"{column.german} as {quoted(column.heading)}" for column in shown_columns(rows)]
    lines = leftover_beside(path)
    rows.connection.execute(
        f"copy (select {', '.join(columns)} from rows order by rowid) to {text_literal(str(lines))} "
        "(format csv, header, delimiter ';', quote '\"', escape '\"', nullstr '')"
    )
    with lines.open("rb") as source, path.open("wb") as target:
        target.write(BYTE_ORDER_MARK)
        while block := source.read(1 << 22):
            target.write(block.replace(b"\n", b"\r\n"))
    lines.unlink()
    if rows.count >= EXCEL_ROWS:
        return (
            f"Excel zeigt nur die ersten {EXCEL_ROWS - 1} der {rows.count} Zeilen; andere Programme "
            "lesen alle."
        )
    return None
