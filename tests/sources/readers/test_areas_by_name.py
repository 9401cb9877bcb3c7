"""Small areas come by name, with rows of totals anywhere: shapes of towns' tables, invented figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import xlsxwriter

from sources.errors import SourceError
from sources.readers.reading import reader_of
from tests.sources.classic_table import catalog

AREAS = [
    {"code": "02000001", "names": ["Bezirk Mitte", "Mitte"]},
    {"code": "02000101", "names": ["Hafen"]},
    {"code": "02000002", "names": ["Bergedorf"]},
    {"code": "02000201", "names": ["Bergedorf"]},
    {"code": "02000202", "names": ["Lohbrügge"]},
]
ROWS = [
    ["Bezirk Mitte", "30"], ["Hafen", "30"], ["Bergedorf", "70"], ["Bergedorf", "40"], ["Lohbrügge", "30"],
]  # fmt: skip
TOTAL = ["Stadt insgesamt", "100"]


def read(folder: Path, rows: list[list[str]], *, sheet: bool, **more: Any) -> pa.Table:
    form: dict[str, Any] = {
        "shape": "cells",
        "keys": [{"header": "Gebiet", "holds": "area_name"}],
        "values": [{"header": "Einwohner {time}", "measure": "persons"}],
        "areas": AREAS,
        "left_out": ["Stadt insgesamt", "Summe {what}"],
        "trailer": "Quelle",
    } | more
    form |= {"kind": "workbook", "sheet": "Daten"} if sheet else {"kind": "delimited", "encoding": "utf-8"}
    declared, declaration = catalog(dimensions={}, format=form, area_levels=("SMALL_AREA",))
    lines = [["Gebiet", "Einwohner 31.12.2015"], *rows]
    file = folder / ("x.xlsx" if sheet else "x.csv")
    if sheet:
        with xlsxwriter.Workbook(str(file)) as book:
            page = book.add_worksheet("Daten")
            for number, line in enumerate(lines):
                page.write_row(number, 0, line)
    else:
        file.write_text("\n".join(";".join(line) for line in lines) + "\n", encoding="utf-8")
    return reader_of(declaration).read(declared, declaration, file).table


@pytest.mark.parametrize("sheet", [False, True])
@pytest.mark.parametrize(
    "rows",
    [
        ROWS,
        [*ROWS, TOTAL],
        [TOTAL, *ROWS],
        [*ROWS[:2], ["Summe Mitte", "30"], *ROWS[2:], TOTAL, ["Quelle: Melderegister", ""]],
    ],
)
def test_names_become_codes_and_totals_stay_out(tmp_path: Path, rows: list[list[str]], sheet: bool) -> None:
    table = read(tmp_path, rows, sheet=sheet)
    assert list(zip(table["area_code"].to_pylist(), table["value_text"].to_pylist(), strict=True)) == [
        ("02000001", "30"), ("02000101", "30"), ("02000002", "70"), ("02000201", "40"), ("02000202", "30"),
    ]  # fmt: skip


def test_a_total_below_an_empty_row_of_a_sheet_stays_out(tmp_path: Path) -> None:
    assert read(tmp_path, [*ROWS, ["", ""], TOTAL, ["Quelle: Amt", "2016"]], sheet=True).num_rows == 5


@pytest.mark.parametrize(
    ("rows", "code", "line"),
    [
        ([*ROWS[:2], ["Altdorf", "4"]], "unknown_area_name", 4),
        ([*ROWS[:2], ROWS[2], ROWS[4]], "ambiguous_area_name", 4),
        ([*ROWS, ["Hafen", "30"]], "unknown_area_name", 7),
    ],
)
def test_what_cannot_be_told_is_refused(tmp_path: Path, rows: list[list[str]], code: str, line: int) -> None:
    with pytest.raises(SourceError) as caught:
        read(tmp_path, rows, sheet=False)
    assert (caught.value.code, caught.value.line, caught.value.column) == (code, line, 1)
