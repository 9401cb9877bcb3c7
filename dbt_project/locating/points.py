"""Points in outlines: which areas a place lies in.

A point is given in degrees (WGS 84, EPSG:4326), outlines in the reference system they were delivered in. A
point on a border lies in no area by DuckDB's `st_contains`. One in two areas is in both: the caller chooses.
"""

from __future__ import annotations

from typing import Any, Protocol

import pyarrow as pa

from sources.foundation.spatial import open_spatial


class Relation(Protocol):
    """Rows that DuckDB hands over in Arrow's form."""

    def arrow(self) -> Any:
        """A table, or a reader of batches."""


LOCATED = pa.schema(
    [
        ("facility_key", pa.string()),
        ("area_level", pa.string()),
        ("area_code", pa.string()),
        ("valid_on", pa.date32()),
    ]
)


def located(points: Relation, outlines: Relation) -> pa.Table:
    """Areas that hold the points, a row per point and outline (`LOCATED`).

    Args:
        points: facility_key, lat, lon (degrees).
        outlines: area_level, area_code, valid_on, geometry (WKB), crs.
    """
    places = table_of(points)
    if not places.num_rows:
        return LOCATED.empty_table()
    drawn = table_of(outlines)
    with open_spatial() as engine:
        engine.register("places", places)
        engine.register("drawn", drawn)
        found: Any = engine.execute(
            """
            with systems as (select distinct crs from drawn),
            points as (
                select facility_key, crs, point, st_x(point) as x, st_y(point) as y
                from (
                    select facility_key, crs,
                        st_transform(st_point(lon, lat), 'EPSG:4326', crs, always_xy := true) as point
                    from places cross join systems
                )
            ),
            areas as (
                select *, st_xmin(outline) as x0, st_xmax(outline) as x1, st_ymin(outline) as y0,
                    st_ymax(outline) as y1
                from (
                    select area_level, area_code, valid_on, crs, st_geomfromwkb(geometry) as outline
                    from drawn
                )
            ),
            -- most outlines are far away: boxes are compared first, and outlines only where they meet
            near as (
                select points.facility_key, points.point, areas.area_level, areas.area_code, areas.valid_on,
                    areas.outline
                from areas
                inner join points
                    on areas.crs = points.crs
                    and points.x between areas.x0 and areas.x1
                    and points.y between areas.y0 and areas.y1
            )
            select facility_key, area_level, area_code, valid_on
            from near
            where st_contains(outline, point)
            order by all
            """
        )
        return whole(found.arrow()).cast(LOCATED)


def table_of(relation: Relation) -> pa.Table:
    """The rows of a relation as a table."""
    return whole(relation.arrow())


def whole(found: Any) -> pa.Table:
    """A table, whether this version of DuckDB gives one or a reader of batches."""
    return found.read_all() if isinstance(found, pa.RecordBatchReader) else found


WITHIN = pa.schema(
    [
        ("area_level", pa.string()),
        ("area_code", pa.string()),
        ("valid_on", pa.date32()),
        ("lat", pa.float64()),
        ("lon", pa.float64()),
    ]
)


def within(outlines: Relation) -> pa.Table:
    """A point inside each outline, in degrees (`WITHIN`); in the middle of it where its shape allows.

    Args:
        outlines: area_level, area_code, valid_on, geometry (WKB), crs.
    """
    drawn = table_of(outlines)
    if not drawn.num_rows:
        return WITHIN.empty_table()
    with open_spatial() as engine:
        engine.register("drawn", drawn)
        found: Any = engine.execute(
            """
            with points as (
                select area_level, area_code, valid_on,
                    st_transform(
                        st_pointonsurface(st_geomfromwkb(geometry)), crs, 'EPSG:4326', always_xy := true
                    ) as point
                from drawn
            )
            select area_level, area_code, valid_on, st_y(point) as lat, st_x(point) as lon
            from points
            order by all
            """
        )
        return whole(found.arrow()).cast(WITHIN)
