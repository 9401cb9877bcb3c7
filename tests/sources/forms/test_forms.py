"""Forms to hand out: generated from the declaration, and read back by it when filled in."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest

from sources.declared.catalogue import Catalog, load_catalog
from sources.forms import blank
from sources.readers.reading import SourceError, reader_of
from sources.twins import render
from sources.twins.inventing import invent

FORMS = [declaration.id for declaration in blank.forms(load_catalog())]
HZE = "hilfen-zur-erziehung"
HZE_LINE = ["2025", "990010000101", "Altstadt-Nord", "§ 33 Vollzeitpflege", "3 bis unter 6 Jahre", "weiblich"]


def test_the_forms_of_the_town(catalog: Catalog) -> None:
    assert set(FORMS) >= {
        "gebietsgliederung", "bevoelkerung-kleinraeumig", HZE, "gefaehrdungseinschaetzungen", "inobhutnahmen",
        "kita-plaetze", "sgb2-kleinraeumig", "sgb12-kleinraeumig", "einschulungen", "schuluebergaenge",
        "integration-zuwanderung", "integration-kurse", "schuelerzahlen", "ganztag", "engagement",
        "einbuergerungen", "familiengericht", "jugendhilfe-ausgaben", "wohnungslose", "zielwerte",
    }  # fmt: skip


@pytest.mark.parametrize("dataset_id", FORMS)
def test_the_empty_form(catalog: Catalog, dataset_id: str, tmp_path: Path) -> None:
    """Header, lists and instructions are those of the declaration; without an entry it is refused."""
    declaration = catalog[dataset_id]
    given = blank.columns(catalog, declaration)
    xlsx, text, *_ = blank.write_forms(catalog, declaration, tmp_path)
    book = openpyxl.load_workbook(xlsx)
    page = book[declaration.format.sheet]  # type: ignore[union-attr]
    headers = [column.header for column in given]
    assert [cell.value for cell in page[1]] == headers
    assert next(csv.reader(io.StringIO(text.read_text("utf-8-sig")), delimiter=";")) == headers
    lists = {
        min(area.min_col for area in rule.sqref.ranges): rule for rule in page.data_validations.dataValidation
    }
    for number, column in enumerate(given, start=1):
        if column.choices:
            sheet, _, area = lists[number].formula1.partition("!")
            chosen = [row[0].value for row in book[sheet][area.replace("$", "")]] if ":" in area else []
            assert tuple(chosen) == column.choices
        elif column.number:
            assert lists[number].type == "custom"
    guide = "\n".join(str(cell) for row in book["Anleitung"].values for cell in row if cell)
    assert declaration.form is not None
    shown = [column.header for column in given if column.example or column.choices]
    strict = [column.source for column in declaration.columns if column.pattern or column.code_list]
    assert set(strict) <= set(shown), "who fills it in sees how an entry is written that must match a pattern"
    for words in (dataset_id, declaration.form.filled_in_by, *declaration.form.how, *headers):
        assert words in guide
    for file in (xlsx, text):
        with pytest.raises(SourceError) as refused:
            reader_of(declaration).read(catalog, declaration, file)
        assert refused.value.code == "no_rows"
    assert blank.workbook(catalog, declaration) == xlsx.read_bytes()


@pytest.mark.parametrize("dataset_id", [one for one in FORMS if load_catalog()[one].shape == "cells"])
def test_csv_and_workbook_say_the_same(catalog: Catalog, dataset_id: str, tmp_path: Path) -> None:
    declaration = catalog[dataset_id]
    table = invent(catalog, declaration, areas=2, seed=4)
    readings = []
    for as_csv in (False, True):
        (file,) = render(catalog, declaration, table, as_csv=as_csv).write(tmp_path)
        readings.append(reader_of(declaration).read(catalog, declaration, file).table)
    assert readings[0].equals(readings[1])
    assert readings[0].num_rows == table.num_rows


def filled(catalog: Catalog, folder: Path, values: list[object], dataset_id: str = HZE) -> Path:
    """The empty form with one line typed in as a person would."""
    declaration = catalog[dataset_id]
    xlsx, *_ = blank.write_forms(catalog, declaration, folder)
    book = openpyxl.load_workbook(xlsx)
    for column, value in enumerate(values, start=1):
        book[declaration.format.sheet].cell(2, column).value = value  # type: ignore[union-attr]
    book.save(xlsx)
    return xlsx


def test_a_form_typed_in_by_hand(catalog: Catalog, tmp_path: Path) -> None:
    file = filled(catalog, tmp_path, [*HZE_LINE, 3, 1, "-", "."])
    table = reader_of(catalog[HZE]).read(catalog, catalog[HZE], file).table
    assert table.column("value_text").to_pylist() == ["3", "1", "-", "."]
    first = table.slice(0, 1).to_pylist()[0]
    assert (first["youth_support"], first["age_group"], first["sex"]) == ("S33", "Y3T5", "F")
    assert (first["area_code"], first["time_text"], first["measure"]) == (
        "990010000101",
        "2025",
        "cases_begun",
    )


def test_a_date_cell_counts_as_the_date_it_shows(catalog: Catalog, tmp_path: Path) -> None:
    day = dt.date(2025, 12, 31)
    line: list[object] = [day, "99001000", "Musterstadt", "Stadt", None, dt.date(1975, 1, 1), None, None]
    file = filled(catalog, tmp_path, line, "gebietsgliederung")
    declaration = catalog["gebietsgliederung"]
    reading = reader_of(declaration).read(catalog, declaration, file)
    (row,) = reading.table.to_pylist()
    assert (row["time_text"], row["valid_from"], row["level"]) == ("31.12.2025", "01.01.1975", "CITY")
    assert reading.period(declaration) == (day, day)


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        (1, "25", "bad_time"),
        (2, "Altstadt", "no_area_code"),
        (4, "§ 33", "unknown_label"),
        (7, "drei", "bad_value"),
        (8, -1, "bad_value"),
        (9, 1.5, "bad_value"),
        (10, None, "bad_value"),
    ],
)
def test_a_wrong_entry_is_named_by_its_cell(
    catalog: Catalog, tmp_path: Path, column: int, value: object, code: str
) -> None:
    line: list[object] = [*HZE_LINE, 3, 1, 0, 2]
    line[column - 1] = value
    file = filled(catalog, tmp_path, line)
    with pytest.raises(SourceError) as refused:
        reader_of(catalog[HZE]).read(catalog, catalog[HZE], file)
    assert refused.value.code == code
    assert refused.value.cell == f"cell {'ABCDEFGHIJ'[column - 1]}2 of sheet 'Hilfen zur Erziehung'"


def test_a_formula_in_a_form_is_refused(catalog: Catalog, tmp_path: Path) -> None:
    file = filled(catalog, tmp_path, [*HZE_LINE, "=1+2", 1, 0, 2])
    with pytest.raises(SourceError, match="G2"):
        reader_of(catalog[HZE]).read(catalog, catalog[HZE], file)


def test_choices_stand_in_the_order_of_the_declaration() -> None:
    """Ages from young to old, whatever the order of the code list."""
    catalog = load_catalog()
    declaration = catalog["hilfen-zur-erziehung"]
    ages = next(column for column in blank.columns(catalog, declaration) if column.header == "Altersgruppe")
    codes = catalog.label_codes(declaration, "age_group")
    assert tuple(codes[label] for label in ages.choices) == declaration.dimensions["age_group"].codes
