"""Carries the sample's figures over from the published files; run it again when the sample shall hold more.

    python -m sources.twins.sample.extract <folder with published files> <another> …

The readers read, so a figure in the sample is the figure of the cell, sign for sign.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from sources.declared.catalogue import Catalog, load_catalog
from sources.declared.declaration import Declaration
from sources.readers.reading import Reading, reader_of
from sources.twins.sample.writing import KREIS

HERE = Path(__file__).parent
LAND = "01"
TIMES: dict[str, tuple[str, ...]] = {
    "11111-01-01-4": ("31.12.2015", "31.12.2014", "31.12.2013"),
    "12111-07-01-4": ("09.05.2011",),
    "12111-32-01-4": ("09.05.2011",),
    "12411-01-01-4": tuple(f"31.12.{year}" for year in range(2015, 2007, -1)),
    "12411-02-03-4": ("31.12.2015",),
    "12411-03-03-4": ("31.12.2015",),
    "12411-04-02-4": ("31.12.2015",),
    "12411-05-01-4": ("2015", "2014", "2013"),
    "12612-01-01-4": ("2015", "2014", "2013"),
    "12613-01-01-4": ("2015", "2014", "2013"),
    "12711-01-03-4": ("2015",),
    "12711-03-02-4": ("2015", "2014", "2013"),
    "13111-01-03-4": ("30.06.2015", "30.06.2014"),
    "13111-02-02-4": ("30.06.2015", "30.06.2014"),
    "13211-02-05-4": tuple(f"{year}" for year in range(2016, 2008, -1)),
    "14111-01-02-4": ("22.09.2013", "27.09.2009"),
    "21111-01-03-4": ("2015",),
    "21111-02-06-4": ("2015", "2014"),
    "21121-01-05-4": ("2015",),
    "21121-02-02-4": ("2015", "2014"),
    "22121-01-03-4": ("31.12.2015", "31.12.2014", "31.12.2013"),
    "22151-01-02-4": ("2016", "2015"),
    "22221-01-01-4": ("31.12.2015", "31.12.2014", "31.12.2013"),
    "22311-01-02-4": ("2015", "2014"),
    "22411-01-01-4": ("31.12.2015", "31.12.2013"),
    "22411-02-01-4": ("31.12.2007",),
    "22411-02-02-4": ("31.12.2015", "31.12.2013"),
    "22541-01-04-4": ("01.03.2016", "01.03.2015"),
    "22542-01-02-4": ("31.12.2014",),
    "22543-01-02-4": ("01.03.2016", "01.03.2015"),
    "22811-01-01-4": tuple(f"31.12.{year}" for year in range(2015, 2009, -1)),
    "22811-02-02-4": ("31.12.2016", "31.12.2015"),
    "31231-02-01-4": ("31.12.2015", "31.12.2014"),
    "33111-01-01-4": ("31.12.2015", "31.12.2014", "31.12.2013"),
    "82411-01-03-4": tuple(f"{year}" for year in range(2014, 2008, -1)),
    "AI-N-05": ("2016", "2015"),
}
"""Tables of the sample and the times carried over: what the indicators need, and a year before it."""

MUNICIPAL: dict[str, tuple[str, ...]] = {
    "12411-01-01-5": ("31.12.2015", "31.12.2014", "31.12.2013"),
    "12411-02-03-5": ("31.12.2015",),
    "12711-01-03-5": ("2015",),
}
"""Tables with the Gemeinden of one Kreis."""

RESIDENTS = "ewr-lor2021"
FORMER_RESIDENTS = "lor-population-derivative"
FORMER_TIMES = ("2021-02", "2023-01")
PLANNING_AREAS = "lor2021-planungsraeume"
LAND_OF_TOWN, DISTRICT = "11", "08"
"""Berlin, and the Bezirk whose planning areas the sample has: Neukölln."""

DEPRIVATION = "gisd-kreise"
YEARS_OF_DEPRIVATION = ("2021", "2020", "2019")
BUILDINGS = "gemeinden-flats-2021-derivative"
CENSUS = "zensus2022-bevoelkerung"
REGISTER = "gv-isys"


def extract(catalog: Catalog, *published: Path) -> dict[str, str]:
    """The sample's files by name, from the folders of published files."""
    tables: list[list[str]] = []
    found = {}
    for prefix, wanted in (("", TIMES), ("municipal_", MUNICIPAL)):
        areas: dict[str, str] = {}
        figures: list[list[str]] = []
        for dataset_id, times in wanted.items():
            declaration = catalog[dataset_id]
            reading = _read(catalog, declaration, published)
            stand = reading.published_at.isoformat() if reading.published_at else ""
            tables.append([dataset_id, reading.layout or "", stand])
            figures += _figures(declaration, _of_sample(reading.table), times, areas)
        codes = sorted(areas, key=lambda code: (code != "DG", code))
        names = [[code, areas[code]] for code in codes]
        found[f"{prefix}areas.csv"] = _csv([["area_code", "area_name"], *names])
        found[f"{prefix}figures.csv"] = _csv(
            [["dataset_id", "time_text", "codes", "measure", *codes], *figures]
        )
    return (
        found
        | _of_town(catalog, published)
        | {
            "tables.csv": _csv([["dataset_id", "layout", "stand"], *tables]),
            "buildings.csv": _csv(_buildings(_read(catalog, catalog[BUILDINGS], published).table)),
            "deprivation.csv": _csv(_deprivation(_read(catalog, catalog[DEPRIVATION], published).table)),
            "census.csv": _csv(_census(_read(catalog, catalog[CENSUS], published).table)),
            "register.csv": _csv(_register(_read(catalog, catalog[REGISTER], published).table)),
        }
    )


def _read(catalog: Catalog, declaration: Declaration, published: Sequence[Path], named: str = "") -> Reading:
    """The first published file of a dataset; `named`: that has this in its name."""
    files = [
        file
        for pattern in declaration.file_patterns
        for folder in published
        for file in sorted(folder.rglob(pattern))
        if "modern-2026" not in file.parts and named in file.name
    ]
    return reader_of(declaration).read(catalog, declaration, files[0])


def _of_town(catalog: Catalog, published: Sequence[Path]) -> dict[str, str]:
    """Residents of the planning areas of one Bezirk, on several days, and what the areas are called."""

    def of_district(dataset_id: str, code: str, named: str = "") -> pa.Table:
        table = _read(catalog, catalog[dataset_id], published, named).table
        return table.filter(pc.starts_with(table[code].cast(pa.string()), DISTRICT))

    residents = of_district(RESIDENTS, "area_code")
    times = list(dict.fromkeys(residents["time_text"].to_pylist()))
    codes = sorted(set(residents["area_code"].to_pylist()))
    figures = _figures(catalog[RESIDENTS], residents, times, dict.fromkeys(codes, ""))
    areas = of_district(PLANNING_AREAS, "plr_id").drop_columns(["geometry", "crs"])
    former = [of_district(FORMER_RESIDENTS, "id", time) for time in FORMER_TIMES]
    return {
        "town_figures.csv": _csv([["dataset_id", "time_text", "codes", "measure", *codes], *figures]),
        "town_areas.csv": _csv(_records(areas)),
        "town_former_figures.csv": _csv(_records(pa.concat_tables(former))),
    }


def _records(table: pa.Table) -> list[list[str]]:
    """The lines of a register, a heading before."""
    names = [name for name in table.column_names if name != "line"]
    return [names, *([record[name] or "" for name in names] for record in table.to_pylist())]


def _figures(
    declaration: Declaration, table: pa.Table, times: Sequence[str], areas: dict[str, str]
) -> list[list[str]]:
    """One line per time and cell key, one figure per area; fills in the names of the areas."""
    values: dict[tuple[str, str, str], dict[str, str]] = {}
    for cell in table.filter(pc.field("time_text").isin(times)).to_pylist():
        code = cell["area_code"]
        name = cell["area_name"] or ""
        if areas.setdefault(code, name) != name:
            raise ValueError(f"{declaration.id}: {code} is called {name!r}, elsewhere {areas[code]!r}")
        key = " ".join(f"{dimension}={cell[dimension]}" for dimension in declaration.dimensions)
        values.setdefault((cell["time_text"], key, cell["measure"]), {})[code] = cell["value_text"]
    codes = sorted(areas, key=lambda code: (code != "DG", code))
    return [
        [declaration.id, *key, *(figures[code] for code in codes)]
        for key, figures in sorted(values.items(), key=lambda item: times.index(item[0][0]))
    ]


def _of_sample(table: pa.Table) -> pa.Table:
    """The rows of Germany, the sample's Land and its Kreise, and of the Gemeinden of one Kreis."""
    of_land = _of_land(table, "DG")
    codes = of_land["area_code"].cast(pa.string())
    is_kreis = pc.less_equal(pc.utf8_length(codes), 5)
    return of_land.filter(pc.or_(is_kreis, pc.starts_with(codes, KREIS)))


def _buildings(table: pa.Table) -> list[list[str]]:
    """Residential buildings of Germany, the Land, its Kreise and the Gemeinden of one Kreis."""
    codes = table["ags"].to_pylist()
    return _records(
        table.filter(
            pa.array(
                code == "DG000000" or (code.startswith(LAND) and (code.endswith("000") or code[:5] == KREIS))
                for code in codes
            )
        )
    )


def _deprivation(table: pa.Table) -> list[list[str]]:
    """One line per Kreis and year of the index of deprivation."""
    rows: dict[tuple[str, str, str], dict[str, str]] = {}
    for cell in _of_land(table, "DG").to_pylist():
        if cell["time_text"] in YEARS_OF_DEPRIVATION:
            key = (cell["time_text"], cell["area_code"], cell["area_name"])
            rows.setdefault(key, {})[cell["measure"]] = cell["value_text"]
    measures = list(next(iter(rows.values())))
    lines = [[*key, *(values[measure] for measure in measures)] for key, values in sorted(rows.items())]
    return [["time_text", "area_code", "area_name", *measures], *lines]


def _of_land(table: pa.Table, germany: str) -> pa.Table:
    """The rows of Germany and of the sample's Land and everything in it."""
    codes = table["area_code"].cast(pa.string())
    return table.filter(pc.or_(pc.equal(codes, germany), pc.starts_with(codes, LAND)))


def _census(table: pa.Table) -> list[list[str]]:
    rows: dict[tuple[str, str, str], dict[str, str]] = {}
    for cell in _of_land(table, "00").to_pylist():
        key = (cell["area_code"], cell["region_level"], cell["area_name"])
        rows.setdefault(key, {})[cell["measure"]] = cell["value_text"]
    head = ["area_code", "region_level", "area_name", "persons_census", "persons_bfs"]
    return [head, *([*key, values["persons_census"], values["persons_bfs"]] for key, values in rows.items())]


def _register(table: pa.Table) -> list[list[str]]:
    dates = ("line", "territory_date", "time_text", "population_date")
    names = [name for name in table.column_names if name not in dates]
    lands = (LAND, LAND_OF_TOWN)
    lines = [
        [record[name] or "" for name in names] for record in table.to_pylist() if record["land"] in lands
    ]
    return [names, *lines]


def _csv(lines: Iterable[Iterable[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(lines)
    return buffer.getvalue()


def main() -> None:
    """Rewrite the sample's tables from the published files in the folders given."""
    for name, text in extract(load_catalog(), *map(Path, sys.argv[1:])).items():
        (HERE / name).write_text(text, encoding="utf-8")
        print(f"{name}: {len(text.encode()):,} bytes")


if __name__ == "__main__":
    main()
