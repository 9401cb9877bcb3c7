"""Writes text with columns at fixed positions (GV100AD)."""

from __future__ import annotations

import random

import pyarrow as pa

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.file_formats import FixedWidth
from sources.twins import quirks as quirk

ALLOWED = {"duplicate_rows", "html_page", "empty", "nul_bytes", "crlf", "wrong_encoding", "cut_line"}


def render(
    catalog: Catalog,
    declaration: Declaration,
    table: pa.Table,
    *,
    seed: int = 0,
    quirks: frozenset[str] = frozenset(),
) -> bytes:
    """Write records at their declared positions, padded with blanks.

    Raises:
        ValueError: a text is longer than its field.
    """
    form = declaration.format
    assert isinstance(form, FixedWidth)
    quirks = quirk.check(quirks, ALLOWED)
    dice = random.Random(seed)  # noqa: S311 - reproducible test data
    lines = []
    for record in table.to_pylist():
        line = [" "] * form.width
        for field in form.fields:
            text = record[field.name] or ""
            width = field.last - field.first + 1
            if len(text) > width:
                raise ValueError(f"{field.name}: {text!r} is longer than {width} characters")
            if text:
                line[field.first - 1 : field.last] = text.ljust(width)
        lines.append("".join(line))
    if "duplicate_rows" in quirks:
        lines.insert(0, lines[dice.randrange(len(lines))])
    if "cut_line" in quirks:
        at = dice.randrange(len(lines))
        lines[at] = lines[at][: form.width // 2]
    content = "\n".join(lines) + "\n"
    encoding = "utf-16" if "wrong_encoding" in quirks else form.encoding
    return quirk.spoil_bytes(content.encode(encoding), quirks, dice)
