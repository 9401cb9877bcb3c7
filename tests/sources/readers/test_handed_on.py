"""Files that others stored anew or made from a publisher's: read as declared, told as what they are."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sources.declared.catalogue import Catalog
from sources.declared.describe import describe
from sources.readers.reading import reader_of

RESAVED = "01-genesis-regio/genesis-online-classic/12411-0018-resaved/12411-0018.csv"
LONG_FORM = "01-genesis-regio/population/12411-02-03-4-derivative-2023-2024/fact_bevoelkerung_2023_2024.csv"


def read(catalog: Catalog, dataset: str, file: Path) -> pa.Table:
    declaration = catalog[dataset]
    return reader_of(declaration).read(catalog, declaration, file).table


def total(table: pa.Table, **wanted: str) -> int:
    for column, value in wanted.items():
        table = table.filter(pc.equal(table[column].cast(pa.string()), value))
    numbers = [text for text in table["value_text"].to_pylist() if text != "-"]
    return sum(map(int, numbers))


@pytest.mark.real_files
def test_lost_zeros_come_back_and_the_parts_give_the_population(catalog: Catalog, more: Path) -> None:
    table = read(catalog, "12411-0018", more / RESAVED)
    assert set(pc.utf8_length(table["area_code"].cast(pa.string())).to_pylist()) == {5}
    assert total(table) == 83_166_711, "as the register of municipalities has it for 31.12.2019"
    assert total(table, area_code="01001") == 90_164


@pytest.mark.real_files
def test_an_empty_field_of_a_long_form_is_no_cell(catalog: Catalog, more: Path) -> None:
    table = read(catalog, "12411-langform-derivative", more / LONG_FORM)
    assert "" not in table["value_text"].to_pylist()
    of_germany = {"area_code": "DG", "sex": "_T", "age_group": "_T"}
    assert total(table, **of_germany, time_text="2023") == 83_456_045
    assert total(table, **of_germany, time_text="2024") == 83_577_140
    for year in ("2023", "2024"):
        groups = total(table, area_code="DG", sex="_T", time_text=year)
        assert groups == 2 * total(table, **of_germany, time_text=year)


def test_the_source_note_says_what_was_done(catalog: Catalog) -> None:
    handed_on = [one for one in map(catalog.__getitem__, catalog) if one.handed_on]
    assert {one.id for one in handed_on} >= {"12411-0018", "12411-langform-derivative"}
    for declaration in handed_on:
        assert declaration.handed_on is not None
        note = catalog.licence(declaration).attribution
        assert note.endswith(declaration.handed_on.what_de)
        assert note.startswith("©") or "Berlin" in note
        assert declaration.handed_on.kind in describe(catalog, declaration.id)
