"""Outlines for map layers: brought into one reference system, made whole and valid, and put
together where absent.

Delivered outlines stand in the warehouse's `dim_area_geometry` as they came, each on the day it was drawn
for. An area that has none is put together from the areas below it (a Land from its Kreise, a Bezirk from its
planning areas), if all of them are drawn for the same day.

DuckDB's spatial extension does the work; it is loaded from the file of its PyPI wheel, never
from the network.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING

from sources.foundation.spatial import load_spatial
from sources.foundation.sql import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from exports.products import Geometry

CRS = "EPSG:25832"
"""The reference system of every map layer: metres, zone 32, as the offices of Germany use it."""

TABLE = "geometries"

SOURCES, BETWEEN = ". Umrisse: ", " · "
"""Stand in a layer's description before and between the source notes of its outlines."""

POINTS = "POINTS"
"""Level of the layer whose features are places of their own, not areas."""

LAYERS = {
    "LAND": ("laender", "Länder"),
    "REGBEZ": ("regierungsbezirke", "Regierungsbezirke"),
    "KREIS": ("kreise", "Kreise"),
    "GEMEINDEVERBAND": ("gemeindeverbaende", "Gemeindeverbände"),
    "GEMEINDE": ("gemeinden", "Gemeinden"),
    "BEZIRK": ("bezirke", "Bezirke"),
    "PROGNOSERAUM": ("prognoseraeume", "Prognoseräume"),
    "BEZIRKSREGION": ("bezirksregionen", "Bezirksregionen"),
    "PLANUNGSRAUM": ("planungsraeume", "Planungsräume"),
    POINTS: ("orte", "Orte"),
}
"""Layer name and German title of the levels that have a name of their own; others are called
by their level."""

PUT_TOGETHER = {
    "LAND": "KREIS",
    "REGBEZ": "KREIS",
    "BEZIRK": "PLANUNGSRAUM",
    "PROGNOSERAUM": "PLANUNGSRAUM",
    "BEZIRKSREGION": "PLANUNGSRAUM",
}
"""Levels whose areas are put together where they have no outline, and the level that covers them wholly."""


def stage(connection: duckdb.DuckDBPyConnection, warehouse: str, levels: set[str]) -> str | None:
    """Create the table `geometries` with the outlines of areas of some levels; give a hash over them,
    None without any.

    Args:
        connection: has the warehouse attached.
        warehouse: catalogue and schema of the warehouse, quoted.
        levels: levels to draw.

    The table has one row per outline: `area_level`, `area_code`, `area_key` (the version of the area that
    held on the day), `area_name`, `valid_on`, `geometry` (WKB, polygons in `CRS`) and `datasets`, the ids of
    those that it was drawn from.
    """
    connection.execute(
        f"create table {TABLE} (area_level varchar, area_code varchar, area_key varchar, area_name varchar, "
        "valid_on date, geometry blob, datasets varchar[])"
    )
    (drawn,) = connection.execute(
        f"select count(*) from {warehouse}.dim_area_geometry where area_level in (select unnest(?))",
        [sorted(levels)],
    ).fetchone() or (0,)
    (delivered,) = connection.execute(f"select count(*) from {warehouse}.dim_area_geometry").fetchone() or (
        0,
    )
    if not delivered:
        return None
    load_spatial(connection)
    if drawn:
        connection.execute(
            f"""
            insert into {TABLE}
            select area_level, area_code, area_key, area_name, valid_on, st_aswkb(geometry), [dataset_id]
            from ({_delivered(warehouse)})
            where area_level in (select unnest(?))
            """,
            [sorted(levels)],
        )
    _put_together(connection, warehouse, levels)
    return _digest(connection)


def stage_points(connection: duckdb.DuckDBPyConnection, layout: Geometry) -> str | None:
    """Create the table `geometries` (see `stage`) with a point for each of the product's rows that has one;
    give a hash over them, None without any.
    """
    if layout.point is None:
        raise ValueError("the product's rows are no places")
    load_spatial(connection)
    lat, lon = map(quoted, layout.point)
    key, name, day = quoted(layout.area_code), quoted(layout.name), quoted(layout.date)
    connection.execute(
        f"""
        create table {TABLE} as
        select '{POINTS}' as area_level, {key} as area_code, {key} as area_key, {name} as area_name,
            max({day}) over () as valid_on,
            cast(st_aswkb(
                st_transform(st_point({lon}, {lat}), 'EPSG:4326', '{CRS}', always_xy := true)
            ) as blob) as geometry,
            []::varchar[] as datasets
        from rows
        where {lat} is not null and {lon} is not null
        """
    )
    return _digest(connection)


def _digest(connection: duckdb.DuckDBPyConnection) -> str | None:
    rows = connection.execute(
        f"select area_level, area_code, valid_on, sha256(geometry) from {TABLE} order by all"
    ).fetchall()
    if not rows:
        return None
    digest = hashlib.sha256(CRS.encode())
    for row in rows:
        digest.update(("=".join(map(str, row)) + "\n").encode())
    return digest.hexdigest()


def layer_name(level: str, valid_on: str) -> str:
    """The layer of a level and Gebietsstand: `kreise_2022`."""
    name, _ = LAYERS.get(level, (level.lower(), level))
    return f"{name}_{valid_on[:4]}"


def layer_title(level: str, valid_on: str) -> str:
    """What a layer shows, in German: `Kreise, Gebietsstand 31.12.2022`."""
    _, title = LAYERS.get(level, (level.lower(), level))
    year, month, day = valid_on.split("-")
    return f"{title}, Gebietsstand {day}.{month}.{year}"


def layer_description(title: str, attributions: Sequence[str]) -> str:
    """What a layer's file says of it: its title, and whose outlines these are."""
    return f"{title}{SOURCES}{BETWEEN.join(attributions)}" if attributions else title


def attributions_in(description: str) -> list[str]:
    """Whose outlines a layer shows, by its description; empty where it does not say."""
    _, _, told = description.partition(SOURCES)
    return told.split(BETWEEN) if told else []


def day_of_layer(title: str) -> date:
    """The Gebietsstand that a layer's title names."""
    day, month, year = title.rsplit(" ", 1)[1].split(".")
    return date(int(year), int(month), int(day))


def _delivered(warehouse: str) -> str:
    """SQL: delivered outlines as valid geometry in `CRS`, with the version of the area of their day.

    An outline from before the first register that knows a code belongs to its first version.
    """
    return f"""
        select
            outlines.area_level,
            outlines.area_code,
            areas.area_key,
            areas.area_name,
            outlines.valid_on,
            outlines.dataset_id,
            {_valid("outlines.shape")} as geometry
        from (
            select
                * exclude (geometry),
                case
                    when crs = '{CRS}' then st_geomfromwkb(geometry)
                    else st_transform(st_geomfromwkb(geometry), crs, '{CRS}', always_xy := true)
                end as shape
            from {warehouse}.dim_area_geometry
        ) as outlines
        inner join (
            select *, min(valid_from) over (partition by area_level, area_code) as first_from
            from {warehouse}.dim_area
        ) as areas
            on outlines.area_level = areas.area_level
            and outlines.area_code = areas.area_code
            and outlines.valid_on < areas.valid_to
            and (outlines.valid_on >= areas.valid_from or areas.valid_from = areas.first_from)
    """


def _put_together(connection: duckdb.DuckDBPyConnection, warehouse: str, levels: set[str]) -> None:
    """Add areas without an outline of their own whose parts are all drawn for one day."""
    made = {level: part for level, part in PUT_TOGETHER.items() if level in levels}
    connection.execute(
        f"""
        insert into {TABLE}
        with outlines as materialized ({_delivered(warehouse)}),

        tree as (

            select hierarchy.* from {warehouse}.bridge_area_hierarchy as hierarchy
            inner join (select unnest(?) as area_level, unnest(?) as part_level) as made
                on hierarchy.ancestor_level = made.area_level and hierarchy.area_level = made.part_level
            where hierarchy.ancestor_key not in (select area_key from outlines)

        ),

        days as (select distinct area_level, valid_on from outlines),

        parts as (

            select
                tree.ancestor_key,
                days.valid_on,
                st_union_agg(outlines.geometry) as geometry,
                list(distinct outlines.dataset_id order by outlines.dataset_id) as datasets
            from tree
            inner join days
                on tree.area_level = days.area_level
                and days.valid_on >= tree.valid_from
                and days.valid_on < tree.valid_to
            left join outlines on tree.area_key = outlines.area_key and days.valid_on = outlines.valid_on
            group by tree.ancestor_key, days.valid_on
            having count(*) = count(outlines.area_key)

        )

        select areas.area_level, areas.area_code, areas.area_key, areas.area_name, parts.valid_on,
            st_aswkb({_valid("parts.geometry")}), parts.datasets
        from parts
        inner join {warehouse}.dim_area as areas on parts.ancestor_key = areas.area_key
        """,
        [list(made), list(made.values())],
    )


def _valid(geometry: str) -> str:
    """SQL: a geometry as valid polygons; lines and points that repairing leaves are no area."""
    repaired = f"st_collectionextract(st_makevalid({geometry}), 3)"
    return f"(case when st_isvalid({geometry}) then {geometry} else {repaired} end)"
