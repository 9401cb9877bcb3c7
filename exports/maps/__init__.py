"""Map layers on demand: an edition, or a part of it, as GeoPackage, GeoJSON or GeoParquet.

A released GeoPackage holds every measure at its newest date. Here one chooses measure, date, level and
Gebietsstand. Values are those of the released Parquet file, each on the outline of its own version of the
area, out of the released edition of `areas`. What the edition's GeoPackage shows for the same date carried
to newer outlines (status E) is shown as it is there. A value without an outline is left out and counted.

layers    the layers of a part
style     QGIS styles: classes, what is missing or kept secret, legend, labels
formats   the files
"""

from exports.about import Format
from exports.maps import formats

MAPS: dict[str, Format] = {
    "gpkg": Format(
        "GeoPackage mit Darstellung für QGIS", "application/geopackage+sqlite3", formats.geopackage
    ),
    "geojson": Format(
        "GeoJSON (EPSG:4326) mit Darstellung für QGIS",
        "application/geo+json",
        formats.geojson,
        (formats.style_file,),
    ),
    "geoparquet": Format("GeoParquet", "application/vnd.apache.parquet", formats.geoparquet),
}

__all__ = ["MAPS"]
