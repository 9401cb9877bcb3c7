"""Excel workbook with the sheets Daten, Legende and Metadaten; codes are text cells, so leading zeros stay.

The workbook is written only while it stays usable: an Excel sheet ends at 1,048,576 lines, and long before
that a workbook takes minutes to write and to open. A larger product says so and points to the CSV.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.describe import Description
from exports.legend import LEGEND
from exports.rows import Field, Rows, quoted
from exports.writers.csv_excel import EXCEL_ROWS, REMARK, headings, remark_expression
from exports.writers.licences import CHANGES, licence_title, licence_url

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

CELL_LIMIT = 1_200_000
"""Cells above which no workbook is written: about ten seconds of writing, 15 MB, and a slow Excel."""

FIXED_MOMENT = datetime(2000, 1, 1)
"""The workbook's time stamp; a real one would make the same rows give other bytes."""


def write(rows: Rows, description: Description, path: Path) -> str | None:
    """Write the workbook, or give a note that the product is too large for one."""
    cells = rows.count * len(rows.fields)
    if rows.count >= EXCEL_ROWS or cells > CELL_LIMIT:
        return (
            f"Keine Excel-Arbeitsmappe: {rows.count} Zeilen mit {len(rows.fields)} Spalten sind "
            "für Excel zu viel; "
            f"die Datei {description.product}_excel.csv enthält alles."
        )
    import xlsxwriter

    workbook = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    try:
        workbook.set_properties(
            {"title": description.title_de, "author": "planstat", "created": FIXED_MOMENT}
        )
        bold = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        _data(workbook, rows, bold)
        _legend(workbook.add_worksheet("Legende"), rows, bold, wrapped)
        _metadata(workbook.add_worksheet("Metadaten"), rows, description, bold, wrapped)
    finally:
        workbook.close()
    return None


def _data(workbook: Workbook, rows: Rows, bold: Format) -> None:
    """The sheet Daten: one line per row, typed cells, frozen heading, filter."""
    sheet = workbook.add_worksheet("Daten")
    formats = {
        "text": workbook.add_format({"num_format": "@"}),
        "integer": workbook.add_format({"num_format": "0"}),
        "number": None,
        "boolean": None,
        "date": workbook.add_format({"num_format": "dd.mm.yyyy"}),
        "timestamp": workbook.add_format({"num_format": "dd.mm.yyyy hh:mm"}),
    }
    titles = [title for _, title in headings(rows)]
    selected = [_cell_expression(field) for field in rows.fields]
    kinds: list[str] = [field.kind for field in rows.fields]
    remark = remark_expression(rows)
    if remark:
        titles.append(REMARK)
        selected.append(remark)
        kinds.append("text")
    for index, (title, kind) in enumerate(zip(titles, kinds, strict=True)):
        sheet.set_column(index, index, min(40, max(10, len(title) + 2)), formats[kind])
    for index, title in enumerate(titles):
        sheet.write_string(0, index, title, bold)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, rows.count, len(titles) - 1)

    writers: list[tuple[Any, Any]] = []
    for kind in kinds:
        writer = {
            "text": sheet.write_string,
            "integer": sheet.write_number,
            "number": sheet.write_number,
            "boolean": sheet.write_string,
            "date": sheet.write_datetime,
            "timestamp": sheet.write_datetime,
        }[kind]
        writers.append((writer, formats[kind]))
    result = rows.connection.execute(f"select {', '.join(selected)} from rows order by rowid")
    line = 0
    while batch := result.fetchmany(10_000):
        for values in batch:
            line += 1
            for index, value in enumerate(values):
                if value is not None:
                    writer, cell_format = writers[index]
                    writer(line, index, value, cell_format)


def _cell_expression(field: Field) -> str:
    """SQL for a value as the workbook wants it; only truth values become words."""
    column = quoted(field.name)
    if field.kind == "boolean":
        return f"case when {column} then 'ja' when not {column} then 'nein' end"
    return column


def _legend(sheet: Worksheet, rows: Rows, bold: Format, wrapped: Format) -> None:
    """The sheet Legende: what signs and status codes mean, and what each column holds."""
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 2, 26)
    sheet.set_column(3, 3, 90)
    line = 0
    for index, title in enumerate(("Spalte", "Code", "Zeichen", "Bedeutung")):
        sheet.write_string(line, index, title, bold)
    names = {field.name for field in rows.fields}
    titles = {field.name: title for field, title in headings(rows)}
    for meaning in LEGEND:
        if meaning.column in names:
            line += 1
            for index, text in enumerate((titles[meaning.column], meaning.code, meaning.sign, meaning.de)):
                sheet.write_string(line, index, text, wrapped)
    line += 2
    for index, title in enumerate(("Spalte", "Name in den Dateien", "Einheit", "Erläuterung")):
        sheet.write_string(line, index, title, bold)
    for field, title in headings(rows):
        line += 1
        texts = (title, field.name, field.column.unit or "", " ".join(field.column.description.split()))
        for index, text in enumerate(texts):
            sheet.write_string(line, index, text, wrapped)


def _metadata(sheet: Worksheet, rows: Rows, description: Description, bold: Format, wrapped: Format) -> None:
    """The sheet Metadaten: what the product is, and the state and licence of each dataset."""
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 6, 40)
    facts = (
        ("Produkt", description.product),
        ("Titel", description.title_de),
        ("Beschreibung", " ".join(description.description.split())),
        ("Zeilen", str(rows.count)),
        ("Eine Zeile je", ", ".join(description.grain)),
        ("Ansprechstelle", description.contact.name),
        ("Veränderungshinweis", CHANGES),
    )
    line = 0
    for line, (name, text) in enumerate(facts):
        sheet.write_string(line, 0, name, bold)
        sheet.write_string(line, 1, text, wrapped)
    line += 2
    titles = ("Datensatz", "Titel", "Herausgeber", "Stand", "Quellenvermerk", "Lizenz", "Hinweis")
    for index, title in enumerate(titles):
        sheet.write_string(line, index, title, bold)
    for dataset in description.datasets:
        line += 1
        stand = dataset.published_at or dataset.retrieved_at
        note = dataset.note or ""
        texts = (
            dataset.dataset_id,
            dataset.title_de,
            dataset.publisher,
            stand.strftime("%d.%m.%Y") if stand else "nicht geliefert",
            dataset.attribution,
            " ".join(part for part in (licence_title(dataset), licence_url(dataset)) if part),
            f"veralteter Stand; {note}".rstrip("; ") if dataset.is_old else note,
        )
        for index, text in enumerate(texts):
            sheet.write_string(line, index, text, wrapped)
