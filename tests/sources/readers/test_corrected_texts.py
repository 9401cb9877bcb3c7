"""A wrong text is read as a person says and an impossible number is set aside alone, whatever the format."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.text_corrections import MAX_IMPOSSIBLE, READERS, TextCorrection
from sources.declared.vocabulary import TOTAL
from sources.errors import SourceError
from sources.readers.reading import Reading, reader_of
from sources.twins import genesis_flat as flat
from sources.twins import render
from sources.twins.inventing import invent

TABLES = {
    "genesis_table": "12411-02-03-4",
    "genesis_flat": "12531-0040",
    "delimited": "ba-sgb2-eckwerte-kreise",
    "workbook": "inkar-arbeitslosigkeit",
}
KINDS = pytest.mark.parametrize("kind", sorted(TABLES))
ROW = 5


def invented(catalog: Catalog, kind: str, areas: int = 20) -> tuple[Declaration, pa.Table]:
    """A table of this format with some invented figures."""
    declaration = catalog[TABLES[kind]]
    make = flat.invent if kind == "genesis_flat" else invent
    return declaration, make(catalog, declaration, areas=areas, seed=3)


def with_texts(table: pa.Table, texts: Mapping[int, str]) -> pa.Table:
    """The table with other texts in some rows."""
    values = [texts.get(row, text) for row, text in enumerate(table.column("value_text").to_pylist())]
    at = table.schema.get_field_index("value_text")
    return table.set_column(at, "value_text", pa.array(values, pa.string()))


def correction(declaration: Declaration, cell: Mapping[str, Any], expected: str, text: str) -> TextCorrection:
    """The correction that names a cell."""
    codes = sorted((name, cell[name]) for name in declaration.dimensions if cell[name] != TOTAL)
    return TextCorrection(
        correction_id="one", dataset_id=declaration.id, area_code=cell["area_code"],
        time_text=cell["time_text"], measure=cell["measure"], dimensions=tuple(codes),
        expected_text=expected, text=text, reason="nachgefragt", person="A. Muster",
        corrected_on=dt.date(2027, 1, 31),
    )  # fmt: skip


def read(catalog: Catalog, declaration: Declaration, table: pa.Table, folder: Path) -> Reading:
    """Write the cells as the publisher does, and read them."""
    file = render(catalog, declaration, table).write(folder)[0]
    return reader_of(declaration).read(catalog, declaration, file)


def key(declaration: Declaration, cell: Mapping[str, Any]) -> tuple[object, ...]:
    names = ("area_code", "time_text", "measure", *declaration.dimensions)
    return tuple(cell[name] for name in names)


def figures(declaration: Declaration, table: pa.Table) -> dict[tuple[object, ...], object]:
    return {key(declaration, cell): cell["value_text"] for cell in table.to_pylist()}


def written(reading: Reading, folder: Path) -> pa.Table:
    """What lands: a large file is read a second time for that."""
    reading.write(folder / "cells.parquet")
    return pq.read_table(folder / "cells.parquet")


def test_every_format_that_corrects_is_tried() -> None:
    assert set(TABLES) == READERS


@KINDS
def test_a_text_is_read_as_the_correction_says(catalog: Catalog, kind: str, tmp_path: Path) -> None:
    declaration, table = invented(catalog, kind)
    cell = table.to_pylist()[ROW]
    wrong = with_texts(table, {ROW: "4?7"})
    with pytest.raises(SourceError) as refused:
        read(catalog, declaration, wrong, tmp_path)
    assert refused.value.code == "bad_value"
    known = replace(catalog, text_corrections=(correction(declaration, cell, "4?7", "47"),))
    reading = read(known, declaration, wrong, tmp_path)
    expected = figures(declaration, with_texts(table, {ROW: "47"}))
    assert figures(declaration, reading.table) == expected
    assert figures(declaration, written(reading, tmp_path)) == expected
    (found,) = reading.corrected
    assert (found.printed, found.is_applied) == ("4?7", True)
    (landed,) = [one for one in reading.table.to_pylist() if key(declaration, one) == key(declaration, cell)]
    assert (found.line, found.column_no) == (landed["line"], landed["column_no"])


@KINDS
def test_a_mended_source_is_said(catalog: Catalog, kind: str, tmp_path: Path) -> None:
    declaration, table = invented(catalog, kind)
    table = with_texts(table, {ROW: "48"})
    known = replace(catalog, text_corrections=(correction(declaration, table.to_pylist()[ROW], "4?7", "47"),))
    reading = read(known, declaration, table, tmp_path)
    assert figures(declaration, reading.table) == figures(declaration, table)
    assert [(one.printed, one.is_applied) for one in reading.corrected] == [("48", False)]


@KINDS
def test_an_impossible_number_is_set_aside_alone(catalog: Catalog, kind: str, tmp_path: Path) -> None:
    declaration, table = invented(catalog, kind)
    cell = table.to_pylist()[ROW]
    reading = read(catalog, declaration, with_texts(table, {ROW: "-56"}), tmp_path)
    expected: dict[tuple[object, ...], object] = figures(declaration, table)
    expected[key(declaration, cell)] = None
    assert figures(declaration, reading.table) == expected
    assert figures(declaration, written(reading, tmp_path)) == expected
    (found,) = reading.corrected
    assert (found.printed, found.correction.text, found.correction.person) == ("-56", "", "planstat")
    assert found.correction.area_code == cell["area_code"]


@KINDS
def test_many_impossible_numbers_refuse_the_file(catalog: Catalog, kind: str, tmp_path: Path) -> None:
    declaration, table = invented(catalog, kind)
    measures = table.column("measure").to_pylist()
    rows = [row for row, name in enumerate(measures) if name == measures[0]]
    assert len(rows) > MAX_IMPOSSIBLE
    with pytest.raises(SourceError) as refused:
        read(
            catalog,
            declaration,
            with_texts(table, dict.fromkeys(rows[: MAX_IMPOSSIBLE + 1], "-5")),
            tmp_path,
        )
    assert refused.value.code == "bad_value"


def test_an_office_fills_its_form_in_again(catalog: Catalog, tmp_path: Path) -> None:
    declaration = catalog["kita-plaetze"]
    table = with_texts(invent(catalog, declaration, areas=2, seed=3), {0: "-5"})
    with pytest.raises(SourceError) as refused:
        read(catalog, declaration, table, tmp_path)
    assert refused.value.code == "bad_value"
