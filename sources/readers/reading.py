"""What every reader gives back, and what readers share: schemas, number notation, the error.

A reader is a module `sources.readers.<kind>` with `VERSION` (raised when a file would read differently)
and `read(catalog, declaration, file) -> Reading`. It raises `SourceError` for a file that is not as declared,
and nothing else.
"""

from __future__ import annotations

import datetime as dt
import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

import pyarrow as pa
import pyarrow.parquet as pq

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.text_corrections import Corrected
from sources.errors import SourceError

__all__ = [
    "Reader", "Reading", "SourceError", "cells_schema", "empty_table", "reader_of",
    "records_schema",
]  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """A file as a table, with what its publisher says about it.

    `table` has the schema of `cells_schema` or `records_schema`. `notes` is the footer text, `published_at`
    the publisher's own time stamp (local time, without zone), `layout` the edition that fitted, `corrected`
    what became of the corrections of its texts.
    """

    table: pa.Table
    notes: str | None
    published_at: dt.datetime | None
    layout: str | None = None
    corrected: tuple[Corrected, ...] = ()

    @property
    def row_count(self) -> int:
        """Number of rows of the table."""
        return int(self.table.num_rows)

    @property
    def columns(self) -> list[str]:
        """Names of the table's columns."""
        return list(self.table.column_names)

    def times(self) -> list[str | None]:
        """The distinct times of the table as printed."""
        return list(self.table.column("time_text").unique().to_pylist())

    def areas(self) -> pa.Table:
        """Cells enough to judge every area by; all of them, unless a reader knows better."""
        return self.table

    def write(self, target: Path) -> None:
        """Write the table to a Parquet file."""
        pq.write_table(self.table, target, compression="zstd", store_schema=False)

    def period(self, declaration: Declaration) -> tuple[dt.date | None, dt.date | None]:
        """First and last day the table speaks of; None for a register without a time."""
        if "time_text" not in self.columns:
            fixed = declaration.reference_time.fixed
            return fixed, fixed
        periods = [declaration.reference_time.period(text) for text in self.times()]
        if not periods:
            return None, None
        return min(first for first, _ in periods), max(last for _, last in periods)


class Reader(Protocol):
    """A reader module."""

    VERSION: str

    def read(self, catalog: Catalog, declaration: Declaration, file: Path) -> Reading:
        """Read one delivered file."""


def reader_of(declaration: Declaration) -> Reader:
    """The reader of the declaration's format, imported when first asked for.

    For a table that comes in several formats it chooses by content: a reader with a function
    `recognises(head: bytes) -> bool` gets the files it recognises, the first format the others.
    """
    if declaration.other_formats:
        return _Chooser(declaration)
    return _module(declaration.format.kind)


def _module(kind: str) -> Reader:
    return cast(Reader, importlib.import_module(f"sources.readers.{kind}"))


class _Chooser:
    """Reads each file with the format that recognises it; its version is that of all its readers."""

    def __init__(self, declaration: Declaration) -> None:
        forms = (declaration.format, *declaration.other_formats)
        self.readers = [_module(form.kind) for form in forms]
        self.VERSION = "+".join(reader.VERSION for reader in self.readers)

    def read(self, catalog: Catalog, declaration: Declaration, file: Path) -> Reading:
        forms = (declaration.format, *declaration.other_formats)
        try:
            with file.open("rb") as stream:
                head = stream.read(2048)
        except OSError:
            head = b""  # the reader reports it
        for reader, form in zip(self.readers, forms, strict=True):
            recognises = getattr(reader, "recognises", None)
            if recognises is not None and recognises(head):
                return reader.read(catalog, declaration.model_copy(update={"format": form}), file)
        return self.readers[0].read(catalog, declaration, file)


def cells_schema(declaration: Declaration) -> pa.Schema:
    """Columns of a table of counts: one row per published cell, texts as published, dimensions as codes."""
    fields = [("line", pa.int32()), ("column_no", pa.int32())]
    texts = ["time_text", "area_code", "area_name", *declaration.dimensions]
    texts += ["measure", "unit", "value_text", "quality_text"]
    return pa.schema(fields + [(name, pa.string()) for name in texts])


def records_schema(declaration: Declaration) -> pa.Schema:
    """Columns of a register: one row per entity, the declared columns as text, and the line it stood on.

    A geometry file adds `geometry` (WKB) and `crs`.
    """
    fields = [(column.name, pa.string()) for column in declaration.columns]
    if declaration.format.kind == "geometry":
        fields += [("geometry", pa.binary()), ("crs", pa.string())]
    return pa.schema([*fields, ("line", pa.int32())])


def empty_table(declaration: Declaration) -> pa.Table:
    """A table without rows, so that a dataset that was never delivered is an empty table and not an error."""
    schema = cells_schema(declaration) if declaration.shape == "cells" else records_schema(declaration)
    return schema.empty_table()
