"""Which cells of the sources a finding is about, so that no other product lets out what one check refused.

A product's rows are made from cells: (dataset, snapshot, area, measure, days). A *lineage* lists them, one
row per cell and product row, with the columns of `LINEAGE`; `named` reads it off a product whose rows name
their datasets, and whoever builds a product hands in a file for one whose rows do not. A finding that stops
a release refuses the cells of the rows it is about. `held` compares what one product refuses with the
lineage of another.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path

import duckdb

from expectations.bench import CANDIDATE_VIEW, LINEAGE_VIEW, Bench
from expectations.rules import Rule, found
from expectations.verdict import Cell, Verdict
from sources.foundation.editions import REFUSED_CELLS
from sources.foundation.files import replacing, sha256_of
from sources.foundation.sql import quoted

ROW = ("indicator_id", "row_date")
"""Columns of a lineage that name the product's row beside area and measure; NULL where it has none."""

LINEAGE = (
    *("dataset_id", "snapshot_id", "area_code", "measure_code", "first_date", "last_date"),
    *ROW,
)
"""Columns of a lineage: the cell as in `Cell`, then the product's row that is made from it."""


def row_date(columns: Collection[str], relation: str = "") -> str:
    """SQL: the day a product's row is about; a year stands for its last day, NULL where there is neither."""
    prefix = f"{relation}." if relation else ""
    if "reference_date" in columns:
        return f"cast({prefix}reference_date as date)"
    if "reference_year" in columns:
        return f"make_date(cast({prefix}reference_year as integer), 12, 31)"
    return "cast(null as date)"


def named(columns: Collection[str], relation: str) -> str | None:
    """SQL: the lineage of a relation whose rows name their datasets; None for one whose rows do not.

    A figure as printed (`dataset_id`) is one cell of its own day. A computed one (`numerator_dataset`,
    `denominator_dataset`) has its numerator of its own day; the denominator is of that day, of the year's end
    or of the one before (or their mean), so all of them count. Rows without a figure are made from nothing.
    """
    has = set(columns)

    def column(name: str) -> str:
        return quoted(name) if name in has else "cast(null as varchar)"

    day = row_date(has)
    row = f"{column('indicator_id')} as indicator_id, {day} as row_date"
    figures = "where value is not null" if "value" in has else ""
    area, measure = column("area_code"), column("measure_code")
    if "dataset_id" in has:
        return f"""
            select distinct dataset_id, {column("snapshot_id")} as snapshot_id, {area} as area_code,
                {measure} as measure_code, {day} as first_date, {day} as last_date, {row}
            from {relation} {figures}
        """
    sides = [name for name in ("numerator_dataset", "denominator_dataset") if name in has]
    if not sides:
        return None
    spans = {
        "numerator_dataset": (day, day),
        "denominator_dataset": (
            f"make_date(cast(year({day}) as integer) - 1, 12, 31)",
            f"make_date(cast(year({day}) as integer), 12, 31)",
        ),
    }
    return " union ".join(
        f"""
            select distinct unnest(string_split({side}, ', ')) as dataset_id,
                cast(null as varchar) as snapshot_id, {area} as area_code, {measure} as measure_code,
                {spans[side][0]} as first_date, {spans[side][1]} as last_date, {row}
            from {relation} {figures}
        """
        for side in sides
    )


def cells_of(bench: Bench, rule: Rule) -> tuple[Cell, ...]:
    """All cells that a rule refuses, asked of the candidate; none when its cases name no rows."""
    with bench.connection.cursor() as connection:  # inspections may use the bench's own at the same time
        return _cells_of(connection, bench, rule)


def _cells_of(connection: duckdb.DuckDBPyConnection, bench: Bench, rule: Rule) -> tuple[Cell, ...]:
    queries = f"with candidate as not materialized (select * from {CANDIDATE_VIEW}), {found(rule)}"
    of = "previous" if rule.of_previous else "candidate"
    columns = (bench.previous_types or {}) if rule.of_previous else bench.types
    lineage = f"select * from {LINEAGE_VIEW}" if bench.has_lineage and not rule.of_previous else None
    lineage = lineage or named(columns, of)
    if lineage is None:
        return ()
    cases = connection.execute(f"{queries} select * from found limit 0").description
    keys = [name for name in rule.statement.keys if name in columns and name in {case[0] for case in cases}]
    touches = rule.touches or " and ".join(
        f"carrier.{quoted(name)} is not distinct from found.{quoted(name)}" for name in keys
    )
    if not touches:
        return ()
    same = {
        name: f"carrier.{quoted(name)}"
        for name in ("dataset_id", "area_code", "measure_code", "indicator_id")
        if name in columns
    }
    same["row_date"] = row_date(columns, "carrier")
    agree = " and ".join(
        f"(lineage.{n} is null or lineage.{n} is not distinct from touched.{n})" for n in same
    )
    # a row that is gone could have been of any area: the delivery that lacks it is what is doubted
    area = "cast(null as varchar)" if rule.of_previous else "lineage.area_code"
    computed = rule.of_figure and "dataset_id" not in columns
    indicator = "lineage.indicator_id" if computed else "cast(null as varchar)"
    rows = connection.execute(
        f"""{queries},
        lineage as ({lineage}),
        touched as (
            select distinct {", ".join(f"{sql} as {name}" for name, sql in same.items())}
            from {of} as carrier
            where exists (select 1 from found where found_severity = 'fail' and ({touches}))
        )
        select distinct lineage.dataset_id, lineage.snapshot_id, {area}, lineage.measure_code,
            lineage.first_date, lineage.last_date, {indicator}
        from lineage
        inner join touched on {agree}
        where lineage.dataset_id is not null
        order by all
        """
    ).fetchall()
    return tuple(Cell(*row) for row in rows)


def write(verdict: Verdict, folder: Path) -> dict[str, str]:
    """Write the refused cells into the candidate's folder; without any there is no such file.

    Returns what was written: name and SHA-256.
    """
    path = folder / REFUSED_CELLS
    refused = verdict.refused_cells()
    if not refused:
        path.unlink(missing_ok=True)
        return {}
    with replacing(path) as beside, duckdb.connect() as connection:
        connection.execute(
            "create table cells (dataset_id varchar, snapshot_id varchar, area_code varchar, "
            "measure_code varchar, first_date date, last_date date, indicator_id varchar, check_id varchar)"
        )
        rows = [[*astuple(c), check] for c, check in refused.items()]
        connection.begin()
        for start in range(0, len(rows), 500):
            part = rows[start : start + 500]
            marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?)"] * len(part))
            connection.execute(f"insert into cells values {marks}", [v for row in part for v in row])
        connection.commit()
        connection.execute(
            "copy (select * from cells order by all) to $file (format parquet)", {"file": str(beside)}
        )
    return {REFUSED_CELLS: sha256_of(path)}


@dataclass(frozen=True)
class Shared:
    """Cells that one product refuses and another carries: how many, by which checks, of what.

    `snapshots` are those the refusing product names, oldest first; dates are the extent of the cells.
    """

    cells: int
    checks: tuple[str, ...]
    datasets: tuple[str, ...]
    snapshots: tuple[str, ...]
    areas: tuple[str, ...]
    first_date: date | None
    last_date: date | None


def held(refused: Path, lineage: Path) -> Shared | None:
    """What a product of this lineage carries of the cells in the file `refused`; None when nothing.

    Cells are the same when dataset, area, measure and snapshot agree as far as both name them and
    their days overlap.
    """
    with duckdb.connect() as connection:
        row = connection.execute(
            """
            select count(*), list_sort(list(distinct check_id)), list_sort(list(distinct dataset_id)),
                list_sort(list(distinct snapshot_id) filter (where snapshot_id is not null)),
                list_sort(list(distinct area_code) filter (where area_code is not null)),
                min(first_date), max(last_date)
            from read_parquet($refused) as refused
            semi join read_parquet($lineage) as carried
                on refused.dataset_id = carried.dataset_id
                and coalesce(refused.area_code = carried.area_code, true)
                and coalesce(refused.measure_code = carried.measure_code, true)
                and coalesce(refused.snapshot_id = carried.snapshot_id, true)
                and coalesce(carried.first_date <= refused.last_date, true)
                and coalesce(refused.first_date <= carried.last_date, true)
                and (refused.indicator_id is null or refused.indicator_id = carried.indicator_id)
            """,
            {"refused": str(refused), "lineage": str(lineage)},
        ).fetchone()
    if row is None or not row[0]:
        return None
    cells, checks, datasets, snapshots, areas, first, last = row
    return Shared(
        cells, tuple(checks), tuple(datasets), tuple(snapshots or ()), tuple(areas or ()), first, last
    )
