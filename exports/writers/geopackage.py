"""GeoPackage of the areas with the newest values: one layer per level and Gebietsstand, one feature per area.

Layers: `kreise_2022` and the like (EPSG:25832, key as text), and `spalten`, which says for each attribute of
each layer what it measures, in which unit and on which date. Outlines are not repeated per year; the series
is in the Parquet file. Where no outlines were delivered there is one plain attribute table instead, and a
note says so.

A value stands on an outline of its own Gebietsstand. Where an area has changed since the value's date, the
newest outlines show what the warehouse's territory function makes of it: status E and a remark that names the
areas it was made of. Beside each value `…_status` (code list CL_OBS_STATUS) and `…_hinweis`: why there is
none, or how it was carried. Figures have the decimals of their measure or indicator, as in the spreadsheets.

Values newest per measured thing and layer, not per area: one attribute holds one date, so that a map compares
like with like; an area without a value on that date is empty.

The format is GeoPackage 1.3 (OGC 12-128r17) with its schema extension: `gpkg_data_columns` names every
attribute in German, which QGIS shows as alias, and `gpkg_data_column_constraints` says what codes mean, which
GDAL reads as a domain of coded values and QGIS shows in place of the codes. GDAL stamps the current time into
`gpkg_contents.last_change`; OGR_CURRENT_DATE fixes it (https://gdal.org/drivers/vector/gpkg.html).
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.describe import Description
from exports.outlines import CRS, layer_description, layer_name, layer_title
from exports.products import Geometry
from exports.rows import ROW_DIGITS, Kind, Rows, RowsError, label_column
from sources.foundation.sql import quoted
from sources.foundation.vocabulary import read_vocabulary

if TYPE_CHECKING:
    import numpy

COLUMNS_LAYER = "spalten"
STATUS, REMARK = "_status", "_hinweis"
STATUS_DOMAIN = "status"

ATTRIBUTE_LIMIT = 1000
"""Attributes per layer; SQLite takes 2,000 columns, and nobody finds anything among a thousand."""

NAME_LENGTH = 24
"""Of an attribute; with the longest suffix it has 32 characters."""

FIXED_MOMENT = "2000-01-01T00:00:00.000Z"
NO_OUTLINES = (
    "Umrisse der Gebiete wurden nicht geliefert: das GeoPackage enthält eine Tabelle ohne "
    "Geometrie, die sich über "
    "area_code mit jeder Karte verbinden lässt."
)

_SCHEMA = """
create table if not exists gpkg_extensions (
    table_name text, column_name text, extension_name text not null, definition text not null,
    scope text not null, constraint ge_tce unique (table_name, column_name, extension_name)
);
create table gpkg_data_columns (
    table_name text not null, column_name text not null, name text, title text, description text,
    mime_type text, constraint_name text,
    constraint pk_gdc primary key (table_name, column_name), constraint gdc_tn unique (table_name, name)
);
create table gpkg_data_column_constraints (
    constraint_name text not null, constraint_type text not null, value text,
    min numeric, min_is_inclusive boolean, max numeric, max_is_inclusive boolean, description text,
    constraint gdcc_ntv unique (constraint_name, constraint_type, value)
);
"""
"""Tables of the schema extension, as its standard gives them (OGC 12-128r17, annexes F.9 and 2.3)."""

_EXTENSIONS = [
    (table, None, "gpkg_schema", "http://www.geopackage.org/spec/#extension_schema", "read-write")
    for table in ("gpkg_data_columns", "gpkg_data_column_constraints")
]


@dataclass(frozen=True)
class Cell:
    """What a feature shows of an attribute: the value, its status, and what there is to say about it."""

    value: Any
    status: str | None = None
    remark: str | None = None


@dataclass(frozen=True)
class Attribute:
    """One attribute of a layer: its name, what it measures, what its codes mean, and a cell per area.

    Figures have `digits` decimals; None: as they are.
    """

    name: str
    key: tuple[str, ...]
    label: str
    unit: str
    reference_date: date | None
    kind: Kind
    cells: dict[str, Cell]
    codes: dict[str, str] = field(default_factory=dict)
    digits: int | None = None

    @property
    def has_status(self) -> bool:
        """Whether it is a figure, which has a status and a remark beside it."""
        return self.reference_date is not None


@dataclass(frozen=True)
class Layer:
    """One layer: areas of one level, by the outlines of one day; without outlines a plain table.

    `names` and `outlines` are by area code, `sources` are the source notes of the outlines.
    """

    name: str
    title: str
    level: str
    valid_on: date
    names: dict[str, str]
    outlines: dict[str, bytes]
    sources: tuple[str, ...] = ()
    attributes: list[Attribute] = field(default_factory=list)


def write(rows: Rows, description: Description, path: Path) -> str | None:
    """Write the GeoPackage; gives a note when it has no geometry or the product is not for maps."""
    layout = description.geometry
    if layout is None:
        return "Kein GeoPackage: dieses Produkt ist nicht für Karten gedacht."
    noted = {one.dataset_id: f"{one.attribution} ({one.licence})" for one in description.datasets}
    layers = [layer for layer in layers_of(rows, layout, noted) if layer.attributes]
    for layer in layers:
        if len(layer.attributes) > ATTRIBUTE_LIMIT:
            raise RowsError(
                f"product {description.product}: the map layer {layer.name} would have "
                f"{len(layer.attributes)} attributes; fix more dimensions under `geometry.where` in its "
                "product file"
            )
    drawn = bool(rows.geometry_sha256)
    if not layers:
        layers, drawn = [_without_outlines(rows, layout)], False
    write_layers(path, layers, description, drawn)
    return None if drawn else NO_OUTLINES


def write_layers(path: Path, layers: list[Layer], description: Description, drawn: bool = True) -> None:
    """Write layers of a product into a new file, with German names of all columns."""
    layout = description.geometry
    if layout is None:
        raise ValueError("the product is not for maps")
    _write_layers(path, layers, layout, drawn)
    headings = {column.name: column.heading_de for column in description.columns}
    _name_columns(path, layers, layout, headings)


def layers_of(rows: Rows, layout: Geometry, noted: Mapping[str, str]) -> Iterable[Layer]:
    """The layers with outlines, by level and day, each with what stands on it.

    `noted`: source notes by the id of a dataset.
    """
    if rows.geometry_sha256 is None:
        return
    found = rows.query("select distinct area_level, valid_on from geometries order by all")
    names = None
    if layout.value:
        names = _lay_out_cells(rows, layout)
    for level, valid_on in found:
        # where nothing is carried, an area that the product says nothing of is no feature
        known = (
            "" if layout.converted_by else f"and area_code in (select {quoted(layout.area_code)} from rows)"
        )
        drawn = rows.query(
            "select area_code, area_name, geometry, datasets from geometries "
            f"where area_level = ? and valid_on = ? {known} order by 1",
            [level, valid_on],
        )
        datasets = sorted({dataset for *_, drawn_from in drawn for dataset in drawn_from})
        layer = Layer(
            layer_name(level, str(valid_on)),
            layer_title(level, str(valid_on)),
            level,
            valid_on,
            {code: name for code, name, *_ in drawn},
            {code: outline for code, _, outline, _ in drawn},
            tuple(dict.fromkeys(noted[one] for one in datasets if one in noted)),
        )
        if names is None:
            layer.attributes.extend(_as_they_are(rows, layout, (level, valid_on)))
        else:
            layer.attributes.extend(_measured(rows, layout, (level, valid_on), names, sorted(layer.names)))
        yield layer


def _without_outlines(rows: Rows, layout: Geometry) -> Layer:
    """One table of all areas with their newest values: what a map of one's own can be joined with."""
    level, key = quoted(layout.area_level), quoted(layout.area_key)
    code, moment = quoted(layout.area_code), quoted(layout.date)
    rows.query("drop table if exists geometries")
    rows.query(
        f"create table geometries as select 'gebiete' as area_level, {code} as area_code, "
        f"arg_max({key}, {moment}) as area_key, arg_max(area_name, {moment}) as area_name, "
        f"date '9999-12-31' as valid_on from rows where {code} is not null and {level} is not null group by 2"
    )
    areas = dict(rows.query("select area_code, area_name from geometries order by 1"))
    place = ("gebiete", date(9999, 12, 31))
    layer = Layer("gebiete", "Gebiete ohne Umrisse", *place, areas, {})
    if layout.value:
        names = _lay_out_cells(rows, layout)
        layer.attributes.extend(_measured(rows, layout, place, names, sorted(areas)))
    else:
        layer.attributes.extend(_as_they_are(rows, layout, place))
    return layer


def _by(layout: Geometry) -> str:
    return ", ".join(quoted(name) for name in layout.by)


def _lay_out_cells(rows: Rows, layout: Geometry) -> dict[tuple[str, ...], str]:
    """Create `map_cells`, the figures that stand on outlines; give the name of each measured thing."""
    for table in ("map_cells", "map_digits"):
        rows.query(f"drop table if exists {table}")
    fixed = "".join(f" and {quoted(name)} = ?" for name in layout.where)
    rows.query(
        f"create table map_digits as select {_by(layout)}, max({quoted(ROW_DIGITS)}) as digits from rows "
        f"where true{fixed} group by {_by(layout)}",
        list(layout.where.values()),
    )
    same = " and ".join(
        f"cells.{one} is not distinct from map_digits.{one}" for one in map(quoted, layout.by)
    )
    rows.query(
        "create table map_cells as select cells.* replace ("
        "case when digits is null then cells.value else round(cells.value, digits) end as value) "
        f"from ({_cells_on_their_ground(rows, layout)}) as cells left join map_digits on {same}",
        list(layout.where.values()),
    )
    return attribute_names(
        [tuple(key) for key in rows.query(f"select distinct {_by(layout)} from map_cells")]
    )


def _cells_on_their_ground(rows: Rows, layout: Geometry) -> str:
    """SQL of every figure that stands on an outline, with how it was carried there.

    A figure of the very version of the area stands as it is published. On outlines that `converted` was made
    for, all figures come from there: those of unchanged areas are the published ones.
    """
    names = {one.name for one in rows.fields}
    key, moment, value = quoted(layout.area_key), quoted(layout.date), quoted(layout.value or "")
    fixed = "".join(f" and {quoted(name)} = ?" for name in layout.where)
    status = "obs_status" if "obs_status" in names else "null"
    reason = "missing_reason" if "missing_reason" in names else "null"
    carried = bool(rows.query("select 1 from duckdb_tables() where table_name = 'converted'"))
    own = f"""
        select geometries.area_level, geometries.valid_on, geometries.area_code, {_by(layout)},
            {moment} as moment, {value} as value, {status} as status, {reason} as reason,
            'exact' as grade, geometries.area_code as from_codes, 0.0 as estimated_share
        from rows inner join geometries on rows.{key} = geometries.area_key
        where true{fixed}
    """
    if not carried:
        return own
    return f"""
        {own} and (geometries.area_level, geometries.valid_on) not in (
            select distinct {quoted(layout.area_level)}, valid_on from converted
        )
        union all
        select geometries.area_level, geometries.valid_on, geometries.area_code, {_by(layout)},
            {moment}, value, obs_status, missing_reason, grade, from_codes, estimated_share
        from converted
        inner join geometries
            on converted.{key} = geometries.area_key and converted.valid_on = geometries.valid_on
    """


def _measured(
    rows: Rows,
    layout: Geometry,
    place: tuple[str, date],
    names: dict[tuple[str, ...], str],
    codes: Sequence[str],
) -> list[Attribute]:
    """One attribute per combination of the `by` columns: its values at its newest date that has any
    on this layer."""
    by = _by(layout)
    newest = rows.query(
        f"select {by}, moment, area_code, value, status, reason, grade, from_codes, estimated_share "
        "from map_cells where area_level = ? and valid_on = ? "
        f"qualify moment = max(moment) filter (value is not null) over (partition by {by}) "
        f"order by {by}, area_code, value nulls first",
        list(place),
    )
    is_counted = not any(one.name == "numerator" for one in rows.fields)
    dates: dict[tuple[str, ...], date] = {}
    cells: dict[tuple[str, ...], dict[str, Cell]] = {}
    for row in newest:
        key = tuple(row[: len(layout.by)])
        moment, code, value, status, reason, grade, from_codes, share = row[len(layout.by) :]
        dates[key] = moment
        cells.setdefault(key, {})[code] = _cell(
            code, value, status, reason, grade, from_codes, share, is_counted
        )
    told = _labels_and_units(rows, layout, place[0])
    digits = {tuple(key): number for *key, number in rows.query(f"select {by}, digits from map_digits")}
    absent = Cell(None, "M", _reason("not_delivered"))
    return [
        Attribute(
            names[key],
            key,
            *told.get(key, ("", "")),
            dates[key],
            "number",
            {code: found.get(code, absent) for code in codes},
            digits=digits.get(key),
        )
        for key, found in sorted(cells.items())
    ]


def _labels_and_units(rows: Rows, layout: Geometry, level: str) -> dict[tuple[str, ...], tuple[str, str]]:
    """Label and unit of each measured thing in the rows of a level.

    The label is the product's own, or what the codes mean there, totals left out; where datasets name the
    same code differently every name is told.
    """
    by, at = _by(layout), quoted(layout.area_level)
    labels = [
        f"string_agg(distinct {quoted(column)}, ' / ' order by {quoted(column)}) "
        f"filter (where {quoted(name)} <> '_T' and {quoted(layout.value or '')} is not null)"
        for name in layout.by
        if name in rows.labelled
        for column in (label_column(name),)
    ]
    label = (
        f"min({quoted(layout.label)})" if layout.label else f"concat_ws(', ', {', '.join(labels) or 'null'})"
    )
    unit = "min(unit)" if any(one.name == "unit" for one in rows.fields) else "null"
    fixed = "".join(f" and {quoted(name)} = ?" for name in layout.where)
    return {
        tuple(key): (told or "", measured_in or "")
        for *key, told, measured_in in rows.query(
            f"select {by}, {label}, {unit} from rows where ? in ({at}, 'gebiete'){fixed} group by {by}",
            [level, *layout.where.values()],
        )
    }


def _reason(code: str) -> str:
    """What a reason for a missing value says in German."""
    known = read_vocabulary()["missing_reason"]
    return known[code].de if code in known else code


def _cell(
    code: str,
    value: Any,
    status: str | None,
    reason: str | None,
    grade: str,
    from_codes: str | None,
    share: float | None,
    is_counted: bool,
) -> Cell:
    """A figure as it is shown. What is made of other areas, or of parts of them, is an
    estimate (status E)."""
    if value is None:
        return Cell(None, "M", _reason(reason) if reason else None)
    known = read_vocabulary()["obs_status"]
    said = [known[status].de] if status in known and status not in ("A", "E") else []
    if grade == "exact":
        said += [] if from_codes in (None, code) else [f"veröffentlicht unter {from_codes}"]
        return Cell(value, status, "; ".join(said) or None)
    worse = status if status == "U" else "E"
    if grade == "estimated":
        carried = f"zu {100 * (share or 0):.0f} % geschätzt: aus {from_codes}"
        return Cell(value, worse, "; ".join([f"umgerechnet, {carried}", *said]))
    made = "Summe aus" if is_counted else "aus Zählern und Nennern von"
    return Cell(value, worse, "; ".join([f"umgerechnet: {made} {from_codes}", *said]))


def _as_they_are(rows: Rows, layout: Geometry, place: tuple[str, date]) -> list[Attribute]:
    """The columns of the row of each area, of the version that the outline shows."""
    taken = [
        one
        for one in rows.fields
        if one.name not in {layout.area_code, layout.name} and one.kind != "timestamp"
    ]
    key = quoted(layout.area_key)
    found = rows.query(
        f"select geometries.area_code, {', '.join(f'rows.{quoted(one.name)}' for one in taken)} from rows "
        f"inner join geometries on rows.{key} = geometries.area_key "
        "where geometries.area_level = ? and geometries.valid_on = ? "
        f"qualify row_number() over (partition by rows.{key} order by rows.{quoted(layout.date)} desc) = 1 "
        "order by 1",
        list(place),
    )
    return [
        Attribute(
            one.name,
            (one.name,),
            one.column.heading_de,
            one.column.unit or "",
            None,
            one.kind,
            {row[0]: Cell(row[index]) for row in found},
            {code.code: code.label_de for code in one.column.codes} if one.column.scope is None else {},
        )
        for index, one in enumerate(taken, start=1)
        if found
    ]


def attribute_names(keys: list[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """A short unique column name per key: snake case ASCII, `NAME_LENGTH` at most, parts at their
    total left out.

    `("K01-centre",)` gives `k01_centre`, `("persons", "_T")` gives `persons`; names that would be alike after
    shortening are numbered in the order of the keys.
    """
    names: dict[tuple[str, ...], str] = {}
    taken: set[str] = {"fid", "geom", "area_code", "area_name"}
    for key in sorted(keys):
        parts = [part for part in key if part not in (None, "_T")] or ["total"]
        stem = re.sub(r"[^a-z0-9]+", "_", "_".join(parts).lower()).strip("_")
        stem = f"x{stem}" if not stem or stem[0].isdigit() else stem
        name, number = stem[:NAME_LENGTH], 1
        while name in taken:
            number += 1
            name = f"{stem[: NAME_LENGTH - len(str(number)) - 1]}_{number}"
        taken.add(name)
        names[key] = name
    return names


def _key(layout: Geometry) -> str:
    """The column that tells features apart: areas go by one name in all products, places by their own."""
    return layout.area_code if layout.point else "area_code"


def _write_layers(path: Path, layers: list[Layer], layout: Geometry, drawn: bool) -> None:
    """Write the map layers and the layer of columns with fixed time stamps."""
    import numpy
    import pyogrio
    from pyogrio import raw

    def texts(values: list[Any]) -> numpy.ndarray[Any, Any]:
        return numpy.array(values, dtype=object)

    shape = "Point" if layout.point else "MultiPolygon"
    kept = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_MOMENT})
    try:
        for number, layer in enumerate(layers):
            codes = sorted(layer.names)
            columns: list[tuple[str, Any]] = [
                (_key(layout), texts(codes)),
                (layout.name, texts([layer.names[code] for code in codes])),
            ]
            for attribute in layer.attributes:
                cells = [attribute.cells.get(code, Cell(None)) for code in codes]
                columns.append((attribute.name, _array(attribute.kind, [cell.value for cell in cells])))
                if attribute.has_status:
                    columns.append((attribute.name + STATUS, texts([cell.status for cell in cells])))
                    columns.append((attribute.name + REMARK, texts([cell.remark for cell in cells])))
            raw.write(
                str(path),
                geometry=texts([layer.outlines[code] for code in codes]) if drawn else None,
                field_data=[array for _, array in columns],
                fields=[name for name, _ in columns],
                layer=layer.name,
                driver="GPKG",
                geometry_type=shape if drawn else None,
                promote_to_multi=shape == "MultiPolygon" if drawn else None,
                crs=CRS if drawn else None,
                encoding="UTF-8",
                append=number > 0,
                layer_options={
                    "IDENTIFIER": layer.title,
                    "DESCRIPTION": layer_description(layer.title, layer.sources),
                },
                dataset_options=None if number else {"VERSION": "1.3"},
            )
        listed = [(layer, attribute) for layer in layers for attribute in layer.attributes]
        raw.write(
            str(path),
            geometry=None,
            field_data=[
                texts([layer.name for layer, _ in listed]),
                texts([attribute.name for _, attribute in listed]),
                texts([" ".join(map(str, attribute.key)) for _, attribute in listed]),
                texts([attribute.label for _, attribute in listed]),
                texts([attribute.unit for _, attribute in listed]),
                numpy.array(
                    [attribute.reference_date or "NaT" for _, attribute in listed], dtype="datetime64[D]"
                ),
            ],
            fields=["ebene", "spalte", "merkmal", "bezeichnung", "einheit", "stichtag"],
            layer=COLUMNS_LAYER,
            driver="GPKG",
            geometry_type=None,
            crs=None,
            encoding="UTF-8",
            append=True,
            layer_options={
                "IDENTIFIER": COLUMNS_LAYER,
                "DESCRIPTION": "Was jede Spalte der Kartenebenen misst",
            },
        )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": kept})


def _name_columns(path: Path, layers: list[Layer], layout: Geometry, headings: Mapping[str, str]) -> None:
    """Name every column in German with the schema extension; the areas' own as in the files, `headings`."""
    entries: list[tuple[str, str, str, str]] = []
    domains = {STATUS_DOMAIN: {code: one.de for code, one in read_vocabulary()["obs_status"].items()}}
    domain_of: dict[tuple[str, str], str] = {}
    for layer in layers:
        key, name = _key(layout), layout.name
        told = "amtlicher Schlüssel des Gebiets als Text" if not layout.point else "Schlüssel als Text"
        entries += [
            (layer.name, key, headings.get(key, key), told),
            (layer.name, name, headings.get(name, name), "Name des Gebiets" if not layout.point else "Name"),
        ]
        for attribute in layer.attributes:
            day = f", {attribute.reference_date:%d.%m.%Y}" if attribute.reference_date else ""
            unit = f" ({attribute.unit})" if attribute.unit else ""
            alias = f"{attribute.label or attribute.name}{unit}{day}"
            entries.append((layer.name, attribute.name, alias, " ".join(map(str, attribute.key))))
            if attribute.codes:
                domains[attribute.name] = attribute.codes
                domain_of[layer.name, attribute.name] = attribute.name
            if attribute.has_status:
                domain_of[layer.name, attribute.name + STATUS] = STATUS_DOMAIN
                entries.append((layer.name, attribute.name + STATUS, f"{alias}: Status", _STATUS_MEANS))
                entries.append((layer.name, attribute.name + REMARK, f"{alias}: Hinweis", _REMARK_MEANS))
    for name, title in _COLUMNS_OF_COLUMNS.items():
        entries.append((COLUMNS_LAYER, name, title, title))
    taken: set[tuple[str, str]] = set()
    named = []
    for table, column, alias, meaning in entries:
        unique = alias if (table, alias) not in taken else f"{alias} [{column}]"
        taken.add((table, unique))
        named.append((table, column, unique, unique, meaning, domain_of.get((table, column))))
    connection = sqlite3.connect(path)
    try:
        connection.execute("pragma journal_mode = off")
        connection.executescript(_SCHEMA)
        connection.executemany(
            "insert into gpkg_data_columns (table_name, column_name, name, title, description, "
            "constraint_name) values (?, ?, ?, ?, ?, ?)",
            named,
        )
        connection.executemany(
            "insert into gpkg_data_column_constraints (constraint_name, constraint_type, value, description) "
            "values (?, 'enum', ?, ?)",
            [(name, code, label) for name, codes in domains.items() for code, label in codes.items()],
        )
        connection.executemany("insert into gpkg_extensions values (?, ?, ?, ?, ?)", _EXTENSIONS)
        connection.commit()
    finally:
        connection.close()


_STATUS_MEANS = "Status der Angabe (SDMX-Liste CL_OBS_STATUS)"
_REMARK_MEANS = "warum kein Wert steht, oder aus welchen Gebieten er umgerechnet ist"
_COLUMNS_OF_COLUMNS = {
    "ebene": "Kartenebene",
    "spalte": "Spalte",
    "merkmal": "Merkmal (Codes)",
    "bezeichnung": "Bezeichnung",
    "einheit": "Einheit",
    "stichtag": "Stichtag",
}


def _array(kind: Kind, values: list[Any]) -> numpy.ndarray[Any, Any]:
    """The values in the order of the areas, as the array type that the driver writes."""
    import numpy

    match kind:
        case "number" | "integer":
            return numpy.array([numpy.nan if value is None else value for value in values], dtype="float64")
        case "date":
            return numpy.array(["NaT" if value is None else value for value in values], dtype="datetime64[D]")
        case "boolean":
            words = {True: "ja", False: "nein", None: None}
            return numpy.array([words[value] for value in values], dtype=object)
        case _:
            return numpy.array(values, dtype=object)
