"""Receipts of what is made of several indicators: composite indices of an edition, and agreed goals."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import duckdb

from dbt_project.indicators.places import area_row, index_area_code
from dbt_project.indicators.warehouse import Row, UnknownName, period_range, rows

if TYPE_CHECKING:
    from dbt_project.indicators.explain import Explanation

Made = tuple[Row, list[Row], list[str], list["Explanation"]]
"""The area, its results, remarks, and the receipts below."""
Part = Callable[[str, str, str], "Explanation"]
"""The receipt of an indicator for an area and a period."""


def index_receipt(
    connection: duckdb.DuckDBPyConnection, index_id: str, area: str, period: str, part: Part
) -> Made:
    """The newest edition's value of an index for an area in a period, with the z-values behind it.

    Raises `UnknownName` when the area has no value there.
    """
    first, last = period_range(period)
    code = index_area_code(connection, area, (first, last))
    every = rows(
        connection,
        "select *, make_date(reference_year, 12, 31) as reference_date, score as value, 2 as decimals"
        " from mart_social_index where index_id = ? and area_code = ?"
        " order by reference_year desc, edition_id",
        [index_id, code],
    )
    found = [row for row in every if first <= row["reference_date"] <= last]
    if not found:
        there = ", ".join(sorted({str(row["reference_year"]) for row in every})) or "no year"
        raise UnknownName(f"{index_id} has no row for {code} in {period}; there is {there}")
    result = found[0]
    place = {"area_code": code, "area_name": result["area_name"]}
    remarks = [f"index edition: {result['edition_id']}, {result['edition_name_en']}"]
    if result["index_class"]:
        remarks.append(f"class: {result['index_class']}, {result['class_label_en']}")
    parts = []
    if index_id == "X04":
        year = str(result["reference_year"])
        parts = [part("X02", code, year), part("X03", code, year)]
    elif index_id == "X06":
        remarks.append(
            f"half the sum of the differences of shares over {result['components_found']} Kreise (I01): "
            "their receipts are those of I01"
        )
    else:
        remarks += _reference(connection, result)
        for component in _components(connection, result):
            remarks.append(_component_line(component))
            if component["indicator"]:
                parts.append(part(component["component"], code, str(result["reference_year"])))
    return place, [result], remarks, parts


def _reference(connection: duckdb.DuckDBPyConnection, result: Row) -> list[str]:
    editions = rows(connection, "select * from index_edition where edition_id = ?", [result["edition_id"]])
    return [
        f"made as {one['combine'].replace('_', ' ')} of z-values"
        f"{', standardised again' if one['standardise'] else ''}; {one['note_en']}"
        for one in editions
    ]


def _components(connection: duckdb.DuckDBPyConnection, result: Row) -> list[Row]:
    """The parts of an index value; those of small areas with the line of the file they stand on."""
    return rows(
        connection,
        """select parts.component, parts.label_en, parts.sign, parts.weight, parts.reference_mean,
            parts.reference_sd, z_values.value, z_values.z, editions.input = 'indicator' as indicator,
            shares.source_line, snapshots.file_name, snapshots.sha256
        from index_component as parts
        inner join index_edition as editions on parts.edition_id = editions.edition_id
        left join fct_index_component as z_values
            on parts.edition_id = z_values.edition_id and parts.component = z_values.component
            and z_values.area_code = ? and z_values.reference_year = ?
        left join fct_small_area_share as shares
            on editions.input = 'small_area_share' and parts.component = shares.component
            and z_values.area_code = shares.area_code and z_values.reference_year = shares.edition_year
        left join dim_snapshot as snapshots on shares.snapshot_id = snapshots.snapshot_id
        where parts.edition_id = ? order by parts.component""",
        [result["area_code"], result["reference_year"], result["edition_id"]],
    )


def _component_line(one: Row) -> str:
    if one["value"] is None:
        return f"component {one['component']} {one['label_en']}: no value"
    reference = (
        f"reference mean {one['reference_mean']:g}, standard deviation {one['reference_sd']:g}"
        if one["reference_mean"] is not None
        else "reference: the areas of the edition"
    )
    address = (
        f"; {one['file_name']} line {one['source_line']}, sha256 {one['sha256'][:12]}…"
        if one["file_name"]
        else ""
    )
    sign = ", sign turned" if one["sign"] < 0 else ""
    weight = "" if one["weight"] == 1 else f", weight {one['weight']:g}"
    return (
        f"component {one['component']} {one['label_en']}: {one['value']:g}, z = {one['z']:.4f}"
        f" ({reference}{sign}){weight}{address}"
    )


def goal_receipt(connection: duckdb.DuckDBPyConnection, area: str, period: str, part: Part) -> Made:
    """The newest state in a period of each goal of an area, above the receipt of its indicator.

    Raises `UnknownName` when no goal of the area was measured then.
    """
    first, last = period_range(period)
    place = area_row(connection, area, span=(first, last))
    every = rows(
        connection,
        "select * exclude (value, lower_limit, upper_limit), attainment_pct as value, 0 as decimals,"
        " case when attainment_pct is null then 'M' else 'A' end as obs_status, 'none' as missing_reason"
        " from mart_outcome where area_code = ? and reference_date is not null order by reference_date desc",
        [place["area_code"]],
    )
    newest = {row["goal_id"]: row for row in reversed(every) if first <= row["reference_date"] <= last}
    if not newest:
        there = ", ".join(sorted({f"{row['reference_date']}" for row in every})) or "no goal measured"
        raise UnknownName(f"Z01 has no row for {place['area_code']} in {period}; there is {there}")
    remarks = [_goal_line(row) for row in newest.values()]
    measured = [row for row in newest.values() if row["status_reason"] != "value_missing"]
    parts = [part(row["indicator_id"], row["area_code"], f"{row['reference_date']}") for row in measured]
    return place, list(newest.values()), remarks, parts


def _goal_line(row: Row) -> str:
    """Where a goal stands, in words; what is not known is said to be unknown."""
    start = "an unknown value" if row["baseline_value"] is None else f"{row['baseline_value']:g}"
    way = "" if row["value"] is None else f" {row['value']:.0f} % of the way,"
    why = "" if row["status_reason"] == "none" else f" ({row['status_reason'].replace('_', ' ')})"
    return (
        f"goal {row['goal_id']}: {row['title_en']}: from {start} on {row['baseline_date']}"
        f" to {row['target']:g} by {row['due']};{way} {row['status'].replace('_', ' ')}"
        f" on {row['reference_date']}{why}"
    )
