"""Reads a vector file (shapefile, GeoPackage, GeoJSON) as declared by `sources.file_formats.GeometryFile`.

DuckDB's spatial extension does the reading; it is loaded from the file of its PyPI wheel, so nothing is
downloaded. `line` counts features from 1. Texts are as DuckDB prints them: dates 2021-09-01, whole numbers
without decimals.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from sources.catalogue import Catalog
from sources.declaration import Declaration
from sources.fetch import archive
from sources.fetch.errors import FetchError
from sources.file_formats import GeometryFile
from sources.readers import grid
from sources.readers.reading import Reading, SourceError

if TYPE_CHECKING:
    import duckdb

VERSION = "1"

_SUFFIX = {"ESRI Shapefile": ".shp", "GPKG": ".gpkg", "GeoJSON": ".geojson"}
_LONGITUDE_LATITUDE = {"EPSG:4326", "OGC:CRS84"}
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
        with open_spatial() as engine:
            return _read(engine, declaration, form, layer, file.name)


def open_spatial() -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory with the spatial extension loaded from its wheel.

    Raises:
        RuntimeError: the wheel for this version of DuckDB is not installed.
    """
    import duckdb

    found = find_spec("duckdb_extension_spatial")
    folder = Path(found.origin).parent if found and found.origin else None
    extension = folder and folder / "extensions" / f"v{duckdb.__version__}" / "spatial.duckdb_extension"
    if extension is None or not extension.is_file():
        raise RuntimeError(
            f"duckdb-extension-spatial {duckdb.__version__} is not installed; run the set-up again"
        )
    engine = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": "2"}
    )
    path = str(extension).replace("'", "''")
    engine.execute(f"load '{path}'")
    return engine


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


def _read(
    engine: duckdb.DuckDBPyConnection, declaration: Declaration, form: GeometryFile, layer: Path, name: str
) -> Reading:
    import duckdb

    try:
        crs = _crs(engine, form, layer, name)
        options = ", layer = ?" if form.layer and form.driver != "ESRI Shapefile" else ""
        arguments = [str(layer), *([form.layer] if options else [])]
        described = engine.execute(f"describe from st_read(?{options})", arguments).fetchall()
        sources = [row[0] for row in described if row[0] != "OGC_FID" and not row[1].startswith("GEOMETRY")]
        geometry = [row[0] for row in described if row[1].startswith("GEOMETRY")]
        declared = [column.source or column.name for column in declaration.columns]
        if sources != declared or len(geometry) != 1:
            raise SourceError(
                _difference(sources, declared),
                file=name,
                remedy="If the publisher changed the columns, declare the new ones; else fetch it again.",
            )
        texts = ", ".join(f"cast({_quoted(source)} as varchar)" for source in sources)
        shape = _quoted(geometry[0])
        rows = engine.execute(
            f"select {texts}, st_aswkb({shape}), st_geometrytype({shape})::varchar,"
            f" st_isempty({shape}), st_isvalid({shape}) from st_read(?{options})",
            arguments,
        ).fetchall()
    except duckdb.Error as error:
        raise SourceError(
            f"no readable {form.driver} file ({str(error).splitlines()[0][:200]})", file=name, remedy=_ANOTHER
        ) from None
    if not rows:
        raise SourceError("the layer has no features", file=name, remedy=_ANOTHER)
    invalid = _check_geometry(rows, form, name)

    def where(line: int, column: int) -> str:
        return f"feature {line}, column {sources[column - 1] if column <= len(sources) else column}"

    width = len(sources)
    table = grid.records(
        declaration,
        ((line, [text or "" for text in row[:width]]) for line, row in enumerate(rows, start=1)),
        {},
        where,
        name,
        extra={"geometry": [bytes(row[width]) for row in rows], "crs": [crs] * len(rows)},
    )
    note = f"{len(invalid)} outlines cross themselves (features {', '.join(map(str, invalid[:20]))})."
    return Reading(table=table, notes=note if invalid else None, published_at=None)


def _crs(engine: duckdb.DuckDBPyConnection, form: GeometryFile, layer: Path, name: str) -> str:
    """The coordinate system that the file itself names, checked against the declared one."""
    found = engine.execute(
        "select layers[1].geometry_fields[1].crs.auth_name, layers[1].geometry_fields[1].crs.auth_code"
        " from st_read_meta(?)",
        [str(layer)],
    ).fetchall()
    crs = f"{found[0][0]}:{found[0][1]}" if found and found[0][1] else None
    same = crs == form.crs or {crs, form.crs} <= _LONGITUDE_LATITUDE
    if not same:
        says = f"names the coordinate system {crs}" if crs else "names no known coordinate system"
        raise SourceError(
            f"the file {says}, expected is {form.crs}",
            file=name,
            remedy="Check the .prj file, or declare the coordinate system that the publisher states.",
        )
    return form.crs


def _check_geometry(rows: Sequence[tuple[object, ...]], form: GeometryFile, name: str) -> list[int]:
    """Line numbers of features whose outline crosses itself, when the declaration lets them pass."""
    invalid = []
    for line, row in enumerate(rows, start=1):
        shape, kind, empty, valid = row[-4:]
        what = None
        if shape is None or empty:
            what = "the feature has no geometry"
        elif kind not in form.geometry:
            what = f"the geometry is a {kind}, expected is {' or '.join(form.geometry)}"
        elif not valid and form.invalid == "refuse":
            what = "the outline is invalid (it crosses or touches itself)"
        elif not valid:
            invalid.append(line)
        if what:
            raise SourceError(
                what, file=name, line=line, cell=f"feature {line} ({row[0]})",
                remedy="Fetch the file again; if it stays so, ask the publisher or repair the geometry.",
            )  # fmt: skip
    return invalid


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


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
