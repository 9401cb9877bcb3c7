"""Questions to the warehouse that must have the same answers over the sample and over the published files."""

from __future__ import annotations

from pathlib import Path

import duckdb

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration

SUMS = {
    "population": ("population", "persons", {}),
    "unemployment": ("unemployment", "unemployed", {}),
    "employment": ("employment", "employees", {}),
    "pupils": ("school_enrolment", "pupils", {}),
    "school_leavers": ("school_leaver", "leavers", {}),
    "minimum_income": ("benefit_receipt", "persons", {"benefit_code": "MINDESTSICHERUNG"}),
    "housing_benefit": ("benefit_receipt", "households", {"benefit_code": "WOHNGELD"}),
    "childcare": ("childcare", "children", {}),
    "care_recipients": ("care_recipient", "persons", {}),
    "arrivals": ("migration", "arrivals", {}),
    "departures": ("migration", "departures", {}),
}
"""Relation to the fact it is made of, the measure it counts, and what is divided where that is
not the total."""


KEYS = ("snapshot", "time_text", "area_code", "measure", "unit")
"""What names a cell of a table in landing, beside its dimensions."""


def dimensions_of(connection: duckdb.DuckDBPyConnection, relation: str) -> list[str]:
    """The columns that divide a relation for sums."""
    fixed = {"area_code", "land_code", "measure_code"}
    named = connection.execute(f"select column_name from (describe {relation})").fetchall()
    return [name for (name,) in named if name.endswith("_code") and name not in fixed]


def wrong_marginals(warehouse: Path, relation: str) -> tuple[int, list[tuple]]:
    """How many sums along one dimension were compared with the cell that the fact prints, and
    those that differ.

    For each area, date and dimension that the area is divided by, the rows of a code are summed up naively
    and compared with the published cell of the code at the total of all others. A code without a published
    cell of its own (it is printed in a cross only) has nothing to be compared with.
    """
    fact, measure, roots = SUMS[relation]
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        dimensions = dimensions_of(connection, relation)
        compared, wrong = 0, []
        for dimension in dimensions:
            others = [other for other in dimensions if other != dimension]
            # one code in all rows: what is part of a whole only at one code of another dimension
            places = "".join(
                f", case when count(distinct {other}) = 1 then any_value({other}) "
                f"else '{roots.get(other, '_T')}' end as {other}"
                for other in others
            )
            rows = connection.execute(
                f"""
                with summed as (
                    select area_key, period_key, {dimension} as code, sum(value) as value{places}
                    from {relation} where {dimension} <> '{roots.get(dimension, "_T")}'
                    group by area_key, period_key, code
                )
                select summed.area_key, summed.period_key, summed.code, summed.value, fact.value as published
                from summed inner join fct_{fact} as fact
                    on summed.area_key = fact.area_key and summed.period_key = fact.period_key
                    and summed.code = fact.{dimension}
                where fact.is_preferred and fact.measure_code = '{measure}' and fact.value is not null
                    {"".join(f" and summed.{other} = fact.{other}" for other in others)}
                """
            ).fetchall()
            compared += len(rows)
            wrong += [(dimension, *row) for row in rows if row[-1] != row[-2]]
        return compared, wrong


def naive(warehouse: Path, relation: str) -> dict[str, float | None]:
    """A plain sum per date."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            f"select reference_date::varchar, sum(value) from {relation} group by 1 order by 1"
        )
        return dict(rows.fetchall())


def germany(warehouse: Path, relation: str) -> dict[str, float | None]:
    """What is published for Germany, per date."""
    fact, measure, roots = SUMS[relation]
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        totals = " and ".join(
            f"{name} = '{roots.get(name, '_T')}'" for name in dimensions_of(connection, relation)
        )
        rows = connection.execute(
            f"select reference_date::varchar, value from fct_{fact} where area_code = 'DG' and is_preferred "
            f"and measure_code = '{measure}' and {totals} order by 1"
        )
        return dict(rows.fetchall())


def _read(files: list[Path]) -> str:
    listed = ", ".join(f"'{file}'" for file in files)
    return f"read_parquet([{listed}], hive_partitioning = true, union_by_name = true)"


def declared_wholes(catalog: Catalog, declaration: Declaration, dimension: str) -> dict[str, list[str]]:
    """Codes that a table prints together with all parts that add up to them."""
    declared = declaration.dimensions[dimension]
    code_list = catalog.code_lists[declared.code_list or dimension]
    printed = declared.codes or tuple(code_list.codes)
    found = {}
    for whole in printed:
        parts = [
            code
            for code, entry in code_list.codes.items()
            if entry.additive and code_list.whole_of(code) == whole
        ]
        if len(parts) > 1 and set(parts) <= set(printed):
            found[whole] = parts
    return found


def parts_and_wholes(landing: Path, catalog: Catalog) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Of each table, dimension and whole: how many sums of all its parts were compared, and how many are it.

    Counts only, as they were printed: `-` is nothing, a cell with another sign is not compared. A part may be
    off by half the base that the table is rounded to, or half a unit where it is no count.
    """
    found = {}
    with duckdb.connect() as connection:
        for name, declaration in catalog.items():
            files = sorted((landing / declaration.publisher / name).glob("snapshot=2*/cells.parquet"))
            additive = [code for code, measure in declaration.measures.items() if measure.is_additive]
            if declaration.shape != "cells" or not files or not additive:
                continue
            slack = max([rule.base for rule in declaration.rounding], default=0)
            if any(measure.unit in ("ha", "qkm") for measure in declaration.measures.values()):
                slack = 1  # measured, not counted: every number is rounded
            if any(measure.adds_over_time is False for measure in declaration.measures.values()):
                slack = 1  # means of a year: every number is rounded
            for dimension, declared in declaration.dimensions.items():
                if declared.verbatim or dimension == "age_group":  # groups of ages overlap
                    continue
                codes = catalog.code_lists[declared.code_list or dimension].codes
                others = [other for other in declaration.dimensions if other != dimension]
                for whole, parts in declared_wholes(catalog, declaration, dimension).items():
                    placed = list(KEYS)
                    for other in others:
                        at = [
                            (code, codes[code].part_at[other])
                            for code in parts
                            if other in codes[code].part_at
                        ]
                        when = " ".join(
                            f"when {dimension} = '{code}' then case when {other} = '{place}' then '_T' end"
                            for code, place in at
                        )
                        placed.append(f"case {when} else {other} end as {other}" if at else other)
                    listed = ", ".join(f"'{code}'" for code in parts)
                    counted = ", ".join(f"'{code}'" for code in additive)
                    (compared, equal) = connection.execute(
                        f"""
                        with cells as (
                            select {", ".join(placed)}, {dimension} as code,
                                case when trim(value_text) = '-' then 0
                                    else try_cast(replace(trim(value_text), ',', '.') as double) end as value
                            from {_read(files)} where measure in ({counted})
                        ),
                        sums as (
                            select sum(value) filter (where code in ({listed})) as parts,
                                count(value) filter (where code in ({listed})) as known,
                                max(value) filter (where code = '{whole}') as whole
                            from cells group by {", ".join([*KEYS, *others])}
                        )
                        select count(*), count(*) filter (where abs(parts - whole) <= ?)
                        from sums where known = {len(parts)} and whole is not null
                        """,
                        [slack * (len(parts) + 1) / 2 + 1e-6],
                    ).fetchone() or (0, 0)
                    found[name, dimension, whole] = (compared, equal)
    return found
