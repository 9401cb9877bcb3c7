"""The dictionary: every column and every status code with its meaning, in German and English, as one CSV."""

from __future__ import annotations

import csv
from pathlib import Path

from exports.describe import Description
from exports.legend import LEGEND, heading_de, heading_en
from exports.rows import Kind, Rows, told_in

PUBLISHED_TYPES: dict[Kind, str] = {
    "text": "text",
    "integer": "int64",
    "number": "double",
    "boolean": "boolean",
    "date": "date32",
    "timestamp": "timestamp (UTC)",
}

HEADER = ("column", "code", "type", "role", "unit", "heading_de", "heading_en", "description")


def write(rows: Rows, description: Description, path: Path) -> str | None:
    """One line per column, one per dimension code that occurs, one per status code that may occur."""
    names = {field.name for field in rows.fields}
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(HEADER)
        for field in rows.fields:
            column = field.column
            lines.writerow(
                (
                    column.name,
                    "",
                    PUBLISHED_TYPES[field.kind],
                    column.role,
                    column.unit or "",
                    heading_de(column.name, column.label_de),
                    heading_en(column.name, column.label_en),
                    " ".join(column.description.split()),
                )
            )
        for label in rows.labels:
            told = (label.label_de, label.label_en, told_in(label))
            lines.writerow((label.column, label.code, "", "code", "", *told))
        for meaning in LEGEND:
            if meaning.column in names:
                lines.writerow(
                    (meaning.column, meaning.code, "", "code", "", meaning.de, meaning.en, meaning.sign)
                )
    return None
