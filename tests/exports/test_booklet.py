"""The workbook to read: numbers, signs, breaks and rings as they stand in the editions."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from exports.booklet import COURSE, Booklet, write_booklet
from exports.definition import Definition
from exports.series import NoFigures, read_area
from sources.foundation.told import said
from tests.exports.test_other_programs import convert

FIELDS = ["Armut", "Gesundheit/Pflege", "Wohnen"]
DEFINED = {
    "P07": Definition("Wie viele?", "9 heißt: 9 von 100.", "Keine Armutsquote.", "Empfänger / alle", "SGB II")
}


def row(indicator: str, day: str, value: float | None, **more: Any) -> dict[str, Any]:
    """A row of the edition of indicators, an ordinary one but for what is said."""
    ordinary = {
        "indicator_id": indicator,
        "indicator_name_de": {"P07": "Mindestsicherungsquote", "H01": "Pflegequote"}[indicator],
        "policy_field": {"P07": "Armut", "H01": "Gesundheit/Pflege"}[indicator],
        "unit": "%",
        "decimals": 1,
        "area_code": "01002",
        "area_name": "Kiel",
        "reference_area_name": "Schleswig-Holstein",
        "reference_date": day,
        "value": value,
        "obs_status": "A" if value is not None else "M",
        "missing_reason": "none",
        "reliability": "high",
        "change_verdict": "untested",
        "reference_value": 9.5,
        "reference_verdict": "above",
        "is_backcast": False,
        "numerator_dataset": "T-1",
        "denominator_dataset": "T-2",
    }
    return {**ordinary, **more}


ROWS = [
    row("P07", "2011-12-31", 15.25),
    row("P07", "2012-12-31", None, missing_reason="unknown_or_confidential"),
    row("P07", "2013-12-31", 15.0, change_verdict="break"),
    row("P07", "2014-12-31", 16.0, obs_status="E"),
    row("P07", "2015-12-31", 99.0, obs_status="U"),
    row("P07", "2016-12-31", None, missing_reason="part_missing"),
    row("P07", "2017-12-31", None, missing_reason="not_delivered"),
    row("H01", "2015-12-31", 3.14159, decimals=3, reliability="low", reference_verdict="untested"),
    row("P07", "2015-12-31", 1.0, area_code="01001"),
    row("P07", "2010-12-31", 77.0, is_backcast=True),
]


def edition(folder: Path, product: str, rows: list[dict[str, Any]]) -> Path:
    """An edition with these rows."""
    home = folder / product / "2026-11-22.1"
    home.mkdir(parents=True)
    (folder / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select * replace (cast(reference_date as date) as reference_date) "
            f"from read_json('{folder}/rows.json')) to '{home}/{product}.parquet' (format parquet)"
        )
    about = {"attribution": "© Amt", "licence_title": "frei", "published_at": "2017-01-02T00:00:00Z"}
    datasets = [{"dataset_id": f"T-{n}", "title_de": f"Tabelle {n}", **about} for n in (1, 2, 3)]
    package = {
        "title": "Kennzahlen",
        "contributors": [{"title": "Amt & Rat"}],
        "planstat": {"datasets": datasets},
    }
    (home / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    (home / "release.json").write_text('{"published_at": "2026-11-22T10:00:00Z"}', encoding="utf-8")
    (home / "dictionary.csv").write_text(
        "column,code,scope,sign,type,role,unit,heading_de,heading_en,description_de,description_en\n"
        "reference_verdict,above,,,,,,auffällig höher,higher,,\n",
        encoding="utf-8",
    )
    return home


def rings(folder: Path, *names: str) -> Path:
    return edition(
        folder,
        "peer_ring",
        [
            {
                "ring_id": name,
                "ring_name_de": f"Ring {name}",
                "indicator_id": "P07",
                "area_code": "01002",
                "reference_date": "2014-12-31",
                "ring_median": 12.5,
            }
            for name in names
        ],
    )


def write(tmp_path: Path, ring: str | None = None, *names: str, area: str = "01002") -> Booklet:
    beside = rings(tmp_path, *names) if names else None
    return write_booklet(
        edition(tmp_path, "indicators", ROWS), beside, area, ring, DEFINED, FIELDS, tmp_path / "kiel.xlsx"
    )


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A settings folder of LibreOffice of its own."""
    return tmp_path_factory.mktemp("profile")


def test_every_sheet_and_number(tmp_path: Path) -> None:
    made = write(tmp_path, None, "north")
    assert made == Booklet("Kiel", ("Armut", "Gesundheit/Pflege"), 2, "Ring north")
    book = openpyxl.load_workbook(tmp_path / "kiel.xlsx")
    assert book.sheetnames == ["Start", "Armut", COURSE, "Gesundheit und Pflege", "Definitionen", "Quellen"]
    sheet = book["Armut"]
    head = [cell.value for cell in sheet[2]]
    assert head == [
        *("Kennzahl", "Einheit", "Stichtag", *range(2011, 2018), "Verlauf", "Stand", "Wert"),
        *("Schleswig-Holstein", "im Vergleich", "Ring (Median)"),
    ]
    line = [cell.value for cell in sheet[3]]
    assert line == [
        *("Mindestsicherungsquote", "%", "31.12.", 15.25, ".", 15, 16, 99, "k. A.¹", "k. A.²", None),
        *("31.12.2014", 16, 9.5, "auffällig höher", 12.5),
    ]
    formats = {cell.column_letter: cell.number_format for cell in sheet[3]}
    assert (formats["D"], formats["G"], formats["H"]) == ("#,##0.0", '#,##0.0"s"', '"("#,##0.0")"')
    assert [cell.column_letter for cell in sheet[3] if cell.border.left.style] == ["F"], "the break"
    other = book["Gesundheit und Pflege"]
    assert (other["D3"].value, other["D3"].number_format, other["D3"].font.italic) == (
        3.14159,
        "#,##0.000",
        True,
    )
    assert [cell.value for cell in other[2]][-1] == "im Vergleich", "no ring has this indicator"


def test_the_legend_says_what_occurs(tmp_path: Path) -> None:
    write(tmp_path)
    book = openpyxl.load_workbook(tmp_path / "kiel.xlsx")
    assert [cell.value for cell in book["Armut"]["A"] if cell.value][3:] == [
        "Zahl mit s: geschätzter oder umgerechneter Wert",
        "(Zahl): eingeschränkt aussagefähiger Wert",
        "roter Strich: Bruch in der Reihe; davor und danach nicht vergleichbar",
        ". : Zahlenwert unbekannt oder geheim zu halten",
        "k. A.¹ : ein Teil der Rechnung fehlt",
        "k. A.² : vom Herausgeber nicht geliefert",
        "leer: für dieses Jahr liegt keine Tabelle vor",
    ]


def charts(file: Path) -> list[list[str]]:
    """The cells that the lines of each chart are drawn from."""
    with zipfile.ZipFile(file) as parts:
        names = sorted(name for name in parts.namelist() if name.startswith("xl/charts/chart"))
        drawn = [parts.read(name).decode() for name in names]
    assert all("dispBlanksAs" not in one for one in drawn), "xlsxwriter says nothing for gaps, as Excel 2007"
    assert all('<c:plotVisOnly val="1"/>' not in one for one in drawn), "the sheet behind is hidden"
    return [re.findall(r"<c:f>(.*?)</c:f>", one) for one in drawn]


def test_the_line_ends_at_a_break_and_leaves_out_what_is_implausible(tmp_path: Path) -> None:
    write(tmp_path)
    course = openpyxl.load_workbook(tmp_path / "kiel.xlsx")[COURSE]
    assert course.sheet_state == "hidden"
    # columns are 2011 to 2017; before and after the break are lines of their own
    assert [[cell.value for cell in line] for line in course.iter_rows()] == [
        [15.25, None, None, None],
        [None, None, 15, 16],
    ]
    assert charts(tmp_path / "kiel.xlsx") == [["Verlauf!$A$1:$G$1", "Verlauf!$A$2:$G$2"]]


def test_every_line_is_one_that_charts_for_print_draw(tmp_path: Path) -> None:
    """Workbook, profile and chart join the same figures."""
    write(tmp_path)
    (one,) = (
        one for one in read_area(tmp_path / "indicators" / "2026-11-22.1", None, "01002").series
        if one.indicator_id == "P07"
    )  # fmt: skip
    course = openpyxl.load_workbook(tmp_path / "kiel.xlsx")[COURSE]
    lines = [[cell.value for cell in line if cell.value is not None] for line in course.iter_rows()]
    assert lines == [[cell.value for cell in run] for run in one.runs()]


def stretches(page: Path, colour: tuple[int, int, int]) -> int:
    """How many stretches from left to right have the colour, on a page as PPM."""
    import numpy as np

    kind, size, _, pixels = page.read_bytes().split(b"\n", 3)
    assert kind == b"P6"
    width, height = map(int, size.split())
    image = np.frombuffer(pixels, np.uint8).reshape(height, width, 3).astype(int)
    has = (np.abs(image - colour).sum(axis=2) < 40).any(axis=0)
    return int((np.diff(has.astype(int), prepend=0) == 1).sum())


def test_libreoffice_prints_lines_that_end_at_a_break(tmp_path: Path, profile: Path) -> None:
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm is not installed here: apt-get install poppler-utils")
    straight = [row("P07", f"{year}-12-31", 10.0 + year % 3) for year in range(2005, 2016)]
    for name, broken, expected in (("whole", (), 1), ("broken", (2010,), 2), ("missing", (), 2)):
        rows = [
            one | ({"change_verdict": "break"} if int(one["reference_date"][:4]) in broken else {})
            for one in straight
            if name != "missing" or not one["reference_date"].startswith("2010")
        ]
        folder = tmp_path / name
        file = folder / "kiel.xlsx"
        write_booklet(edition(folder, "indicators", rows), None, "01002", None, {}, FIELDS, file)
        paper = convert(profile, file, "pdf", folder)
        told = subprocess.run(["pdfinfo", str(paper)], check=True, capture_output=True, text=True).stdout
        assert re.search(r"Page size:\s+841\.\d+ x 595\.\d+ pts \(A4\)", told), "landscape"
        subprocess.run(
            ["pdftoppm", "-r", "200", "-f", "2", "-l", "2", str(paper), str(folder / "page")], check=True
        )
        (page,) = folder.glob("page*.ppm")
        assert stretches(page, (0x1F, 0x4E, 0x79)) == expected, name


def test_many_years_are_folded_and_nothing_is_lost(tmp_path: Path) -> None:
    rows = [row("P07", f"{year}-12-31", float(year)) for year in range(1995, 2021)]
    write_booklet(
        edition(tmp_path, "indicators", rows), None, "01002", None, {}, FIELDS, tmp_path / "kiel.xlsx"
    )
    sheet = openpyxl.load_workbook(tmp_path / "kiel.xlsx")["Armut"]
    assert [cell.value for cell in sheet[3]][3:29] == [float(year) for year in range(1995, 2021)]
    hidden = [name for name, column in sheet.column_dimensions.items() if column.hidden]
    assert hidden == ["D"], "one group of columns"
    assert (sheet.column_dimensions["D"].min, sheet.column_dimensions["D"].max) == (4, 19)


def test_definitions_and_sources(tmp_path: Path) -> None:
    write(tmp_path)
    book = openpyxl.load_workbook(tmp_path / "kiel.xlsx")
    lines = {cells[0].value: [cell.value for cell in cells] for cells in book["Definitionen"].iter_rows()}
    assert lines["P07"][2:] == [
        "Wie viele?",
        "Empfänger / alle",
        "9 heißt: 9 von 100.",
        "Keine Armutsquote.",
        "SGB II",
    ]
    sources = [cell.value for cell in book["Quellen"]["A"]]
    assert sources[:3] == ["Tabelle", "T-1", "T-2"], "no table that gives no number here"
    assert "Die Daten wurden verändert" in str(sources[-1])


def test_the_same_editions_give_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "a", None, "north")
    write(tmp_path / "b", None, "north")
    assert (tmp_path / "a" / "kiel.xlsx").read_bytes() == (tmp_path / "b" / "kiel.xlsx").read_bytes()


@pytest.mark.parametrize(
    ("area", "ring", "names", "words"),
    [
        ("09162", None, (), "09162: die Ausgabe enthält keine Werte dieses Gebiets"),
        ("01002", None, ("north", "south"), "ist in mehreren Ringen, einen mit --ring nennen: north, south"),
        ("01002", "west", ("north",), "gehört zu keinem Ring 'west'; seine Ringe: north"),
        ("01002", "west", (), "es gibt noch keine Ausgabe von `peer_ring`"),
    ],
)
def test_what_cannot_be_made_is_said(
    tmp_path: Path, area: str, ring: str | None, names: tuple[str, ...], words: str
) -> None:
    (tmp_path / "kiel.xlsx").write_text("what was there", encoding="utf-8")
    with pytest.raises(NoFigures) as refused:
        write(tmp_path, ring, *names, area=area)
    assert words in said(refused.value.args[0], "de")
    assert (tmp_path / "kiel.xlsx").read_text(encoding="utf-8") == "what was there"
