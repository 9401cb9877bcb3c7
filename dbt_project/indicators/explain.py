"""`planstat explain`: the receipt of one number.

Formula and edition, every cell of numerator and denominator with its table, line and field in the original
file, the hash of that file, status, rounding, corrections, and how sure the value is. A derived indicator or
a composite index has the receipts of what it is made of below its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

    edition, breaks = _history(connection, indicator, result)
    sides = [
        _side(connection, indicator_id, role, place["area_code"], dates, as_of)
        for role, dates in (
            ("numerator", [date]),
            ("denominator", denominator_dates(indicator, date)),
            ("value", [date]),
        )
        if parts_of(connection, indicator_id, role)
    ]
    operands = [indicator[name] for name in ("operand_1", "operand_2") if indicator[name]]
    parts = [_explain(connection, name, place["area_code"], date.isoformat(), as_of) for name in operands]
    return Explanation(indicator, place, result, edition, breaks, sides, parts)


def _history(
    connection: duckdb.DuckDBPyConnection, indicator: Row, result: Row
) -> tuple[Row | None, list[Row]]:
    """The edition of the definition that holds on the day of a number, and the breaks around it."""
    name, date = indicator["indicator_id"], result["reference_date"]
    editions = rows(
        connection,
        "select * from indicator_edition where indicator_id = ? and valid_from <= ? and valid_to > ?",
        [name, date, date],
    )
    breaks = breaks_around(connection, name, result, lambda day: denominator_dates(indicator, day))
    return (editions[0] if editions else None), breaks


def _side(
    connection: duckdb.DuckDBPyConnection,
    indicator_id: str,
    role: str,
    area_code: str,
    dates: list[dt.date],
    as_of: dt.datetime | None,
) -> Side:
    parts = parts_of(connection, indicator_id, role)
    declared = facts()
    cells = [
        cell
        for name in dict.fromkeys(part["fact"] for part in parts)
        for cell in _cells(connection, name, declared[name], [indicator_id, role], area_code, dates, as_of)
    ]
    days = max(1, len(dates))
    complete = len(cells) == len(parts) * days and all(cell["value"] is not None for cell in cells)
    total = sum(cell["value"] * cell["factor"] for cell in cells) / days if complete else None
    return Side(role, total, cells)


def _cells(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    fact: Fact,
    side: list[str],
    area_code: str,
    dates: list[dt.date],
    as_of: dt.datetime | None,
) -> list[Row]:
    """The cells of a fact that one side (indicator, role) selects, one per part and date, as known then."""
    codes = [f"{dimension}_code" for dimension in fact.dimensions]
    match = "".join(f" and facts.{code} = parts.{code}" for code in codes)
    found = rows(
        connection,
        f"""with cells as (
            select facts.*, parts.part_no, parts.factor
            from {fact.model} as facts
            inner join indicator_part as parts on facts.measure_code = parts.measure_code{match}
            where parts.indicator_id = ? and parts.role = ? and parts.fact = ? and facts.area_code = ?
                and list_contains(?::date[], facts.reference_date)
                and facts.missing_reason <> 'area_not_existing' and facts.known_from <= ?::timestamp
                and (facts.preferred_to is null or facts.preferred_to > ?::timestamp)
        )
        select cells.*, dim_dataset.table_code, dim_dataset.title_de, dim_dataset.publisher_name,
            dim_dataset.attribution, dim_snapshot.file_name, dim_snapshot.source_uri, dim_snapshot.sha256
        from cells
        inner join dim_dataset on cells.dataset_id = dim_dataset.dataset_id
        inner join dim_snapshot on cells.snapshot_id = dim_snapshot.snapshot_id
        order by cells.reference_date, cells.part_no""",
        [*side, name, area_code, dates, as_of or FOREVER, as_of or FOREVER],
    )
    return [{key: row[key] for key in CELL} | {"codes": {code: row[code] for code in codes}} for row in found]
