"""What one product's gate refused leaves by no other product: who carries the same cells is held with it.

`write_lineage` says for every row of a product which cells of the sources it is made from, when the product
is built. Rows that name their dataset speak for themselves; what is computed from indicators draws on the
cells of those; and a dataset that rows upstream name and no row of the product counts for every row. A
contract says where a row's dataset is its only one (`names_its_dataset`): nothing above it counts. After
all gates have spoken, `holds` compares the lineage of one product with what the others refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from expectations.cells import LINEAGE, held, named, row_date
from sources.foundation.editions import RECEIPT, REFUSED_CELLS
from sources.foundation.files import replacing

from . import lineage
from .plan import Landed
from .project import Manifest
from .resources import read_json

if TYPE_CHECKING:
    import duckdb

    from exports.products import Product
    from sources.declared.catalogue import Catalog

COMPUTED = "fct_indicator"
"""The relation in which computed figures name the datasets of numerator and denominator."""

OVER_ALL_AREAS = "fct_index_component"
"""A product over this relation measures every area against all others."""

CONTEXT = "context_indicators"
"""The column in which a row lists the indicators by which its area is measured against all others."""


def write_lineage(
    warehouse: duckdb.DuckDBPyConnection, manifest: Manifest, relation: str, target: Path
) -> None:
    """Write the cells that the rows of a relation are made from as Parquet, with the columns of `LINEAGE`."""
    described = warehouse.execute(f'describe "{relation}"').fetchall()
    columns = [str(row[0]) for row in described]
    upstream = lineage.upstream(manifest, relation)
    parts = [sql for sql in [named(columns, f'"{relation}"')] if sql and "dataset_id" in columns]
    if not parts and COMPUTED in upstream:
        parts.append(_computed(columns, relation, over_all=_against_all(columns, upstream)))
    warehouse.execute(
        "create or replace temp table cells_named (dataset_id varchar, snapshot_id varchar, "
        "area_code varchar, measure_code varchar, first_date date, last_date date, indicator_id varchar, "
        "row_date date)"
    )
    for sql in parts:
        warehouse.execute(f"insert into cells_named select {', '.join(LINEAGE)} from ({sql})")
    stop = frozenset({COMPUTED}) if parts else frozenset()
    others = sorted(_feeding(warehouse, lineage.feeding(manifest, relation, stop)))
    target.parent.mkdir(parents=True, exist_ok=True)
    day = row_date(columns)
    area = "area_code" if "area_code" in columns else "cast(null as varchar)"
    with replacing(target) as beside:
        warehouse.execute(
            f"""
        copy (
            select {", ".join(LINEAGE)} from cells_named
            union
            select others.dataset_id, null, area_code, null,
                make_date(cast(year(day) as integer) - 1, 12, 31),
                make_date(cast(year(day) as integer), 12, 31), null, day
            from (select unnest($others) as dataset_id) as others
            cross join (select distinct {area} as area_code, {day} as day from "{relation}") as rows
            where others.dataset_id not in (select dataset_id from cells_named)
            order by all
        ) to $file (format parquet)
        """,
            {"others": others, "file": str(beside)},
        )


def _feeding(warehouse: duckdb.DuckDBPyConnection, upstream: Mapping[str, bool]) -> set[str]:
    """The datasets that have figures which hold in any of these relations: facts, and whatever else has a
    contract that its rows name their dataset.
    """
    columns: dict[str, set[str]] = {}
    for table, column in warehouse.execute(
        "select table_name, column_name from information_schema.columns where table_name in "
        "(select unnest($names))",
        {"names": sorted(upstream)},
    ).fetchall():
        columns.setdefault(table, set()).add(column)
    found: set[str] = set()
    for table, has in columns.items():
        if "dataset_id" not in has or not (upstream[table] or table.startswith("fct_")):
            continue
        holds = " and ".join(
            [
                "true",
                *(["is_preferred"] if "is_preferred" in has else []),
                *(["value is not null"] if "value" in has else []),
            ]
        )
        rows = warehouse.execute(f'select distinct dataset_id from "{table}" where {holds}').fetchall()
        found |= {str(row[0]) for row in rows if row[0] is not None}
    return found


class Sources(TypedDict):
    """The datasets that a product's figures and names are made from, and those of each indicator."""

    figures: list[str]
    names: list[str]
    by_indicator: dict[str, list[str]]


def sources(
    warehouse: duckdb.DuckDBPyConnection, manifest: Manifest, product: Product, cells: Path, catalog: Catalog
) -> Sources:
    """The datasets that a product's `figures` (`by_indicator`, too) are made from, and its `names`.

    `cells` is what `write_lineage` wrote. Names, codes and outlines come from registers of the levels that
    the rows are of, and from geometries where the product is drawn.
    """
    rows = warehouse.execute(
        "select indicator_id, list_sort(list(distinct dataset_id)) from read_parquet($file) "
        "group by all order by 1",
        {"file": str(cells)},
    ).fetchall()
    names_from: set[str] = set()
    columns = {str(row[0]) for row in warehouse.execute(f'describe "{product.relation}"').fetchall()}
    levels = None
    if "area_level" in columns:
        found = warehouse.execute(f'select distinct area_level from "{product.relation}"').fetchall()
        levels = {str(row[0]) for row in found}
    figures = set(lineage.figures_of(manifest, product.relation))
    for dataset_id in set(lineage.datasets_of(manifest, product.relation)) - figures:
        declaration = catalog[dataset_id]
        gives_outlines_alone = declaration.format.kind == "geometry" and declaration.division is None
        if declaration.crosswalk is not None or (gives_outlines_alone and not product.geometry):
            continue
        if levels is None or not declaration.area_levels or levels.intersection(declaration.area_levels):
            names_from.add(dataset_id)
    if product.geometry is not None and levels is not None:
        names_from |= _outlines_of(warehouse, levels)
    made_of = {str(name) for _, names in rows for name in names}
    if lineage.names_its_dataset(manifest["nodes"][lineage.relation_id(manifest, product.relation)]):
        # a row without a figure rests on its table too
        asked = warehouse.execute(f'select distinct dataset_id from "{product.relation}"')
        made_of |= {str(row[0]) for row in asked.fetchall()}
    return {
        "figures": sorted(made_of),
        "names": sorted(names_from),
        # what is measured against all areas is one figure made of many indicators
        "by_indicator": {
            str(name): list(names)
            for name, names in rows
            if name is not None and not _against_all(columns, lineage.upstream(manifest, product.relation))
        },
    }


def _outlines_of(warehouse: duckdb.DuckDBPyConnection, levels: Collection[str]) -> set[str]:
    """The datasets that outlines of these levels are from, or those that they are put together of.

    Declarations of a town's areas name no level (`SMALL_AREA`), so the outlines themselves are asked.
    """
    from exports.outlines import PUT_TOGETHER
    from exports.rows import GEOMETRY_TABLE

    if not warehouse.execute(
        "select 1 from information_schema.tables where table_name = ?", [GEOMETRY_TABLE]
    ).fetchall():
        return set()
    drawn = {*levels, *(PUT_TOGETHER[level] for level in levels if level in PUT_TOGETHER)}
    found = warehouse.execute(
        f"select distinct dataset_id from {GEOMETRY_TABLE} "
        "where list_contains($levels::varchar[], area_level)",
        {"levels": sorted(drawn)},
    )
    return {str(name) for (name,) in found.fetchall()}


def _against_all(columns: Collection[str], upstream: Collection[str]) -> bool:
    """Whether every row rests on the figures of all areas: an index over them, or peers sought among them."""
    return OVER_ALL_AREAS in upstream or CONTEXT in columns


def _computed(columns: Sequence[str], relation: str, *, over_all: bool) -> str:
    """SQL: the cells behind rows that show computed figures, through the indicators they show.

    An indicator made of two others has the cells of both. A row that names an indicator, or several as its
    `CONTEXT`, draws on those from the date it is compared with to its own; one that names none draws on all
    of its area and year.
    """
    has = set(columns)
    day = row_date(has)
    # the days whose figures a row shows: its own, and the one it is compared with
    days = f"[{day}, previous_date]" if "previous_date" in has else f"[{day}]"
    of_day = "row_date" if "reference_date" in has else "make_date(cast(year(row_date) as integer), 12, 31)"
    names_some = not has.isdisjoint({"indicator_id", CONTEXT})
    one = "indicator_id" if "indicator_id" in has else "cast(null as varchar)"
    if CONTEXT in has:
        one = f"unnest(string_split({CONTEXT}, ', '))"
    figures = "where value is not null" if "value" in has else ""

    def shown(area: str) -> str:
        area = "cast(null as varchar)" if over_all or area not in has else area
        return f"""
            select distinct indicator_id, area_code, unnest(days) as of_day, day
            from (
                select {one} as indicator_id, {area} as area_code, {days} as days, {day} as day
                from "{relation}" {figures}
            )
        """

    rows = " union ".join(shown(area) for area in ("area_code", "reference_area_code") if area in has)
    of_facts = named(["indicator_id", "area_code", "reference_date", "value", *_SIDES], COMPUTED)
    area = "cast(null as varchar)" if over_all else "area_code"
    both = "rows.area_code is not distinct from every.area_code and rows.of_day = every.of_day"
    if names_some:
        both += " and rows.indicator_id = every.indicator_id"
    return f"""
        with printed as ({of_facts}),
        made_of_two as (
            select printed.* replace (indicator.indicator_id as indicator_id)
            from printed
            inner join indicator on printed.indicator_id in (indicator.operand_1, indicator.operand_2)
        ),
        every as (
            select distinct dataset_id, snapshot_id, {area} as area_code, measure_code, first_date, last_date,
                indicator_id, {of_day} as of_day
            from (select * from printed union all select * from made_of_two)
        )
        select distinct every.dataset_id, every.snapshot_id, every.area_code, every.measure_code,
            every.first_date, every.last_date, every.indicator_id, rows.day as row_date
        from ({rows}) as rows
        inner join every on {both}
    """


_SIDES = ("numerator_dataset", "denominator_dataset")


SHOWN = 5
"""Areas that are named where there are many."""


def sharing(manifest: Manifest, relations: Mapping[str, str]) -> dict[str, list[str]]:
    """Product -> the other products that may carry figures from the same datasets; `relations` by product."""
    datasets = {name: set(lineage.figures_of(manifest, relation)) for name, relation in relations.items()}
    return {
        name: sorted(
            other for other, theirs in datasets.items() if other != name and not mine.isdisjoint(theirs)
        )
        for name, mine in datasets.items()
    }


class Hold(TypedDict):
    """What holds a product: what the gate refused in `product`, by the titles of its `checks`.

    The rest is as `expectations.cells.Shared` says it, in JSON types; `areas` are the first of `areas_count`.
    """

    product: str
    checks: list[str]
    cells: int
    datasets: list[str]
    snapshots: list[str]
    areas: list[str]
    areas_count: int
    first_date: str | None
    last_date: str | None


def holds(carried: Path, refused: Mapping[str, Path]) -> list[Hold]:
    """What holds a product of the lineage `carried`: one entry per refusing product.

    `refused` are the folders of candidates by product.
    """
    found: list[Hold] = []
    for product, folder in refused.items():
        file = folder / REFUSED_CELLS
        shared = held(file, carried) if file.is_file() else None
        if shared is None:
            continue
        checks = read_json(folder / RECEIPT).get("verdict", {}).get("checks", ())
        named_so = {check["id"]: check["title"] for check in checks}
        found.append(
            {
                "product": product,
                "checks": [named_so.get(check, check) for check in shared.checks],
                "cells": shared.cells,
                "datasets": list(shared.datasets),
                "snapshots": list(shared.snapshots),
                "areas": list(shared.areas[:SHOWN]),
                "areas_count": len(shared.areas),
                "first_date": shared.first_date.isoformat() if shared.first_date else None,
                "last_date": shared.last_date.isoformat() if shared.last_date else None,
            }
        )
    return found


def in_words(hold: Hold) -> str:
    """One entry of `holds` in words: which findings of which product, and of which cells."""
    more = f" and {hold['areas_count'] - SHOWN} more" if hold["areas_count"] > SHOWN else ""
    parts = [", ".join(hold["datasets"])]
    if hold["areas"]:
        parts.append(f"area {', '.join(hold['areas'])}{more}")
    if hold["first_date"]:
        days = dict.fromkeys((hold["first_date"], hold["last_date"]))
        parts.append(" to ".join(filter(None, days)))
    checks = hold["checks"]
    others = f" and {len(checks) - 1} more" if len(checks) > 1 else ""
    return f"{hold['product']} ({checks[0]}{others}: {'; '.join(parts)})"


def mend(holds: Sequence[Hold], landed: Landed) -> str:
    """What to do about refused cells, in words. Computed cells name datasets and no snapshot."""
    snapshots = sorted({name for hold in holds for name in hold["snapshots"]})
    if not snapshots:
        snapshots = landed.accepted(name for hold in holds for name in hold["datasets"])
    files = ", ".join(sorted({f"{hold['product']}.yml" for hold in holds}))
    newest = f", or `planstat sources withdraw {snapshots[-1]}` (the newest delivery)" if snapshots else ""
    return (
        f"Deliver a corrected table{newest}, or declare the deviation in exports/products ({files}): the "
        "next run releases it by itself"
    )
