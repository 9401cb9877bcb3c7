"""Workbooks of Excel 97 to 2003: an error or a formula, which calamine does not tell, is told by cell."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import openpyxl
import pytest

from sources.declared.catalogue import Catalog
from sources.readers import old_workbook, workbook
from sources.readers.reading import SourceError

LABEL, BOOL_ERR = 0x00FD, 0x0205
EARNINGS = "08-regionalatlas-inkar/inkar-xls/A_Bruttoverdienst/A_Bruttoverdienst.xls"


@pytest.fixture
def published(shared_data: Path, tmp_path: Path) -> Path:
    """A published workbook, to be changed."""
    return Path(shutil.copy(shared_data / EARNINGS, tmp_path / "A_Bruttoverdienst.xls"))


def with_error(file: Path, row: int, column: int, code: int) -> None:
    """Let a text of the sheet be an error: the record keeps its length."""
    content = bytearray(file.read_bytes())
    at = content.find(struct.pack("<HHHH", LABEL, 10, row, column))
    assert at > 0
    struct.pack_into("<H", content, at, BOOL_ERR)
    content[at + 10 : at + 12] = bytes((code, 1))
    file.write_bytes(content)


def test_a_published_workbook_hides_nothing(catalog: Catalog, published: Path) -> None:
    assert [list(old_workbook.hidden_cells(published, sheet)) for sheet in range(3)] == [[], [], []]
    assert workbook.read(catalog, catalog["inkar-bruttoverdienst"], published).table.num_rows == 402 * 16


@pytest.mark.parametrize(("code", "shown"), [(0x2A, "#N/A"), (0x07, "#DIV/0!"), (0x17, "#REF!")])
def test_an_error_of_an_old_workbook_is_told_with_its_cell(
    catalog: Catalog, published: Path, code: int, shown: str
) -> None:
    with_error(published, 4, 1, code)
    with pytest.raises(SourceError) as caught:
        workbook.read(catalog, catalog["inkar-bruttoverdienst"], published)
    assert f"the cell holds an error of Excel ({shown})" in caught.value.what
    assert caught.value.cell == "cell B5 of sheet 'Daten'"


def test_what_an_office_program_saves(tmp_path: Path) -> None:
    """Errors as results of formulas, formulas, and each sheet by itself."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice (soffice) is not installed here: apt-get install libreoffice-calc")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for number in range(400):
        sheet.append([f"{number:05}", f"Name {number}", number * 1.5])
    sheet["C7"], sheet["B9"], sheet["C10"] = "=1/0", "=NA()", "=C9*2"
    book.create_sheet("Zweites")["D4"] = "=1/0"
    book.create_sheet("Leer")
    book.save(tmp_path / "a.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--norestore", "--convert-to", "xls", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "a.xlsx")], check=True, capture_output=True, timeout=240)
    found = [list(old_workbook.hidden_cells(tmp_path / "a.xls", number)) for number in range(3)]
    assert found == [
        [
            old_workbook.Hidden(6, 2, "#DIV/0!"),
            old_workbook.Hidden(8, 1, "#N/A"),
            old_workbook.Hidden(9, 2, None),
        ],
        [old_workbook.Hidden(3, 3, "#DIV/0!")],
        [],
    ]


@pytest.mark.parametrize("length", [0, 30, 400, 600, 5000, 60_000])
def test_a_workbook_cut_short_is_refused(catalog: Catalog, published: Path, length: int) -> None:
    published.write_bytes(published.read_bytes()[:length])
    with pytest.raises(SourceError):
        workbook.read(catalog, catalog["inkar-bruttoverdienst"], published)


def test_a_chain_without_an_end_is_refused(published: Path) -> None:
    content = bytearray(published.read_bytes())
    (table,) = struct.unpack_from("<I", content, 76)
    for link in range(128):
        struct.pack_into("<I", content, 512 + table * 512 + 4 * link, link)
    published.write_bytes(content)
    with pytest.raises(ValueError, match=r"no end|no workbook|ends within"):
        list(old_workbook.hidden_cells(published, 0))
