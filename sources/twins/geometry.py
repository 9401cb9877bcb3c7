"""Writes vector files: a shapefile with its parts, GeoPackage or GeoJSON, from records with WKB outlines."""

from __future__ import annotations

import random
import re
import struct
import tempfile
from pathlib import Path

import pyarrow as pa

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.file_formats import GeometryFile
from sources.twins import quirks as quirk

ALLOWED = {
    "truncated", "html_page", "empty", "missing_part", "other_crs", "crossing_outline", "unknown_header",
    "duplicate_rows",
}  # fmt: skip
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def render(
    catalog: Catalog,
    declaration: Declaration,
    table: pa.Table,
    *,
    seed: int = 0,
    quirks: frozenset[str] = frozenset(),
    numbers: frozenset[str] = frozenset({"ade", "gf", "bsg", "ibz"}),
) -> dict[str, bytes]:
    """Write records with geometry.

    Args:
        numbers: columns that the publisher stores as whole numbers; columns of dates are
            found by their texts.

    Returns:
        Bytes by suffix (`.shp`, `.shx`, `.dbf`, `.prj`, `.cpg`), the main part first.
    """
    import numpy as np
    from pyogrio import raw

    form = declaration.format
    assert isinstance(form, GeometryFile)
    quirks = quirk.check(quirks, ALLOWED)
    dice = random.Random(seed)  # noqa: S311 - reproducible test data
    if "duplicate_rows" in quirks:
        table = pa.concat_tables([table, table.slice(dice.randrange(table.num_rows), 1)])
    shapes = table["geometry"].to_pylist()
    if "crossing_outline" in quirks:
        shapes[dice.randrange(len(shapes))] = polygon(
            [(500000, 6000000), (520000, 6020000), (500000, 6020000), (520000, 6000000)]
        )
    names = [column.source or column.name for column in declaration.columns]
    if "unknown_header" in quirks:
        names[dice.randrange(len(names))] = "NEU"
    fields = []
    for column in declaration.columns:
        texts = table[column.name].to_pylist()
        if column.name in numbers:
            fields.append(np.array([int(text) for text in texts], dtype="int32"))
        elif texts and all(text and _DATE.fullmatch(text) for text in texts):
            fields.append(np.array(texts, dtype="datetime64[D]"))
        else:
            fields.append(np.array(texts, dtype=object))
    suffix = {"ESRI Shapefile": ".shp", "GPKG": ".gpkg", "GeoJSON": ".geojson"}[form.driver]
    options = {"DBF_DATE_LAST_UPDATE": "2020-01-01"} if suffix == ".shp" else {}
    with tempfile.TemporaryDirectory(prefix="planstat-") as scratch:
        path = Path(scratch) / f"twin{suffix}"
        raw.write(
            str(path),
            np.array(shapes, dtype=object),
            fields,
            names,
            geometry_type="Polygon" if suffix == ".shp" else "Unknown",
            crs="EPSG:3035" if "other_crs" in quirks else form.crs,
            driver=form.driver,
            encoding="UTF-8" if suffix == ".shp" else None,
            layer=form.layer if suffix == ".gpkg" else None,
            **options,
        )
        parts = sorted(Path(scratch).iterdir(), key=lambda part: (part.suffix != suffix, part.suffix))
        contents = {part.suffix: part.read_bytes() for part in parts}
    if "missing_part" in quirks:
        contents.pop(".prj", None)
    contents[suffix] = quirk.spoil_bytes(contents[suffix], quirks, dice)
    return contents


def polygon(corners: list[tuple[float, float]]) -> bytes:
    """A polygon without holes as WKB; the ring is closed here."""
    ring = [*corners, corners[0]]
    points = b"".join(struct.pack("<dd", x, y) for x, y in ring)
    return struct.pack("<BIII", 1, 3, 1, len(ring)) + points


def polygons(outlines: list[list[tuple[float, float]]]) -> bytes:
    """Several polygons without holes as one WKB."""
    return struct.pack("<BII", 1, 6, len(outlines)) + b"".join(map(polygon, outlines))
