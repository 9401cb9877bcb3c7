"""CSV that a German Excel opens right by a double click: UTF-8 with mark, `;`, decimal comma, CRLF.

Dates are TT.MM.JJJJ, there are no thousands marks. Missing values are empty; what the publisher printed
instead, and what it means, stands in columns of their own. Column headings are German. Numbers have the
decimals of their column, measure or indicator. A code that Excel would take for a number, a date or a formula
has a tab before it, which keeps it a text and is not seen; `="01051"` would do so in Excel alone.

Nothing is written where the rows are too many for Excel; the note says so.
"""

from __future__ import annotations

from pathlib import Path

from exports.describe import Description
from exports.rows import Rows
from exports.sheet import shown_columns, too_large
from sources.foundation.files import leftover_beside
from sources.foundation.sql import quoted, text_literal

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def write(rows: Rows, description: Description, path: Path) -> str | None:
    """Write the rows, or give a note that they are too many for Excel."""
    if note := too_large(rows):
        return note
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
    return None
