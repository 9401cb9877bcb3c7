"""Writes a grid file of the 2022 census from cells."""

from __future__ import annotations

import csv
import io
import random
import re
from typing import Any

import pyarrow as pa

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.flat_formats import ZensusGrid
from sources.declared.notation import Notation
from sources.declared.vocabulary import TOTAL
from sources.readers.reading import cells_schema
from sources.readers.zensus_grid import METRES
from sources.twins import quirks as quirk
from sources.twins.inventing import invent_value

ALLOWED = (set(quirk.GRID) | set(quirk.BYTES) | {"wrong_encoding"}) - {"unknown_label"}
_CELL = re.compile(r"CRS3035RES[0-9]+mN([0-9]+)E([0-9]+)")


def render(
    catalog: Catalog,
    declaration: Declaration,
    table: pa.Table,
    *,
    seed: int = 0,
    quirks: frozenset[str] = frozenset(),
) -> bytes:
    """Write cells as a grid file.

    Raises:
        ValueError: a cell fits no column, or a grid cell lacks a value.
    """
    form = declaration.format
    assert isinstance(form, ZensusGrid)
    quirks = quirk.check(quirks, ALLOWED)
    dice = random.Random(seed)  # noqa: S311 - reproducible test data
    rows: dict[str, dict[int, str]] = {}
    for cell in table.to_pylist():
        rows.setdefault(cell["area_code"], {})[_column(declaration, form, cell)] = cell["value_text"]
    size = form.resolution
    header = [
        f"GITTER_ID_{size}",
        f"x_mp_{size}",
        f"y_mp_{size}",
        *(value.headers[0] for value in form.values),
    ]
    body = []
    for cell_id, values in rows.items():
        match = _CELL.fullmatch(cell_id)
        if match is None or len(values) != len(form.values):
            raise ValueError(f"no value of every column for {cell_id}")
        north, east = (int(corner) + METRES[size] // 2 for corner in match.groups())
        body.append([cell_id, str(east), str(north), *(values[at] for at in range(len(form.values)))])
    lines = quirk.Grid(header=[header], body=body, keys=3, area_at=0)
    quirk.spoil_grid(lines, quirks, dice)
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\n").writerows([*lines.header, *lines.body])
    encoding = "utf-16" if "wrong_encoding" in quirks else "utf-8"
    return quirk.spoil_bytes(buffer.getvalue().encode(encoding), quirks, dice)


def invent(catalog: Catalog, declaration: Declaration, *, cells: int = 20, seed: int = 0) -> pa.Table:
    """So many grid cells with invented figures, from the north-west of Germany eastwards."""
    form = declaration.format
    assert isinstance(form, ZensusGrid)
    dice = random.Random(seed)  # noqa: S311 - reproducible test data
    notation = Notation(catalog.dialect(declaration), form.decimal)
    metres = METRES[form.resolution]
    rows = []
    for number in range(cells):
        north, east = 3_400_000 + number // 40 * metres, 4_100_000 + number % 40 * metres
        for value in form.values:
            measure = declaration.measures[value.measure]
            rows.append(
                {
                    "area_code": f"CRS3035RES{metres}mN{north}E{east}",
                    **{name: value.codes.get(name, TOTAL) for name in declaration.dimensions},
                    "measure": value.measure,
                    "unit": measure.unit,
                    "value_text": invent_value(measure, notation, dice),
                }
            )
    return pa.Table.from_pylist(rows, schema=cells_schema(declaration))


def _column(declaration: Declaration, form: ZensusGrid, cell: dict[str, Any]) -> int:
    for at, value in enumerate(form.values):
        if value.measure == cell["measure"] and all(
            cell[name] == value.codes.get(name, TOTAL) for name in declaration.dimensions
        ):
            return at
    raise ValueError(f"no column for {cell['measure']}")
