"""The dictionary: every column and every code with its meaning, in German and English, as one CSV."""

from __future__ import annotations

import csv
from pathlib import Path

from exports.describe import Description
from exports.rows import Kind, Rows

PUBLISHED_TYPES: dict[Kind, str] = {
    "text": "text",
    "integer": "int64",
    "number": "double",
    "boolean": "boolean",
    "date": "date32",
    "timestamp": "timestamp (UTC)",
}

HEADER = (
    *("column", "code", "scope", "sign", "type", "role", "unit"),
    *("heading_de", "heading_en", "description_de", "description_en"),
)


def write(rows: Rows, description: Description, path: Path) -> str | None:
    """One line per column, and one per code with its label.

    `scope` of a column is the column that tells apart what its codes mean; of a code, where it means this.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(HEADER)
        for field in rows.fields:
            column = field.column
            told = (PUBLISHED_TYPES[field.kind], column.role, column.unit or "")
            words = (column.heading_de, column.heading_en, column.words_de, column.words_en)
            lines.writerow((column.name, "", column.scope or "", "", *told, *words))
        for label in rows.labels:
            named = (label.column, label.code, ", ".join(label.scopes), label.sign)
            lines.writerow((*named, "", "code", "", label.label_de, label.label_en, "", ""))
    return None
