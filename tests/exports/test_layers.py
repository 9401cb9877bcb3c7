"""Map layers on demand: GeoPackage, GeoJSON and GeoParquet of a released edition, with QGIS styles."""

from __future__ import annotations

import itertools
import json
import math
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyogrio import raw

from exports import candidate, release
from exports.classes import COLOURS, has_middle, limits_and_colours
from exports.extract import Extract, ExtractError, Form, Part, extract
from exports.maps.style import qml
from exports.release import Release
from exports.writers.geopackage import Attribute, Cell, Layer
from sources.foundation.files import sha256_of
from sources.foundation.spatial import open_spatial
from tests.exports.in_qgis import opened
from tests.exports.small_warehouse import KREISE, description_of, passing

EVERY_FORM: tuple[Form, ...] = ("gpkg", "geojson", "geoparquet")
SECRET = "Zahlenwert unbekannt oder geheim zu halten"


class Released:
    """Editions of the small warehouse, and extracts of them."""

    def __init__(self, warehouse: Path, folder: Path) -> None:
        self.folder = folder
        self.editions = {
            name: self._publish(warehouse, name) for name in ("areas", "indicators", "population")
        }

    def _publish(self, warehouse: Path, product: str) -> Release:
        described = description_of(product)
        made = candidate.build(warehouse, product, described, self.folder / "candidates" / product)
        release.write_receipt(made, passing(product), described, release.look(made.path))
        found = release.publish(product, made, self.folder / "releases", datetime(2026, 11, 22, tzinfo=UTC))
        assert isinstance(found, Release)
        return found

    def extract(self, product: str, form: Form, target: Path, part: Part | None = None) -> Extract:
        return extract(
            self.editions[product].path,
            lambda: description_of(product),
            form,
            target,
            part or Part(),
            self.editions["areas"].path,
        )

    def rows(self, product: str, sql: str) -> list[tuple[Any, ...]]:
        file = self.editions[product].path / f"{product}.parquet"
        return duckdb.sql(sql.replace("ROWS", f"read_parquet('{file}')")).fetchall()


@pytest.fixture(scope="module")
def released(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Released:
    return Released(warehouse, tmp_path_factory.mktemp("layers"))


def features(file: Path, layer: str = "kreise_2023") -> dict[str, dict[str, Any]]:
    """What stands beside each outline, whatever the format."""
    if file.suffix == ".geojson":
        read = json.loads(file.read_text(encoding="utf-8"))["features"]
        return {one["properties"]["area_code"]: one["properties"] for one in read}
    if file.suffix == ".parquet":
        found = duckdb.read_parquet(str(file))
        return {
            row[found.columns.index("area_code")]: dict(zip(found.columns, row, strict=True))
            for row in found.fetchall()
        }
    _, table = raw.read_arrow(file, layer=layer)
    return {row["area_code"]: row for row in table.to_pylist()}


def named(form: Form) -> str:
    return f"map.{ {'geoparquet': 'parquet'}.get(form, form) }"


@pytest.mark.parametrize("form", EVERY_FORM)
@pytest.mark.parametrize("year", [2014, 2015])
def test_values_are_those_of_the_parquet_on_the_outline_of_their_version(
    released: Released, tmp_path: Path, form: Form, year: int
) -> None:
    target = tmp_path / named(form)
    part = Part(indicators=("P07",), years=(year, year), levels=("KREIS",))
    assert released.extract("indicators", form, target, part).rows == len(KREISE)
    wanted = {
        code: (None if value is None else round(value, 1), status, key)
        for code, value, status, key in released.rows(
            "indicators",
            "select area_code, value, obs_status, area_key from ROWS "
            f"where indicator_id = 'P07' and area_level = 'KREIS' and year(reference_date) = {year}",
        )
    }
    drawn = features(target)
    assert {code: (row["p07"], row["p07_status"]) for code, row in drawn.items()} == {
        code: (value, status) for code, (value, status, _) in wanted.items()
    }
    versions = released.rows(
        "areas",
        "select area_code, area_key from ROWS where area_level = 'KREIS' "
        "and valid_from <= date '2023-12-31' and (valid_to is null or valid_to > date '2023-12-31')",
    )
    assert {code: key for code, (*_, key) in wanted.items()} == dict(versions), (
        "of the outline's Gebietsstand"
    )


def test_a_geopackage_of_everything_shows_what_the_editions_own_does(
    released: Released, tmp_path: Path
) -> None:
    for product in ("indicators", "population"):
        released.extract(product, "gpkg", tmp_path / f"{product}.gpkg")
        own = features(released.editions[product].path / f"{product}.gpkg")
        assert features(tmp_path / f"{product}.gpkg") == own


def test_what_the_edition_carried_to_newer_outlines_is_shown_as_carried(
    own_warehouse: Path, tmp_path: Path
) -> None:
    """A value of an area that changed since: not in the Parquet under this version, but in the GeoPackage."""
    with duckdb.connect(str(own_warehouse)) as connection:
        connection.execute(
            "create or replace macro indicator_on(gebietsstand := null, as_of := null) as table "
            "select * replace (md5('05315') as area_key), if(area_code = '05315', 'estimated', 'exact') "
            "as grade, if(area_code = '05315', '05315, 05399', area_code) as from_codes, "
            "if(area_code = '05315', 0.25, 0.0) as estimated_share from "
            "(select * from main.mart_indicator where area_code = '05315' and reference_date = '2015-12-31')"
        )
        connection.execute("update mart_indicator set area_key = 'earlier' where area_code = '05315'")
    made = Released(own_warehouse, tmp_path / "made")
    found = made.extract("indicators", "geojson", tmp_path / "map.geojson", Part(indicators=("P07",)))
    shown = features(tmp_path / "map.geojson")["05315"]
    assert shown["p07_hinweis"] == "umgerechnet, zu 25 % geschätzt: aus 05315, 05399"
    assert (shown["p07"], shown["p07_status"]) == (13.0, "E")
    assert "Köln, kreisfreie Stadt (05315)" in (found.note or ""), "its own outline is not there"
    legend = (tmp_path / "map.qml").read_text(encoding="utf-8")
    assert 'label="geschätzter oder umgerechneter Wert"' in legend
    made.extract(
        "indicators", "geojson", tmp_path / "map.geojson", Part(indicators=("P07",), years=(2014, 2014))
    )
    before = features(tmp_path / "map.geojson")["05315"]
    assert (before["p07"], before["p07_status"]) == (None, "M"), "of another date nothing was carried"


def test_a_geojson_is_as_its_standard_says(released: Released, tmp_path: Path) -> None:
    """RFC 7946: no `crs`, degrees, longitude first, outer rings counterclockwise; here six decimals."""
    target = tmp_path / "map.geojson"
    released.extract("indicators", "geojson", target, Part(indicators=("P07",)))
    text = target.read_text(encoding="utf-8")
    read = json.loads(text)
    assert read["type"] == "FeatureCollection"
    assert "crs" not in read
    assert read["name"] == "Kreise, Gebietsstand 31.12.2023"
    assert read["edition"] == released.editions["indicators"].id
    assert read["columns"]["p07"]["stichtag"] == "2015-12-31"
    assert len(read["features"]) == len(KREISE)
    numbers = json.loads(text, parse_float=lambda number: f"={number}")
    for feature, exact in zip(read["features"], numbers["features"], strict=True):
        assert feature["type"] == "Feature"
        assert feature["geometry"]["type"] in ("Polygon", "MultiPolygon")
        polygons = feature["geometry"]["coordinates"]
        polygons = polygons if feature["geometry"]["type"] == "MultiPolygon" else [polygons]
        for rings in polygons:
            for number, ring in enumerate(rings):
                assert ring[0] == ring[-1]
                assert all(5 < x < 16 and 47 < y < 56 and len(rest) == 0 for x, y, *rest in ring)
                turn = sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))
                assert (turn > 0) == (number == 0), "outer rings counterclockwise, inner ones clockwise"
        digits = [part for part in json.dumps(exact["geometry"]).split('"') if part.startswith("=")]
        assert digits
        assert max(len(part.partition(".")[2]) for part in digits) <= 6
    with open_spatial() as connection:
        assert connection.execute(
            f"select count(*) filter (st_isvalid(geom)), min(st_npoints(geom)) > 3 from st_read('{target}')"
        ).fetchall() == [(len(KREISE), True)]


def test_a_geoparquet_is_as_its_standard_says_and_has_the_same_outlines(
    released: Released, tmp_path: Path
) -> None:
    from pyarrow import parquet

    for form in ("geojson", "geoparquet"):
        released.extract("indicators", form, tmp_path / named(form), Part(indicators=("P07",)))
    schema = parquet.read_schema(tmp_path / "map.parquet")
    geo = json.loads(schema.metadata[b"geo"])
    assert (geo["version"], geo["primary_column"]) == ("1.1.0", "geometry")
    column = geo["columns"]["geometry"]
    assert column["encoding"] == "WKB"
    assert "crs" not in column, "longitude and latitude of OGC:CRS84 by the standard's default"
    about = json.loads(schema.metadata[b"planstat"])
    assert about["attribution"]
    with open_spatial() as connection:
        both = connection.execute(
            "select p.area_code, st_equals(p.geometry, st_setcrs(j.geom, 'OGC:CRS84')), "
            "st_isvalid(p.geometry), "
            "st_xmin(p.geometry), st_ymin(p.geometry), st_xmax(p.geometry), st_ymax(p.geometry), "
            "st_geometrytype(p.geometry)::varchar "
            f"from read_parquet('{tmp_path / 'map.parquet'}') as p "
            f"join st_read('{tmp_path / 'map.geojson'}') as j using (area_code)"
        ).fetchall()
    assert len(both) == len(KREISE)
    assert all(equal and valid for _, equal, valid, *_ in both)
    box = [edge(row[3 + at] for row in both) for at, edge in enumerate((min, min, max, max))]
    assert column["bbox"] == box
    assert {kind.upper() for kind in column["geometry_types"]} == {row[7] for row in both}


def test_a_receipt_names_both_editions_and_whose_outlines_they_are(
    released: Released, tmp_path: Path
) -> None:
    for form in EVERY_FORM:
        target = tmp_path / named(form)
        part = Part(areas=("01",), indicators=("P07",), outlines=2023)
        found = released.extract("indicators", form, target, part)
        receipt = json.loads(found.receipt.read_text(encoding="utf-8"))
        areas = released.editions["areas"]
        assert receipt["edition"] == released.editions["indicators"].id
        assert receipt["outlines"] == {
            "edition": areas.id,
            "edition_receipt_sha256": sha256_of(areas.path / "receipt.json"),
        }
        assert receipt["part"]["outlines"] == 2023
        beside = {"map.qml"} if form == "geojson" else set()
        assert set(receipt["files"]) == {target.name, *beside}
        for name, told in receipt["files"].items():
            assert told["sha256"] == sha256_of(tmp_path / name)
        assert set(features(target)) == {"01001", "01051"}


def test_an_extract_is_the_same_whenever_it_is_made(released: Released, tmp_path: Path) -> None:
    for form in EVERY_FORM:
        first, again = (
            released.extract("indicators", form, tmp_path / folder / named(form), Part(indicators=("P07",)))
            for folder in ("a", "b")
            if not (tmp_path / folder).mkdir(exist_ok=True)
        )
        assert first.receipt.read_bytes() == again.receipt.read_bytes(), form


def test_outlines_name_who_drew_them(own_warehouse: Path, tmp_path: Path) -> None:
    """In the released GeoPackage, and so in every file that is made of it."""
    with duckdb.connect(str(own_warehouse)) as connection:
        connection.execute("update dim_area_geometry set dataset_id = '22811-01-01-4'")
    made = Released(own_warehouse, tmp_path / "made")
    note = "© Statistische Ämter des Bundes und der Länder, Deutschland (dl-de/by-2-0)"
    with sqlite3.connect(made.editions["areas"].path / "areas.gpkg") as own:
        ((told,),) = own.execute(
            "select description from gpkg_contents where table_name = 'kreise_2023'"
        ).fetchall()
    assert told == f"Kreise, Gebietsstand 31.12.2023. Umrisse: {note}"
    found = made.extract("indicators", "geojson", tmp_path / "map.geojson", Part(indicators=("P07",)))
    assert note in json.loads((tmp_path / "map.geojson").read_text(encoding="utf-8"))["attribution"]
    assert note in json.loads(found.receipt.read_text(encoding="utf-8"))["attribution"]
    legend = (tmp_path / "map.qml").read_text(encoding="utf-8").replace("&#10;", " ")
    assert f"Umrisse: {note}" in legend
    made.extract("indicators", "gpkg", tmp_path / "map.gpkg", Part(indicators=("P07",)))
    with sqlite3.connect(tmp_path / "map.gpkg") as layers:
        ((again,),) = layers.execute(
            "select description from gpkg_contents where table_name = 'kreise_2023'"
        ).fetchall()
    assert again == told


def test_a_value_without_an_outline_of_its_gebietsstand_is_not_drawn_and_named(
    own_warehouse: Path, tmp_path: Path
) -> None:
    with duckdb.connect(str(own_warehouse)) as connection:
        connection.execute("update mart_indicator set area_key = 'another version' where area_code = '14612'")
    made = Released(own_warehouse, tmp_path / "made")
    found = made.extract(
        "indicators",
        "geojson",
        tmp_path / "map.geojson",
        Part(indicators=("P07",), years=(2014, 2014)),
    )
    assert features(tmp_path / "map.geojson")["14612"]["p07"] is None, "an outline of another version"
    assert "1 Werte ohne Umriss dieses Gebietsstands" in (found.note or "")
    assert "Dresden, Stadt (14612)" in (found.note or "")
    shown = made.extract("indicators", "gpkg", tmp_path / "all.gpkg", Part(years=(2015, 2015)))
    assert "Ohne Umrisse, darum nicht in der Karte: Deutschland" in (shown.note or "")


def test_what_is_no_map_is_refused(released: Released, tmp_path: Path) -> None:
    target = tmp_path / "map.geojson"
    for part, words in (
        (Part(levels=("GEMEINDE",)), "no row of the edition is of the level GEMEINDE"),
        (Part(outlines=1999), "no value of this part has an outline"),
        (Part(levels=("DE",)), "no value of this part has an outline"),
    ):
        with pytest.raises(ExtractError, match=words):
            released.extract("indicators", "geojson", target, part)
    with pytest.raises(ExtractError, match="another file of this extract is called so"):
        released.extract("indicators", "geojson", tmp_path / "map.qml")
    with pytest.raises(ExtractError, match="no edition of areas with outlines"):
        extract(released.editions["indicators"].path, lambda: {}, "gpkg", target)
    assert not list(tmp_path.iterdir())


def test_a_format_of_one_layer_asks_for_the_level(own_warehouse: Path, tmp_path: Path) -> None:
    """Of several Gebietsstände it takes the one that most values stand on."""
    with duckdb.connect(str(own_warehouse)) as connection:
        connection.execute(
            "insert into dim_area_geometry select 'KREIS', area_code, geometry, crs, date '2012-12-31', "
            "dataset_id from dim_area_geometry where area_code in ('01001', '01051')"
        )
    made = Released(own_warehouse, tmp_path / "made")
    part = Part(indicators=("P07",))
    both = made.extract("indicators", "gpkg", tmp_path / "map.gpkg", part)
    assert {name for name, _ in raw_layers(tmp_path / "map.gpkg")} >= {"kreise_2012", "kreise_2023"}
    assert "Kreise, Gebietsstand 31.12.2012; Kreise, Gebietsstand 31.12.2023" in (both.note or "")
    found = made.extract("indicators", "geojson", tmp_path / "map.geojson", part)
    assert (found.note or "").startswith("Kreise, Gebietsstand 31.12.2023.")
    older = Part(indicators=("P07",), outlines=2012)
    made.extract("indicators", "geojson", tmp_path / "map.geojson", older)
    assert set(features(tmp_path / "map.geojson")) == {"01001", "01051"}, "that day's outlines"


def raw_layers(file: Path) -> list[tuple[str, str]]:
    import pyogrio

    return [(str(name), str(kind)) for name, kind in pyogrio.list_layers(file)]


# styles


def rules(style: str) -> list[tuple[str, str, str]]:
    """Label, condition and the colour of the lowest layer of each rule with a symbol."""
    root = Xml.fromstring(style.partition("\n")[2])
    colours = {}
    for symbol in root.findall("renderer-v2/symbols/symbol"):
        option = symbol.find(".//Option[@name='color']")
        colours[symbol.get("name")] = option.get("value", "") if option is not None else ""
    return [
        (rule.get("label", ""), rule.get("filter", ""), colours[rule.get("symbol")])
        for rule in root.iter("rule")
        if rule.get("symbol") is not None
    ]


def layer_of(values: list[tuple[float | None, str, str | None]], digits: int | None = 1) -> Layer:
    cells = {f"{number:05}": Cell(*one) for number, one in enumerate(values)}
    attribute = Attribute("x", ("X",), "Anteil", "%", date(2020, 12, 31), "number", cells, digits=digits)
    names = {code: f"Gebiet {code}" for code in cells}
    return Layer("kreise_2022", "Kreise", "KREIS", date(2022, 12, 31), names, {}, ("©",), [attribute])


def matching(layer: Layer, style: str) -> dict[str, list[str]]:
    """The labels of the rules that draw each area; SQLite understands their conditions too."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("create table t (code text, x real, x_status text, x_hinweis text)")
        cells = layer.attributes[0].cells
        database.executemany(
            "insert into t values (?, ?, ?, ?)",
            [[code, cell.value, cell.status, cell.remark] for code, cell in cells.items()],
        )
        found: dict[str, list[str]] = {code: [] for code in cells}
        for label, condition, _ in rules(style):
            for (code,) in database.execute(f"select code from t where {condition}").fetchall():
                found[code].append(label)
    return found


def styled(layer: Layer, *, is_count: bool = False) -> str:
    return qml(layer, layer.attributes[0], is_count=is_count, sources=["Daten: ©"], edition="p/1")


numbers = st.floats(-1e9, 1e9).map(lambda one: round(one, 1)) | st.integers(-3, 3).map(float)


@settings(deadline=None)
@given(st.lists(numbers | st.none(), min_size=1, max_size=40), st.booleans())
def test_every_area_is_in_one_class_or_has_one_reason(values: list[float | None], is_count: bool) -> None:
    reasons = [("M", SECRET), ("M", "vom Herausgeber nicht geliefert"), ("M", None)]
    layer = layer_of(
        [
            (value, "A", None) if value is not None else (None, *reasons[number % 3])
            for number, value in enumerate(values)
        ]
    )
    found = matching(layer, styled(layer, is_count=is_count))
    assert all(len(labels) == 1 for labels in found.values()), found
    for code, cell in layer.attributes[0].cells.items():
        assert found[code][0].startswith("Kein Wert") == (cell.value is None)


@settings(deadline=None)
@given(st.lists(numbers, min_size=1, max_size=60))
def test_classes_are_ordered_and_each_has_a_colour_of_its_own(values: list[float]) -> None:
    limits, colours = limits_and_colours(values, 1)
    assert limits == sorted(set(limits))
    assert all(round(one, 1) == one for one in limits)
    assert len(colours) == len(limits) + 1 == len(set(colours))
    if has_middle(values):
        assert 0.0 in limits, "two hues meet at nought"
    edges = [-math.inf, *limits, math.inf]
    for low, high in itertools.pairwise(edges):
        assert any(low <= one < high for one in values), "no class of the legend is empty"


def test_colours_get_darker_with_the_number() -> None:
    def light(colour: str) -> int:
        return sum(int(colour[at : at + 2], 16) for at in (1, 3, 5))

    for number, colours in COLOURS["Blues"].items():
        assert len(colours) == number
        assert sorted(colours, key=light, reverse=True) == list(colours)


def test_missing_and_secret_are_classes_of_their_own_with_their_reason() -> None:
    layer = layer_of(
        [
            *((float(number), "A", None) for number in range(10)),
            (7.0, "U", "eingeschränkt aussagefähiger Wert"),
            (None, "M", SECRET),
            (None, "M", "zum Schutz kleiner Fallzahlen gesperrt"),
            (None, "M", "vom Herausgeber nicht geliefert"),
        ]
    )
    style = styled(layer)
    found = {label.replace("\n", " "): colour for label, _, colour in rules(style)}
    assert found[f"Kein Wert: {SECRET}"] == "208,208,208,255"
    assert found["Kein Wert: zum Schutz kleiner Fallzahlen gesperrt"] == "208,208,208,255"
    assert found["Kein Wert: vom Herausgeber nicht geliefert"] == "255,255,255,255"
    assert "eingeschränkt aussagefähiger Wert" in found
    assert found["0,0 bis unter 2,0"] == "239,243,255,255"
    assert [label for label in found if label.endswith(" bis 9,0")], "the last class has its limit"
    assert 'label="Anteil, %, 31.12.2020"' in style
    marked = matching(layer, style)["00010"]
    assert len(marked) == 2, "its class, and the mark over it"


def test_counts_are_circles_and_shares_are_areas() -> None:
    layer = layer_of([(float(number), "A", None) for number in range(10)])
    assert styled(layer, is_count=True).count("CentroidFill") == 5
    assert "CentroidFill" not in styled(layer)


def test_a_geopackage_holds_a_style_for_each_measure(released: Released, tmp_path: Path) -> None:
    released.extract("indicators", "gpkg", tmp_path / "map.gpkg")
    with sqlite3.connect(tmp_path / "map.gpkg") as layers:
        found = layers.execute(
            "select f_table_name, f_geometry_column, styleName, useAsDefault, styleQML from layer_styles"
        ).fetchall()
        geometry = layers.execute("select table_name, column_name from gpkg_geometry_columns").fetchall()
        assert layers.execute("pragma integrity_check").fetchall() == [("ok",)]
    assert {(table, column) for table, column, *_ in found} == set(geometry)
    assert [name for _, _, name, is_default, _ in found if is_default] == ["k01_centre"]
    assert {name for _, _, name, *_ in found} == {"k01_centre", "p07"}
    for *_, text in found:
        Xml.fromstring(text.partition("\n")[2])
    released.extract("population", "gpkg", tmp_path / "map.gpkg")
    with sqlite3.connect(tmp_path / "map.gpkg") as layers:
        first = layers.execute("select styleName from layer_styles where useAsDefault").fetchall()
    assert first == [("persons",)], "the total opens, not a part of it"


# other programs


def test_gdal_opens_every_layer(released: Released, tmp_path: Path) -> None:
    ogrinfo = shutil.which("ogrinfo")
    if ogrinfo is None:
        pytest.skip("GDAL's programs are not installed here: apt-get install gdal-bin")
    for form, layer in (("gpkg", "kreise_2023"), ("geojson", "Kreise, Gebietsstand 31.12.2023")):
        target = tmp_path / f"map.{form}"
        released.extract("indicators", form, target, Part(indicators=("P07",)))
        ended = subprocess.run(
            [ogrinfo, "-ro", "-so", str(target), layer],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert f"Feature Count: {len(KREISE)}" in ended.stdout, ended.stdout
        assert "p07: Real" in ended.stdout
        assert "Warning" not in ended.stdout + ended.stderr


@pytest.mark.parametrize("form", ["gpkg", "geojson"])
def test_qgis_opens_a_layer_coloured(released: Released, tmp_path: Path, form: Form) -> None:
    target = tmp_path / f"map.{form}"
    released.extract("indicators", form, target, Part(indicators=("P07",), years=(2014, 2014)))
    shown = opened(f"{target}|layername=kreise_2023" if form == "gpkg" else str(target), tmp_path / "map.png")
    assert shown["renderer"] == "RuleRenderer"
    assert shown["features"] == len(KREISE)
    assert shown["crs"] == ("EPSG:25832" if form == "gpkg" else "EPSG:4326")
    assert not shown["invalid"]
    values = {code: row["p07"] for code, row in features(target).items()}
    for code, value in values.items():
        (label,) = shown["drawn"][code]
        assert label.startswith("Kein Wert") == (value is None)
    assert shown["drawn"]["05315"][0].replace("\n", " ") == f"Kein Wert: {SECRET}"
    classes = len({labels[0] for code, labels in shown["drawn"].items() if values[code] is not None})
    there = {colour for colour in shown["colours"] if colour in COLOURS["Blues"][classes]}
    assert there == set(COLOURS["Blues"][classes]), shown["colours"]
    assert shown["aliases"]["p07"] == "Kennzahl P07 für Grün & Äpfel (%), 31.12.2014"
    assert shown["heading"] == "Kennzahl P07 für Grün & Äpfel, %, 31.12.2014"
    assert shown["labelled"]
