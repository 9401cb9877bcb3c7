"""Workbooks: header anywhere, merged cells, faithful numbers; what a table never is gets refused."""

from __future__ import annotations

import datetime as dt
import resource
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.readers import workbook
from sources.readers.reading import Reading, SourceError


def _column(name: str, source: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "source": source, "title_de": name, "title_en": name, **more}


def declare(**changes: Any) -> Declaration:
    """A small register of schools whose header has two lines, one of them merged."""
    return Declaration.model_validate(
        {
            "id": "schools",
            "title_de": "Schulen",
            "title_en": "Schools",
            "publisher": "destatis",
            "each_row_is": "one school",
            "cadence": {"every": "year"},
            "reference_time": {"kind": "stock", "text": "none", "fixed": "2024-10-15"},
            "format": {"kind": "workbook", "shape": "records", "sheet": "Schulen {year}", "header_lines": 2},
            "columns": [
                _column("code", "Nr.", key=True),
                _column("name", "Schule > Name", required=True),
                _column("pupils", "Schule > Kinder am {day}", pattern="[0-9]+([.][0-9]+)?"),
                _column("counted_on", "{day}"),
                _column("year", "{year}"),
            ],
            **changes,
        }
    )


def write(path: Path, rows: list[list[object]], *, top: int = 3, sheet: str = "Schulen 2024") -> Path:
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet(sheet)
    page.write_string(0, 0, "Verzeichnis der Schulen")
    page.merge_range(top, 0, top + 1, 0, "Nr.")
    page.merge_range(top, 1, top, 2, "Schule")
    page.write_string(top + 1, 1, "Name")
    page.write_string(top + 1, 2, "Kinder\n am 15.10.2024")
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    for row, line in enumerate(rows, start=top + 2):
        for column, value in enumerate(line):
            if isinstance(value, dt.date):
                page.write_datetime(row, column, dt.datetime.combine(value, dt.time()), day)
            elif value is not None:
                page.write(row, column, value)
    book.close()
    return path


def read(catalog: Catalog, path: Path, **changes: Any) -> Reading:
    return workbook.read(catalog, declare(**changes), path)


def refused(catalog: Catalog, path: Path, **changes: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(catalog, path, **changes)
    return caught.value


def test_reads_texts_numbers_and_what_placeholders_stand_for(catalog: Catalog, tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", [["001", "Nord", 120], ["002", "Süd", 80.5], ["003", "West", None]])
    rows = read(catalog, path).table.to_pylist()
    assert [row["pupils"] for row in rows] == ["120", "80.5", None]
    assert rows[0] == {
        "code": "001", "name": "Nord", "pupils": "120", "counted_on": "15.10.2024", "year": "2024", "line": 6,
    }  # fmt: skip


def test_notes_below_an_empty_line_are_kept(catalog: Catalog, tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.xlsx", [["001", "Nord", 1], [], ["Quelle: Schulamt"], ["1) ohne Förderschulen"]]
    )
    reading = read(catalog, path)
    assert reading.table.num_rows == 1
    assert reading.notes == "Quelle: Schulamt\n1) ohne Förderschulen"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7.0, "7"),
        (0.1, "0.1"),
        (56.73, "56.73"),
        (1e-7, "0.0000001"),
        (-0.0, "0"),
        (123456789012.0, "123456789012"),
        (True, "true"),
        (dt.date(2024, 2, 29), "2024-02-29"),
        (" 01 ", " 01 "),
        (None, ""),
    ],
)
def test_text_of_a_cell(value: object, text: str) -> None:
    assert workbook.text(value) == text


def test_columns_are_named_as_excel_does() -> None:
    assert [workbook.column_letters(number) for number in (1, 26, 27, 702, 703)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
    ]


def test_a_header_that_differs_is_named_with_its_cell(catalog: Catalog, tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", [["001", "Nord", 1]])
    columns = declare().model_dump(mode="json")["columns"]
    columns[2]["source"] = "Schule > Plätze am {day}"
    error = refused(catalog, path, columns=columns)
    assert "cell C5 of sheet 'Schulen 2024'" in str(error)
    assert "Plätze" in error.what
    assert "Kinder am 15.10.2024" in error.what


@pytest.mark.parametrize(
    ("rows", "cell", "says"),
    [
        ([["001", "Nord", 1], ["002", None, 2]], "B7", "is empty"),
        ([["001", "Nord", 1], ["002", "Süd", "viele"]], "C7", "'viele'"),
        ([["001", "Nord", 1], ["001", "Süd", 2]], "A7", "repeats the key 001 of line 6"),
        ([["001", "Nord", 1, "mehr"]], "D6", "right of the last declared column"),
        ([["001", "Nord", 1], [], ["002", "Süd", 2]], "C8", "below the end of the table"),
    ],
)
def test_a_wrong_cell_is_named(
    catalog: Catalog, tmp_path: Path, rows: list[list[object]], cell: str, says: str
) -> None:
    error = refused(catalog, write(tmp_path / "a.xlsx", rows))
    assert f"cell {cell} of sheet" in str(error)
    assert says in error.what


def test_another_sheet_is_refused(catalog: Catalog, tmp_path: Path) -> None:
    error = refused(catalog, write(tmp_path / "a.xlsx", [["001", "Nord", 1]], sheet="Lehrkräfte"))
    assert "'Lehrkräfte'" in error.what


def test_an_absurdly_wide_sheet_is_refused_before_it_is_read(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("Schulen 2024")
    page.write_string(1_048_575, 16_383, "!")
    book.close()
    started = time.monotonic()
    assert "1048576 x 16384" in refused(catalog, path).what
    assert time.monotonic() - started < 5


def test_no_workbook_at_all(catalog: Catalog, tmp_path: Path) -> None:
    for content in (b"PK\x03\x04 cut", b"a;b\n1;2\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)):
        path = tmp_path / "a.xlsx"
        path.write_bytes(content)
        assert "no readable Excel workbook" in refused(catalog, path).what


@pytest.mark.real_files
def test_census_of_2022(catalog: Catalog, shared_data: Path) -> None:
    folder = shared_data / "02-zensus" / "zensus2022-regionaltabelle-bevoelkerung"
    started = time.monotonic()
    reading = workbook.read(
        catalog, catalog["zensus2022-bevoelkerung"], folder / "Regionaltabelle_Bevoelkerung.xlsx"
    )
    assert time.monotonic() - started < 3 * 3  # 3 s on an idle machine
    cells = {
        (cell["area_code"], cell["region_level"], cell["measure"]): cell["value_text"]
        for cell in reading.table.to_pylist()
    }
    assert len(cells) == reading.table.num_rows == 2 * 12_441
    assert cells["00", "Bund (mit Deutschen im Ausland)", "persons_census"] == "82719540"
    assert cells["00", "Bund (mit Deutschen im Ausland)", "persons_bfs"] == "–"
    assert cells["010020000000", "Gemeinde", "persons_census"] == "249132"
    assert set(reading.table["time_text"].to_pylist()) == {"20220515"}


@pytest.mark.real_files
def test_register_of_municipalities(catalog: Catalog, shared_data: Path) -> None:
    folder = shared_data / "07-geo-keys" / "gv-isys-AuszugGV2QAktuell-2024Q2"
    reading = workbook.read(catalog, catalog["gv-isys"], folder / "AuszugGV2QAktuell.xlsx")
    rows = reading.table.to_pylist()
    kinds = ("10", "20", "30", "40", "50", "60")
    counts = [sum(row["satzart"] == kind for row in rows) for kind in kinds]
    assert counts == [16, 29, 12, 400, 4596, 10959]
    flensburg = next(row for row in rows if row["name"] == "Flensburg, Stadt" and row["satzart"] == "60")
    assert (flensburg["area_sqkm"], flensburg["population"], flensburg["lon"]) == (
        "56.73",
        "92550",
        "9,43751",
    )
    assert (flensburg["territory_date"], flensburg["population_date"]) == ("30.06.2024", "31.12.2022")
    assert sum(int(row["population"] or 0) for row in rows) == 84_349_751
    assert "GV-ISys" in (reading.notes or "")


LARGE = (256 << 20) + 12_345


def repacked(path: Path, change: Any) -> Path:
    """The same workbook with its parts changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "part", ["xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml", "xl/macrosheets/a.xml"]
)
def test_macros_and_links_to_other_files_are_refused(catalog: Catalog, tmp_path: Path, part: str) -> None:
    path = write(tmp_path / "a.xlsx", [["001", "Nord", 1]])
    error = refused(catalog, repacked(path, lambda parts: parts.update({part: b"x"})))
    assert error.code == "macros"
    assert part in error.sentence_de


def test_a_formula_is_named_with_its_cell_in_both_languages(catalog: Catalog, tmp_path: Path) -> None:
    error = refused(catalog, write(tmp_path / "a.xlsx", [["001", "Nord", "=1+1"]]))
    assert error.code == "formula"
    assert "Zelle C6 im Blatt 'Schulen 2024': Eine Zelle enthält eine Formel" in error.sentence_de
    assert "cell C6 of sheet 'Schulen 2024': a cell holds a formula" in error.sentence_en


def test_a_workbook_that_lies_about_its_size_is_refused_before_it_fills_the_memory(
    catalog: Catalog, tmp_path: Path
) -> None:
    """256 MiB of shared strings, of which the archive says that they are 100 bytes."""
    path = write(tmp_path / "a.xlsx", [["001", "Nord", 1]])
    repacked(path, lambda parts: parts.update({"xl/sharedStrings.xml": bytes(LARGE)}))
    content = path.read_bytes()
    assert content.count(LARGE.to_bytes(4, "little")) == 2
    path.write_bytes(content.replace(LARGE.to_bytes(4, "little"), (100).to_bytes(4, "little")))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refused(catalog, path).code == "no_workbook"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10, "KiB"


def test_merged_ranges_may_reach_anywhere(catalog: Catalog, tmp_path: Path) -> None:
    """Beyond the cells that there are, and over the whole sheet: no error, and no hour of work."""
    path = write(tmp_path / "a.xlsx", [["001", "Nord", 1]])
    sheet = "xl/worksheets/sheet1.xml"
    merged = b'<mergeCell ref="B4:C4"/><mergeCell ref="XFC9:XFD1048576"/><mergeCell ref="A6:XFD1048576"/>'
    repacked(
        path, lambda parts: parts.update({sheet: parts[sheet].replace(b'<mergeCell ref="B4:C4"/>', merged)})
    )
    started = time.monotonic()
    assert read(catalog, path).table.num_rows == 1
    assert time.monotonic() - started < 5


def test_an_unknown_encoding_inside_is_refused(catalog: Catalog, tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", [["001", "Nord", 1]])
    book = "xl/workbook.xml"
    repacked(path, lambda parts: parts.update({book: parts[book].replace(b"UTF-8", b"UT-8")}))
    assert refused(catalog, path).code == "no_workbook"
