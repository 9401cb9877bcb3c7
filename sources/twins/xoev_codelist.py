"""Writes a code list of the XRepository as JSON."""

from __future__ import annotations

import json
import random

import pyarrow as pa

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Column, Declaration
from sources.declared.file_formats import XoevCodeList
from sources.readers import grid
from sources.twins import quirks as quirk

ALLOWED = {
    "short_line", "wide_line", "duplicate_rows", "unknown_header", "truncated", "html_page", "empty",
    "nul_bytes", "wrong_encoding", "wrong_table",
}  # fmt: skip


def render(
    catalog: Catalog,
    declaration: Declaration,
    table: pa.Table,
    *,
    seed: int = 0,
    quirks: frozenset[str] = frozenset(),
    valid_from: int = 1688162400000,
) -> bytes:
    """Write records as an XÖV code list.

    Args:
        valid_from: `gueltigAb` in milliseconds since 1970.
    """
    form = declaration.format
    assert isinstance(form, XoevCodeList)
    quirks = quirk.check(quirks, ALLOWED)
    dice = random.Random(seed)  # noqa: S311 - reproducible test data
    columns = [column for column in declaration.columns if grid.placeholder(column) is None]
    version = next(
        (
            table[column.name][0].as_py()
            for column in declaration.columns
            if grid.placeholder(column) == "version" and table.num_rows
        ),
        "",
    )
    texts = [table[column.name].to_pylist() for column in columns]
    lines = quirk.Grid(
        header=[[column.source or column.name for column in columns]],
        body=[[text or "" for text in entry] for entry in zip(*texts, strict=True)],
        keys=1,
    )
    quirk.spoil_grid(lines, quirks, dice)
    urn = "urn:de:example:codelist" if "wrong_table" in quirks else form.urn
    document = {
        "metadaten": {
            "kennung": f"{urn}_{version}",
            "kennungInhalt": urn,
            "version": version,
            "nameLang": [{"value": declaration.title_de, "lang": None}],
            "beschreibung": [{"value": "Geschrieben von planstat im Format des Herausgebers.", "lang": None}],
            "gueltigAb": valid_from,
        },
        "spalten": [_column(column, name) for column, name in zip(columns, lines.header[0], strict=True)],
        "daten": lines.body,
    }
    content = json.dumps(document, ensure_ascii=False, indent=2)
    encoding = "cp1252" if "wrong_encoding" in quirks else "utf-8"
    return quirk.spoil_bytes(content.encode(encoding, "replace"), quirks, dice)


def _column(column: Column, name: str) -> dict[str, object]:
    return {
        "spaltennameLang": name,
        "spaltennameTechnisch": name,
        "datentyp": "string",
        "codeSpalte": column.key,
        "verwendung": {"code": "REQUIRED" if column.required else "OPTIONAL"},
    }
