"""Files of recent years that are no classic table, against figures that a person finds in them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
import xlsxwriter

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.readers import workbook
from sources.readers.reading import SourceError, reader_of

ELECTIONS = "03-ba-and-strukturdaten/bundeswahlleiterin-btw{year}-kreis/btw{year}kreis.csv"
EMPLOYEES = "03-ba-and-strukturdaten/ba-svb-kreise-merkmale-2021-06/svb-kreise-merkmale-d-0-202106-xlsx.xlsx"
FOREIGNERS = "01-genesis-regio/genesis-online-xlsx/12521-0040/12521-0040-KREISE.xlsx"
REGISTER = "07-geo-keys/gv-isys-04-kreise/{year}/04-kreise.xlsx"


def read(catalog: Catalog, dataset: str, file: Path) -> pa.Table:
    declaration = catalog[dataset]
    return reader_of(declaration).read(catalog, declaration, file).table


@pytest.mark.real_files
def test_a_row_without_a_code_is_told_by_its_name(catalog: Catalog, more: Path) -> None:
    cells = read(catalog, "btw2017-kreise", more / ELECTIONS.format(year=2017)).to_pylist()
    germany = {cell["measure"]: cell["value_text"] for cell in cells if cell["area_code"] == "DG"}
    assert germany == {"entitled": "61688485", "voters": "46976341"}
    for measure, whole in germany.items():
        parts = [int(cell["value_text"]) for cell in cells if cell["measure"] == measure]
        assert sum(parts) == 2 * int(whole), "the Kreise give Germany"
    later = read(catalog, "btw2025-kreise", more / ELECTIONS.format(year=2025))
    assert len(set(later["area_code"].to_pylist())) == 401


@pytest.mark.real_files
def test_employees_where_they_live(catalog: Catalog, more: Path) -> None:
    rows = read(catalog, "svb-kreise-merkmale-wohnort", more / EMPLOYEES).to_pylist()
    by_name = {(row["area_name"], row["area_code"]): row for row in rows}
    assert by_name["Deutschland (Wohnort)", None]["total"] == "33538976"
    kreise = [int(row["total"]) for row in rows if row["area_code"] and len(row["area_code"]) == 5]
    assert (len(kreise), sum(kreise)) == (401, 33_538_976), "Eisenach was free until the day after"
    assert {row["time_text"] for row in rows} == {"202106"}


@pytest.mark.real_files
def test_notes_below_a_sheet_are_no_rows(catalog: Catalog, more: Path) -> None:
    declaration = catalog["12521-0040"]
    reading = reader_of(declaration).read(catalog, declaration, more / FOREIGNERS)
    assert reading.table.num_rows == 476
    assert "Saarlouis" in (reading.notes or "")


@pytest.mark.real_files
@pytest.mark.parametrize(("year", "persons"), [(2018, 83_019_213), (2019, 83_166_711), (2021, 83_237_124)])
def test_kreise_of_the_register_give_germany(catalog: Catalog, more: Path, year: int, persons: int) -> None:
    rows = read(catalog, "gv-isys-kreise", more / REGISTER.format(year=year)).to_pylist()
    kreise = [int(row["persons"]) for row in rows if row["area_code"] and len(row["area_code"]) == 5]
    assert sum(kreise) == persons
    assert {row["time_text"] for row in rows} == {f"31.12.{year}"}


def small(catalog: Catalog, **changes: object) -> Declaration:
    """A sheet of two columns."""
    form = {"kind": "workbook", "shape": "records", "sheet": "Tabelle", **changes}
    return Declaration.model_validate(
        {
            "id": "small", "title_de": "Klein", "title_en": "Small", "publisher": "destatis",
            "each_row_is": "one area", "cadence": {"every": "year"},
            "reference_time": {"kind": "stock", "text": "none", "fixed": "2024-12-31"}, "format": form,
            "columns": [
                {"name": "code", "source": "Code", "title_de": "Code", "title_en": "Code", "required": True},
                {"name": "count", "source": "Zahl", "title_de": "Zahl", "title_en": "Count"},
            ],
        }
    )  # fmt: skip


def sheet(path: Path, rows: list[list[object]]) -> Path:
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("Tabelle")
    for number, row in enumerate([["Code", "Zahl"], *rows]):
        page.write_row(number, 0, row)
    book.close()
    return path


def test_a_trailer_ends_the_table_without_an_empty_row(catalog: Catalog, tmp_path: Path) -> None:
    path = sheet(tmp_path / "a.xlsx", [["01001", 5], ["", "© Amt"], ["1) Anmerkung", ""]])
    reading = workbook.read(catalog, small(catalog, trailer="©"), path)
    assert [row["code"] for row in reading.table.to_pylist()] == ["01001"]
    assert reading.notes == "© Amt\n1) Anmerkung"
    with pytest.raises(SourceError):
        workbook.read(catalog, small(catalog), path)


def test_links_of_a_template_are_left_alone_where_declared(catalog: Catalog, tmp_path: Path) -> None:
    path = sheet(tmp_path / "b.xlsx", [["01001", 5]])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")
    with pytest.raises(SourceError, match="links"):
        workbook.read(catalog, small(catalog), path)
    assert workbook.read(catalog, small(catalog, links="leave_alone"), path).table.num_rows == 1
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    with pytest.raises(SourceError, match="macros"):
        workbook.read(catalog, small(catalog, links="leave_alone"), path)
