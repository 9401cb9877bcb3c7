"""Writes the sample as published files: tables, an index, census, two registers, outlines of Kreise."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from sources.declared.catalogue import Catalog, load_catalog
from sources.declared.declaration import Declaration
from sources.declared.file_formats import GeometryFile
from sources.readers.reading import cells_schema, records_schema
from sources.twins.geometry import polygon, polygons
from sources.twins.rendering import Twin, render

HERE = Path(__file__).parent
CENSUS, REGISTER, CODE_LIST, OUTLINES, DEPRIVATION, BUILDINGS, GEMEINDEN = (
    "zensus2022-bevoelkerung", "gv-isys", "regionalschluessel-xoev", "vg2500-krs", "gisd-kreise",
    "gemeinden-flats-2021-derivative", "vg250-gem-simplified",
)  # fmt: skip
NOTE = (
    "Beispieldaten von planstat: Auszug der amtlichen Zahlen für Deutschland, Schleswig-Holstein und seine "
    "Kreise. Die Zahlen sind die veröffentlichten, die Datei hat planstat geschrieben."
)
REGISTER_DATES = {"territory_date": "30.06.2024", "time_text": "30.06.2024", "population_date": "31.12.2022"}
REGISTER_EDITION = {
    "territory_quarter": "2",
    "attribute_date": "31.12.2023",
    "sheet_date": "30062024",
}
CODE_LIST_VERSION = "2023-07-31"
INVENTED = "erfundener Umriss (Beispieldaten)"
TILE_M = 40_000
RESIDENTS, FORMER_RESIDENTS = "ewr-lor2021", "lor-population-derivative"
TOWN_OUTLINES = {
    "lor2021-planungsraeume": ("plr_id", 8),
    "lor2021-bezirksregionen": ("id", 6),
    "lor2021-prognoseraeume": ("id", 4),
    "lor2021-bezirke": ("id", 2),
}
"""The levels of areas in a Bezirk of Berlin: the column of the code, and its digits."""
TOWN_AT = (13.40, 52.49)
TOWN_STEP = (0.01, 0.006)
"""North-west corner and size of the squares of planning areas, in degrees."""
KREIS = "01056"
"""The Kreis whose Gemeinden the sample has."""
TILES = {
    "01054": (0, 0), "01059": (1, 0), "01001": (2, 0),
    "01051": (0, 1), "01058": (1, 1), "01002": (2, 1), "01057": (3, 1), "01055": (4, 1),
    "01061": (1, 2), "01004": (2, 2), "01060": (3, 2), "01003": (4, 2),
    "01056": (1, 3), "01062": (3, 3), "01053": (4, 3),
}  # fmt: skip
"""Where the square of a Kreis stands in the map of tiles: column from the west, row from the north."""
NORTH_WEST = (440_000, 6_080_000)


def write_sample(target: Path, catalog: Catalog | None = None) -> list[Path]:
    """Write the sample's files into `target`, the same bytes every time.

    Returns:
        The paths in the order of the catalogue; a shapefile counts with each of its parts.
    """
    catalog = catalog or load_catalog()
    written: list[Path] = []
    cells = _figures(catalog, "figures.csv", _names("areas.csv"))
    cells |= _figures(catalog, "municipal_figures.csv", _names("municipal_areas.csv"))
    for table in _lines("tables.csv"):
        declaration = catalog[table["dataset_id"]]
        twin = render(
            catalog, declaration, cells[declaration.id], layout=table["layout"], notes=[NOTE],
            stand=dt.datetime.fromisoformat(table["stand"]),
        )  # fmt: skip
        written += twin.write(target)
    written += render(catalog, catalog[BUILDINGS], _buildings(catalog[BUILDINGS])).write(target)
    gemeinden = catalog[GEMEINDEN]
    written += _zipped(render(catalog, gemeinden, _gemeinden(gemeinden)), gemeinden).write(target)
    written += render(catalog, catalog[DEPRIVATION], _deprivation(catalog[DEPRIVATION])).write(target)
    written += render(catalog, catalog[CENSUS], _census(catalog[CENSUS])).write(target)
    register = render(
        catalog, catalog[REGISTER], _register(catalog[REGISTER]), placeholders=REGISTER_EDITION, notes=[NOTE]
    )
    written += register.write(target)
    written += render(catalog, catalog[CODE_LIST], _code_list(catalog[CODE_LIST])).write(target)
    written += render(catalog, catalog[OUTLINES], _outlines(catalog[OUTLINES])).write(target)
    return written + _write_town(target, catalog)


def _write_town(target: Path, catalog: Catalog) -> list[Path]:
    """Residents of the planning areas of one Bezirk, and the areas with invented outlines."""
    nameless: dict[str, str | None] = {line["plr_id"]: None for line in _lines("town_areas.csv")}
    residents = _figures(catalog, "town_figures.csv", nameless)[RESIDENTS]
    written = render(catalog, catalog[RESIDENTS], residents).write(target)
    former = catalog[FORMER_RESIDENTS]
    records = pa.Table.from_pylist(_lines("town_former_figures.csv"), schema=records_schema(former))
    for time in dict.fromkeys(records["time_text"].to_pylist()):
        twin = render(catalog, former, records.filter(pc.equal(records["time_text"], time)))
        named = former.file_patterns[0].replace("*", str(time))
        written += Twin({named: twin.content}).write(target)
    for dataset_id in TOWN_OUTLINES:
        written += render(catalog, catalog[dataset_id], _town_outlines(catalog[dataset_id])).write(target)
    return written


def _lines(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _names(file: str) -> dict[str, str]:
    return {line["area_code"]: line["area_name"] for line in _lines(file)}


def _figures(catalog: Catalog, file: str, names: Mapping[str, str | None]) -> dict[str, pa.Table]:
    """The cells of each table, in the order in which the publisher prints them; `names` of the areas."""
    rows: dict[str, list[dict[str, object]]] = {}
    for line in _lines(file):
        codes = dict(part.split("=") for part in line["codes"].split())
        for area_code, name in names.items():
            rows.setdefault(line["dataset_id"], []).append(
                {
                    "time_text": line["time_text"],
                    "area_code": area_code,
                    "area_name": name,
                    **codes,
                    "measure": line["measure"],
                    "value_text": line[area_code],
                }
            )
    tables = {}
    order = list(names)
    for dataset_id, cells in rows.items():
        declaration = catalog[dataset_id]
        times = list(dict.fromkeys(cell["time_text"] for cell in cells))
        cells.sort(key=lambda cell: (times.index(cell["time_text"]), order.index(str(cell["area_code"]))))
        for cell in cells:
            cell["unit"] = declaration.measures[str(cell["measure"])].unit
        tables[dataset_id] = pa.Table.from_pylist(cells, schema=cells_schema(declaration))
    return tables


def _buildings(declaration: Declaration) -> pa.Table:
    rows = [{name: text or None for name, text in line.items()} for line in _lines("buildings.csv")]
    return pa.Table.from_pylist(rows, schema=records_schema(declaration))


def _gemeinden(declaration: Declaration) -> pa.Table:
    """A small square for each Gemeinde of one Kreis, in rows within the square of the Kreis."""
    codes = [
        "".join(line[part] for part in ("land", "rb", "kreis", "vb", "gem"))
        for line in _lines("register.csv")
        if line["satzart"] == "60" and line["land"] + line["rb"] + line["kreis"] == KREIS
    ]
    side = math.isqrt(len(codes) - 1) + 1
    column, row = TILES[KREIS]
    west, north = NORTH_WEST[0] + column * TILE_M, NORTH_WEST[1] - row * TILE_M
    size = TILE_M // side
    rows = [
        {
            "ars": code,
            "crs": "EPSG:25832",
            "geometry": _square(west + number % side * size, north - number // side * size, size),
        }
        for number, code in enumerate(codes)
    ]
    return pa.Table.from_pylist(rows, schema=records_schema(declaration))


def _zipped(twin: Twin, declaration: Declaration) -> Twin:
    """The parts of a shapefile in the archive that they are handed out in, the same bytes every time."""
    form = declaration.format
    assert isinstance(form, GeometryFile)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in twin.files.items():
            archive.writestr(zipfile.ZipInfo(f"{form.layer}{Path(name).suffix}"), content)
    return Twin({declaration.file_patterns[0]: buffer.getvalue()})


def _deprivation(declaration: Declaration) -> pa.Table:
    rows = [
        {
            "time_text": line["time_text"],
            "area_code": line["area_code"],
            "area_name": line["area_name"],
            "measure": measure,
            "unit": declared.unit,
            "value_text": line[measure],
        }
        for line in _lines("deprivation.csv")
        for measure, declared in declaration.measures.items()
    ]
    return pa.Table.from_pylist(rows, schema=cells_schema(declaration))


def _census(declaration: Declaration) -> pa.Table:
    rows = [
        {
            "time_text": "20220515",
            "area_code": line["area_code"],
            "area_name": line["area_name"],
            "region_level": line["region_level"],
            "measure": measure,
            "unit": declaration.measures[measure].unit,
            "value_text": line[measure],
        }
        for line in _lines("census.csv")
        for measure in ("persons_census", "persons_bfs")
    ]
    return pa.Table.from_pylist(rows, schema=cells_schema(declaration))


def _register(declaration: Declaration) -> pa.Table:
    rows = [
        {**{name: text or None for name, text in line.items()}, **REGISTER_DATES}
        for line in _lines("register.csv")
    ]
    return pa.Table.from_pylist(rows, schema=records_schema(declaration))


def _code_list(declaration: Declaration) -> pa.Table:
    rows = [
        {
            "schluessel": "".join(line[part] for part in ("land", "rb", "kreis", "vb", "gem")),
            "bezeichnung": line["name"],
            "version": CODE_LIST_VERSION,
        }
        for line in _lines("register.csv")
        if line["satzart"] == "60"
    ]
    return pa.Table.from_pylist(rows, schema=records_schema(declaration))


def _outlines(declaration: Declaration) -> pa.Table:
    rows = [
        {**_unit(line, number), "geometry": _tile(line)} for number, line in enumerate(_kreise(), start=1)
    ]
    return pa.Table.from_pylist(rows, schema=records_schema(declaration))


def _kreise() -> Iterator[dict[str, str]]:
    """The lines of the Kreise that have a tile: not of Berlin, which has outlines of its own."""
    return (
        line
        for line in _lines("register.csv")
        if line["satzart"] == "40" and line["land"] + line["rb"] + line["kreis"] in TILES
    )


def _unit(line: dict[str, str], number: int) -> dict[str, str]:
    """Attributes of a Kreis; those that only the publisher of the outlines gives are invented."""
    code = line["land"] + line["rb"] + line["kreis"]
    city = line["textkennzeichen"] == "41"
    return {
        "objid": f"PLANSTAT{number:08d}",
        "beginn": "2022-12-31",
        "ade": "4",
        "gf": "9",
        "bsg": "1",
        "ars": code,
        "ags": code,
        "sdv_ars": f"{code}0000000",
        "gen": line["name"].split(",")[0],
        "bez": "Kreisfreie Stadt" if city else "Kreis",
        "ibz": "40" if city else "42",
        "bem": INVENTED,
        "nbd": "ja",
        "sn_l": line["land"],
        "sn_r": line["rb"],
        "sn_k": line["kreis"],
        "sn_v1": "00",
        "sn_v2": "00",
        "sn_g": "000",
        "fk_s3": "R",
        "nuts": f"DEF0{number:X}",
        "ars_0": f"{code}0000000",
        "ags_0": f"{code}000",
        "wsk": "2022-12-31",
        "crs": "EPSG:25832",
    }


def _town_outlines(declaration: Declaration) -> pa.Table:
    """Areas of a level as the squares of their planning areas put together, six in a row."""
    code, digits = TOWN_OUTLINES[declaration.id]
    parts: dict[str, list[tuple[int, dict[str, str]]]] = {}
    for number, line in enumerate(_lines("town_areas.csv")):
        parts.setdefault(line["plr_id"][:digits], []).append((number, line))
    rows = [
        {**members[0][1], code: area, "crs": "EPSG:4326", "geometry": _town_squares([n for n, _ in members])}
        for area, members in parts.items()
    ]
    names = records_schema(declaration).names
    return pa.Table.from_pylist(
        [{name: row.get(name) for name in names} for row in rows], schema=records_schema(declaration)
    )


def _town_squares(numbers: list[int]) -> bytes:
    """Squares side by side as one outline of several parts."""
    (west, north), (wide, high) = TOWN_AT, TOWN_STEP
    corners = []
    for number in numbers:
        left, top = west + number % 6 * wide, north - number // 6 * high
        right, bottom = left + 0.95 * wide, top - 0.95 * high  # parts of an outline must not touch
        corners.append([(left, top), (right, top), (right, bottom), (left, bottom)])
    return polygon(corners[0]) if len(corners) == 1 else polygons(corners)


def _tile(line: dict[str, str]) -> bytes:
    column, row = TILES[line["land"] + line["rb"] + line["kreis"]]
    west, north = NORTH_WEST[0] + column * TILE_M, NORTH_WEST[1] - row * TILE_M
    return _square(west, north, TILE_M)


def _square(west: int, north: int, size: int) -> bytes:
    east, south = west + size, north - size
    return polygon([(west, north), (east, north), (east, south), (west, south)])
