"""Reads the grid files of the 2022 census (100 m, 1 km, 10 km) at any size.

`GITTER_ID_100m;x_mp_100m;y_mp_100m;Einwohner`: the cell's INSPIRE id (size and lower left corner in metres
of EPSG:3035), the coordinates of its middle, values. Cells without inhabitants are not in the file; `–` is
exactly zero or changed to zero. The middle repeats what the id says: that is checked, and it is dropped.
Source: the publisher's description of the data set (Datensatzbeschreibung, version of 25 June 2024).
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pyarrow as pa

from sources.catalogue import Catalog
from sources.declaration import Declaration
from sources.errors import SourceError, problem
from sources.flat_formats import ZensusGrid
from sources.readers.bulk import Bulk, StoredReading, check_numbers, check_unique, quoted, read_head
from sources.readers.reading import Notation, Reading, cells_schema
from sources.vocabulary import TOTAL

VERSION = "1"

METRES = {"100m": 100, "1km": 1000, "10km": 10_000}
_KEYS = 3
_HEAD = re.compile(rb"gitter_id_(100m|1km|10km);", re.IGNORECASE)


def recognises(head: bytes) -> bool:
    """Whether a file that begins with `head` is a grid of the census, of any resolution."""
    return _HEAD.match(head.removeprefix(b"\xef\xbb\xbf")) is not None


def read(catalog: Catalog, declaration: Declaration, file: Path) -> Reading:
    """Read one grid file.

    Returns a `Reading` with one row per cell and value column; `area_code` is the cell's id, there is no
    name and no time (it is the declaration's `fixed`). It stays on disk until it is written or asked for.

    Raises:
        SourceError: anything that the declaration does not expect, with line and column.
    """
    form = declaration.format
    assert isinstance(form, ZensusGrid)
    head = read_head(file)
    _check_header(form, head.names, file.name)
    if head.first is None:
        raise problem("no_rows", file.name, line=2)
    values = range(_KEYS, _KEYS + len(form.values))
    bulk = Bulk(file, head.names, [0, *values], _fits(METRES[form.resolution]))
    notation = Notation(catalog.dialect(declaration), form.decimal)
    with bulk.connect() as con:
        unfit = con.execute("select min(row) from raw where not fits").fetchone()
        if unfit is not None and unfit[0] is not None:
            raise _misfit(bulk, int(unfit[0]), form.resolution)
        for at, value in zip(values, form.values, strict=True):
            check_numbers(con, file.name, at, None, declaration.measures[value.measure], notation)
        check_unique(con, ["c0"], file.name)
    schema = cells_schema(declaration)
    nothing = pa.schema([(name, schema.field(name).type) for name in _JUDGED]).empty_table()
    return StoredReading(
        bulk, _query(declaration, form, schema.names), _nothing_to_prepare, schema,
        bulk.rows * len(form.values), [None], layout=form.resolution, areas=nothing,
    )  # fmt: skip


_JUDGED = ("line", "time_text", "area_code", "area_name", "value_text")


def _nothing_to_prepare(con: duckdb.DuckDBPyConnection) -> None:
    """The query needs no tables of its own."""


def _check_header(form: ZensusGrid, names: list[str], name: str) -> None:
    size = form.resolution
    keys = [(f"GITTER_ID_{size}",), (f"x_mp_{size}",), (f"y_mp_{size}",)]
    expected = [*keys, *(value.headers for value in form.values)]
    for at, wanted in enumerate(expected):
        found = names[at] if at < len(names) else None
        if found is None or not (found in wanted or (at < _KEYS and found.lower() == wanted[0].lower())):
            shown = "the end of the line" if found is None else repr(found)
            listed = " or ".join(map(repr, wanted))
            raise problem(
                "unknown_header", name, line=1, column=at + 1, expected=listed, found=shown, layout=size
            )
    if len(names) > len(expected):
        raise problem(
            "unknown_header", name, line=1, column=len(expected) + 1,
            expected="the end of the line", found=repr(names[len(expected)]), layout=size,
        )  # fmt: skip


def _fits(metres: int) -> str:
    """Id and middle of a cell agree, as a condition: fixed places, whole numbers in their only notation."""
    prefix = f"CRS3035RES{metres}mN"
    at = len(prefix)
    north, east = f"substr(c0, {at + 1}, 7)", f"substr(c0, {at + 9}, 7)"
    tests = [
        f"length(c0) = {at + 15}",
        f"starts_with(c0, {quoted(prefix)})",
        f"substr(c0, {at + 8}, 1) = 'E'",
    ]
    for corner, middle in ((north, "c2"), (east, "c1")):
        number = f"try_cast({corner} as integer)"
        tests += [
            f"{number}::varchar = {corner}",
            f"{number} % {metres} = 0",
            f"({number} + {metres // 2})::varchar = {middle}",
        ]
    return " and ".join(tests)


def _misfit(bulk: Bulk, row: int, resolution: str) -> SourceError:
    """What is wrong with the id or the middle of a cell."""
    metres = METRES[resolution]
    cell_id, x, y, *_ = bulk.whole_row(row)
    match = re.fullmatch(rf"CRS3035RES{metres}mN([1-9][0-9]{{6}})E([1-9][0-9]{{6}})", cell_id)
    line = row + 2
    if match is None or any(int(corner) % metres for corner in match.groups()):
        return problem(
            "bad_cell_id", bulk.name, line=line, column=1, found=cell_id, resolution=resolution, metres=metres
        )
    east_is_right = x == str(int(match[2]) + metres // 2)
    return problem(
        "bad_cell_centre", bulk.name, line=line, column=3 if east_is_right else 2,
        found=f"{x}/{y}", cell_id=cell_id,
    )  # fmt: skip


def _query(declaration: Declaration, form: ZensusGrid, names: list[str]) -> str:
    """One row per cell and value column, in the order of the lines."""
    structs = []
    for at, value in enumerate(form.values, start=_KEYS):
        held = {
            "column_no": f"{at + 1}::integer",
            "measure": quoted(value.measure),
            "unit": quoted(declaration.measures[value.measure].unit),
            "value_text": f"c{at}",
        }
        for dimension in declaration.dimensions:
            held[dimension] = quoted(value.codes.get(dimension, TOTAL))
        structs.append(held)
    shown = {
        "line": "(row + 2)::integer",
        "time_text": "null::varchar",
        "area_code": "c0",
        "area_name": "null::varchar",
        "quality_text": "null::varchar",
    }
    source = "raw"
    if len(structs) == 1:
        shown |= structs[0]
    else:
        listed = ", ".join(
            "{" + ", ".join(f"'{key}': {text}" for key, text in held.items()) + "}" for held in structs
        )
        source = f"(select c0, row, unnest([{listed}]) as held from raw)"
        shown |= {key: f"held.{key}" for key in structs[0]}
    return "select " + ", ".join(f'{shown[name]} as "{name}"' for name in names) + f" from {source}"
