"""The files of map layers: GeoPackage of all layers; GeoJSON and GeoParquet of one.

GeoPackage keeps EPSG:25832 and holds a QGIS style for each measure (`layer_styles`). GeoJSON (RFC 7946) and
GeoParquet 1.1 are in degrees with six decimals; beside a GeoJSON lies the style of its first measure.
"""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from exports.about import About, ExtractError, Write, Written, attributions
from exports.describe import Description
from exports.geojson import feature_collection, in_degrees
from exports.maps.layers import Drawn, draw, layout_of, stage
from exports.maps.style import qml
from exports.rows import Rows
from exports.writers.geopackage import FIXED_MOMENT, REMARK, STATUS, Attribute, Cell, Layer, write_layers
from sources.foundation.files import write_text
from sources.foundation.spatial import open_spatial
from sources.foundation.told import Told

GEOPARQUET = "1.1.0"

MOST_STYLES = 40
"""Of a layer in a GeoPackage; each takes some 8 kB, and nobody finds one among hundreds."""

TOTAL = "_T"

_STYLES = """
create table layer_styles (
    id integer primary key autoincrement not null, f_table_catalog text(256), f_table_schema text(256),
    f_table_name text(256), f_geometry_column text(256), styleName text(30), styleQML text, styleSLD text,
    useAsDefault boolean, description text, owner text(30), ui text(30),
    update_time datetime default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
)
"""
"""The table in which QGIS keeps styles, as QGIS itself makes it."""


def style_file(path: Path) -> Path:
    """Where QGIS looks for the style of a file."""
    return path.with_suffix(".qml")


def _prepared(
    write: Callable[[Drawn, Description, About, Path], None], is_single: bool
) -> Callable[[Rows, Description, About], Write]:
    def prepare(rows: Rows, description: Description, about: About) -> Write:
        sources = stage(rows, description, about)

        def write_part(part: Rows, path: Path) -> Written:
            drawn = draw(part, description, about, sources)
            notes = list(drawn.notes)
            if is_single:
                layer = _one(drawn)
                drawn = dataclasses.replace(drawn, layers=(layer,))
                notes = [note for note in notes if not _is_of_another(note, layer)]
            write(drawn, description, about, path)
            outlines = tuple(dict.fromkeys(one for layer in drawn.layers for one in layer.sources))
            shown = "; ".join(layer.title for layer in drawn.layers)
            return Written(" ".join([f"{shown}.", *notes]), outlines)

        return write_part

    return prepare


def _is_of_another(note: str, layer: Layer) -> bool:
    return "Gebietsstand " in note.split(":")[0] and not note.startswith(f"{layer.title}:")


def _one(drawn: Drawn) -> Layer:
    """The layer that most values stand on, the newest of them; `ExtractError` for several levels."""
    levels = sorted({layer.level for layer in drawn.layers})
    if len(levels) > 1:
        raise ExtractError(
            Told(
                f"this format holds one layer: name the level (--level); there are {', '.join(levels)}",
                f"dieses Format fasst eine Kartenebene: Ebene nennen (--level); es gibt {', '.join(levels)}",
            )
        )

    def shown(layer: Layer) -> tuple[int, date]:
        cells = (cell for one in layer.attributes for cell in one.cells.values())
        return sum(cell.value is not None for cell in cells), layer.valid_on

    return max(drawn.layers, key=shown)


def _styles(
    drawn: Drawn, layer: Layer, description: Description, about: About, most: int
) -> list[tuple[Attribute, str]]:
    """The styles of the first figures of a layer, totals before their parts, with their source notes."""
    measured = [one for one in layer.attributes if one.has_status]
    totals_first = sorted(measured, key=lambda one: sum(part not in (None, TOTAL) for part in one.key))
    known = {one.dataset_id: one for one in description.datasets}
    found = []
    for one in totals_first[:most]:
        made_of = drawn.made_of.get((layer.name, one.name), ())
        named = [known[name] for name in made_of if name in known]
        figures = attributions(named or about.datasets)
        text = qml(
            layer,
            one,
            is_count=one.name in drawn.counts,
            sources=[f"Daten: {' · '.join(figures)}", f"Umrisse: {' · '.join(layer.sources)}"],
            edition=about.edition,
        )
        found.append((one, text))
    return found


def _geopackage(drawn: Drawn, description: Description, about: About, path: Path) -> None:
    write_layers(path, list(drawn.layers), description)
    with closing(sqlite3.connect(path)) as database:
        database.execute("pragma journal_mode = off")
        database.execute(_STYLES)
        database.execute(
            "insert into gpkg_contents (table_name, data_type, identifier, description, last_change) "
            "values ('layer_styles', 'attributes', 'layer_styles', 'Darstellung der Ebenen in QGIS', ?)",
            [FIXED_MOMENT],
        )
        for layer in drawn.layers:
            for number, (attribute, text) in enumerate(
                _styles(drawn, layer, description, about, MOST_STYLES)
            ):
                database.execute(
                    "insert into layer_styles (f_table_catalog, f_table_schema, f_table_name, "
                    "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, "
                    "update_time) values ('', '', ?, 'geom', ?, ?, '', ?, ?, '', ?)",
                    [layer.name, attribute.name, text, number == 0, attribute.label, FIXED_MOMENT],
                )
        database.commit()


def _geojson(drawn: Drawn, description: Description, about: About, path: Path) -> None:
    (layer,) = drawn.layers
    shapes = _in_degrees(layer)
    rows = _records(layer, description)
    said = {
        "name": layer.title,
        "edition": about.edition,
        "attribution": [*about.attributions(), *layer.sources],
        "columns": _columns(layer),
    }
    features = ((rows[code], text) for code, (text, *_) in shapes.items())
    write_text(path, feature_collection(features, said))
    for _, text in _styles(drawn, layer, description, about, 1):
        write_text(style_file(path), text)


def _geoparquet(drawn: Drawn, description: Description, about: About, path: Path) -> None:
    """One row group; the columns have the types of the released file."""
    import pyarrow
    from pyarrow import parquet

    (layer,) = drawn.layers
    shapes = _in_degrees(layer)
    rows = _records(layer, description)
    kinds = {one.name: _ARROW[one.kind] for one in layer.attributes}
    names = list(next(iter(rows.values())))
    fields = [(name, pyarrow.type_for_alias(kinds.get(name, "string"))) for name in names]
    table = pyarrow.table(
        {name: pyarrow.array([rows[code][name] for code in shapes], kind) for name, kind in fields}
        | {"geometry": pyarrow.array([wkb for _, wkb, *_ in shapes.values()], pyarrow.binary())}
    )
    boxes = [box for *_, box in shapes.values()]
    geo = {
        "version": GEOPARQUET,
        "primary_column": "geometry",
        "columns": {
            "geometry": {
                "encoding": "WKB",
                "geometry_types": sorted({kind for _, _, kind, _ in shapes.values()}),
                "orientation": "counterclockwise",
                "bbox": [edge(box[at] for box in boxes) for at, edge in enumerate((min, min, max, max))],
            }
        },
    }
    about_it = {
        "name": layer.title,
        "edition": about.edition,
        "attribution": [*about.attributions(), *layer.sources],
        "columns": _columns(layer),
    }
    said = {"geo": json.dumps(geo), "planstat": json.dumps(about_it, ensure_ascii=False)}
    parquet.write_table(table.replace_schema_metadata(said), path, compression="zstd")


_ARROW = {
    "text": "string",
    "number": "double",
    "integer": "int64",
    "date": "date32",
    "boolean": "bool",
    "timestamp": "string",
}


def _in_degrees(layer: Layer) -> dict[str, tuple[str, bytes, str, tuple[float, ...]]]:
    """The outlines by code: text for GeoJSON, WKB, kind of geometry, and box (west, south, east, north)."""
    with closing(open_spatial()) as connection:
        import pyarrow

        shapes = pyarrow.table(
            {"code": list(layer.outlines), "outline": [bytes(one) for one in layer.outlines.values()]}
        )
        connection.register("shapes", shapes)
        found = connection.execute(
            f"with drawn as (select code, {in_degrees('st_geomfromwkb(outline)')} as geom from shapes) "
            "select code, st_asgeojson(geom), st_aswkb(geom), st_geometrytype(geom)::varchar, "
            "st_xmin(geom), st_ymin(geom), st_xmax(geom), st_ymax(geom) from drawn order by code"
        ).fetchall()
    return {code: (text, bytes(wkb), _KINDS[kind], tuple(box)) for code, text, wkb, kind, *box in found}


_KINDS = {"POINT": "Point", "POLYGON": "Polygon", "MULTIPOLYGON": "MultiPolygon"}


def _records(layer: Layer, description: Description) -> dict[str, dict[str, Any]]:
    """What stands beside the outline of each area: as in the GeoPackage."""
    layout = layout_of(description)
    key = layout.area_code if layout.point else "area_code"
    found: dict[str, dict[str, Any]] = {}
    for code, name in sorted(layer.names.items()):
        found[code] = {key: code, layout.name: name}
        for one in layer.attributes:
            cell = one.cells.get(code, Cell(None))
            found[code][one.name] = cell.value
            if one.has_status:
                found[code] |= {one.name + STATUS: cell.status, one.name + REMARK: cell.remark}
    return found


def _columns(layer: Layer) -> dict[str, dict[str, Any]]:
    """What the columns hold, as the layer `spalten` of a GeoPackage says it."""
    return {
        one.name: {
            "merkmal": " ".join(map(str, one.key)),
            "bezeichnung": one.label,
            "einheit": one.unit,
            "stichtag": one.reference_date.isoformat() if one.reference_date else None,
        }
        for one in layer.attributes
    }


geopackage = _prepared(_geopackage, is_single=False)
geojson = _prepared(_geojson, is_single=True)
geoparquet = _prepared(_geoparquet, is_single=True)
