"""A key between two divisions of the same ground, out of their outlines, where nobody has published one.

The parts of each old area in each new one are cut out of the outlines; a part's share in the old area is its
share of square metres, or of the people who live there when a finer layer of people is given (grid cells,
blocks: each at its centre). Degrees are refused: a square degree is no measure of area.

    python -m sources.areas.overlay OLD NEW KEY.csv [--people FINE --count COLUMN]

OLD and NEW are outlines with a column `id`, FINE outlines or points with a column of counts, all in the same
metric coordinate system. The key has one row per part: from_code, to_code, part_area (m²), weight_area,
weight_population; weights of an old area sum to 1. An overlap that is less than 0.5 % of both areas is two
drawings of one border and is left out.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sources.errors import SourceError
from sources.foundation.spatial import open_spatial

METRIC = {"EPSG:3035", "EPSG:25832", "EPSG:25833", "EPSG:31467"}
SLIVER = 0.005
COVERED = 0.98
COLUMNS = ("from_code", "to_code", "part_area", "weight_area", "weight_population")

_PARTS = """
    with cut as (
        select old.id as from_code, new.id as to_code, st_area(st_intersection(old.g, new.g)) as part_area,
            st_area(old.g) as from_area, st_area(new.g) as to_area, old.g as old_g, new.g as new_g
        from old inner join new on st_intersects(old.g, new.g)
    ),
    kept as (
        select * from cut where part_area >= $sliver * from_area or part_area >= $sliver * to_area
    ),
    peopled as (
        select kept.from_code, kept.to_code, any_value(kept.part_area) as part_area,
            any_value(kept.from_area) as from_area, coalesce(sum(people.n), 0) as part_people
        from kept left join people on st_contains(kept.old_g, people.g) and st_contains(kept.new_g, people.g)
        group by kept.from_code, kept.to_code
    )
    select from_code, to_code, part_area,
        part_area / sum(part_area) over parts as weight_area,
        case when sum(part_people) over parts > 0 then part_people / sum(part_people) over parts
            else part_area / sum(part_area) over parts end as weight_population,
        sum(part_area) over parts / from_area as covered
    from peopled window parts as (partition by from_code) order by from_code, to_code
"""


def overlay(old: Path, new: Path, people: Path | None = None, count: str = "") -> list[dict[str, Any]]:
    """The key between two files of outlines; rows as in the module's text.

    Raises `SourceError` for degrees, different or unknown coordinate systems, invalid or repeated outlines,
    and old areas that the new ones do not cover.
    """
    crs = _metric(old)
    with open_spatial() as engine:
        for name, file in (("old", old), ("new", new), ("people", people)):
            if file is None:
                engine.execute("create table people (g geometry, n double)")
                continue
            if _metric(file) != crs:
                raise SourceError(
                    f"the file is in {_metric(file)}, {old.name} in {crs}", file=file.name,
                    remedy="Bring both into one coordinate system.",
                )  # fmt: skip
            ids, shapes, counts = _read(file, count if name == "people" else "")
            engine.execute(
                "create or replace temp table raw (line integer, id varchar, shape blob, n double)"
            )
            engine.executemany(
                "insert into raw values (?, ?, ?, ?)",
                [[i, *row] for i, row in enumerate(zip(ids, shapes, counts, strict=True), start=1)],
            )
            geometry = "st_centroid(g)" if name == "people" else "g"
            engine.execute(
                f"create table {name} as select line, id, {geometry} as g, n"
                " from (select *, st_geomfromwkb(shape) as g from raw)"
            )
            bad = engine.execute(
                f"select line, id, not st_isvalid(g) from {name} where not st_isvalid(g)"
                f" or (? <> 'people' and id in (select id from {name} group by id having count(*) > 1))"
                " order by line limit 1",
                [name],
            ).fetchone()
            if bad is not None:
                what = "the outline is invalid (it crosses itself)" if bad[2] else "the code stands twice"
                raise SourceError(
                    f"{bad[1]}: {what}", file=file.name, line=bad[0], remedy="Repair the outlines."
                )
        found = engine.execute(_PARTS, {"sliver": SLIVER})
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        lost = engine.execute("select id, line from old where id not in (select unnest(?))", [
            [row["from_code"] for row in rows if row["covered"] >= COVERED]
        ]).fetchone()  # fmt: skip
    if lost is not None:
        raise SourceError(
            f"{lost[0]}: the new outlines cover less than {COVERED:.0%} of it", file=old.name, line=lost[1],
            remedy="Give outlines of the same ground.",
        )  # fmt: skip
    return [{name: row[name] for name in COLUMNS} for row in rows]


def _metric(file: Path) -> str:
    import pyogrio

    crs = pyogrio.read_info(file)["crs"]
    if crs not in METRIC:
        raise SourceError(
            f"the outlines are in {crs or 'an unknown coordinate system'}; areas are measured in metres only",
            file=file.name,
            remedy=f"Bring them into one of {', '.join(sorted(METRIC))}.",
        )
    return str(crs)


def _read(file: Path, count: str) -> tuple[list[str], list[bytes], list[float]]:
    from pyogrio.raw import read

    meta, _, shapes, columns = read(file, columns=[count or "id"])
    if not len(columns):
        raise SourceError(
            f"the file has no column {count or 'id'!r}", file=file.name, remedy="Name the column."
        )
    del meta
    if count:
        return [""] * len(shapes), list(shapes), [float(value) for value in columns[0]]
    return [str(value) for value in columns[0]], list(shapes), [0.0] * len(shapes)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the key as CSV."""
    parser = argparse.ArgumentParser(
        prog="python -m sources.areas.overlay", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("key", type=Path)
    parser.add_argument("--people", type=Path)
    parser.add_argument("--count", default="")
    given = parser.parse_args(arguments)
    try:
        rows = overlay(given.old, given.new, given.people, given.count)
    except SourceError as error:
        sys.exit(str(error))
    with given.key.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
