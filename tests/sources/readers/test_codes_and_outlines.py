"""The XÖV code list and the outlines of the Kreise, as published and out of order."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from sources.declared.catalogue import Catalog
from sources.foundation.spatial import open_spatial
from sources.readers import geometry, xoev_codelist
from sources.readers.reading import SourceError
from sources.twins import render
from sources.twins.sample import writing


@pytest.mark.real_files
def test_published_code_list(catalog: Catalog, shared_data: Path) -> None:
    folder = shared_data / "07-geo-keys" / "xrepository-regionalschluessel-2023-07-31"
    reading = xoev_codelist.read(
        catalog, catalog["regionalschluessel-xoev"], folder / "regionalschluesselliste.json"
    )
    rows = reading.table.to_pylist()
    assert len(rows) == 11_265
    assert rows[0] == {
        "schluessel": "010010000000", "bezeichnung": "Flensburg, Stadt", "hinweis": None,
        "version": "2023-07-31", "line": 1,
    }  # fmt: skip
    assert sum(row["hinweis"] is not None for row in rows) == 283
    assert f"{reading.published_at:%Y-%m-%d}" == "2023-07-01"
    assert "U+FFFD" in (reading.notes or "")


@pytest.mark.real_files
def test_published_outlines(catalog: Catalog, shared_data: Path) -> None:
    folder = shared_data / "07-geo-keys" / "vg2500-kreise-shapefile"
    table = geometry.read(catalog, catalog["vg2500-krs"], folder / "VG2500_KRS.shp").table
    assert table.num_rows == 400
    assert set(table["crs"].to_pylist()) == {"EPSG:25832"}
    first = table.slice(0, 1).to_pylist()[0]
    assert (first["ars"], first["gen"], first["beginn"], first["ade"]) == (
        "01001",
        "Flensburg",
        "2021-09-01",
        "4",
    )
    with open_spatial() as engine:
        engine.register("outlines", table)
        (area,) = (
            engine.execute("select sum(st_area(st_geomfromwkb(geometry))) / 1e6 from outlines").fetchone()
            or ()
        )
    assert 350_000 < area < 365_000


def outlines(catalog: Catalog, folder: Path) -> list[Path]:
    declaration = catalog["vg2500-krs"]
    return render(catalog, declaration, writing._outlines(declaration)).write(folder)


def test_outlines_in_a_zip_with_folders(catalog: Catalog, tmp_path: Path) -> None:
    parts = outlines(catalog, tmp_path / "parts")
    archive = tmp_path / "vg2500.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for part in parts:
            packed.write(part, f"vg2500_12-31.utm32s.shape/vg2500/{part.name}")
        packed.writestr("vg2500_12-31.utm32s.shape/liesmich.txt", "…")
    loose = geometry.read(catalog, catalog["vg2500-krs"], parts[0]).table
    assert geometry.read(catalog, catalog["vg2500-krs"], archive).table.equals(loose)


def test_letters_survive_without_and_with_a_wrong_note_of_the_encoding(
    catalog: Catalog, tmp_path: Path
) -> None:
    parts = outlines(catalog, tmp_path)
    for note in (None, b"ISO-8859-1", b"garbage"):
        (tmp_path / "VG2500_KRS.cpg").unlink(missing_ok=True)
        if note:
            (tmp_path / "VG2500_KRS.cpg").write_bytes(note)
        names = geometry.read(catalog, catalog["vg2500-krs"], parts[0]).table["gen"].to_pylist()
        assert {"Lübeck", "Plön", "Neumünster"} <= set(names)


def test_any_part_stands_for_the_delivery(catalog: Catalog, tmp_path: Path) -> None:
    parts = outlines(catalog, tmp_path)
    tables = [geometry.read(catalog, catalog["vg2500-krs"], part).table for part in parts]
    assert all(table.equals(tables[0]) for table in tables)


def test_a_missing_part_is_named(catalog: Catalog, tmp_path: Path) -> None:
    parts = outlines(catalog, tmp_path)
    (tmp_path / "VG2500_KRS.dbf").unlink()
    with pytest.raises(SourceError, match=r"VG2500_KRS\.dbf"):
        geometry.read(catalog, catalog["vg2500-krs"], parts[0])


def test_the_coordinate_system_must_be_the_declared_one(catalog: Catalog, tmp_path: Path) -> None:
    parts = outlines(catalog, tmp_path)
    (tmp_path / "VG2500_KRS.prj").write_text('LOCAL_CS["Stadtnetz"]')
    with pytest.raises(SourceError, match="EPSG:25832"):
        geometry.read(catalog, catalog["vg2500-krs"], parts[0])


def test_an_archive_in_an_archive_is_refused(catalog: Catalog, tmp_path: Path) -> None:
    parts = outlines(catalog, tmp_path / "parts")
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w") as packed:
        packed.write(parts[0], parts[0].name)
    outer = tmp_path / "vg2500.zip"
    with zipfile.ZipFile(outer, "w") as packed:
        packed.write(inner, "inner.zip")
    with pytest.raises(SourceError, match="another archive"):
        geometry.read(catalog, catalog["vg2500-krs"], outer)


@pytest.mark.parametrize(
    "content",
    ["[]", "null", "{}", '{"metadaten": {}, "spalten": [], "daten": []}', "{" * 100_000, "1e999", '"x"'],
)
def test_json_that_is_no_code_list(catalog: Catalog, tmp_path: Path, content: str) -> None:
    file = tmp_path / "regionalschluesselliste.json"
    file.write_text(content)
    with pytest.raises(SourceError):
        xoev_codelist.read(catalog, catalog["regionalschluessel-xoev"], file)


def test_a_wrong_entry_is_named(catalog: Catalog, tmp_path: Path) -> None:
    declaration = catalog["regionalschluessel-xoev"]
    file = render(catalog, declaration, writing._code_list(declaration)).write(tmp_path)[0]
    document = json.loads(file.read_text(encoding="utf-8"))
    document["daten"][4][0] = "0100"
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(SourceError, match=r"entry 5, column SCHLUESSEL: '0100' does not match"):
        xoev_codelist.read(catalog, declaration, file)


def test_reading_leaves_no_scratch_files(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    parts = outlines(catalog, tmp_path / "parts")
    shutil.make_archive(str(tmp_path / "vg2500"), "zip", tmp_path / "parts")
    geometry.read(catalog, catalog["vg2500-krs"], tmp_path / "vg2500.zip")
    assert parts
    assert not list(scratch.iterdir())


@pytest.mark.parametrize(
    ("east", "north", "reads"), [(377376.4, 5823331.8, True), (13.1, 52.5, False), (0.0, 5823331.8, False)]
)
def test_a_geojson_without_a_system_is_of_the_declared_one_where_its_coordinates_are_no_degrees(
    catalog: Catalog, tmp_path: Path, east: float, north: float, reads: bool
) -> None:
    ring = [[east, north], [east + 1, north], [east + 1, north + 1], [east, north]]
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"ESB": "0527", "BEZ": "05", "BEZName": "Spandau"},
    }
    file = tmp_path / "RBS_OD_ESB_2019_06.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    declaration = catalog["einschulungsbereiche"]
    if reads:
        table = geometry.read(catalog, declaration, file).table
        assert table["crs"].to_pylist() == ["EPSG:25833"]
    else:
        with pytest.raises(SourceError, match="EPSG:4326, expected is EPSG:25833"):
            geometry.read(catalog, declaration, file)


@pytest.mark.real_files
def test_published_catchments_of_primary_schools(catalog: Catalog, more: Path) -> None:
    declaration = catalog["einschulungsbereiche"]
    (file,) = more.rglob("RBS_OD_ESB_2019_06.geojson")
    table = geometry.read(catalog, declaration, file).table
    rows = table.to_pylist()
    assert len({row["catchment"] for row in rows}) == len(rows) == 346
    assert {row["catchment"][:2] for row in rows} == {row["bezirk"] for row in rows}
    assert len({row["bezirk"] for row in rows}) == 12
