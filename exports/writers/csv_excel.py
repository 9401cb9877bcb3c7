"""CSV that a German Excel opens right by a double click: UTF-8 with mark, `;`, decimal comma, CRLF.

Dates are TT.MM.JJJJ, there are no thousands marks. Missing values are empty; what the publisher printed
instead, and what it means, stands in columns of their own. Column headings are German. Excel shows codes with
leading zeros as numbers whatever a CSV says, so the workbook beside this file is the one for looking at;
nothing here is bent into `="01051"`.
"""

from __future__ import annotations

from pathlib import Path

from exports.describe import Description
from exports.files import leftover_beside
from exports.legend import LEGEND, heading_de
from exports.notation import for_german_excel
from exports.rows import Field, Rows, quoted, text_literal

EXCEL_ROWS = 1_048_576
"""Lines an Excel sheet can hold, the heading included."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

REMARK = "Anmerkung"
"""Heading of the added column that says in words why a value is missing or special."""


def write(rows: Rows, description: Description, path: Path) -> str | None:
    """Write the rows; gives a note when Excel cannot show all of them."""
    columns = [f"{for_german_excel(field)} as {quoted(heading)}" for field, heading in headings(rows)]
    remark = remark_expression(rows)
    if remark:
        columns.append(f"{remark} as {quoted(REMARK)}")
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


def headings(rows: Rows) -> list[tuple[Field, str]]:
    """Fields with their German headings, made unique by the column's name where two would be alike."""
    texts = [heading_de(field.name, field.column.label_de) for field in rows.fields]
    return [
        (field, f"{text} ({field.name})" if texts.count(text) > 1 else text)
        for field, text in zip(rows.fields, texts, strict=True)
    ]


def remark_expression(rows: Rows) -> str | None:
    """SQL for the words about a value that is missing or not normal; None when the rows carry no status."""
    names = {field.name for field in rows.fields}
    cases = [
        f"when {quoted(meaning.column)} = {text_literal(meaning.code)} then {text_literal(meaning.de)}"
        for column, usual in (("missing_reason", {"none"}), ("conf_status", {"F"}), ("obs_status", {"A"}))
        if column in names
        for meaning in LEGEND
        if meaning.column == column and meaning.code not in usual
    ]
    return f"case {' '.join(cases)} end" if cases else None
