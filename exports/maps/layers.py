"""The map layers of a part of an edition, on the outlines of an edition of `areas`."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from exports.about import INSIDE, About, ExtractError, Part, inside
from exports.describe import Description
from exports.outlines import (
    CRS,
    LAYERS,
    TABLE,
    attributions_in,
    day_of_layer,
    stage_points,
)
from exports.products import Geometry
from exports.rows import Rows
from exports.writers.geopackage import COLUMNS_LAYER, REMARK, STATUS, Cell, Layer, layers_of
from sources.foundation.spatial import load_spatial
from sources.foundation.sql import quoted, text_literal
from sources.foundation.told import Told
from sources.foundation.vocabulary import read_vocabulary

NAMED = 3
"""Areas without an outline that a note names."""


@dataclass(frozen=True)
class Drawn:
    """The layers of a part, what a reader has to know of them, and whether attributes are counts.

    `counts` are names of attributes that count something: a map shows them as circles, because a large area
    would look like a large number. `made_of` names the datasets of an attribute by layer and name.
    """

    layers: tuple[Layer, ...]
    notes: tuple[str, ...]
    counts: frozenset[str]
    made_of: dict[tuple[str, str], tuple[str, ...]]


def layout_of(description: Description) -> Geometry:
    """How the product is drawn. Raises `ExtractError` for one that is not for maps."""
    if description.geometry is None:
        raise ExtractError(
            Told(
                f"{description.product} is not for maps: take another --format",
                f"{description.product} ist nicht für Karten gedacht: anderes --format nehmen",
            )
        )
    return description.geometry


def stage(rows: Rows, description: Description, about: About) -> dict[str, tuple[str, ...]]:
    """Create the table of outlines (`exports.outlines.stage`); give the source notes of each layer by name.

    Raises `ExtractError` where no edition of `areas` has outlines.
    """
    if layout_of(description).point is not None:
        return {}
    file = about.areas / "areas.gpkg" if about.areas else None
    layers = _layers_in(file) if file and file.is_file() else []
    if file is None or about.areas is None or not layers:
        raise ExtractError(
            Told(
                "there is no edition of areas with outlines; deliver some (e.g. vg2500-krs) and run",
                "es gibt keine Ausgabe von areas mit Umrissen; Umrisse liefern (z. B. VG2500)",
            )
        )
    load_spatial(rows.connection)
    rows.query(
        f"create table {TABLE} (area_level varchar, area_code varchar, area_key varchar, area_name varchar, "
        "valid_on date, geometry blob, datasets varchar[])"
    )
    unknown = (f"siehe LICENCES.md der Ausgabe areas/{about.areas.name}",)
    for name, title, _ in layers:
        rows.query(
            f"insert into {TABLE} select area_level, area_code, area_key, area_name, ?, st_aswkb(geom), "
            f"[] from st_read({text_literal(str(file))}, layer = {text_literal(name)})",
            [day_of_layer(title)],
        )
    return {name: tuple(attributions_in(told)) or unknown for name, _, told in layers}


def _layers_in(file: Path) -> list[tuple[str, str, str]]:
    """Name, title and description of the layers with outlines."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as database:
        return database.execute(
            "select table_name, identifier, description from gpkg_contents where data_type = 'features' "
            "order by table_name"
        ).fetchall()


def draw(rows: Rows, description: Description, about: About, sources: Mapping[str, tuple[str, ...]]) -> Drawn:
    """The layers that something of the part stands on.

    Raises `ExtractError` where nothing of the part has an outline of its Gebietsstand.
    """
    layout = layout_of(description)
    if layout.point is not None:
        staged = stage_points(rows.connection, layout)
    else:
        _keep(rows, about.part)
        staged = about.edition
    rows = dataclasses.replace(rows, geometry_sha256=staged)
    layers = [
        dataclasses.replace(layer, sources=sources.get(layer.name, layer.sources))
        for layer in layers_of(rows, layout, {})
        if layer.attributes
    ]
    if not layers:
        raise ExtractError(
            Told(
                "no value of this part has an outline of its own Gebietsstand; " + _there(rows, "en"),
                "kein Wert dieser Auswahl hat einen Umriss seines Gebietsstands; " + _there(rows, "de"),
            )
        )
    carried = about.folder / f"{description.product}.gpkg"
    if layout.value and carried.is_file():
        for layer in layers:
            _carry(carried, layer)
    notes = _undrawn(rows, layout, layers) if layout.point is None else []
    return Drawn(tuple(layers), tuple(notes), _counts(rows, layout, layers), _made_of(rows, layout, layers))


def _keep(rows: Rows, part: Part) -> None:
    """Keep the outlines of the part."""
    if part.areas:
        kept = " or ".join([f"({INSIDE})"] * len(part.areas))
        rows.query(
            f"delete from {TABLE} where not ({kept})", [one for code in part.areas for one in inside(code)]
        )
    if part.levels:
        rows.query(
            f"delete from {TABLE} where not list_contains(?::varchar[], area_level)", [list(part.levels)]
        )
    if part.outlines is not None:
        rows.query(f"delete from {TABLE} where year(valid_on) <> ?", [part.outlines])


def _there(rows: Rows, language: str) -> str:
    found = rows.query(f"select distinct area_level, valid_on from {TABLE} order by all")
    if not found:
        return "there are no outlines of it" if language == "en" else "Umrisse dazu gibt es nicht"
    told = ", ".join(f"{level} {day:%d.%m.%Y}" for level, day in found)
    return f"outlines there are: {told}" if language == "en" else f"Umrisse gibt es für: {told}"


def _carry(file: Path, layer: Layer) -> None:
    """Take the cells that the edition's GeoPackage has for the same layer, measure and date."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as database:
        there = {
            (told, date.fromisoformat(day)): name
            for name, told, day in database.execute(
                f"select spalte, merkmal, stichtag from {COLUMNS_LAYER} "
                "where ebene = ? and stichtag is not null",
                [layer.name],
            )
        }
        for attribute in layer.attributes:
            told, day = " ".join(map(str, attribute.key)), attribute.reference_date
            name = there.get((told, day)) if day else None
            if name is None:
                continue
            columns = ", ".join(quoted(name + end) for end in ("", STATUS, REMARK))
            cells = {
                code: Cell(value, status, remark)
                for code, value, status, remark in database.execute(
                    f"select area_code, {columns} from {quoted(layer.name)}"
                )
            }
            attribute.cells.update({code: cells[code] for code in layer.names if code in cells})


def _undrawn(rows: Rows, layout: Geometry, layers: list[Layer]) -> list[str]:
    """What a layer does not show, although there is a value: the area has no outline by its Gebietsstand."""
    if not layout.value:
        return []
    names = {one.name for one in rows.fields}
    own = "and not is_backcast" if "is_backcast" in names else ""
    fixed = "".join(f" and {quoted(name)} = ?" for name in layout.where)
    by = ", ".join(quoted(name) for name in layout.by)
    notes = []
    for layer in layers:
        of_day = {(attribute.key, attribute.reference_date) for attribute in layer.attributes}
        found = rows.query(
            f"select {by}, {quoted(layout.date)}, area_code, area_name from rows "
            f"where {quoted(layout.area_level)} = ? and {quoted(layout.value)} is not null {own}{fixed} and "
            f"{quoted(layout.area_key)} not in "
            f"(select area_key from {TABLE} where area_level = ? and valid_on = ?) order by area_code",
            [layer.level, *layout.where.values(), layer.level, layer.valid_on],
        )
        missing: dict[str, str] = {}
        values = 0
        for *key, day, code, name in found:
            if (tuple(key), day) in of_day:
                missing[code] = name
                values += 1
        if missing:
            told = ", ".join(f"{name} ({code})" for code, name in list(missing.items())[:NAMED])
            more = f" und {len(missing) - NAMED} weitere" if len(missing) > NAMED else ""
            notes.append(
                f"{layer.title}: {values} Werte ohne Umriss dieses Gebietsstands, nicht gezeichnet"
                f"{_IN_STEAD if _is_carried(layer) else ''}: {told}{more}."
            )
    drawn = {layer.level for layer in layers}
    levels = [
        level
        for (level,) in rows.query(f"select distinct {quoted(layout.area_level)} from rows order by 1")
        if level is not None and level not in drawn
    ]
    if levels:
        known = read_vocabulary()["area_level"]
        told = ", ".join(
            LAYERS[level][1] if level in LAYERS else known[level].de if level in known else level
            for level in levels
        )
        notes.append(f"Ohne Umrisse, darum nicht in der Karte: {told}.")
    return notes


_IN_STEAD = " (stattdessen umgerechnet, Status E)"


def _is_carried(layer: Layer) -> bool:
    """Whether a cell was made of other areas or other boundaries."""
    remarks = (cell.remark or "" for one in layer.attributes for cell in one.cells.values())
    return any(remark.startswith("umgerechnet") for remark in remarks)


DATASETS = ("dataset_id", "numerator_dataset", "denominator_dataset")
"""Columns that name a dataset of the row."""


def _made_of(rows: Rows, layout: Geometry, layers: list[Layer]) -> dict[tuple[str, str], tuple[str, ...]]:
    """The datasets that the values of each attribute are made from, where the rows name them."""
    columns = [quoted(one.name) for one in rows.fields if one.name in DATASETS]
    if not columns or not layout.value:
        return {}
    by = ", ".join(quoted(name) for name in layout.by)
    fixed = "".join(f" and {quoted(name)} = ?" for name in layout.where)
    found = {
        (level, tuple(key), day): tuple(datasets)
        for level, *key, day, datasets in rows.query(
            f"select level, {by}, moment, list(distinct dataset order by dataset) from ("
            f"select {quoted(layout.area_level)} as level, {by}, {quoted(layout.date)} as moment, "
            f"unnest([{', '.join(columns)}]) as dataset from rows "
            f"where {quoted(layout.value)} is not null{fixed}"
            ") where dataset is not null group by all",
            list(layout.where.values()),
        )
    }
    return {
        (layer.name, one.name): found.get((layer.level, one.key, one.reference_date), ())
        for layer in layers
        for one in layer.attributes
    }


def _counts(rows: Rows, layout: Geometry, layers: list[Layer]) -> frozenset[str]:
    """Attributes that are counted and divided by nothing."""
    divided: set[tuple[str, ...]] = set()
    if any(one.name == "denominator" for one in rows.fields):
        by = ", ".join(quoted(name) for name in layout.by)
        divided = {
            tuple(key) for key in rows.query(f"select distinct {by} from rows where denominator is not null")
        }
    counted = {code for code, one in read_vocabulary()["unit"].items() if one.is_count}
    return frozenset(
        attribute.name
        for layer in layers
        for attribute in layer.attributes
        if attribute.has_status and attribute.key not in divided and attribute.unit in counted
    )


__all__ = ["CRS", "Drawn", "draw", "layout_of", "stage"]
