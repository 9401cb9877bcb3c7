"""Reads the grid files of the 2022 census (100 m, 1 km, 10 km) at any size.

`GITTER_ID_100m;x_mp_100m;y_mp_100m;Einwohner`: the cell's INSPIRE id (size and lower left corner in metres
of EPSG:3035), the coordinates of its middle, values. Cells without inhabitants are not in the file; `–` is
exactly zero or changed to zero. The middle repeats what the id says: that is checked, and it is dropped.
Source: the publisher's description of the data set (Datensatzbeschreibung, version of 25 June 2024).

Ids have a fixed length, so blocks of lines are judged as arrays of bytes and written at once; memory holds a
few blocks and eight bytes for each grid cell.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import tempfile
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv as arrow_csv

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.flat_formats import ZensusGrid
from sources.declared.notation import Notation
from sources.declared.vocabulary import TOTAL
from sources.errors import SourceError, problem
from sources.foundation.told import Told
from sources.readers.bulk import MAX_LINE, read_head
from sources.readers.reading import Reading, cells_schema

VERSION = "1"

METRES = {"100m": 100, "1km": 1000, "10km": 10_000}
_KEYS = 3
_HEAD = re.compile(rb"gitter_id_(100m|1km|10km);", re.IGNORECASE)
_BLOCK = 8 << 20
_DIGITS = 7
_THREADS = 2

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Block:
    """Whole lines of the file and the 1-based number of the first."""

    data: bytes
    line: int


def recognises(head: bytes) -> bool:
    """Whether a file that begins with `head` is a grid of the census, of any resolution."""
    return _HEAD.match(head.removeprefix(b"\xef\xbb\xbf")) is not None


class GridReading(Reading):
    """Cells that lie in a file of their own until they are written to their place."""

    def __init__(self, file: Path, folder: Path, rows: int, schema: pa.Schema, layout: str) -> None:
        """`folder` is removed with the reading; `file` lies in it."""
        fields = {"notes": None, "published_at": None, "layout": layout, "_file": file, "_rows": rows}
        for name, value in (fields | {"_schema": schema}).items():
            object.__setattr__(self, name, value)
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)

    _file: Path
    _rows: int
    _schema: pa.Schema

    @property
    def table(self) -> pa.Table:
        """All cells, in memory."""
        return pq.read_table(self._file).cast(self._schema)

    @property
    def row_count(self) -> int:
        return self._rows

    @property
    def columns(self) -> list[str]:
        return list(self._schema.names)

    def times(self) -> list[str | None]:
        return [None]

    def areas(self) -> pa.Table:
        """None: a grid cell is no administrative area."""
        return self._schema.empty_table()

    def write(self, target: Path) -> None:
        shutil.copyfile(self._file, target)


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
    sheet = _Sheet(catalog, declaration, form, file.name)
    folder = Path(tempfile.mkdtemp(prefix="planstat-grid-"))
    try:
        target = folder / "cells.parquet"
        rows = sheet.convert(file, target)
        return GridReading(target, folder, rows, sheet.schema, form.resolution)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


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


class _Sheet:
    """Turns blocks of lines into cells, in order, checking every one."""

    def __init__(self, catalog: Catalog, declaration: Declaration, form: ZensusGrid, name: str) -> None:
        self.declaration = declaration
        self.form = form
        self.name = name
        self.schema = cells_schema(declaration)
        self.metres = METRES[form.resolution]
        self.prefix = f"CRS3035RES{self.metres}mN".encode()
        self.width = len(self.prefix) + 2 * _DIGITS + 1
        self.notation = Notation(catalog.dialect(declaration), form.decimal)
        self.known: list[set[str]] = [set() for _ in form.values]

    def convert(self, file: Path, target: Path) -> int:
        """Write all cells to `target`; how many."""
        corners: list[Numbers] = []
        lines: list[int] = []
        writer: pq.ParquetWriter | None = None
        plain = [field.name for field in self.schema if field.name not in ("area_code", "line")]
        rows = 0
        try:
            for block, table, keys in _in_order(_blocks(file), self._cells):
                if writer is None:
                    writer = pq.ParquetWriter(
                        target, table.schema, compression="zstd", use_dictionary=plain, store_schema=False,
                        column_encoding={"line": "DELTA_BINARY_PACKED", "area_code": "DELTA_BYTE_ARRAY"},
                    )  # fmt: skip
                writer.write_table(table)
                rows += table.num_rows
                corners.append(keys)
                lines.append(block.line)
        finally:
            if writer is not None:
                writer.close()
        self._check_unique(corners, lines)
        return rows

    def _cells(self, block: _Block) -> tuple[pa.Table, Numbers]:
        """The cells of a block, and a number per line that stands for its grid cell."""
        columns = self._parse(block)
        keys = self._cell_ids(block, *columns[:_KEYS])
        values = [self._values(block, at, column) for at, column in enumerate(columns[_KEYS:])]
        return self._unpivot(block, columns[0], values), keys

    def _parse(self, block: _Block) -> list[pa.Array]:
        width = _KEYS + len(self.form.values)
        names = [str(at) for at in range(width)]
        types = {name: pa.string() for name in names}
        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(block.data),
                read_options=arrow_csv.ReadOptions(
                    column_names=names, use_threads=False, block_size=len(block.data) + 1
                ),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=";", quote_char=False, ignore_empty_lines=False
                ),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=types, strings_can_be_null=False, check_utf8=True
                ),
            )
        except pa.ArrowInvalid:
            raise self._wrong_line(block, width) from None
        return [column.combine_chunks() for column in table.columns]

    def _wrong_line(self, block: _Block, width: int) -> SourceError:
        """The first line of a block that is no text or has not the right width."""
        for line, data in enumerate(block.data.split(b"\n"), start=block.line):
            try:
                row = next(csv.reader([data.decode("utf-8").rstrip("\r")], delimiter=";", quotechar=None,
                                      quoting=csv.QUOTE_NONE), [])  # fmt: skip
            except UnicodeDecodeError:
                return problem("wrong_encoding", self.name, line=line, found=Told("not UTF-8", "kein UTF-8"))
            except csv.Error:
                return problem("line_too_long", self.name, line=line, limit=MAX_LINE)
            if len(row) != width:
                return problem(
                    "wrong_width", self.name, line=line, column=len(row) or 1, expected=width, found=len(row)
                )
        return problem(
            "unreadable",
            self.name,
            line=block.line,
            reason=Told("the lines cannot be distinguished", "die Zeilen lassen sich nicht trennen"),
        )

    def _cell_ids(self, block: _Block, ids: pa.Array, x: pa.Array, y: pa.Array) -> Numbers:
        """Check ids and middles; northing times 10^7 plus easting of each cell's lower left corner."""
        count = len(ids)
        good = _lengths(ids) == self.width
        if not good.all():
            raise self._misfit(ids, x, y, block, int(np.argmin(good)))
        text = _characters(ids, self.width)
        at = len(self.prefix)
        good = (text[:, :at] == np.frombuffer(self.prefix, np.uint8)).all(axis=1)
        good &= text[:, at + _DIGITS] == ord("E")
        north, north_good = _number(text[:, at : at + _DIGITS])
        east, east_good = _number(text[:, at + _DIGITS + 1 :])
        good &= north_good & east_good & (north % self.metres == 0) & (east % self.metres == 0)
        for corner, middle in ((east, x), (north, y)):
            if (_lengths(middle) == _DIGITS).all():
                number, digits = _number(_characters(middle, _DIGITS))
                good &= digits & (number == corner + self.metres // 2)
            else:
                good &= _lengths(middle) == _DIGITS
        if count and not good.all():
            raise self._misfit(ids, x, y, block, int(np.argmin(good)))
        return np.asarray(north * 10**_DIGITS + east, np.int64)

    def _misfit(self, ids: pa.Array, x: pa.Array, y: pa.Array, block: _Block, row: int) -> SourceError:
        """What is wrong with the id or the middle of a cell."""
        metres = self.metres
        cell_id, east, north = (column[row].as_py() for column in (ids, x, y))
        match = re.fullmatch(rf"CRS3035RES{metres}mN([1-9][0-9]{{6}})E([1-9][0-9]{{6}})", cell_id, re.ASCII)
        line = block.line + row
        if match is None or any(int(corner) % metres for corner in match.groups()):
            return problem(
                "bad_cell_id", self.name, line=line, column=1, found=cell_id,
                resolution=self.form.resolution, metres=metres,
            )  # fmt: skip
        east_is_right = east == str(int(match[2]) + metres // 2)
        return problem(
            "bad_cell_centre", self.name, line=line, column=3 if east_is_right else 2,
            found=f"{east}/{north}", cell_id=cell_id,
        )  # fmt: skip

    def _values(self, block: _Block, at: int, column: pa.Array) -> pa.DictionaryArray:
        """Check a value column: its distinct texts are looked at once in the whole file."""
        measure = self.declaration.measures[self.form.values[at].measure]
        encoded = column.dictionary_encode()
        for index, text in enumerate(encoded.dictionary.to_pylist()):
            if text in self.known[at]:
                continue
            if not self.notation.is_valid(text, measure):
                row = int(np.argmax(encoded.indices.to_numpy() == index))
                raise problem(
                    "bad_value", self.name, line=block.line + row, column=_KEYS + at + 1, found=text,
                    signs=self.notation.signs, notation=self.notation.example(measure),
                )  # fmt: skip
            self.known[at].add(text)
        return encoded

    def _unpivot(self, block: _Block, ids: pa.Array, values: list[pa.DictionaryArray]) -> pa.Table:
        width, rows = len(values), len(ids)
        lines = np.arange(block.line, block.line + rows, dtype=np.int32)
        cells = self.form.values

        def tiled(texts: list[str | None]) -> pa.Array:
            if texts[0] is None:
                return pa.nulls(rows * width, pa.string())
            array = pa.array(texts, pa.string()).dictionary_encode()
            return pa.DictionaryArray.from_arrays(
                pa.array(np.tile(array.indices.to_numpy(), rows)), array.dictionary
            )

        one = width == 1
        interleave = (np.arange(rows)[:, None] + np.arange(width)[None, :] * rows).ravel()
        texts = values[0] if one else pa.concat_arrays([value.cast(pa.string()) for value in values])
        parts = {
            "line": pa.array(lines if one else np.repeat(lines, width)),
            "column_no": pa.array(np.tile(np.arange(_KEYS + 1, _KEYS + 1 + width, dtype=np.int32), rows)),
            "time_text": tiled([None] * width),
            "area_code": ids if one else ids.take(pa.array(np.repeat(np.arange(rows), width))),
            "area_name": tiled([None] * width),
            "measure": tiled([cell.measure for cell in cells]),
            "unit": tiled([self.declaration.measures[cell.measure].unit for cell in cells]),
            "value_text": texts if one else texts.take(pa.array(interleave)),
            "quality_text": tiled([None] * width),
        }
        for dimension in self.declaration.dimensions:
            parts[dimension] = tiled([cell.codes.get(dimension, TOTAL) for cell in cells])
        return pa.table({name: parts[name] for name in self.schema.names})

    def _check_unique(self, corners: list[Numbers], lines: list[int]) -> None:
        """Every grid cell may stand on one line."""
        keys = np.concatenate(corners)
        if (np.diff(keys) > 0).all():
            return
        order = np.argsort(keys, kind="stable")
        repeated = np.flatnonzero(np.diff(keys[order]) == 0)
        if not len(repeated):
            return
        at = int(np.argmin(order[repeated + 1]))
        second, first = int(order[repeated + 1][at]), int(order[repeated][at])
        north, east = divmod(int(keys[second]), 10**_DIGITS)
        raise problem(
            "duplicate_key", self.name, line=second + lines[0], column=1, first=first + lines[0],
            found=f"{self.prefix.decode()}{north}E{east}",
        )  # fmt: skip


def _blocks(file: Path) -> Iterator[_Block]:
    """The data lines in blocks that end at a line's end.

    Raises:
        SourceError: NUL bytes, line ends that differ, a line that is too long or a last line without its end.
    """
    name = file.name
    with file.open("rb") as stream:
        first = stream.readline()
        returns = first.endswith(b"\r\n")
        line = 2
        rest = b""
        while True:
            read_in = stream.read(_BLOCK)
            if not read_in:
                break
            cut = read_in.rfind(b"\n") + 1
            data, rest = rest + read_in[:cut], (rest if not cut else b"") + read_in[cut:]
            if len(rest) > MAX_LINE:
                raise problem("line_too_long", name, line=line + data.count(b"\n"), limit=MAX_LINE)
            if not cut:
                continue
            count = data.count(b"\n")
            if b"\0" in data:
                at = line + data[: data.index(b"\0")].count(b"\n")
                raise problem("not_text", name, line=at, found="NUL")
            found = data.count(b"\r") if returns or b"\r" in data else 0
            if found != (count if returns else 0) or (returns and data.count(b"\r\n") != count):
                raise problem("mixed_line_ends", name, line=line)
            yield _Block(data, line)
            line += count
        if rest:
            raise problem("truncated", name, line=line, missing="\\n")


def _in_order(
    blocks: Iterator[_Block], work: Callable[[_Block], tuple[pa.Table, Numbers]]
) -> Iterator[tuple[_Block, pa.Table, Numbers]]:
    """Work on a few blocks at once, results in order."""
    waiting: deque[tuple[_Block, Future[tuple[pa.Table, Numbers]]]] = deque()
    with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1)) as pool:
        try:
            for block in blocks:
                waiting.append((block, pool.submit(work, block)))
                if len(waiting) > _THREADS:
                    done, result = waiting.popleft()
                    yield (done, *result.result())
            while waiting:
                done, result = waiting.popleft()
                yield (done, *result.result())
        finally:
            for _, result in waiting:
                result.cancel()


def _lengths(texts: pa.Array) -> npt.NDArray[np.int32]:
    """Length in bytes of each text."""
    offsets = np.frombuffer(texts.buffers()[1], np.int32, len(texts) + 1, texts.offset * 4)
    return np.diff(offsets)


def _characters(texts: pa.Array, width: int) -> npt.NDArray[np.uint8]:
    """The bytes of texts that all have the same length, one row each."""
    offsets = np.frombuffer(texts.buffers()[1], np.int32, len(texts) + 1, texts.offset * 4)
    data = np.frombuffer(texts.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    return data.reshape(len(texts), width)


def _number(digits: npt.NDArray[np.uint8]) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """Whole numbers without leading zero from columns of digits, and whether each row is one."""
    good = np.asarray(digits[:, 0] != ord("0"))
    number = np.zeros(len(digits), np.int64)
    for at in range(digits.shape[1]):
        digit = digits[:, at] - np.uint8(ord("0"))  # anything but a digit wraps around beyond 9
        good &= digit <= 9
        number *= 10
        number += digit
    return number, good
