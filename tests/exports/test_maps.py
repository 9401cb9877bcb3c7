"""The GeoPackage: layers by level and Gebietsstand, values on their own ground, German names."""

from __future__ import annotations

import sqlite3
import struct
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pyogrio import raw

from exports import candidate, describe
from exports.candidate import Candidate
from exports.products import FOLDER, load_product
from orchestration.labelling import with_words
from sources.declared.catalogue import load_catalog
from sources.foundation.spatial import open_spatial
from tests.contracts import contracts, make
from tests.exports.small_warehouse import KREISE, description_of, make_warehouse, square

K01 = [28.4, -0.5, 1e15, 123456789.1, 33.3]
"""What the map shows: with the decimals of the indicator, as the spreadsheets do."""


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return make_warehouse(tmp_path / "warehouse.duckdb")


def build(warehouse: Path, product: str, tmp_path: Path) -> Candidate:
    return candidate.build(warehouse, product, description_of(product), tmp_path / "c" / product)


def features(made: Candidate, layer: str) -> dict[str, dict[str, Any]]:
    """Features of a layer by area code."""
    _, table = raw.read_arrow(made.files[f"{made.product}.gpkg"], layer=layer)
    return {row["area_code"]: row for row in table.to_pylist()}


def columns(made: Candidate) -> dict[tuple[str, str], dict[str, Any]]:
    """What the file says about its columns, by layer and column."""
    _, table = raw.read_arrow(made.files[f"{made.product}.gpkg"], layer="spalten")
    return {(row["ebene"], row["spalte"]): row for row in table.to_pylist()}


def asked(made: Candidate, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a query of the file itself."""
    with sqlite3.connect(made.files[f"{made.product}.gpkg"]) as connection:
        return connection.execute(sql).fetchall()


def test_one_feature_per_kreis_with_newest_values(warehouse: Path, tmp_path: Path) -> None:
    made = build(warehouse, "indicators", tmp_path)
    about, _ = raw.read_arrow(made.files["indicators.gpkg"], layer="kreise_2023")
    assert about["crs"] == "EPSG:25832"
    assert about["geometry_type"] == "MultiPolygon"
    drawn = features(made, "kreise_2023")
    assert {code: row["k01_centre"] for code, row in drawn.items()} == dict(zip(KREISE, K01, strict=True))
    assert drawn["01001"]["p07"] == 9.7, "the newest value, not the first"
    assert drawn["01001"]["area_name"] == "Flensburg, kreisfreie Stadt"
    assert (drawn["01001"]["p07_status"], drawn["01001"]["p07_hinweis"]) == ("A", None)
    for row in drawn.values():
        assert struct.unpack("<BI", row["geom"][:5]) == (1, 6), "a multi polygon in little endian"
    told = columns(made)["kreise_2023", "p07"]
    assert told["merkmal"] == "P07"
    assert told["stichtag"] == date(2015, 12, 31)
    assert told["einheit"] == "%"
    assert told["bezeichnung"] == "Kennzahl P07 für Grün & Äpfel"


def test_the_file_is_a_geopackage_1_3_whose_columns_have_german_names(
    warehouse: Path, tmp_path: Path
) -> None:
    made = build(warehouse, "indicators", tmp_path)
    assert asked(made, "pragma application_id") == [(int.from_bytes(b"GPKG", "big"),)]
    assert asked(made, "pragma user_version") == [(10300,)]
    assert asked(made, "pragma integrity_check") == [("ok",)]
    assert asked(
        made, "select identifier, data_type from gpkg_contents where table_name = 'kreise_2023'"
    ) == [("Kreise, Gebietsstand 31.12.2023", "features")]
    named = dict(
        asked(made, "select column_name, name from gpkg_data_columns where table_name = 'kreise_2023'")
    )
    assert named["p07"] == "Kennzahl P07 für Grün & Äpfel (%), 31.12.2015"
    assert named["p07_hinweis"] == "Kennzahl P07 für Grün & Äpfel (%), 31.12.2015: Hinweis"
    there = {row[1] for row in asked(made, "pragma table_info(kreise_2023)")} - {"fid", "geom"}
    assert set(named) == there
    assert ("gpkg_data_columns", "gpkg_schema") in asked(
        made, "select table_name, extension_name from gpkg_extensions"
    )


def test_what_codes_mean_stands_in_the_file_as_a_domain(warehouse: Path, tmp_path: Path) -> None:
    """GDAL reads it as coded values, and QGIS shows the words."""
    domains = (
        "select column_name, value, c.description from gpkg_data_columns as d "
        "inner join gpkg_data_column_constraints as c using (constraint_name) "
        "where constraint_type = 'enum' and table_name = 'kreise_2023'"
    )
    made = build(warehouse, "indicators", tmp_path)
    assert ("p07_status", "M", "kein Zahlenwert vorhanden") in asked(made, domains)
    shown = {row["p07_status"] for row in features(made, "kreise_2023").values()}
    assert shown <= {code for column, code, _ in asked(made, domains) if column == "p07_status"}
    register = build(warehouse, "areas", tmp_path)
    assert ("area_level", "KREIS", "Kreis oder kreisfreie Stadt") in asked(register, domains)


def test_a_published_figure_of_limited_reliability_says_so(warehouse: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update mart_indicator set obs_status = 'U' where area_code = '01001'")
    drawn = features(build(warehouse, "indicators", tmp_path), "kreise_2023")["01001"]
    assert (drawn["p07_status"], drawn["p07_hinweis"]) == ("U", "eingeschränkt aussagefähiger Wert")


def test_one_date_per_attribute_and_a_reason_where_it_is_empty(warehouse: Path, tmp_path: Path) -> None:
    """An area whose newest value is older stays empty, so that a map compares like with like."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "delete from mart_indicator where indicator_id = 'P07' and area_code = '01001' and "
            "period_key = 'Y2015'"
        )
        connection.execute(
            "update mart_indicator set value = null, obs_status = 'M', missing_reason = 'not_meaningful' "
            "where indicator_id = 'P07' and area_code = '05315'"
        )
    drawn = features(build(warehouse, "indicators", tmp_path), "kreise_2023")
    assert drawn["01001"]["p07"] is None
    assert drawn["01001"]["p07_status"] == "M"
    assert drawn["01001"]["p07_hinweis"] == "vom Herausgeber nicht geliefert"
    assert drawn["05315"]["p07_hinweis"] == "Nachweis nicht sinnvoll"
    assert drawn["01051"]["p07"] == 12.3


def test_a_breakdown_shows_the_totals(warehouse: Path, tmp_path: Path) -> None:
    made = build(warehouse, "population", tmp_path)
    drawn = features(made, "kreise_2023")
    assert {"persons", "persons_y_lt3", "persons_y_ge75"} <= set(drawn["01001"])
    assert drawn["01001"]["persons"] == 82015.0
    told = columns(made)
    assert told["kreise_2023", "persons_y_lt3"]["bezeichnung"] == "Bevölkerung, unter 3 Jahre"
    assert told["kreise_2023", "persons"]["bezeichnung"] == "Bevölkerung"


def test_the_register_shows_the_version_that_the_outline_is_of(warehouse: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "insert into dim_area_geometry values "
            "('KREIS', '05315', ?, 'EPSG:25832', date '2000-12-31', 'vg2500-krs')",
            [square(300_000, 5_500_000)],
        )
    made = build(warehouse, "areas", tmp_path)
    assert features(made, "kreise_2023")["05315"]["area_sqkm"] == 123.45
    assert features(made, "kreise_2023")["05315"]["has_geometry"] == "ja"
    assert features(made, "kreise_2023")["05315"]["valid_from"] == date(2010, 1, 1)
    assert features(made, "kreise_2000")["05315"]["area_sqkm"] == 400.0, "before it grew"
    assert set(features(made, "kreise_2000")) == {"05315"}


def test_a_value_of_another_gebietsstand_is_converted_and_says_so(warehouse: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            """
            create or replace macro population_on(gebietsstand := null, as_of := null) as table
            select * replace (
                    case area_code when '01001' then value + 1000 when '05315' then value / 2 else value end
                        as value,
                    case area_code when '14612' then 'U' else obs_status end as obs_status
                ),
                case area_code when '01001' then 'merged' when '05315' then 'estimated'
                    when '14612' then 'merged' else 'exact' end as grade,
                case area_code when '01001' then '01001, 01999' when '05315' then '05315, 05399'
                    when '09162' then '09999' else area_code end as from_codes,
                case area_code when '05315' then 0.5 else 0.0 end as estimated_share
            from main.mart_population where year(gebietsstand) = 2023
            """
        )
    drawn = features(build(warehouse, "population", tmp_path), "kreise_2023")

    def shown(code: str) -> tuple[Any, ...]:
        return tuple(drawn[code][f"persons{part}"] for part in ("", "_status", "_hinweis"))

    assert shown("01001") == (83015.0, "E", "umgerechnet: Summe aus 01001, 01999")
    assert shown("05315") == (42008.0, "E", "umgerechnet, zu 50 % geschätzt: aus 05315, 05399")
    assert shown("09162")[1:] == ("A", "veröffentlicht unter 09999")
    assert shown("14612")[1:] == (
        "U",
        "umgerechnet: Summe aus 14612; eingeschränkt aussagefähiger Wert",
    ), "what is uncertain stays so"
    assert shown("01051") == (83015.0, "A", None)


def test_without_a_function_only_values_of_the_very_version_stand(warehouse: Path, tmp_path: Path) -> None:
    described = description_of("population")
    described["geometry"]["converted_by"] = None
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update mart_population set area_key = 'old' where area_code = '05315'")
    made = candidate.build(warehouse, "population", described, tmp_path / "population")
    drawn = features(made, "kreise_2023")
    assert drawn["05315"]["persons"] is None, "the value is of a former version"
    assert drawn["01001"]["persons"] == 82015.0


def test_outlines_are_brought_into_one_system_and_made_valid(warehouse: Path, tmp_path: Path) -> None:
    """Degrees become metres (10° E, 50° N is 571,666 m E, 5,539,110 m N); a bow tie becomes two triangles."""
    points = [(10.0, 50.0), (10.01, 50.01), (10.01, 50.0), (10.0, 50.01), (10.0, 50.0)]
    bow_tie = struct.pack("<BIII", 1, 3, 1, len(points)) + b"".join(
        struct.pack("<dd", *point) for point in points
    )
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "update dim_area_geometry set crs = 'EPSG:4326', geometry = ? where area_code = '09162'",
            [bow_tie],
        )
    made = build(warehouse, "indicators", tmp_path)
    outline = features(made, "kreise_2023")["09162"]["geom"]
    kind, parts = struct.unpack("<II", outline[1:9])
    assert (kind, parts) == (6, 2), "two valid triangles"
    ring = struct.unpack("<I", outline[18:22])[0]
    corners = [struct.unpack("<dd", outline[22 + 16 * n : 38 + 16 * n]) for n in range(ring)]
    assert min(abs(x - 571_666) + abs(y - 5_539_110) for x, y in corners) < 2_000


def test_an_area_without_outline_is_put_together_from_all_its_parts(warehouse: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        for land, kreise in {"01": ("01001", "01051"), "05": ("05315", "05999")}.items():
            connection.execute(
                "insert into dim_area values "
                "(?, ?, 'LAND', 'Land ' || ?, date '1900-01-01', date '9999-12-31')",
                [land, land, land],
            )
            connection.execute(
                "insert into mart_population "
                "select * replace (? as area_key, ? as area_code, 'LAND' as area_level) "
                "from mart_population where area_code = '01001' and age_group_code = '_T'",
                [land, land],
            )
            for kreis in kreise:
                connection.execute(
                    "insert into bridge_area_hierarchy"
                    " (hierarchy, area_key, area_level, ancestor_key, ancestor_level, valid_from, valid_to)"
                    " values ('ADMIN', md5(?), 'KREIS', ?, 'LAND', date '1900-01-01', date '9999-12-31')",
                    [kreis, land],
                )
    drawn = features(build(warehouse, "population", tmp_path), "laender_2023")
    assert set(drawn) == {"01"}, "one Kreis of the other Land is not drawn"
    assert struct.unpack("<II", drawn["01"]["geom"][1:9]) == (6, 2), "two squares apart"


def test_a_layer_with_too_many_attributes_is_refused(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exports.writers import geopackage

    monkeypatch.setattr(geopackage, "ATTRIBUTE_LIMIT", 1)
    with pytest.raises(candidate.RowsError, match="kreise_2023 would have 2 attributes"):
        build(warehouse, "indicators", tmp_path)


def test_places_are_points_with_a_key_of_their_own(tmp_path: Path) -> None:
    """Rows that are places stand where their degrees say; one without a position is no feature."""
    warehouse = tmp_path / "places.duckdb"
    offer = {
        "offer_kind_code": "DAYCARE", "target_group_code": "PRESCHOOL", "located_by": "point",
        "covers_code": "11000", "reference_date": "2024-10-31", "dataset_id": "kita-verzeichnis",
        "snapshot_id": "s",
    }  # fmt: skip
    with duckdb.connect(str(warehouse)) as connection:
        make(
            connection,
            "mart_offer",
            [
                offer | {"offer_key": "a", "facility_name": "Haus", "lat": 52.5117497, "lon": 13.3821185},
                offer | {"offer_key": "b", "facility_name": "Hütte", "lat": 54.78, "lon": 9.43},
                offer | {"offer_key": "c", "facility_name": "Heim", "located_by": "none"},
            ],
        )
    named = [
        {"name": one, "type": kind, "description": one} for one, kind in contracts()["mart_offer"].items()
    ]
    words = with_words(named, load_catalog(), ["kita-verzeichnis"])
    description = describe.describe(load_product(FOLDER / "offers.yml"), words, [])
    made = candidate.build(warehouse, "offers", description, tmp_path / "c" / "offers")
    about, table = raw.read_arrow(made.files["offers.gpkg"], layer="orte_2024")
    assert (about["crs"], about["geometry_type"]) == ("EPSG:25832", "Point")
    drawn = {row["offer_key"]: row for row in table.to_pylist()}
    assert {key: row["facility_name"] for key, row in drawn.items()} == {"a": "Haus", "b": "Hütte"}
    assert "area_code" in drawn["a"], "an attribute like others"
    with open_spatial() as engine:
        back = engine.execute(
            "select st_y(p), st_x(p) from (select st_transform(st_geomfromwkb(?), 'EPSG:25832', 'EPSG:4326', "
            "always_xy := true) as p)",
            [bytes(drawn["a"]["geom"])],
        ).fetchone()
    assert back == pytest.approx((52.5117497, 13.3821185), abs=1e-7)
    aliases = dict(
        asked(made, "select column_name, name from gpkg_data_columns where table_name = 'orte_2024'")
    )
    assert aliases["facility_name"] == "Einrichtung"
    assert set(aliases) == {row[1] for row in asked(made, "pragma table_info(orte_2024)")} - {"fid", "geom"}
