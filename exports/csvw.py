"""CSVW beside the CSV: what every column of every CSV of an edition is, in the words of the W3C.

Standard: https://www.w3.org/TR/tabular-metadata/ . `csv-metadata.json` is a place where readers of CSV on the
web look by themselves. It describes each CSV of the folder with its dialect, types, notations and key.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from exports.describe import Description
from exports.rows import Kind, Rows
from exports.sheet import shown_columns
from exports.writers import FORMATS
from exports.writers.dictionary import HEADER

METADATA = "csv-metadata.json"

DATATYPES: dict[Kind, Any] = {
    "text": "string",
    "integer": "integer",
    "number": "double",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "datetime",
}
"""Kind of a column -> its datatype in a CSV for programs."""

GERMAN: dict[Kind, Any] = {
    "text": "string",
    "integer": "integer",
    "number": {"base": "double", "format": {"decimalChar": ","}},
    "boolean": {"base": "boolean", "format": "ja|nein"},
    "date": {"base": "date", "format": "dd.MM.yyyy"},
    "timestamp": {"base": "datetime", "format": "dd.MM.yyyy HH:mm"},
}
"""The same in the CSV for a German Excel."""
DECIMAL = {"base": "decimal", "format": {"decimalChar": ","}}
"""A number with as many decimals as its column declares, so that it has no exponent."""

MACHINE_DIALECT = {"delimiter": ",", "encoding": "utf-8", "lineTerminators": ["\n"], "commentPrefix": None}
EXCEL_DIALECT = {
    "delimiter": ";",
    "encoding": "utf-8",
    "lineTerminators": ["\r\n"],
    "commentPrefix": None,
    "trim": "start",  # the tab that keeps a code a text
}


def csvw(rows: Rows, description: Description, folder: Path) -> dict[str, Any]:
    """Describe the CSV files that lie in `folder`."""
    titles = {form.path(folder, description).name: form.title_de for form in FORMATS}
    product = description.product
    described = {
        f"{product}.csv": _machine(rows, description),
        f"{product}_excel.csv": _excel(rows),
        "dictionary.csv": _texts(HEADER),
        "diff.csv": _difference(folder / "diff.csv", description),
    }
    licences = sorted({dataset.licence_url for dataset in description.datasets if dataset.licence_url})
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "de"}],
        "dc:title": description.title_de,
        "dc:description": " ".join(description.description.split()),
        "dc:publisher": description.contact.name,
        "dc:license": [{"@id": url} for url in licences],
        "tables": [
            {"url": name, "dc:title": titles.get(name, "Änderungen gegenüber der vorigen Ausgabe")} | about
            for name, about in described.items()
            if (folder / name).is_file()
        ],
    }


def _machine(rows: Rows, description: Description) -> dict[str, Any]:
    """The CSV for programs: columns by their names, the grain as key."""
    columns = [
        {
            "name": field.name,
            "titles": field.name,
            "datatype": DATATYPES[field.kind],
            "dc:title": field.column.heading_de,
            "dc:description": field.column.words_de,
        }
        for field in rows.fields
    ]
    return {
        "dialect": MACHINE_DIALECT,
        "tableSchema": {"columns": columns, "primaryKey": list(description.grain)},
    }


def _excel(rows: Rows) -> dict[str, Any]:
    """The CSV for a German Excel: columns by their headings, in German notation."""
    columns = [
        {
            "name": column.name,
            "titles": column.heading,
            "datatype": DECIMAL if column.digits else GERMAN[column.kind],
            **({"dc:description": column.field.column.words_de} if column.field else {}),
        }
        for column in shown_columns(rows)
    ]
    return {"dialect": EXCEL_DIALECT, "tableSchema": {"columns": columns}}


def _texts(names: tuple[str, ...]) -> dict[str, Any]:
    """A table whose cells are texts."""
    columns = [{"name": name, "titles": name, "datatype": "string"} for name in names]
    return {"dialect": MACHINE_DIALECT, "tableSchema": {"columns": columns}}


def _difference(file: Path, description: Description) -> dict[str, Any]:
    """`diff.csv`, whose columns follow from the grain; a value there is a text, whatever its column holds."""
    if not file.is_file():
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        names = next(csv.reader(lines))
    table = _texts(tuple(names))
    said = {column.name: column for column in description.columns}
    for column in table["tableSchema"]["columns"]:
        if column["name"] in said:
            column["dc:description"] = said[column["name"]].words_de
        if column["name"] == "movement":
            column["datatype"] = "double"
    return table
