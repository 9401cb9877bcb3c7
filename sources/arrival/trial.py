"""Reads a file without landing it, to see what it would become."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from sources.arrival.folder import match_files
from sources.arrival.landing import Landing
from sources.errors import problem
from sources.readers.workbook import column_letters

SHOWN = 10


@dataclass(frozen=True)
class Trial:
    """What a file would become: its dataset, and some rows of the table with the place each comes from.

    `corrected` are cells that would land otherwise: place, what is printed there, what lands (nothing: the
    cell is missing), why.
    """

    dataset_id: str
    layout: str | None
    rows: int
    period: tuple[dt.date | None, dt.date | None]
    columns: tuple[str, ...]
    shown: tuple[tuple[str, tuple[str, ...]], ...]
    corrected: tuple[tuple[str, str, str, str], ...]


def try_file(landing: Landing, file: Path, dataset_id: str | None = None) -> Trial:
    """Read a file as the dataset it says it is, or as the one named; rows are taken from all over it.

    It is judged as when it lands, by the areas that the landing folder knows.

    Raises:
        SourceError: no dataset takes the file, or it is not as declared.
        KeyError: there is no dataset of that id.
    """
    catalog = landing.catalog
    if dataset_id is None:
        dataset_id = match_files(catalog, (file,)).dataset_id
        if dataset_id is None:
            raise problem("not_declared", file.name)
    elif dataset_id not in catalog:
        raise KeyError(f"there is no dataset {dataset_id!r}; `planstat sources list` names them")
    declaration = catalog[dataset_id]
    reading = landing.read(declaration, file)
    table = reading.table
    step = max(table.num_rows // SHOWN, 1)
    rows = table.take(list(range(0, table.num_rows, step))[:SHOWN]).to_pylist()
    names = [name for name in table.column_names if name not in ("line", "column_no", "geometry")]
    filled = tuple(name for name in names if any(row[name] is not None for row in rows))
    is_sheet = declaration.format.kind in ("workbook", "form") and file.suffix.lower() != ".csv"
    return Trial(
        dataset_id=dataset_id,
        layout=reading.layout,
        rows=reading.row_count,
        period=reading.period(declaration),
        columns=filled,
        shown=tuple(
            (
                _place(row["line"], row.get("column_no"), is_sheet=is_sheet),
                tuple("" if row[name] is None else str(row[name]) for name in filled),
            )
            for row in rows
        ),
        corrected=tuple(
            (
                _place(one.line, one.column_no, is_sheet=is_sheet),
                one.printed,
                one.correction.text,
                one.correction.reason,
            )
            for one in reading.corrected
            if one.is_applied
        ),
    )


def _place(line: int, column: int | None, *, is_sheet: bool) -> str:
    """`B17` of a sheet, else `line 17, column 2`."""
    if column is None:
        return f"line {line}"
    return f"{column_letters(column)}{line}" if is_sheet else f"line {line}, column {column}"
