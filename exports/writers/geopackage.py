"""GeoPackage of the areas with the newest values: one feature per area, one attribute per measured thing.

Layers: the map layer named by the product (EPSG:25832, key as text), and `spalten`, which says for each
attribute what it measures, in which unit and on which date. Outlines are not repeated per year; the series is
in the Parquet file. Where no outlines were delivered the map layer is a plain attribute table, and a note
says so.

Values newest per measured thing, not per area: one attribute holds one date, so that a map compares like with
like; an area without a value on that date is empty.

GDAL stamps the current time into `gpkg_contents.last_change`; OGR_CURRENT_DATE fixes it
(https://gdal.org/drivers/vector/gpkg.html).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.describe import Description
from exports.legend import heading_de
from exports.products import Geometry
from exports.rows import Kind, Rows, RowsError, label_column, quoted

if TYPE_CHECKING:
    import numpy

CRS = "EPSG:25832"
COLUMNS_LAYER = "spalten"

ATTRIBUTE_LIMIT = 1000
"""Attributes per layer; SQLite takes 2,000 columns, and nobody finds anything among a thousand."""

FIXED_MOMENT = "2000-01-01T00:00:00.000Z"
NO_OUTLINES = (
    "Umrisse der Gebiete wurden nicht geliefert: das GeoPackage enthält eine Tabelle ohne "
    "Geometrie, die sich über "
    "area_code mit jeder Karte verbinden lässt."
)


@dataclass(frozen=True)
class Attribute:
    """One attribute of the map layer: its name, what it measures, and a value per area."""

    name: str
    key: tuple[str, ...]
    label: str
    unit: str
    reference_date: date | None
    kind: Kind
    values: dict[str, Any]


def write(rows: Rows, description: Description, path: Path) -> str | None:
    """Write the GeoPackage; gives a note when it has no geometry or the product is not for maps."""
    layout = description.geometry
    if layout is None:
        return "Kein GeoPackage: dieses Produkt ist nicht für Karten gedacht."
    if rows.geometry_count and rows.geometry_crs != CRS:
        raise RowsError(
            f"dim_area_geometry: outlines are in {rows.geometry_crs}, the GeoPackage needs {CRS}; "
            "bring them into it in the warehouse"
        )
    attributes = _measured(rows, layout) if layout.value else _as_they_are(rows, layout)
    if len(attributes) > ATTRIBUTE_LIMIT:
        raise RowsError(
            f"product {description.product}: the map layer would have {len(attributes)} attributes; fix more "
            "dimensions under `geometry.where` in its product file"
        )
    names = _area_names(rows, layout)
    outlines: dict[str, bytes] = dict(
        rows.query("select area_code, geometry from geometries order by area_code")
    )
    located = {code for code in outlines if code in names}
    codes = sorted(located) if located else sorted(names)
    _write_layers(path, layout, codes, names, attributes, outlines if located else None)
    if not located:
        return NO_OUTLINES
    without = sorted(set(names) - located)
    if without:
        some = ", ".join(without[:5]) + (f" und {len(without) - 5} weitere" if len(without) > 5 else "")
        return f"Ohne Umriss und darum nicht im GeoPackage, etwa frühere Kreise: {some}."
    return None


def _area_names(rows: Rows, layout: Geometry) -> dict[str, str]:
    """The name of each area of the layer's level, newest first wins."""
    found = rows.query(
        f"select {quoted(layout.area_code)}, arg_max({quoted(layout.area_name)}, {quoted(layout.date)}) "
        f"from rows where {quoted(layout.area_level)} = ? group by 1 order by 1",
        [layout.level],
    )
    return {code: name for code, name in found if code is not None}


def _measured(rows: Rows, layout: Geometry) -> list[Attribute]:
    """One attribute per combination of the `by` columns: its values at its newest date that has any."""
    by = [quoted(name) for name in layout.by]
    fixed = [f"{quoted(name)} = ?" for name in layout.where]
    parameters = [layout.level, *layout.where.values()]
    label = f"min({quoted(layout.label)})" if layout.label else "''"
    unit = "min(unit)" if any(field.name == "unit" for field in rows.fields) else "''"
    chosen = f"from rows where {' and '.join([f'{quoted(layout.area_level)} = ?', *fixed])}"
    value, moment, code = quoted(layout.value or ""), quoted(layout.date), quoted(layout.area_code)
    things = rows.query(
        f"select {', '.join(by)}, max({moment}), {label}, {unit} {chosen} and {value} is not null "
        f"group by {', '.join(by)} order by {', '.join(by)}",
        parameters,
    )
    newest = rows.query(
        f"select {', '.join(by)}, {code}, {value} {chosen} and {value} is not null "
        f"qualify {moment} = max({moment}) over (partition by {', '.join(by)}) order by "
        f"{', '.join(by)}, {code}",
        parameters,
    )
    values: dict[tuple[str, ...], dict[str, Any]] = {}
    for *key, area_code, number in newest:
        values.setdefault(tuple(key), {})[area_code] = number
    names = attribute_names([tuple(thing[: len(by)]) for thing in things])
    return [
        Attribute(
            names[tuple(key)],
            tuple(key),
            described or _described(rows, layout, tuple(key)),
            measured_in or "",
            newest_date,
            "number",
            values[tuple(key)],
        )
        for *key, newest_date, described, measured_in in things
    ]


def _described(rows: Rows, layout: Geometry, key: tuple[str, ...]) -> str:
    """What a combination of codes means in the layer's rows: the labels of its codes, totals left out.

    Where datasets name the same code differently every name is told.
    """
    labelled = [
        (name, code)
        for name, code in zip(layout.by, key, strict=True)
        if code != "_T" and name in rows.labelled
    ]
    if not labelled:
        return ""
    labels = ", ".join(
        f"string_agg(distinct {quoted(label_column(name))}, ' / ' order by {quoted(label_column(name))})"
        for name, _ in labelled
    )
    chosen = [*zip(layout.by, key, strict=True), *layout.where.items(), (layout.area_level, layout.level)]
    (told,) = rows.query(
        f"select {labels} from rows where {' and '.join(f'{quoted(name)} = ?' for name, _ in chosen)} "
        f"and {quoted(layout.value or '')} is not null",
        [value for _, value in chosen],
    )
    return ", ".join(label for label in told if label)


def _as_they_are(rows: Rows, layout: Geometry) -> list[Attribute]:
    """The columns of each area's newest row."""
    taken = [
        field
        for field in rows.fields
        if field.name not in {layout.area_code, layout.area_name} and field.kind != "timestamp"
    ]
    newest = rows.query(
        f"select {quoted(layout.area_code)}, {', '.join(quoted(field.name) for field in taken)} from rows "
        f"where {quoted(layout.area_level)} = ? "
        f"qualify row_number() over (partition by {quoted(layout.area_code)} order by "
        f"{quoted(layout.date)} desc) = 1 "
        f"order by {quoted(layout.area_code)}",
        [layout.level],
    )
    return [
        Attribute(
            field.name,
            (field.name,),
            heading_de(field.name, field.column.label_de),
            field.column.unit or "",
            None,
            field.kind,
            {row[0]: row[index] for row in newest if row[index] is not None},
        )
        for index, field in enumerate(taken, start=1)
    ]


def attribute_names(keys: list[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """A short unique column name per key: snake case ASCII, 32 at most, parts at their total left out.

    `("K01-centre",)` gives `k01_centre`, `("persons", "_T")` gives `persons`; names that would be alike after
    shortening are numbered in the order of the keys.
    """
    names: dict[tuple[str, ...], str] = {}
    taken: set[str] = {"fid", "geom", "area_code", "area_name"}
    for key in sorted(keys):
        parts = [part for part in key if part not in (None, "_T")] or ["total"]
        stem = re.sub(r"[^a-z0-9]+", "_", "_".join(parts).lower()).strip("_")
        stem = f"x{stem}" if not stem or stem[0].isdigit() else stem
        name, number = stem[:32], 1
        while name in taken:
            number += 1
            name = f"{stem[: 32 - len(str(number)) - 1]}_{number}"
        taken.add(name)
        names[key] = name
    return names


def _write_layers(
    path: Path,
    layout: Geometry,
    codes: list[str],
    names: dict[str, str],
    attributes: list[Attribute],
    outlines: dict[str, bytes] | None,
) -> None:
    """Write map layer and column layer with fixed time stamps."""
    import numpy
    import pyogrio
    from pyogrio import raw

    def texts(values: list[Any]) -> numpy.ndarray[Any, Any]:
        return numpy.array(values, dtype=object)

    kept = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_MOMENT})
    try:
        raw.write(
            str(path),
            geometry=numpy.array([outlines[code] for code in codes], dtype=object) if outlines else None,
            field_data=[
                texts(codes),
                texts([names[code] for code in codes]),
                *(_array(attribute, codes) for attribute in attributes),
            ],
            fields=["area_code", "area_name", *(attribute.name for attribute in attributes)],
            layer=layout.layer,
            driver="GPKG",
            geometry_type="MultiPolygon" if outlines else None,
            promote_to_multi=True if outlines else None,
            crs=CRS if outlines else None,
            encoding="UTF-8",
        )
        raw.write(
            str(path),
            geometry=None,
            field_data=[
                texts([attribute.name for attribute in attributes]),
                texts([" ".join(map(str, attribute.key)) for attribute in attributes]),
                texts([attribute.label for attribute in attributes]),
                texts([attribute.unit for attribute in attributes]),
                numpy.array(
                    [attribute.reference_date or "NaT" for attribute in attributes], dtype="datetime64[D]"
                ),
            ],
            fields=["spalte", "merkmal", "bezeichnung", "einheit", "stichtag"],
            layer=COLUMNS_LAYER,
            driver="GPKG",
            geometry_type=None,
            crs=None,
            encoding="UTF-8",
            append=True,
        )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": kept})


def _array(attribute: Attribute, codes: list[str]) -> numpy.ndarray[Any, Any]:
    """The attribute's values in the order of the areas, as the array type that the driver writes."""
    import numpy

    values = [attribute.values.get(code) for code in codes]
    match attribute.kind:
        case "number" | "integer":
            return numpy.array([numpy.nan if value is None else value for value in values], dtype="float64")
        case "date":
            return numpy.array(["NaT" if value is None else value for value in values], dtype="datetime64[D]")
        case "boolean":
            words = {True: "ja", False: "nein", None: None}
            return numpy.array([words[value] for value in values], dtype=object)
        case _:
            return numpy.array(values, dtype=object)
