"""Writes a filled form (workbook or CSV), by the code that writes the empty one."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import pyarrow as pa

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.file_formats import FormFile
from sources.forms import blank
from sources.twins import quirks as quirk
from sources.twins.flat import flat_file

ALLOWED = (set(quirk.GRID) - {"short_line"}) | {"truncated", "html_page", "empty"}


def render(
    catalog: Catalog,
    declaration: Declaration,
    table: pa.Table,
    *,
    seed: int = 0,
    quirks: frozenset[str] = frozenset(),
    notes: Sequence[str] = (),
    placeholders: Mapping[str, str] | None = None,
    as_csv: bool = False,
) -> dict[str, bytes]:
    """Write cells or records as a filled form.

    Args:
        notes: lines for the sheet of instructions.
        as_csv: CSV instead of a workbook.
    """
    form = declaration.format
    assert isinstance(form, FormFile)
    quirks = quirk.check(quirks, ALLOWED)
    dice = random.Random(seed)  # noqa: S311 - reproducible test data
    lines = flat_file(catalog, declaration, form, table, seed, placeholders or {}).grid
    quirk.spoil_grid(lines, quirks, dice)
    (header,) = lines.header
    if as_csv:
        content, suffix = blank.csv_text(catalog, declaration, lines.body), ".csv"
    else:
        content = blank.workbook(catalog, declaration, lines.body, header=header, notes=notes)
        suffix = ".xlsx"
    return {suffix: quirk.spoil_bytes(content, quirks, dice)}
