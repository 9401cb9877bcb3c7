"""The outlines of the atlas: simplified borders of the released map layers, one record per layer.

They come from the GeoPackage of `areas`. Neighbours are simplified together, so that no gap and no overlap
appears between them (Visvalingam and Whyatt 1993, by GEOS's coverage functions), and coordinates become whole
numbers of a grid as wide as nobody sees. A path is in the notation of SVG with relative moves; y points down.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from exports.atlas.packing import write_record
from exports.outlines import attributions_in, day_of_layer
from sources.foundation.sql import quoted, text_literal

if TYPE_CHECKING:
    import duckdb

FINEST = 2000
"""Steps of the grid across the longer side of a layer: about two for each pixel of a large screen."""

TOLERANCE = 1.5
"""Width of a detail that is left out, in steps of the grid."""

MANY = 2000
"""A layer of more areas has a grid twice as fine, since small areas are looked at from near."""


def write_outlines(
    connection: duckdb.DuckDBPyConnection, geopackage: Path, folder: Path
) -> list[dict[str, Any]]:
    """Write a record per layer with outlines; gives name, level, day, title and sources of each.

    `connection` has the spatial extension and the table `versions` (see `figures.stage_figures`).
    """
    written = []
    for layer, title, told in _layers(geopackage):
        found = _record(connection, text_literal(str(geopackage)), layer)
        if found is None:
            continue
        record, level = found
        write_record(folder, f"outlines/{layer}", record)
        written.append(
            {
                "name": layer,
                "level": level,
                "day": day_of_layer(title).isoformat(),
                "title": title,
                "sources": attributions_in(told),
            }
        )
    return written


def drawn_versions(geopackage: Path) -> list[str]:
    """The keys of all versions of areas that some layer has an outline of."""
    connection = sqlite3.connect(f"file:{quote(str(geopackage))}?mode=ro", uri=True)
    try:
        return [
            key
            for layer, *_ in _layers(geopackage)
            for (key,) in connection.execute(f"select area_key from {quoted(layer)}")
        ]
    finally:
        connection.close()


def _layers(geopackage: Path) -> list[tuple[str, str, str]]:
    """The layers with outlines, each with its German title and description."""
    connection = sqlite3.connect(f"file:{quote(str(geopackage))}?mode=ro", uri=True)
    try:
        return connection.execute(
            "select table_name, identifier, coalesce(description, '') from gpkg_contents "
            "where data_type = 'features' order by 1"
        ).fetchall()
    finally:
        connection.close()


def _record(
    connection: duckdb.DuckDBPyConnection, file: str, layer: str
) -> tuple[dict[str, Any], str] | None:
    """The record of a layer and its level; None where no outline is of a known area."""
    connection.execute(
        f"""
        create or replace temp table drawn as
        select versions.version, versions.area_level, outlines.geom
        from st_read({file}, layer = {text_literal(layer)}) as outlines
        inner join versions on outlines.area_key = versions.area_key
        where outlines.geom is not null
        order by versions.version
        """
    )
    box = connection.execute(
        "select min(st_xmin(geom)), min(st_ymin(geom)), max(st_xmax(geom)), max(st_ymax(geom)), count(*), "
        "min(area_level) from drawn"
    ).fetchone()
    if box is None or not box[4]:
        return None
    left, bottom, right, top, count, level = box
    fine = FINEST * 2 if count > MANY else FINEST
    metres = max(right - left, top - bottom) / fine
    rows = connection.execute(
        f"""
        with listed as (
            select list(geom order by version) as geoms, list(version order by version) as versions from drawn
        ),
        parts as (
            select versions, unnest(st_dump(st_coveragesimplify(geoms, {TOLERANCE * metres}))) as part
            from listed
        )
        select versions[part.path[1]] as version, list(st_asgeojson(part.geom))
        from parts group by 1 order by 1
        """
    ).fetchall()
    versions = [version for version, _ in rows]
    paths = [
        _path([json.loads(part)["coordinates"] for part in parts], left, top, metres) for _, parts in rows
    ]
    record = {
        "name": layer,
        "metres": metres,
        "width": round((right - left) / metres),
        "height": round((top - bottom) / metres),
        "left": left,
        "top": top,
        "version": versions,
        "path": paths,
    }
    return record, str(level)


def _path(polygons: Sequence[Any], left: float, top: float, metres: float) -> str:
    """Polygons as one SVG path over the grid; rings that shrink to less than a triangle go."""
    found = []
    for polygon in polygons:
        for ring in polygon:
            points: list[tuple[int, int]] = []
            for x, y, *_ in ring[:-1]:
                point = (round((x - left) / metres), round((top - y) / metres))
                if not points or points[-1] != point:
                    points.append(point)
            if len(points) > 2:
                found.append(_ring(points))
    if not found:
        # an area too small for the grid stays as one step of it
        x, y = polygons[0][0][0][:2]
        found.append(f"M{round((x - left) / metres)} {round((top - y) / metres)}l1 0 0 1z")
    return "".join(found)


def _ring(points: list[tuple[int, int]]) -> str:
    (x, y), *rest = points
    moves = []
    for to_x, to_y in rest:
        moves.append(f"{to_x - x} {to_y - y}")
        x, y = to_x, to_y
    return f"M{points[0][0]} {points[0][1]}l{' '.join(moves)}z".replace(" -", "-")
