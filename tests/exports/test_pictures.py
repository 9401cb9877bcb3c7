"""Charts, maps and profiles: every number as in the edition, every gap and break seen, nothing escapes."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import numpy
import pyogrio.raw
import pytest
import typst
from pypdf import PdfReader

from dbt_project.indicators.specification import load_specifications
from exports.definition import Definition
from exports.pictures.chart import MOST, draw_chart, small_line
from exports.pictures.drawing import NoPicture, german, ticks, wrapped
from exports.pictures.maps import ABSENT, CARRIED_BACK, ELSEWHERE, classes, draw_map
from exports.pictures.profile import Heading, load_choice, logo_of, write_profile, write_profiles
from exports.pictures.typesetting import BOX, png_of
from exports.series import NoFigures, read_area
from sources.foundation.told import said
from tests import pdf_tags
from tests.exports.test_booklet import edition, row

SVG = "{http://www.w3.org/2000/svg}"
EVIL = 'Kiel </script><b> & "#$*_`\\ #panic() مدينة 東京, Stadt'


def figure(day: str, value: float | None, **more: Any) -> dict[str, Any]:
    """A figure of P07 with its interval."""
    limits = {} if value is None else {"lower_limit": value - 0.5, "upper_limit": value + 0.5}
    ordinary = {"area_level": "KREIS", "reference_area_code": "01", "break_de": None, "area_key": None}
    empty = {"lower_limit": None, "upper_limit": None}
    return {**row("P07", day, value), **ordinary, **empty, **limits, **more}


FIGURES = [
    figure("2010-12-31", 14.04),
    figure("2011-12-31", 15.25, change_verdict="break", break_de="Zensus 2011. | Neue Tabelle"),
    figure("2012-12-31", 15.35),
    figure("2013-12-31", None, missing_reason="suppressed_primary"),
    figure("2014-12-31", 16.0, obs_status="E"),
    figure("2018-12-31", 17.0, change_verdict="gap", reliability="low"),
    *(
        figure(f"{year}-12-31", 9.0, area_code="01", area_name="Schleswig-Holstein", area_level="LAND",
               reference_area_code=None, reference_area_name=None, numerator_dataset="T-3")
        for year in (2010, 2011)
    ),
    figure("2010-12-31", 70.0, is_backcast=True),
]  # fmt: skip


def drawn(folder: Path, rows: list[dict[str, Any]], *areas: str) -> ElementTree.Element:
    """The chart of P07 over an edition with these rows."""
    home = edition(folder, "indicators", rows)
    svg, width, name = draw_chart(home, None, "P07", areas or ("01002",))
    assert (width, name) == (800, "Mindestsicherungsquote")
    assert png_of(svg, width).startswith(b"\x89PNG")
    return ElementTree.fromstring(svg)


def texts(picture: ElementTree.Element) -> str:
    return " ".join("".join(one.itertext()) for one in picture.iter(f"{SVG}text"))


def titles(picture: ElementTree.Element) -> list[str]:
    return [one.text or "" for one in picture.iter(f"{SVG}title")][1:]


def test_every_figure_of_a_chart_is_that_of_the_edition(tmp_path: Path) -> None:
    picture = drawn(tmp_path, FIGURES)
    assert sorted(titles(picture)) == [
        "Kiel, 31.12.2010: 14,0 (95-%-Intervall 13,5 bis 14,5)",
        "Kiel, 31.12.2011: 15,3 (95-%-Intervall 14,8 bis 15,8)",
        "Kiel, 31.12.2012: 15,4 (95-%-Intervall 14,9 bis 15,9)",
        "Kiel, 31.12.2013: kein Wert, zum Schutz kleiner Fallzahlen gesperrt",
        "Kiel, 31.12.2014: 16,0s (95-%-Intervall 15,5 bis 16,5)",
        "Kiel, 31.12.2018: 17,0 (95-%-Intervall 16,5 bis 17,5)",
        "Schleswig-Holstein, 31.12.2010: 9,0 (95-%-Intervall 8,5 bis 9,5)",
        "Schleswig-Holstein, 31.12.2011: 9,0 (95-%-Intervall 8,5 bis 9,5)",
    ]
    assert "70" not in texts(picture), "carried back to another division"
    [described] = picture.iter(f"{SVG}desc")
    assert all(title in (described.text or "") for title in titles(picture))
    assert (picture.get("role"), picture.get("aria-labelledby")) == ("img", "title desc")


def test_nothing_is_joined_across_a_break_a_gap_or_a_missing_figure(tmp_path: Path) -> None:
    picture = drawn(tmp_path, FIGURES)
    lines = [one.get("d", "") for one in picture.iter(f"{SVG}path") if one.get("fill") == "none"]
    assert sorted(line.count(",") for line in lines) == [2, 2], "2011–2012, and the Land's two"
    bands = [one for one in picture.iter(f"{SVG}path") if one.get("fill-opacity")]
    assert [one.get("d", "").count(",") for one in bands] == [4]
    said_below = texts(picture)
    assert "zwischen 31.12.2010 und 31.12.2011: Zensus 2011.; Neue Tabelle (Kiel)." in said_below
    assert "Kiel 31.12.2013 ohne Wert: zum Schutz kleiner Fallzahlen gesperrt." in said_below
    assert "Hohles Zeichen" in said_below
    assert "Quelle: © Amt, Tabellen T-1, T-2, T-3; frei; Daten verändert" in said_below
    assert "Ausgabe indicators/2026-11-22.1 vom 22.11.2026" in said_below


def test_the_time_axis_is_true_to_the_day(tmp_path: Path) -> None:
    picture = drawn(tmp_path, FIGURES)
    where = {}
    for one in picture.iter(f"{SVG}circle"):
        [title] = [child.text or "" for child in one.iter(f"{SVG}title")] or [""]
        if title.startswith("Kiel"):
            day, month, year = title.split(" ")[1].rstrip(":").split(".")
            where[date(int(year), int(month), int(day))] = float(one.get("cx", "0"))
    first, last = min(where), max(where)
    pixels = (where[last] - where[first]) / (last - first).days
    for day, x in where.items():
        assert x == pytest.approx(where[first] + pixels * (day - first).days, abs=0.2)


def test_an_edition_of_an_older_form_says_only_that_the_series_breaks(tmp_path: Path) -> None:
    rows = [row("P07", "2010-12-31", 15.0), row("P07", "2011-12-31", 16.0, change_verdict="break")]
    assert "davor und danach nicht vergleichbar" in texts(drawn(tmp_path, rows))


def test_a_count_of_the_land_does_not_press_the_line_flat(tmp_path: Path) -> None:
    far = {"area_code": "01", "area_name": "Schleswig-Holstein", "reference_area_code": None}
    rows = [figure("2010-12-31", 10.0), figure("2010-12-31", 1000.0, **far)]
    assert "Nicht gezeichnet, weil weit außerhalb: Schleswig-Holstein." in texts(drawn(tmp_path, rows))


def test_what_a_chart_cannot_show_is_said(tmp_path: Path) -> None:
    other = [
        row("H01", "2015-12-31", 3.0, area_code="01001", area_name="Flensburg"),
        row("H01", "2015-12-31", None, area_code="01003", area_name="Lübeck"),
    ]
    home = edition(tmp_path, "indicators", [*(row("P07", "2015-12-31", 1.0), *other)])
    svg, _, _ = draw_chart(home, None, "P07", ["01002", "01001"])
    assert "Ohne Angabe in dieser Ausgabe: Flensburg." in svg
    for indicator, areas, words in (
        ("P07", ["99999"], "keine Werte dieses Gebiets"),
        ("P07", ["01001"], "keine Angabe zu Flensburg"),
        ("H01", ["01003"], "keinen Wert von Lübeck"),
        ("P07", ["01002"] * (MOST + 1), f"höchstens {MOST} Gebiete"),
    ):
        with pytest.raises((NoFigures, NoPicture)) as refused:
            draw_chart(home, None, indicator, areas)
        assert words in said(refused.value.args[0], "de")
        assert refused.value.exit_code == 2
    with pytest.raises(NoFigures, match="peer_ring"):
        draw_chart(home, None, "P07", ["01002"], "north")


def test_names_with_markup_or_foreign_letters_are_printed_as_they_are(tmp_path: Path) -> None:
    rows = [{**one, "area_name": EVIL} for one in FIGURES if one["area_code"] == "01002"]
    picture = drawn(tmp_path, rows)
    assert '</script><b> & "#$*_`\\ #panic()' in "".join(picture.itertext())
    made = write_profile(
        tmp_path / "indicators" / "2026-11-22.1", None, "01002", None, Heading('Amt #1 "$'), {},
        tmp_path / "evil.pdf",
    )  # fmt: skip
    printed = PdfReader(made.file)
    assert printed.metadata is not None
    assert printed.metadata.title == f"Gebietsprofil {EVIL}".replace("東", BOX).replace("京", BOX)
    assert "#panic()" in printed.pages[0].extract_text()
    assert pdf_tags.problems(made.file) == []


def test_classes() -> None:
    """The same in every year, told apart as values are printed, a middle only where both signs are common."""
    found = classes([float(one) for one in range(100)], 0, "aller Werte")
    assert found.limits == (20, 40, 59, 79)
    assert [found.of(one) for one in (0, 19.4, 19.5, 20, 99)] == [0, 0, 1, 1, 4]
    assert len(set(found.colours)) == 5
    same = classes([3.0] * 10, 1, "aller Werte")
    assert (same.limits, len(same.colours), same.of(3.0)) == ((), 1, 0)
    around = classes([float(one) for one in range(-50, 50)], 0, "aller Werte")
    assert around.limits[around.below - 1] == 0
    assert around.limits == tuple(sorted(around.limits))
    assert len(around.colours) == len(around.limits) + 1 == 6
    assert around.of(-0.4) >= around.below, "printed as 0"
    few_below = classes([-1.0, *map(float, range(100))], 0, "aller Werte")
    assert few_below.below == 0
    for values in ([-1.0, 1.0], [-2.0, -2.0, 0.0], [0.0], [-1.0]):
        some = classes(values, 0, "aller Werte")
        assert len(some.colours) == len(some.limits) + 1
        assert all(0 <= some.of(one) < len(some.colours) for one in values)


def square(x: int) -> bytes:
    """A square of one kilometre as WKB."""
    with duckdb.connect() as connection:
        from sources.foundation.spatial import load_spatial

        load_spatial(connection)
        points = f"{x} 0, {x + 1000} 0, {x + 1000} 1000, {x} 1000, {x} 0"
        [(shape,)] = connection.execute(
            f"select st_aswkb(st_geomfromtext('MULTIPOLYGON((({points})))'))"
        ).fetchall()
    return bytes(shape)


def mapped(folder: Path) -> tuple[Path, Path]:
    """Editions with outlines of 2022: Kreise unchanged, hidden, carried, changed, or without a figure."""
    since = "@1900-01-01"
    figures = [
        figure("2015-12-31", 5.0, area_code="01001", area_name="Flensburg", area_key=f"01001{since}"),
        figure("2015-12-31", None, area_code="01002", missing_reason="suppressed_secondary",
               area_key=f"01002{since}"),
        figure("2015-12-31", 40.0, area_code="01003", area_name="Lübeck", area_key="01003@1900-01-01"),
        figure("2015-12-31", 30.0, area_code="01004", area_name="Neumünster", area_key="01004@1900-01-01"),
        figure("2015-12-31", 7.0, area_code="01005", area_name="Plön", area_key="01005@2018-01-01",
               is_backcast=True),
        figure("2014-12-31", 6.0, area_code="01001", area_name="Flensburg", area_key=f"01001{since}"),
    ]  # fmt: skip
    home = edition(folder, "indicators", figures)
    ended = {"valid_from": "1900-01-01", "valid_to": "2018-01-01"}
    lasting = {"valid_from": "1900-01-01", "valid_to": "9999-12-31"}
    versions = [
        *({"area_key": f"0100{number}{since}", **lasting} for number in (1, 2, 6)),
        *({"area_key": f"0100{number}{since}", **ended} for number in (3, 4)),
        {"area_key": "01005@2018-01-01", "valid_from": "2018-01-01", "valid_to": "9999-12-31"},
    ]
    areas = folder / "areas" / "2026-11-22.1"
    areas.mkdir(parents=True)
    (folder / "areas.json").write_text(json.dumps(versions), encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select area_key, valid_from::date as valid_from, valid_to::date as valid_to from "
            f"read_json('{folder}/areas.json')) to '{areas}/areas.parquet' (format parquet)"
        )
    codes = [f"0100{number}" for number in range(1, 7)]
    names = ["Flensburg", "Kiel", "Lübeck", "Neumünster", "Plön", "Pinneberg"]
    nan = float("nan")
    fields = {
        "area_code": codes,
        "area_name": names,
        "p07": [5.0, nan, 41.0, nan, nan, nan],
        "p07_status": ["A", "M", "E", "M", "M", "M"],
        "p07_hinweis": [None, None, "umgerechnet aus 01003", None, None, None],
    }
    arrays = [
        numpy.array(values, dtype="float64" if name == "p07" else object) for name, values in fields.items()
    ]
    file = str(home / "indicators.gpkg")
    shapes = numpy.array([square(1000 * number) for number in range(6)], dtype=object)
    pyogrio.raw.write(
        file, shapes, arrays, list(fields), layer="kreise_2022", driver="GPKG",
        geometry_type="MultiPolygon", crs="EPSG:25832",
    )  # fmt: skip
    columns = {"ebene": "kreise_2022", "spalte": "p07", "merkmal": "P07"}
    arrays = [numpy.array([value], dtype=object) for value in columns.values()]
    arrays.append(numpy.array(["2015-12-31"], dtype="datetime64[D]"))
    pyogrio.raw.write(
        file, None, arrays, [*columns, "stichtag"], layer="spalten", driver="GPKG", geometry_type=None,
        append=True,
    )  # fmt: skip
    return home, areas


YEAR = (date(2015, 1, 1), date(2015, 12, 31))


def test_every_value_stands_on_its_own_outline_or_is_marked(tmp_path: Path) -> None:
    """As it was, hidden, converted by the edition, changed and not converted, carried back, absent."""
    home, areas = mapped(tmp_path)
    made = draw_map(home, areas, "P07", YEAR, outlines={"T-3": ["KREIS"]})
    assert (made.day, made.with_value, made.without) == (date(2015, 12, 31), 3, 3)
    picture = ElementTree.fromstring(made.svg)
    assert sorted(titles(picture)) == sorted([
        "Flensburg: 5,0, Klasse 1",
        "Kiel: kein Wert, gesperrt, damit ein anderer Wert nicht errechnet werden kann",
        "Lübeck: 41,0s*, Klasse 4; umgerechnet aus 01003",
        f"Neumünster: kein Wert, {ELSEWHERE}",
        f"Plön: 7,0*, Klasse 2; {CARRIED_BACK}",
        f"Pinneberg: kein Wert, {ABSENT}",
    ])  # fmt: skip
    fills = {
        (one[0].text or "").split(":")[0]: one.get("fill") for one in picture.iter(f"{SVG}path") if len(one)
    }
    assert fills["Kiel"] == "url(#hidden)"
    assert fills["Neumünster"] == fills["Pinneberg"] == "url(#missing)"
    below = texts(picture)
    assert "Gebietsstand der Umrisse: 31.12.2022; mit * auf diesen Gebietsstand umgerechnet: Lübeck" in below
    assert "Umrisse: © Amt; frei; vereinfacht" in below
    assert "in allen Jahren gleich" in below
    assert png_of(made.svg, made.width).startswith(b"\x89PNG")


def test_classes_are_those_of_all_years(tmp_path: Path) -> None:
    home, areas = mapped(tmp_path)
    legends = set()
    for year in (2014, 2015):
        made = draw_map(home, areas, "P07", (date(year, 1, 1), date(year, 12, 31)))
        legends.add(tuple(re.findall(r">(unter [\d,]+|[\d,]+ (?:bis unter [\d,]+|und mehr))<", made.svg)))
    assert len(legends) == 1
    assert len(legends.pop()) == 4


@pytest.mark.parametrize(
    ("indicator", "year", "level", "words"),
    [
        ("P07", 1999, "KREIS", "Werte gibt es für 2014, 2015"),
        ("P07", 2015, "GEMEINDE", "Ebenen mit Werten: KREIS"),
        ("H01", 2015, "KREIS", "Ebenen mit Werten: keine"),
    ],
)
def test_what_a_map_cannot_show_is_said(
    tmp_path: Path, indicator: str, year: int, level: str, words: str
) -> None:
    home, areas = mapped(tmp_path)
    with pytest.raises(NoPicture) as refused:
        draw_map(home, areas, indicator, (date(year, 1, 1), date(year, 12, 31)), level)
    assert words in said(refused.value.args[0], "de")


def test_a_level_without_outlines_is_said(tmp_path: Path) -> None:
    home, areas = mapped(tmp_path)
    (home / "indicators.gpkg").unlink()
    with pytest.raises(NoPicture) as refused:
        draw_map(home, areas, "P07", YEAR)
    assert "keine Umrisse" in said(refused.value.args[0], "de")


def test_a_profile_can_be_read_by_a_screen_reader(tmp_path: Path) -> None:
    home = edition(tmp_path, "indicators", FIGURES)
    known = {"P07": Definition("Wie viele?", "9 heißt: 9 von 100.", "Keine Armutsquote.", "a / b")}
    file = tmp_path / "kiel.pdf"
    made = write_profile(home, None, "01002", None, Heading("Stadt Kiel"), known, file)
    assert (made.area, made.indicators, made.pages) == ("Kiel", 1, 1)
    assert pdf_tags.problems(file) == []
    pdf = PdfReader(file)
    assert pdf.trailer["/Root"]["/Lang"] == "de-DE"
    assert pdf_tags.tags(pdf)["Figure"] == 1
    assert pdf_tags.spoken(pdf) == [
        "Verlauf Mindestsicherungsquote: 31.12.2010 14,0; 31.12.2011 15,3; 31.12.2012 15,4; 31.12.2014 16,0; "
        "31.12.2018 17,0; Bruch zwischen 31.12.2010 und 31.12.2011"
    ]
    printed = " ".join(pdf.pages[0].extract_text().split())
    for words in (
        "31.12.2018 17,0 16,5 bis 17,5 9,5 auffällig höher",
        "Zensus 2011.; Neue Tabelle",
        "9 heißt: 9 von 100. Nicht: Keine Armutsquote.",
        "Kursive Zahl",
        "Tabellen T-1, T-2, T-3; frei",
        "Zitieren: Amt & Rat: Kennzahlen, Kiel, Ausgabe indicators/2026-11-22.1 vom 22.11.2026.",
    ):
        assert words in printed
    again = tmp_path / "again.pdf"
    write_profile(home, None, "01002", None, Heading("Stadt Kiel"), known, again)
    assert again.read_bytes() == file.read_bytes()


def test_a_profile_says_why_there_is_no_value(tmp_path: Path) -> None:
    rows = [figure("2014-12-31", None, missing_reason="suppressed_primary"), row("H01", "2015-12-31", 3.0)]
    later = [*rows, row("H01", "2016-12-31", None, missing_reason="not_delivered")]
    home = edition(tmp_path, "indicators", later)
    write_profile(home, None, "01002", None, Heading("Stadt"), {}, tmp_path / "kiel.pdf")
    printed = " ".join(PdfReader(tmp_path / "kiel.pdf").pages[0].extract_text().split())
    assert "31.12.2014 kein Wert: zum Schutz kleiner Fallzahlen gesperrt" in printed
    assert "Der Stichtag 31.12.2016 hat keinen Wert: vom Herausgeber nicht geliefert." in printed


def test_profiles_of_all_areas(tmp_path: Path) -> None:
    home = edition(tmp_path, "indicators", [*FIGURES, figure("2015-12-31", None, area_code="01099")])
    made = list(write_profiles(home, None, None, Heading("Stadt"), {}, tmp_path / "all"))
    assert [one.file.name for one in made] == ["profil-01.pdf", "profil-01002.pdf"], "not one without values"
    of_level = list(write_profiles(home, None, None, Heading("Stadt"), {}, tmp_path / "kreise", ["KREIS"]))
    assert [one.file.name for one in of_level] == ["profil-01002.pdf"]


def test_a_page_that_breaks_the_standard_is_refused(tmp_path: Path) -> None:
    """PDF/UA-1 is enforced: a picture that says nothing makes no file."""
    from exports.pictures.typesetting import pdf_of

    template = tmp_path / "page.typ"
    template.write_text(
        "#set document(title: \"x\")\n#image(bytes(\"<svg xmlns='http://www.w3.org/2000/svg' width='9' "
        "height='9'/>\"))",
        encoding="utf-8",
    )
    with pytest.raises(typst.TypstError):
        pdf_of(template, {})


def test_the_choice_of_indicators_is_what_there_is() -> None:
    """Two dozen indicators that are declared, each in its own policy field, each once."""
    known = load_specifications().indicators
    chosen = [(one.field, name) for one in load_choice() for name in one.indicators]
    assert 20 <= len(chosen) <= 30
    assert len({name for _, name in chosen}) == len(chosen)
    assert [(known[name].policy_field, name) for _, name in chosen] == chosen


def test_the_logo_of_an_office(tmp_path: Path) -> None:
    vector = tmp_path / "logo.svg"
    vector.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"/>', encoding="utf-8")
    raster = tmp_path / "logo.png"
    raster.write_bytes(png_of(vector.read_text(encoding="utf-8"), 40))
    home = edition(tmp_path, "indicators", FIGURES)
    for file in (vector, raster):
        target = tmp_path / f"{file.suffix}.pdf"
        write_profile(home, None, "01002", None, Heading("Stadt Kiel", logo_of(file)), {}, target)
        assert pdf_tags.problems(target) == []
        assert "Logo: Stadt Kiel" in pdf_tags.spoken(PdfReader(target))
    large, wrong = tmp_path / "large.png", tmp_path / "logo.gif"
    large.write_bytes(raster.read_bytes() + b"\0" * 400_000)
    wrong.write_bytes(b"GIF89a")
    for file, words in (
        (large, "höchstens 300 kB"),
        (wrong, "weder SVG noch PNG"),
        (tmp_path / "none.svg", "diese Datei gibt es nicht"),
    ):
        with pytest.raises(NoPicture) as refused:
            logo_of(file)
        assert words in said(refused.value.args[0], "de")


def test_small_lines_and_lengths(tmp_path: Path) -> None:
    home = edition(tmp_path, "indicators", FIGURES)
    [series] = read_area(home, None, "01002").series
    line = small_line(series)
    assert line is not None
    picture = ElementTree.fromstring(line)
    assert len(list(picture.iter(f"{SVG}path"))) == 1, "2011–2012; all others stand alone"
    assert len(list(picture.iter(f"{SVG}line"))) == 1, "the break"
    assert [german(one, 1) for one in (1234.25, -0.04, -1.25)] == ["1.234,3", "0,0", "−1,3"]
    assert ticks(0, 17) == [0, 5, 10, 15, 20]
    assert (ticks(3, 3)[0] <= 3 <= ticks(3, 3)[-1], len(ticks(-5, 5)) > 2) == (True, True)
    assert " ".join(wrapped("ein Text " * 30, 200, 12)) == ("ein Text " * 30).strip()
    assert "".join(wrapped("x" * 200, 100, 12)) == "x" * 200
