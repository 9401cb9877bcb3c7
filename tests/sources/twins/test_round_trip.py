"""Reading a twin gives back exactly what was put in, for every declared dataset."""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unicodedata import normalize

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.formats import GenesisTable
from sources.declared.notation import Notation
from sources.readers.reading import cells_schema, reader_of, records_schema
from sources.twins import render
from sources.twins.inventing import frame, invent, invent_areas, invent_times, invent_value
from tests.profiles import tried

CENSUS = "zensus2022-bevoelkerung"
FLAT = ("genesis_table", "workbook", "delimited", "form")
QUIET = tried(12, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read_back(catalog: Catalog, declaration: Declaration, table: pa.Table, **options: Any) -> pa.Table:
    with TemporaryDirectory() as folder:
        file = render(catalog, declaration, table, **options).write(Path(folder))[0]
        return reader_of(declaration).read(catalog, declaration, file).table.cast(table.schema)


def without_place(table: pa.Table) -> pa.Table:
    return table.drop_columns([name for name in ("line", "column_no") if name in table.column_names])


def layouts(declaration: Declaration) -> list[str | None]:
    form = declaration.format
    return [layout.id for layout in form.layouts] if isinstance(form, GenesisTable) else [None]


def test_every_table_in_every_layout(catalog: Catalog) -> None:
    for declaration in catalog.values():
        if declaration.shape != "cells" or declaration.format.kind not in FLAT:
            continue
        for layout in layouts(declaration):
            options = {"layout": layout} if layout else {}
            table = invent(catalog, declaration, areas=3, seed=7, layout=layout)
            back = read_back(catalog, declaration, table, seed=3, **options)
            assert without_place(back).equals(without_place(table)), (declaration.id, layout)


NAMES = st.text(alphabet="aäöüßÉ ,()-./;\"'&®é", min_size=0, max_size=12).map(lambda text: "X" + text + "y")


@pytest.mark.parametrize("dataset_id", ["12411-01-01-4", "12411-03-03-4", "21111-01-03-4", CENSUS])
@QUIET
@given(data=st.data())
def test_any_figures_and_names(catalog: Catalog, dataset_id: str, data: st.DataObject) -> None:
    declaration = catalog[dataset_id]
    layout = data.draw(st.sampled_from(layouts(declaration)))
    codes = data.draw(
        st.lists(
            st.sampled_from(invent_areas(60, declaration.area_levels)), min_size=1, max_size=4, unique=True
        )
    )
    areas = [(code, data.draw(st.sampled_from(["", "  ", "      "])) + data.draw(NAMES)) for code, _ in codes]
    in_title = layout == "2017" and dataset_id == "21111-01-03-4"
    times = invent_times(declaration, 1 if in_title or layout is None else data.draw(st.integers(1, 3)))
    cells = frame(catalog, declaration, areas=areas, times=times, layout=layout)
    notation = Notation(catalog.dialect(declaration), "." if layout is None else ",")
    dice = random.Random(data.draw(st.integers(0, 2**32)))
    for cell in cells:
        cell["value_text"] = invent_value(declaration.measures[cell["measure"]], notation, dice)
    table = pa.Table.from_pylist(cells, schema=cells_schema(declaration))
    options: dict[str, Any] = {"seed": data.draw(st.integers(0, 3))}
    if layout:
        quirks = data.draw(st.sampled_from([(), ("crlf",), ("bom",), ("cp1252",), ("new_first_line",)]))
        options |= {"layout": layout, "quirks": quirks}
    back = read_back(catalog, declaration, table, **options)
    assert without_place(back).equals(without_place(table))


LETTERS = st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"))
WORDS = st.text(alphabet=LETTERS, min_size=1, max_size=20)
ENTRIES = st.tuples(st.integers(0, 10**12 - 1), WORDS, WORDS)
PLACES = st.tuples(st.integers(0, 999), WORDS.filter(str.strip), st.integers(0, 10**7), st.integers(0, 10**6))


@QUIET
@given(rows=st.lists(ENTRIES, min_size=1, max_size=8, unique_by=lambda entry: entry[0]))
def test_any_code_list(catalog: Catalog, rows: list[tuple[int, str, str]]) -> None:
    declaration = catalog["regionalschluessel-xoev"]
    records = [
        {"schluessel": f"{code:012d}", "bezeichnung": name, "hinweis": note, "version": "2023-07-31"}
        for code, name, note in rows
    ]
    table = pa.Table.from_pylist(records, schema=records_schema(declaration))
    back = read_back(catalog, declaration, table)
    assert without_place(back).equals(without_place(table))
    assert back["line"].to_pylist() == list(range(1, len(rows) + 1))


@QUIET
@given(rows=st.lists(PLACES, min_size=1, max_size=8, unique_by=lambda place: place[0]))
def test_any_register(catalog: Catalog, rows: list[tuple[int, str, int, int]]) -> None:
    declaration = catalog["gv-isys"]
    same = {"satzart": "60", "land": "01", "rb": "0", "kreis": "51", "vb": "0011", "lon": "9,43751"}
    same |= {"territory_date": "30.06.2024", "time_text": "30.06.2024", "population_date": "31.12.2022"}
    records = [
        {
            **same,
            "gem": f"{code:03d}",
            "name": name,
            "area_sqkm": f"{hectares // 100}.{hectares % 100:02d}".rstrip("0").rstrip("."),
            "population": str(people),
        }
        for code, name, people, hectares in rows
    ]
    table = pa.Table.from_pylist(records, schema=records_schema(declaration))
    edition = {"territory_quarter": "2", "attribute_date": "31.12.2023", "sheet_date": "30062024"}
    back = read_back(catalog, declaration, table, placeholders=edition)
    composed = [{**record, "name": normalize("NFC", record["name"])} for record in records]
    expected = pa.Table.from_pylist(composed, schema=table.schema)
    assert without_place(back).equals(without_place(expected)), "letters come out as one sign"
