"""Carries the sample's figures over from the published files; run it again when the sample shall hold more.

    python -m sources.twins.sample.extract <folder with the published files>

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

HERE = Path(__file__).parent
LAND = "01"
TIMES: dict[str, tuple[str, ...]] = {
    "11111-01-01-4": ("31.12.2015", "31.12.2014"),
    "12411-01-01-4": ("31.12.2015", "31.12.2014", "31.12.2013"),
    "12411-02-03-4": ("31.12.2015",),
    "12411-03-03-4": ("31.12.2015",),
    "12411-04-02-4": ("31.12.2015",),
    "13211-02-05-4": ("2016", "2015", "2014"),
    "21111-01-03-4": ("2015",),
    "21111-02-06-4": ("2015", "2014"),
    "22121-01-03-4": ("31.12.2015", "31.12.2014"),
    "22151-01-02-4": ("2016", "2015"),
    "22221-01-01-4": ("31.12.2015", "31.12.2014"),
    "22311-01-02-4": ("2015", "2014"),
    "22541-01-04-4": ("01.03.2016", "01.03.2015"),
    "22542-01-02-4": ("31.12.2014",),
    "22543-01-02-4": ("01.03.2016", "01.03.2015"),
    "22811-01-01-4": ("31.12.2015", "31.12.2014"),
    "22811-02-02-4": ("31.12.2016", "31.12.2015"),
    "82411-01-03-4": ("2014", "2013"),
}
"""Tables of the sample and the times carried over: what the indicators need, and a year before it."""

CENSUS = "zensus2022-bevoelkerung"
REGISTER = "gv-isys"


def extract(catalog: Catalog, published: Path) -> dict[str, str]:
    """The sample's files by name, from the folder of published files."""
    areas: dict[str, str] = {}
    figures: list[list[str]] = []
    tables: list[list[str]] = []
    for dataset_id, times in TIMES.items():
        declaration = catalog[dataset_id]
        reading = _read(catalog, declaration, published)
        stand = reading.published_at.isoformat() if reading.published_at else ""
        tables.append([dataset_id, reading.layout or "", stand])
        figures += _figures(declaration, reading.table, times, areas)
    codes = sorted(areas, key=lambda code: (code != "DG", code))
    census = _read(catalog, catalog[CENSUS], published).table
    register = _read(catalog, catalog[REGISTER], published).table
    return {
        "areas.csv": _csv([["area_code", "area_name"], *([code, areas[code]] for code in codes)]),
        "tables.csv": _csv([["dataset_id", "layout", "stand"], *tables]),
        "figures.csv": _csv([["dataset_id", "time_text", "codes", "measure", *codes], *figures]),
        "census.csv": _csv(_census(census)),
        "register.csv": _csv(_register(register)),
    }


def _read(catalog: Catalog, declaration: Declaration, published: Path) -> Reading:
    files = [
        file
        for pattern in declaration.file_patterns
        for file in sorted(published.rglob(pattern))
        if "modern-2026" not in file.parts
    ]
    return reader_of(declaration).read(catalog, declaration, files[0])


def _figures(
    declaration: Declaration, table: pa.Table, times: Sequence[str], areas: dict[str, str]
) -> list[list[str]]:
    """One line per time and cell key, one figure per area; fills in the names of the areas."""
    values: dict[tuple[str, str, str], dict[str, str]] = {}
    for cell in _of_land(table, "DG").filter(pc.field("time_text").isin(times)).to_pylist():
        code = cell["area_code"]
        name = cell["area_name"]
        if areas.setdefault(code, name) != name:
            raise ValueError(f"{declaration.id}: {code} is called {name!r}, elsewhere {areas[code]!r}")
        key = " ".join(f"{dimension}={cell[dimension]}" for dimension in declaration.dimensions)
        values.setdefault((cell["time_text"], key, cell["measure"]), {})[code] = cell["value_text"]
    codes = sorted(areas, key=lambda code: (code != "DG", code))
    return [
        [declaration.id, *key, *(figures[code] for code in codes)]
        for key, figures in sorted(values.items(), key=lambda item: times.index(item[0][0]))
    ]


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
    lines = [[record[name] or "" for name in names] for record in table.to_pylist() if record["land"] == LAND]
    return [names, *lines]


def _csv(lines: Iterable[Iterable[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(lines)
    return buffer.getvalue()


def main() -> None:
    """Rewrite the sample's tables from the published files in the folder given."""
    for name, text in extract(load_catalog(), Path(sys.argv[1])).items():
        (HERE / name).write_text(text, encoding="utf-8")
        print(f"{name}: {len(text.encode()):,} bytes")


if __name__ == "__main__":
    main()
