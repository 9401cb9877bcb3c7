"""Picks the twin of a declaration's format and names the file as its publisher does."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration


@dataclass(frozen=True)
class Twin:
    """The files of one delivery: name and bytes, the main file first."""

    files: dict[str, bytes]

    @property
    def content(self) -> bytes:
        """Bytes of the main file."""
        return next(iter(self.files.values()))

    def write(self, folder: Path) -> list[Path]:
        """Write all files into `folder`; returns their paths, the main file first."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for name, content in self.files.items():
            paths.append(folder / name)
            paths[-1].write_bytes(content)
        return paths


def render(
    catalog: Catalog,
    declaration: Declaration,
    table: pa.Table,
    *,
    seed: int = 0,
    quirks: Collection[str] = (),
    **options: Any,
) -> Twin:
    """Write a dataset in its publisher's wire format.

    Args:
        table: cells or records as its reader returns them (`line` and `column_no` are not looked at).
            Cells of a classic table must fill its header: every header column for every row.
        seed: chooses among wordings that mean the same (0: always the newest) and where a quirk strikes.
        quirks: names from `sources.twins.quirks`.
        options: of the format's twin, e.g. `layout` of a classic table.

    Raises:
        ValueError: the table cannot be written in this format, or a quirk is unknown to it.
    """
    writer = import_module(f"sources.twins.{declaration.format.kind}")
    contents: bytes | Mapping[str, bytes] = writer.render(
        catalog, declaration, table, seed=seed, quirks=frozenset(quirks), **options
    )
    name = file_name(declaration, table)
    if isinstance(contents, bytes):
        return Twin({name: contents})
    stem = Path(name).stem
    return Twin({stem + suffix: content for suffix, content in contents.items()})


def file_name(declaration: Declaration, table: pa.Table | None = None) -> str:
    """A name that the declaration's first file pattern recognises: `12411-01-01-4.csv`, `VG2500_KRS.shp`;
    where the name says the time of a table, that of its first cell.
    """
    said = getattr(declaration.format, "file_name", None)
    if said and "{time}" in said and table is not None:
        return str(said).replace("{time}", table["time_text"][0].as_py())
    return re.sub(r"\.\*$", ".shp", re.sub(r"\*(?!$)", "", declaration.file_patterns[0]))
