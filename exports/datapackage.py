"""The data package: one machine-readable description of a candidate's files (Data Package v2, Frictionless).

Standard: https://datapackage.org/standard/data-package/ . Every file that carries data is a resource
with its size and SHA-256; tabular ones have a dialect and a schema. What the standard has no word for
stands under `planstat`. No wall clock: the same content gives the same text. Version and time of a
release stand in `release.json`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from exports.describe import Description
from exports.rows import Field, Kind, Rows
from exports.sheet import shown_columns
from exports.writers import FORMATS, Format
from exports.writers.dictionary import HEADER
from exports.writers.workbook import FIRST_DAY
from sources.foundation.files import sha256_of

FIELD_TYPES: dict[Kind, str] = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "datetime",
}


def datapackage(
    rows: Rows, description: Description, folder: Path, fingerprint: str, notes: dict[str, str]
) -> dict[str, Any]:
    """Describe the files that lie in `folder`; formats that were left out are named in the notes."""
    licences = sorted(
        {(dataset.licence, dataset.licence_title, dataset.licence_url) for dataset in description.datasets}
    )
    package: dict[str, Any] = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": description.product.replace("_", "-"),
        "title": description.title_de,
        "description": " ".join(description.description.split()),
        "keywords": list(description.keywords),
        "contributors": [
            {"title": description.contact.name, "roles": ["publisher"]}
            | ({"email": description.contact.email} if description.contact.email else {})
            | ({"path": description.contact.url} if description.contact.url else {})
        ],
        "licenses": [{"name": name, "title": title, "path": url} for name, title, url in licences],
        "sources": [
            {"title": f"{dataset.attribution}: {dataset.dataset_id} {dataset.title_de}"}
            | ({"path": dataset.source_url} if dataset.source_url else {})
            | ({"version": dataset.published_at.strftime("%Y-%m-%d")} if dataset.published_at else {})
            for dataset in description.datasets
        ],
        "resources": [
            _resource(form, rows, description, form.path(folder, description))
            for form in FORMATS
            if form.path(folder, description).is_file()
        ],
        "planstat": {
            "product": description.product,
            "title_en": description.title_en,
            "cadence": description.cadence,
            "rows": rows.count,
            "fingerprint": fingerprint,
            "description_sha256": description.content_sha256(),
            "geometry_sha256": rows.geometry_sha256,
            **({"sums": description.sums} if description.sums else {}),
            "notes": notes,
            "disclosure": _decision(description),
            **({} if description.audience == "public" else {"audience": description.audience}),
            "datasets": [dataset.model_dump(mode="json") for dataset in description.datasets],
        },
    }
    return {key: value for key, value in package.items() if value != []}


def _decision(description: Description) -> str | None:
    """Whether disclosure control protects the product, it is exempt, or nobody decided."""
    if description.disclosure is None:
        return None
    return "exempt" if description.disclosure.policy is None else "protected"


def _resource(form: Format, rows: Rows, description: Description, path: Path) -> dict[str, Any]:
    """One file with size and hash; tabular files with dialect and schema."""
    resource: dict[str, Any] = {
        "name": form.name,
        "path": path.name,
        "title": form.title_de,
        "format": path.suffix.removeprefix("."),
        "mediatype": form.media_type,
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256_of(path)}",
    }
    if form.media_type.startswith("text/"):
        resource["encoding"] = "utf-8"
    if form.name == "csv":
        resource |= {
            "type": "table",
            "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True},
            "schema": _schema(rows, description),
        }
    elif form.name == "parquet":
        # readers of data packages go through pandas, where whole numbers with gaps are none
        resource |= {"type": "file", "schema": _schema(rows, description)}
    elif form.name == "csv-excel":
        resource |= {
            "type": "table",
            "dialect": {"delimiter": ";", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True},
            "schema": {"fields": _german_fields(rows), "missingValues": [""]},
        }
    elif form.name == "xlsx":
        resource |= {
            "type": "table",
            "dialect": {"sheetName": "Daten"},
            "schema": {"fields": _sheet_fields(rows), "missingValues": [""]},
        }
    elif form.name == "dictionary":
        resource |= {
            "type": "table",
            "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True},
            "schema": {
                "fields": [{"name": name, "type": "string"} for name in HEADER],
                "missingValues": [""],
            },
        }
    else:
        resource["type"] = "file"
    return resource


def _schema(rows: Rows, description: Description) -> dict[str, Any]:
    """The columns as published, the grain as primary key."""
    return {
        "fields": [_field(field, rows) for field in rows.fields],
        "primaryKey": list(description.grain),
        "missingValues": [""],
    }


def _field(field: Field, rows: Rows) -> dict[str, Any]:
    """One column in the words of Table Schema, with unit and role beside them."""
    column = field.column
    described: dict[str, Any] = {
        "name": field.name,
        "type": FIELD_TYPES[field.kind],
        "title": column.heading_de,
        "description": column.words_de,
        "planstat:title_en": column.heading_en,
        "planstat:description_en": column.words_en,
        "planstat:role": column.role,
    }
    if column.unit:
        described["planstat:unit"] = column.unit
    meant: dict[str, list[str]] = {}
    for label in rows.labels:
        if label.column == field.name and not column.is_listed:
            meant.setdefault(label.code, []).append(f"{label.label_de} {label.scopes_in_brackets}".strip())
    if meant:
        described["categories"] = [
            {"value": code} | ({"label": "; ".join(labels)} if any(labels) else {})
            for code, labels in meant.items()
        ]
    return described


def _sheet_fields(rows: Rows) -> list[dict[str, Any]]:
    """The columns of the sheet Daten; a column with days that Excel does not know holds some as text."""
    fields = []
    for column in shown_columns(rows):
        kind = FIELD_TYPES[column.kind]
        if column.kind in ("date", "timestamp"):
            first = f"coalesce(min({column.expression}) < {FIRST_DAY}, false)"
            if rows.query(f"select {first} from rows")[0][0]:
                kind = "any"
        fields.append(
            {"name": column.heading, "type": kind}
            | ({"trueValues": ["ja"], "falseValues": ["nein"]} if kind == "boolean" else {})
            | ({"planstat:column": column.field.name} if column.field else {})
        )
    return fields


def _german_fields(rows: Rows) -> list[dict[str, Any]]:
    """The columns of the CSV for German Excel with their notations."""
    notations: dict[Kind, dict[str, Any]] = {
        "number": {"decimalChar": ","},
        "date": {"format": "%d.%m.%Y"},
        "timestamp": {"format": "%d.%m.%Y %H:%M"},
        "boolean": {"trueValues": ["ja"], "falseValues": ["nein"]},
    }
    return [
        {"name": column.heading, "type": FIELD_TYPES[column.kind]}
        | notations.get(column.kind, {})
        | ({"planstat:column": column.field.name} if column.field else {})
        for column in shown_columns(rows)
    ]
