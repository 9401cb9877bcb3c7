"""The workbook of a ring: its members' numbers and the ring's as they stand in the editions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from exports.ring_booklet import OWN, RingBooklet, write_ring_booklet
from exports.series import NoFigures
from sources.foundation.told import said
from tests.exports.test_booklet import DEFINED, FIELDS, edition
from tests.exports.test_booklet import row as figure

MEMBERS = {"01001": "Flensburg, kreisfreie Stadt", "01002": "Kiel, kreisfreie Stadt", "01003": "Lübeck"}


def row(area: str, day: str, value: float | None, **more: Any) -> dict[str, Any]:
    """A row of the edition of rings, an ordinary one but for what is said."""
    return {
        "ring_id": "towns",
        "ring_name_de": "Städte & Kreise",
        "indicator_id": "P07",
        "area_code": area,
        "area_name": MEMBERS[area],
        "reference_date": day,
        "value": value,
        "obs_status": "A" if value is not None else "M",
        "missing_reason": "none" if value is not None else "unknown_or_confidential",
        "members_count": 2,
        "ring_lower_quartile": 11.25,
        "ring_median": 12.5,
        "ring_upper_quartile": 13.75,
        "comparability": "good",
        "comparability_reasons": "",
        **more,
    }


EMPTY = {"ring_median": None, "ring_lower_quartile": None, "ring_upper_quartile": None, "members_count": 1}
RINGS = [
    row("01001", "2013-12-31", 1.0),
    row("01001", "2014-12-31", 10.0),
    row("01002", "2014-12-31", 15.0, obs_status="E", comparability="limited", comparability_reasons="status"),
    row("01003", "2014-12-31", None, comparability="poor", comparability_reasons="missing"),
    row("01001", "2015-12-31", 99.0, **EMPTY),
    row("01002", "2014-12-31", 3.25, indicator_id="H01", **EMPTY),
]


def write(folder: Path, rows: list[dict[str, Any]], own: str | None = None, **more: Any) -> RingBooklet:
    figures = [
        figure(one["indicator_id"], one["reference_date"], one["value"], area_code=one["area_code"], **more)
        for one in rows
    ]
    indicators, rings = edition(folder, "indicators", figures), edition(folder, "peer_ring", rows)
    words = "comparability_reasons,status,,,,code,,Status der Werte verschieden,values differ in status,,\n"
    with (rings / "dictionary.csv").open("a", encoding="utf-8") as file:
        file.write(words)
    return write_ring_booklet(indicators, rings, "towns", own, DEFINED, FIELDS, folder / "ring.xlsx")


def test_members_and_ring_on_the_newest_day_that_has_a_median(tmp_path: Path) -> None:
    made = write(tmp_path, RINGS, "01002")
    assert made == RingBooklet("Städte & Kreise", MEMBERS, 2)
    book = openpyxl.load_workbook(tmp_path / "ring.xlsx")
    assert book.sheetnames == ["Start", "Ring", "Definitionen", "Quellen"]
    sheet = book["Ring"]
    lines = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=2, max_row=6)]
    assert lines[0] == [
        *("Kennzahl", "Einheit", "Stichtag", "Flensburg", "Kiel", "Lübeck", "Mitglieder mit Wert"),
        *("unteres Quartil", "Median", "oberes Quartil", "Schleswig-Holstein", "eingeschränkt vergleichbar"),
    ]
    assert [line[0] for line in lines[1:]] == [
        "Armut",
        "Mindestsicherungsquote",
        "Gesundheit/Pflege",
        "Pflegequote",
    ]
    assert lines[2][2:] == [
        *("31.12.2014", 10, 15, ".", 2, 11.25, 12.5, 13.75, 9.5, "Status der Werte verschieden: Kiel"),
    ]
    assert lines[4][2:] == ["31.12.2014", None, 3.25, None, 1, None, None, None, 9.5, None]
    assert [cell.number_format for cell in sheet[4]][3:5] == ["#,##0.0", '#,##0.0"s"']
    marked = {
        cell.column_letter for line in sheet.iter_rows() for cell in line if OWN[1:] in cell.fill.fgColor.rgb
    }
    assert marked == {"E"}
    start = {line[0].value: line[1].value for line in book["Start"].iter_rows()}
    assert (
        start["Mitglieder"]
        == "Flensburg, kreisfreie Stadt (01001); Kiel, kreisfreie Stadt (01002); Lübeck (01003)"
    )
    assert start["Hervorgehoben"] == "Kiel, kreisfreie Stadt"
    assert "nicht als Rangliste" in start["Lesen"]
    setup = sheet.page_setup
    assert (setup.orientation, setup.paperSize, sheet.print_title_rows, sheet.print_title_cols) == (
        *("landscape", 9),
        *("$2:$2", "$A:$A"),
    )


def test_members_of_several_laender_have_no_land_beside(tmp_path: Path) -> None:
    rows = [row("01001", "2014-12-31", 10.0), row("01002", "2014-12-31", 15.0)]
    figures = [
        figure("P07", "2014-12-31", 10.0, area_code="01001", reference_area_name="Hamburg"),
        figure("P07", "2014-12-31", 15.0, area_code="01002"),
    ]
    folder = tmp_path
    write_ring_booklet(
        edition(folder, "indicators", figures), edition(folder, "peer_ring", rows),
        "towns", None, {}, FIELDS, folder / "ring.xlsx",
    )  # fmt: skip
    book = openpyxl.load_workbook(folder / "ring.xlsx")
    assert [cell.value for cell in book["Ring"][2]][5:] == [
        *("Mitglieder mit Wert", "unteres Quartil", "Median", "oberes Quartil"),
    ]
    assert "mehreren Ländern" in str(book["Start"]["B6"].value)


@pytest.mark.parametrize(
    ("rows", "own", "words"),
    [
        (RINGS, "09162", "09162 ist kein Mitglied von towns; seine Mitglieder: 01001, 01002, 01003"),
        ([one | {"ring_id": "other"} for one in RINGS], None, "hat keinen Ring 'towns'; ihre Ringe: other"),
        (
            [row("01001", "2014-12-31", 1.0), row("01002", "2014-12-31", 1.0, ring_median=7.0)],
            None,
            "jedes Mitglied hat eigene Vergleichsgebiete",
        ),
    ],
)
def test_what_cannot_be_made_is_said(
    tmp_path: Path, rows: list[dict[str, Any]], own: str | None, words: str
) -> None:
    (tmp_path / "ring.xlsx").write_text("what was there", encoding="utf-8")
    with pytest.raises(NoFigures) as refused:
        write(tmp_path, rows, own)
    assert words in said(refused.value.args[0], "de")
    assert (tmp_path / "ring.xlsx").read_text(encoding="utf-8") == "what was there"


def test_the_same_editions_give_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "a", RINGS)
    write(tmp_path / "b", RINGS)
    assert (tmp_path / "a" / "ring.xlsx").read_bytes() == (tmp_path / "b" / "ring.xlsx").read_bytes()
