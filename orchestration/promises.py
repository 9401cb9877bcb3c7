"""What a product promises, relative to what the office has loaded, and what the rest waits for.

A product file lists what must be there (`checks.required`). An indicator can only be there when a table with
each of its parts is landed, an area level only when a landed table has it. What cannot be there yet is taken
off the promise and named as awaited; a table that is landed and gives nothing is still a broken promise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from . import lineage
from .project import Manifest

if TYPE_CHECKING:
    import duckdb

    from sources.declared.catalogue import Catalog


class Awaited(TypedDict):
    """An indicator without a figure yet. Of each list of `needs` one dataset is enough.

    `needs` is empty when all are there, but no numerator has a denominator of its day.
    """

    id: str
    name_de: str
    needs: list[list[str]]


class Required(TypedDict):
    """Values of a column that a product promises (`checks.required`)."""

    column: str
    values: list[str]


INDICATORS = "fct_indicator"
"""Where all indicators are computed."""

Part = Mapping[str, Any]
"""A row of the warehouse's `indicator_part`: the cells of a fact that an indicator adds up."""


def awaited(
    warehouse: duckdb.DuckDBPyConnection,
    manifest: Manifest,
    catalog: Catalog,
    accepted: Collection[str],
    wanted: Iterable[str],
) -> list[Awaited]:
    """Which of the wanted indicators cannot have a figure yet, in order, each with the datasets it waits for.

    `accepted` are the datasets with an accepted delivery.
    """
    indicators = {row["indicator_id"]: row for row in _rows(warehouse, "indicator")}
    parts: dict[str, list[Part]] = {}
    for part in _rows(warehouse, "indicator_part"):
        parts.setdefault(part["indicator_id"], []).append(part)
    levels: dict[str, set[str]] = {}
    for row in _rows(warehouse, "indicator_area_level"):
        levels.setdefault(row["indicator_id"], set()).add(row["area_level"])
    found: list[Awaited] = []
    for name in wanted:
        one = indicators.get(name)
        if one is None:
            continue
        of = [one, *(indicators[o] for o in (one["operand_1"], one["operand_2"]) if o in indicators)]
        able = [
            _able(manifest, catalog, part, str(each["tables"] or "").split(), levels.get(name, ()))
            for each in of
            for part in parts.get(each["indicator_id"], ())
        ]
        lacking = {names for names in able if names and not set(names).intersection(accepted)}
        # what comes with another need is none of its own
        needs = sorted(n for n in lacking if not any(set(other) < set(n) for other in lacking))
        lacks_days = not needs and not all(
            _has_days(warehouse, each, parts.get(each["indicator_id"], ())) for each in of
        )
        if needs or lacks_days:
            found.append({"id": name, "name_de": one["name_de"], "needs": [list(names) for names in needs]})
    return found


def in_words(awaited: Awaited) -> str:
    """One entry of `awaited` in words."""
    needs = " and ".join(
        " or ".join(names) if len(names) == 1 or len(awaited["needs"]) == 1 else f"({' or '.join(names)})"
        for names in awaited["needs"]
    )
    return f"{awaited['id']} ({needs or 'numerator and denominator of matching days'})"


def kept(required: Sequence[Required], column: str, absent: Collection[str]) -> list[Required]:
    """The `required` entries of a product without the values of a column that cannot be there yet."""
    entries: list[Required] = []
    for entry in required:
        values = [value for value in entry["values"] if entry["column"] != column or value not in absent]
        if values:
            entries.append({**entry, "values": values})
    return entries


def promised(required: Sequence[Required], column: str) -> list[str]:
    """The values of a column that a product promises."""
    return [value for entry in required if entry["column"] == column for value in entry["values"]]


def levels_at_hand(catalog: Catalog, datasets: Iterable[str]) -> set[str]:
    """The area levels that these datasets have by declaration."""
    return {str(level) for name in datasets for level in catalog[name].area_levels}


def levels_loaded(warehouse: duckdb.DuckDBPyConnection, manifest: Manifest, relation: str) -> list[str]:
    """The area levels that the facts behind a relation hold rows of; [] for one without facts.

    A table that has Germany by declaration may be handed in for one Land only. What is made of indicators
    holds the levels that indicators have values for: a table of which none comes yet promises no level.
    """
    behind = lineage.upstream(manifest, relation)
    if INDICATORS in behind:
        valued = f"select distinct area_level from {INDICATORS} where value is not null"
        return sorted(level for (level,) in warehouse.execute(valued).fetchall())
    facts = [
        name
        for name in behind
        if name.startswith("fct_")
        and {"area_key", "dataset_id"} <= {column["name"] for column in lineage.columns_of(manifest, name)}
    ]
    if not facts:
        return []
    keys = " union ".join(f"select area_key from {name}" for name in sorted(facts))
    rows = warehouse.execute(f"select distinct area_level from dim_area semi join ({keys}) using (area_key)")
    return sorted(level for (level,) in rows.fetchall())


def _able(
    manifest: Manifest, catalog: Catalog, part: Part, tables: Collection[str], levels: Collection[str]
) -> tuple[str, ...]:
    """The datasets that can hold a part: with all its codes by declaration, else at least its measure.

    Of areas of one of the `levels` that the indicator is computed for: planning areas make no Kreis.
    Some codes are put together from several in the warehouse and stand in no declaration; then the
    indicator's specification says which `tables` it is made from.
    """
    every = lineage.figures_of(manifest, f"fct_{part['fact']}")
    feeding = [
        name
        for name in every
        if not catalog[name].area_levels or set(levels).intersection(catalog[name].area_levels)
    ]
    measuring = [name for name in feeding if part["measure_code"] in catalog[name].measures]
    exact = [name for name in measuring if _holds(catalog[name].dimensions, part)]
    specified = [name for name in measuring if name in tables]
    return tuple(exact or specified or measuring or feeding)


def _holds(dimensions: Mapping[str, Any], part: Part) -> bool:
    """Whether a table with these dimensions has the codes of a part; without a dimension it has the total."""
    for column, code in part.items():
        name = column.removesuffix("_code")
        if name == column or name == "measure" or code is None:
            continue
        codes = dimensions[name].codes if name in dimensions else ("_T",)
        if code not in codes:
            return False
    return True


def _has_days(warehouse: duckdb.DuckDBPyConnection, indicator: Part, parts: Sequence[Part]) -> bool:
    """Whether there is a day with cells of every numerator and, by its rule, of every denominator."""
    days: dict[str, set[dt.date]] = {}
    for part in parts:
        found = _days(warehouse, part)
        days[part["role"]] = days[part["role"]] & found if part["role"] in days else found
    if "denominator" not in days:
        return not parts or any(days.values())
    rule = indicator["denominator_date"]
    return any(_denominators(day, rule) <= days["denominator"] for day in days.get("numerator", ()))


def _denominators(day: dt.date, rule: str) -> set[dt.date]:
    """The days that the denominator of a numerator is of, as `indicator_values` computes it."""
    ends = {"year_end": [day.year], "mean_of_two": [day.year - 1, day.year]}
    if rule == "same":
        return {day}
    return {dt.date(year, 12, 31) for year in ends.get(rule, [day.year - 1])}


def _days(warehouse: duckdb.DuckDBPyConnection, part: Part) -> set[dt.date]:
    """The days on which the warehouse holds a figure of a part."""
    table = f"fct_{part['fact']}"
    columns = {str(row[0]) for row in warehouse.execute(f'describe "{table}"').fetchall()}
    chosen = {name: part[name] for name in part if name.endswith("_code") and name in columns}
    conditions = " and ".join(f'"{name}" = ${name}' for name in chosen)
    rows = warehouse.execute(
        f'select distinct reference_date from "{table}" where is_preferred and value is not null '
        f"and {conditions}",
        chosen,
    ).fetchall()
    return {row[0] for row in rows}


def _rows(warehouse: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    found = warehouse.execute(f'select * from "{table}"')
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
