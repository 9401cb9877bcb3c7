"""Small editions of `indicators` and `areas` as files, with outlines of two Gebietsstände."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pyogrio

from exports.push.kommonitor.content import Content, Definition, read_content
from sources.foundation.spatial import open_spatial

DEFINED = {
    "P07": Definition(
        "Wie viele?", "9 heißt: 9 von 100.", "Keine Armutsquote.", "A / B", "relative", "SGB II"
    ),
    "D01": Definition("Wie viele?", "So viele.", "Kein Anteil.", "Bevölkerung", "absolute"),
}
NAMES = {
    "P07": ("Mindestsicherungsquote", "Armut", "%", 1),
    "D01": ("Bevölkerung", "Demografie", "Personen", 0),
}
LEVELS = {"DG": ("DE", "Deutschland"), "01": ("LAND", "Schleswig-Holstein")}
KREISE = {
    # The first version of 01001 ends where the second begins; that of 01003 has no outline.
    "01001@2000": ("01001", "Flensburg", "2000-01-01", "2016-01-01", 0),
    "01001@2016": ("01001", "Flensburg (neu)", "2016-01-01", "9999-12-31", 1),
    "01002@2000": ("01002", "Kiel", "2000-01-01", "9999-12-31", 2),
    "01003@2016": ("01003", "Lübeck", "2016-01-01", "9999-12-31", 3),
}
LAYERS = {
    "kreise_2015": ("Kreise, Gebietsstand 31.12.2015", ["01001@2000", "01002@2000"]),
    "kreise_2022": ("Kreise, Gebietsstand 31.12.2022", ["01001@2016", "01002@2000", "01003@2016"]),
    "laender_2022": ("Länder, Gebietsstand 31.12.2022", ["01@2000"]),
}
"""Kiel is drawn on both days: the newer outline counts."""


def row(indicator: str, area: str, day: str, value: float | None, **more: Any) -> dict[str, Any]:
    """A row of the edition of indicators, an ordinary one but for what is said."""
    name, policy_field, unit, decimals = NAMES[indicator]
    code = area.partition("@")[0]
    level, area_name = LEVELS.get(code, ("KREIS", KREISE.get(area, ("", code))[1]))
    return {
        "indicator_id": indicator,
        "indicator_name_de": name,
        "policy_field": policy_field,
        "unit": unit,
        "decimals": decimals,
        "area_level": level,
        "area_code": code,
        "area_key": area,
        "area_name": area_name,
        "reference_date": day,
        "value": value,
        "obs_status": "A" if value is not None else "M",
        "missing_reason": "none" if value is not None else "unknown_or_confidential",
        "is_backcast": False,
        "numerator_dataset": "T-1",
        "denominator_dataset": None,
        **more,
    }


ROWS = [
    row("D01", "DG", "2015-12-31", 82175684.0),
    row("D01", "01@2000", "2015-12-31", 2858714.0),
    row("D01", "01001@2000", "2015-12-31", 85942.0),
    row("D01", "01002@2000", "2015-12-31", 246306.0),
    row("P07", "DG", "2015-12-31", 9.66),
    row("P07", "DG", "2022-12-31", 8.25),
    row("P07", "01@2000", "2022-12-31", 10.25),
    row("P07", "01001@2000", "2015-12-31", 15.25),
    row("P07", "01001@2016", "2022-12-31", 16.049999),
    row("P07", "01001@2016", "2015-12-31", 99.0, is_backcast=True),
    row("P07", "01002@2000", "2015-12-31", 0.0),
    row("P07", "01002@2000", "2022-12-31", None),
    row("P07", "01003@2016", "2022-12-31", 12.0, obs_status="E"),
    row("P07", "01003@2000", "2015-12-31", 77.0),
]


def write_editions(
    home: Path, rows: list[dict[str, Any]], version: str = "2026-11-22.1"
) -> tuple[Path, Path]:
    """Folders of the two editions."""
    indicators, areas = home / "indicators" / version, home / "areas" / version
    for folder in (indicators, areas):
        folder.mkdir(parents=True)
        about = {
            "attribution": "© Amt",
            "licence_title": "frei",
            "title_de": "Tabelle 1",
            "dataset_id": "T-1",
        }
        package = {
            "title": "Kennzahlen",
            "contributors": [{"title": "Amt & Rat", "email": "amt@example.org"}],
            "planstat": {"datasets": [about], "cadence": "ANNUAL"},
        }
        (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
        (folder / "release.json").write_text('{"published_at": "2026-11-22T10:00:00Z"}', encoding="utf-8")
        (folder / "LICENCES.md").write_text("# Quellen\n", encoding="utf-8")
    (home / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select * replace (cast(reference_date as date) as reference_date) from read_json("
            f"'{home}/rows.json', columns = {{{_types(rows[0])}}})) "
            f"to '{indicators}/indicators.parquet' (format parquet)"
        )
    _draw(areas / "areas.gpkg")
    return indicators, areas


def _types(one: dict[str, Any]) -> str:
    kinds = {"value": "double", "decimals": "bigint", "is_backcast": "boolean"}
    return ", ".join(f"'{name}': '{kinds.get(name, 'varchar')}'" for name in one)


def _draw(file: Path) -> None:
    """Squares of 10 km beside one another, in EPSG:25832."""
    import numpy

    versions = KREISE | {"01@2000": ("01", "Schleswig-Holstein", "2000-01-01", "9999-12-31", 0)}
    connection = open_spatial()
    for number, (layer, (title, keys)) in enumerate(LAYERS.items()):
        fields: dict[str, list[Any]] = {
            name: [] for name in ("area_key", "area_code", "area_name", "area_level")
        }
        shapes, starts, ends = [], [], []
        for key in keys:
            code, name, start, end, place = versions[key]
            west = 500_000 + 10_000 * place + number
            (shape,) = connection.execute(
                "select st_aswkb(st_multi(st_makeenvelope(?, ?, ?, ?)))",
                [west, 6_000_000, west + 10_000, 6_010_000],
            ).fetchone() or (b"",)
            shapes.append(bytes(shape))
            starts.append(start)
            ends.append(end)
            level = "LAND" if layer.startswith("laender") else "KREIS"
            for field, value in zip(fields, (key, code, name, level), strict=True):
                fields[field].append(value)
        pyogrio.raw.write(
            file,
            numpy.array(shapes, dtype=object),
            [
                *(numpy.array(values, dtype=object) for values in fields.values()),
                numpy.array(starts, dtype="datetime64[D]"),
                numpy.array(ends, dtype="datetime64[D]"),
            ],
            [*fields, "valid_from", "valid_to"],
            layer=layer,
            driver="GPKG",
            geometry_type="MultiPolygon",
            crs="EPSG:25832",
            append=number > 0,
            layer_options={"IDENTIFIER": title},
        )
    connection.close()


def content_of(home: Path, rows: list[dict[str, Any]] = ROWS, **how: Any) -> Content:
    """What these rows have for KomMonitor."""
    return read_content(*write_editions(home, rows), DEFINED, **how)
