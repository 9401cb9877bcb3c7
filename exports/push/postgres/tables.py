"""An edition as tables of a database: which files, with which columns, keys and words.

All of it is read from the edition's data package, so that products and the star are treated alike.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exports.release import Release

TYPES = {
    "string": "text",
    "integer": "bigint",
    "number": "double precision",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamp without time zone",
}
"""Type of Table Schema -> type of PostgreSQL."""

IDENTIFIER = 63
"""Bytes of a name in PostgreSQL; a longer one would be cut without a word."""


@dataclass(frozen=True)
class Column:
    """A column: its name, PostgreSQL's type, and what it holds in German."""

    name: str
    type: str
    words: str


@dataclass(frozen=True)
class Pointer:
    """A key that points to a table of the same edition: columns here, the table, columns there."""

    columns: tuple[str, ...]
    table: str
    targets: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table of an edition: what it is called for readers, its file, columns and keys."""

    name: str
    file: Path
    words: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    pointers: tuple[Pointer, ...] = ()

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


def tables_of(release: Release) -> list[Table]:
    """The tables of an edition, those that others point to first."""
    package = json.loads((release.path / "datapackage.json").read_text(encoding="utf-8"))
    attributions = sorted({str(one["attribution"]) for one in package["planstat"]["datasets"]})
    source = f"Ausgabe {release.id}. Quellen: {'; '.join(attributions)}."
    found = []
    for resource in package["resources"]:
        if resource["format"] != "parquet":
            continue
        schema = resource["schema"]
        is_own = resource["name"] == "parquet"
        title = package["title"] if is_own else resource["title"]
        about = f" {package['description']}" if is_own else ""
        found.append(
            Table(
                name=release.product if is_own else str(resource["name"]),
                file=release.path / resource["path"],
                words=f"{title}.{about} {source}",
                columns=tuple(_column(field) for field in schema["fields"]),
                key=tuple(schema.get("primaryKey", ())),
                pointers=tuple(_pointer(one) for one in schema.get("foreignKeys", ())),
            )
        )
    return sorted(found, key=lambda table: (bool(table.pointers), table.name))


def _column(field: dict[str, Any]) -> Column:
    words = ". ".join(filter(None, (field.get("title"), field.get("description"))))
    return Column(field["name"], TYPES[field["type"]], words)


def _pointer(key: dict[str, Any]) -> Pointer:
    target = key["reference"]
    return Pointer(tuple(key["fields"]), str(target["resource"]), tuple(target["fields"]))


def stored_name(table: str, release: Release) -> str:
    """What a table of an edition is called beside those of other editions: `<table>_<version>`."""
    name = f"{table}_{release.version.replace('-', '_').replace('.', '_')}"
    if len(name.encode()) > IDENTIFIER:
        raise ValueError(f"{name} is longer than PostgreSQL's {IDENTIFIER} bytes")
    return name
