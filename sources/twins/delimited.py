"""Writes text with delimiters (CSV) in its declared encoding."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping, Sequence

import pyarrow as pa

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.file_formats import Delimited
from sources.twins import quirks as quirk
from sources.twins.flat import flat_file

ALLOWED = (set(quirk.GRID) | set(quirk.BYTES) | {"wrong_encoding", "other_delimiter"}) - {"truncated", "bom"}
EMPTY_TAIL = 3


def render(
    catalog: Catalog,
    declaration: Declaration,
    table: pa.Table,
    *,
    seed: int = 0,
    quirks: frozenset[str] = frozenset(),
    notes: Sequence[str] = (),
    placeholders: Mapping[str, str] | None = None,
    line_end: str = "\n",
) -> bytes:
    """Write cells or records as delimited text.

    Args:
        notes: lines above the header.
        placeholders: texts for `{name}` in headers that no column of the register carries.

    Raises:
        ValueError: a placeholder has no text, a value is missing, or a letter is not in the encoding.
    """
    form = declaration.format
    assert isinstance(form, Delimited)
    quirks = quirk.check(quirks, ALLOWED)
    dice = random.Random(seed)  # noqa: S311 - reproducible test data
    lines = flat_file(catalog, declaration, form, table, seed, placeholders or {}).grid
    quirk.spoil_grid(lines, quirks, dice)
    buffer = io.StringIO()
    delimiter: str = form.delimiter
    if "other_delimiter" in quirks:
        delimiter = "," if delimiter == ";" else ";"
    writer = csv.writer(
        buffer,
        delimiter=delimiter,
        quotechar=form.quote,
        quoting=csv.QUOTE_NONE if form.quote is None else csv.QUOTE_MINIMAL,
        lineterminator=line_end,
    )
    if form.sep_line:
        buffer.write(f"sep={form.delimiter}{line_end}")
    tail = [""] * EMPTY_TAIL if form.empty_tail else []
    writer.writerows([note, *tail] for note in notes)
    writer.writerows([*line, *tail] for line in (*lines.header, *lines.body))
    if form.trailer:
        buffer.write(form.trailer + line_end)
    encoding: str = form.encoding
    if "wrong_encoding" in quirks:
        encoding = "utf-16" if form.encoding == "cp850" else "cp850"
    return quirk.spoil_bytes(buffer.getvalue().encode(encoding), quirks, dice)
