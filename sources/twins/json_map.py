"""Writes a JSON object that maps codes to values."""

from __future__ import annotations

import json
import random

import pyarrow as pa

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.file_formats import JsonMap
from sources.twins import quirks as quirk

ALLOWED = {"truncated", "html_page", "empty", "nul_bytes", "duplicate_rows"}


def render(
    catalog: Catalog,
    declaration: Declaration,
    table: pa.Table,
    *,
    seed: int = 0,
    quirks: frozenset[str] = frozenset(),
) -> bytes:
    """Write records as a JSON map; a code that occurs several times maps to a list."""
    form = declaration.format
    assert isinstance(form, JsonMap)
    quirks = quirk.check(quirks, ALLOWED)
    dice = random.Random(seed)  # noqa: S311 - reproducible test data
    code, value = (column.name for column in declaration.columns)
    pairs = list(zip(table[code].to_pylist(), table[value].to_pylist(), strict=True))
    if "duplicate_rows" in quirks:
        pairs.append(pairs[dice.randrange(len(pairs))])
    mapped: dict[str, list[str]] = {}
    for key, text in pairs:
        mapped.setdefault(key, []).append(text)
    document: object = {key: texts if len(texts) > 1 else texts[0] for key, texts in mapped.items()}
    for name in reversed(form.path):
        document = {"quelle": "Geschrieben von planstat.", name: document}
    return quirk.spoil_bytes(json.dumps(document, ensure_ascii=False).encode(), quirks, dice)
