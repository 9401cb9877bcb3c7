"""Catchments of schools: a division of a town with a key to its planning areas, cut out of both outlines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from dbt_project.locating import overlaps
from dbt_project.locating.points import whole
from sources.foundation.spatial import open_spatial
from tests.contracts import make
from tests.dbt.compiled import model, singular_test

METRIC = "EPSG:25833"
DAY = dt.date(2021, 1, 1)


def square(x: float, width: float = 1000.0) -> bytes:
    """A rectangle 1,000 m high from x on, as WKB."""
    with open_spatial() as engine:
        found = engine.execute(
            "select st_aswkb(st_makeenvelope(390000 + ?, 5820000, 390000 + ? + ?, 5821000))::blob",
            [x, x, width],
        ).fetchone()
    assert found is not None
    return bytes(found[0])


@pytest.fixture
def town() -> Iterator[duckdb.DuckDBPyConnection]:
    """Two catchments of 1,500 m side by side over three planning areas of 1,000 m each."""
    with duckdb.connect() as connection:
        make(
            connection,
            "dim_catchment",
            [
                {
                    "catchment_code": code, "catchment_name": f"Bereich {code}", "parent_area_code": "11",
                    "covers_code": "11000", "valid_on": DAY, "geometry": square(x, 1500), "crs": METRIC,
                    "dataset_id": "einschulungsbereiche",
                }
                for code, x in (("west", 0), ("east", 1500))
            ],
        )  # fmt: skip
        make(
            connection,
            "dim_area_geometry",
            [
                {"area_level": "PLANUNGSRAUM", "area_code": code, "valid_on": DAY, "geometry": square(x),
                 "crs": METRIC}
                for code, x in (("110A", 0), ("110B", 1000), ("110C", 2000))
            ],
        )  # fmt: skip
        make(
            connection,
            "dim_area",
            [
                {"area_key": f"{code}@1900", "area_code": code, "area_name": code,
                 "area_level": "PLANUNGSRAUM", "is_latest": True,
                 "valid_from": dt.date(1900, 1, 1), "valid_to": dt.date(9999, 12, 31)}
                for code in ("110A", "110B", "110C")
            ],
        )  # fmt: skip
        make(
            connection,
            "bridge_area_hierarchy",
            [
                {"area_key": f"{code}@1900", "ancestor_code": "11000", "ancestor_level": "KREIS"}
                for code in ("110A", "110B", "110C")
            ],
        )
        yield connection


def cut(connection: duckdb.DuckDBPyConnection) -> None:
    """The parts and the key, as the project makes them."""
    found = overlaps.parts(connection.table("dim_catchment"), connection.table("dim_area_geometry"))
    connection.register("parts_found", found)
    connection.execute("create or replace table int_catchment_part as from parts_found")
    connection.execute(f"create or replace table bridge_catchment_area as {model('bridge_catchment_area')}")


def test_a_planning_area_is_divided_by_its_ground_and_nothing_is_lost(
    town: duckdb.DuckDBPyConnection,
) -> None:
    cut(town)
    found = town.execute(
        "select catchment_code, area_code, weight_area, share_of_catchment_pct from bridge_catchment_area"
        " order by area_code, catchment_code desc"
    ).fetchall()
    third = pytest.approx(200 / 3, abs=0.1)
    assert found == [
        ("west", "110A", 1.0, third),
        ("west", "110B", 0.5, pytest.approx(100 / 3, abs=0.1)),
        ("east", "110B", 0.5, pytest.approx(100 / 3, abs=0.1)),
        ("east", "110C", 1.0, third),
    ]
    assert town.execute(singular_test("catchments_cover_the_town")).fetchall() == []


def test_first_graders_of_the_areas_are_divided_among_the_catchments(
    town: duckdb.DuckDBPyConnection,
) -> None:
    """90 in A, 40 in B, 30 in C: 110 in the west, 50 in the east; nobody knows, nobody says."""
    cut(town)
    make(
        town,
        "fct_need",
        [
            {"need_id": "school", "need_step_code": "CLASS_1", "demand_id": "law", "scenario_id": "trend",
             "area_key": f"{code}@1900", "base_date": DAY, "horizon_years": years,
             "reference_date": dt.date(2024 + years, 12, 31), "persons_count": count,
             "persons_lower": count - 5 if count else None, "persons_upper": count + 5 if count else None,
             "dataset_id": "d"}
            for years, counts in ((0, (90.0, 40.0, 30.0)), (1, (90.0, 40.0, None)))
            for code, count in zip(("110A", "110B", "110C"), counts, strict=True)
        ],
    )  # fmt: skip
    make(town, "dim_scenario", [{"scenario_id": "trend"}])
    found = town.execute(
        "select catchment_code, school_year, value, children_lower, children_upper, missing_reason"
        f" from ({model('mart_catchment')}) order by school_year, catchment_code desc"
    ).fetchall()
    assert found == [
        ("west", "2024/25", 110.0, 102.5, 117.5, "none"),
        ("east", "2024/25", 50.0, 42.5, 57.5, "none"),
        ("west", "2025/26", 110.0, 102.5, 117.5, "none"),
        ("east", "2025/26", None, None, None, "part_missing"),
    ]


def test_catchments_that_do_not_cover_the_town_are_refused_by_name(town: duckdb.DuckDBPyConnection) -> None:
    town.execute("delete from dim_catchment where catchment_code = 'east'")
    cut(town)
    told = sorted(row[2] for row in town.execute(singular_test("catchments_cover_the_town")).fetchall())
    assert told == [
        "einschulungsbereiche: das Gebiet 110B 110B liegt nur zu 50 % in einem Einzugsbereich",
        "einschulungsbereiche: das Gebiet 110C 110C liegt nur zu 0 % in einem Einzugsbereich",
    ]


def test_without_catchments_there_is_no_key(town: duckdb.DuckDBPyConnection) -> None:
    town.execute("delete from dim_catchment")
    cut(town)
    assert town.execute("select * from bridge_catchment_area").fetchall() == []
    assert town.execute(singular_test("catchments_cover_the_town")).fetchall() == []


@pytest.mark.real_files
def test_berlins_catchments_cover_every_planning_area(shared_data: Path) -> None:
    """346 catchments of 2019/20 and 542 planning areas of 2021, drawn by others: the same 890.7 km²."""
    berlin = shared_data.parent / "data-more" / "05-small-area" / "berlin"
    [file] = berlin.glob("school-catchments-2019/*.geojson")
    [areas] = shared_data.rglob("kieze.geojson")
    with open_spatial() as engine:
        tables = []
        for columns, crs, read in (
            ("ESB as catchment_code", METRIC, file),
            (
                "'PLANUNGSRAUM' as area_level, plr_id as area_code, date '2021-01-01' as valid_on",
                "EPSG:4326",
                areas,
            ),
        ):
            sql = f"select {columns}, st_aswkb(geom)::blob as geometry, ? as crs from st_read(?)"
            tables.append(whole(engine.execute(sql, [crs, str(read)]).arrow()))
    with duckdb.connect() as connection:
        for name, table in zip(("catchments", "areas"), tables, strict=True):
            connection.register(name, table)
        found = overlaps.parts(connection.table("catchments"), connection.table("areas"))
        assert isinstance(found, pa.Table)
        connection.register("parts", found)
        rows = connection.execute(
            "select area_code, sum(part_m2) / any_value(area_m2) from parts group by area_code"
        ).fetchall()
        catchments = connection.execute("select count(distinct catchment_code) from parts").fetchall()
    assert (len(rows), catchments) == (542, [(346,)])
    assert min(share for _, share in rows) > 0.99
