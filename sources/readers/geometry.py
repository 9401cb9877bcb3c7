"""Reads a vector file (shapefile, GeoPackage, GeoJSON; `sources.declared.file_formats.GeometryFile`).

GDAL (pyogrio) reads the file; DuckDB's spatial extension, loaded from the file of its PyPI wheel, judges the
outlines. DuckDB does not open the file itself: a damaged shapefile can bring its reader down with the whole
process. `line` counts features from 1.
"""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.file_formats import GeometryFile
from sources.errors import problem
from sources.fetch import archive
from sources.fetch.errors import FetchError
from sources.foundation.spatial import open_spatial
from sources.readers import grid
from sources.readers.reading import Reading, SourceError
from sources.readers.workbook import text

if TYPE_CHECKING:
    pass

VERSION = "1"

_SUFFIX = {"ESRI Shapefile": ".shp", "GPKG": ".gpkg", "GeoJSON": ".geojson"}
_LONGITUDE_LATITUDE = {"EPSG:4326", "OGC:CRS84"}
DEGREES = 360
"""No longitude or latitude is beyond that."""
_KINDS = {
    1: "POINT", 2: "LINESTRING", 3: "POLYGON", 4: "MULTIPOINT", 5: "MULTILINESTRING", 6: "MULTIPOLYGON",
}  # fmt: skip
_ANOTHER = "Is this the file of another dataset, or a cut download? Fetch it again."


def read(catalog: Catalog, declaration: Declaration, file: Path) -> Reading:
    """Read a vector file.

    Args:
        file: the file itself, any part of a shapefile whose other parts lie beside it, or a ZIP with them.

    Raises:
        SourceError: a part is missing, the coordinate system or a column is not the declared one, or a
            feature has no geometry, a geometry of another kind, or one that crosses itself.
    """
    form = declaration.format
    assert isinstance(form, GeometryFile)
    with tempfile.TemporaryDirectory(prefix="planstat-") as scratch:
        layer = _layer_file(file, form, Path(scratch))
        return _read(declaration, form, layer, file.name)


def _layer_file(file: Path, form: GeometryFile, scratch: Path) -> Path:
    suffix = _SUFFIX[form.driver]
    candidates = [file]
    if grid.check_kind(file) == grid.ZIP:
        try:
            candidates = archive.unpack(file, scratch)
        except FetchError as error:
            raise SourceError(error.what, file=file.name, remedy=error.remedy) from None
    elif form.driver == "ESRI Shapefile":
        candidates = [file.with_suffix(suffix)]
    layers = [
        path
        for path in candidates
        if path.suffix.lower() in (suffix, ".json" if form.driver == "GeoJSON" else suffix)
        and (form.layer is None or form.driver != "ESRI Shapefile" or path.stem.lower() == form.layer.lower())
    ]
    if len(layers) != 1:
        raise SourceError(
            f"{len(layers)} files {form.layer or '*'}{suffix} found where one is expected",
            file=file.name,
            remedy=_ANOTHER,
        )
    layer = layers[0]
    if form.driver == "ESRI Shapefile":
        parts = {path.suffix.lower() for path in layer.parent.glob(f"{layer.stem}.*")}
        missing = sorted({".shp", ".shx", ".dbf", ".prj"} - parts)
        if missing:
            raise SourceError(
                f"the shapefile lacks {', '.join(layer.stem + part for part in missing)}",
                file=file.name,
                remedy="Deliver all parts (.shp, .shx, .dbf, .prj) together, or the publisher's ZIP.",
            )
    return layer


def _read(declaration: Declaration, form: GeometryFile, layer: Path, name: str) -> Reading:
    meta, features = _features(form, layer, name)
    crs = _checked_crs(_named_crs(meta["crs"], form, layer), form, name)
    sources = [str(field) for field in meta["fields"]]
    declared = [column.source or column.name for column in declaration.columns]
    if sources != declared:
        raise SourceError(
            _difference(sources, declared),
            file=name,
            remedy="If the publisher changed the columns, declare the new ones; else fetch it again.",
        )
    shapes: list[bytes | None] = features.column(features.num_columns - 1).to_pylist()
    if not shapes:
        raise problem("no_rows", name)
    invalid = _check_geometry(shapes, form, name)

    def where(line: int, column: int) -> str:
        return f"feature {line}, column {sources[column - 1] if column <= len(sources) else column}"

    try:
        texts = [[_text(value) for value in features.column(source).to_pylist()] for source in sources]
    except UnicodeDecodeError as error:
        raise problem("wrong_encoding", name, found=str(error)) from None
    except (ValueError, OverflowError) as error:
        raise SourceError(f"a field cannot be read ({error})", file=name, remedy=_ANOTHER) from None
    table = grid.records(
        declaration,
        enumerate(zip(*texts, strict=True), start=1),
        {},
        where,
        name,
        extra={"geometry": list(shapes), "crs": [crs] * len(shapes)},
    )
    note = f"{len(invalid)} outlines cross themselves (features {', '.join(map(str, invalid[:20]))})."
    return Reading(table=table, notes=note if invalid else None, published_at=None)


def _features(form: GeometryFile, layer: Path, name: str) -> tuple[dict[str, Any], pa.Table]:
    """Metadata and features of the layer; the last column of the table is the geometry as WKB."""
    from pyogrio import raw

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what GDAL warns about is checked here and refused
            meta, features = raw.read_arrow(
                layer,
                layer=form.layer if form.driver == "GPKG" else None,
                encoding=form.encoding if form.driver == "ESRI Shapefile" else None,
            )
    except Exception as error:  # pyogrio lets errors of many kinds through, its own slips among them
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise SourceError(f"no readable {form.driver} file ({reason})", file=name, remedy=_ANOTHER) from None
    if features.num_columns != len(meta["fields"]) + 1:
        raise SourceError("the layer has no geometry", file=name, remedy=_ANOTHER)
    return meta, features


def _text(value: object) -> str:
    """A field as text; a list of numbers as JSON."""
    return json.dumps(value) if isinstance(value, list) else text(value)


def _named_crs(crs: str | None, form: GeometryFile, layer: Path) -> str | None:
    """The coordinate system that the file names.

    A GeoJSON that names none counts as degrees (RFC 7946); where its coordinates can be no degrees, it is of
    the time before, and the publisher's word stands.
    """
    if form.driver != "GeoJSON" or crs not in _LONGITUDE_LATITUDE or form.crs in _LONGITUDE_LATITUDE:
        return crs
    from pyogrio import read_info

    bounds = read_info(layer, force_total_bounds=True)["total_bounds"]
    return form.crs if min(map(abs, bounds)) > DEGREES else crs


def _checked_crs(crs: str | None, form: GeometryFile, name: str) -> str:
    """The coordinate system that the file itself names, if it is the declared one."""
    if crs != form.crs and not {crs, form.crs} <= _LONGITUDE_LATITUDE:
        shown = crs if crs and crs.startswith("EPSG:") else None
        says = f"names the coordinate system {shown}" if shown else "names no known coordinate system"
        raise SourceError(
            f"the file {says}, expected is {form.crs}",
            file=name,
            remedy="Check the .prj file, or declare the coordinate system that the publisher states.",
        )
    return form.crs


def _check_geometry(shapes: Sequence[bytes | None], form: GeometryFile, name: str) -> list[int]:
    """Line numbers of features whose outline crosses itself, when the declaration lets them pass."""
    import duckdb

    def refuse(what: str, line: int) -> SourceError:
        return SourceError(
            what, file=name, line=line, cell=f"feature {line}",
            remedy="Fetch the file again; if it stays so, ask the publisher or repair the geometry.",
        )  # fmt: skip

    for line, shape in enumerate(shapes, start=1):
        kind = _kind(shape)
        if kind is None:
            raise refuse("the feature has no geometry", line)
        if kind not in form.geometry:
            raise refuse(f"the geometry is a {kind}, expected is {' or '.join(form.geometry)}", line)
    numbered = pa.table({"line": range(1, len(shapes) + 1), "shape": shapes})
    with open_spatial() as engine:
        engine.register("numbered", numbered)
        try:
            found = engine.execute(
                "select line, st_isempty(g) from (select line, st_geomfromwkb(shape) as g from numbered)"
                " where st_isempty(g) or not st_isvalid(g) order by line"
            ).fetchall()
        except duckdb.Error as error:
            reason = str(error).splitlines()[0][:200]
            raise SourceError(f"a geometry cannot be read ({reason})", file=name, remedy=_ANOTHER) from None
    for line, empty in found:
        if empty:
            raise refuse("the feature has no geometry", line)
        if form.invalid == "refuse":
            raise refuse("the outline is invalid (it crosses or touches itself)", line)
    return [line for line, _ in found]


def _kind(shape: bytes | None) -> str | None:
    """Kind of a geometry by the first five bytes of its WKB (byte order, type; thousands tell of Z and M)."""
    if not shape or len(shape) < 5:
        return None
    code = int.from_bytes(shape[1:5], "little" if shape[0] else "big")
    return _KINDS.get((code & 0x0FFFFFFF) % 1000, f"geometry of type {code}")


def _difference(found: Sequence[str], declared: Sequence[str]) -> str:
    for number, (have, want) in enumerate(zip(found, declared, strict=False), start=1):
        if have != want:
            return f"column {number} is {have!r} where {want!r} is expected"
    if len(found) < len(declared):
        return f"the column {declared[len(found)]!r} is missing"
    return (
        f"the column {found[len(declared)]!r} is not declared"
        if len(found) > len(declared)
        else "no geometry"
    )
