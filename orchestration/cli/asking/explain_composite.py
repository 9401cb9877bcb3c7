"""Receipts of what is made of several indicators: composite indices of an edition, and agreed goals."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import duckdb

from dbt_project.vocabulary import in_both, meaning, written
from sources.foundation.told import Told, day_in

from .places import area_row, index_area_code
from .warehouse import Row, no_row, period_range, rows

ReceiptT = TypeVar("ReceiptT")
"""The receipt of one number, as `explain` makes it; here receipts are only put in order."""

Made = tuple[Row, list[Row], list[Told], list[ReceiptT]]
"""The area, its results, remarks, and the receipts below."""
Part = Callable[[str, str, str], ReceiptT]
"""The receipt of an indicator for an area and a period."""


def index_receipt(
    connection: duckdb.DuckDBPyConnection, index_id: str, area: str, period: str, part: Part[ReceiptT]
) -> Made[ReceiptT]:
    """The newest edition's value of an index for an area in a period, with the z-values behind it.

    Raises `UnknownName` when the area has no value there.
    """
    first, last = period_range(period)
    code = index_area_code(connection, area, (first, last))
    every = rows(
        connection,
        "select *, make_date(reference_year, 12, 31) as reference_date, score as value, 2 as decimals,"
        " 'Punkte' as unit"
        " from mart_social_index where index_id = ? and area_code = ?"
        " order by reference_year desc, edition_id",
        [index_id, code],
    )
    found = [row for row in every if first <= row["reference_date"] <= last]
    if not found:
        raise no_row(index_id, code, period, sorted({row["reference_year"] for row in every}))
    result = found[0]
    place = {"area_code": code, "area_name": result["area_name"]}
    edition, name = result["edition_id"], result["index_class"]
    remarks = [
        Told(
            f"index edition: {edition}, {result['edition_name_en']}",
            f"Ausgabe des Index: {edition}, {result['edition_name_de']}",
        )
    ]
    if name:
        remarks.append(
            Told(f"class: {name}, {result['class_label_en']}", f"Klasse: {name}, {result['class_label_de']}")
        )
    parts: list[ReceiptT] = []
    if index_id == "X04":
        year = str(result["reference_year"])
        parts = [part("X02", code, year), part("X03", code, year)]
    elif index_id == "X06":
        number = result["components_found"]
        remarks.append(
            Told(
                f"half the sum of the differences of shares over {number} Kreise (I01): "
                "their receipts are those of I01",
                f"halbe Summe der Unterschiede der Anteile über {number} Kreise (I01): "
                "ihre Belege sind die von I01",
            )
        )
    else:
        remarks += _reference(connection, result)
        for component in _components(connection, result):
            remarks.append(_component_line(component))
            if component["indicator"]:
                parts.append(part(component["component"], code, str(result["reference_year"])))
    return place, [result], remarks, parts


def _reference(connection: duckdb.DuckDBPyConnection, result: Row) -> list[Told]:
    editions = rows(connection, "select * from index_edition where edition_id = ?", [result["edition_id"]])
    return [
        Told(
            f"made as {meaning('combination', one['combine'], 'en')} of z-values"
            f"{', standardised again' if one['standardise'] else ''}; {one['note_en']}",
            f"gebildet als {meaning('combination', one['combine'], 'de')} von z-Werten"
            f"{', noch einmal standardisiert' if one['standardise'] else ''}; {one['note_de']}",
        )
        for one in editions
    ]


def _components(connection: duckdb.DuckDBPyConnection, result: Row) -> list[Row]:
    """The parts of an index value; those of small areas with the line of the file they stand on."""
    return rows(
        connection,
        """select parts.component, parts.label_de, parts.label_en, parts.sign, parts.weight,
            parts.reference_mean, parts.reference_sd, z_values.value, z_values.z,
            editions.input = 'indicator' as indicator, shares.source_line,
            snapshots.file_name, snapshots.sha256
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


def _component_line(one: Row) -> Told:
    named, benannt = (f"{one['component']} {one[name]}" for name in ("label_en", "label_de"))
    if one["value"] is None:
        return Told(f"component {named}: no value", f"Bestandteil {benannt}: kein Wert")
    en = [f"component {named}: {one['value']:g}, z = {one['z']:.4f} ("]
    de = [f"Bestandteil {benannt}: {_de(one['value'], 'g')}, z = {_de(one['z'], '.4f')} ("]
    if one["reference_mean"] is None:
        en.append("reference: the areas of the edition")
        de.append("Bezug: die Gebiete der Ausgabe")
    else:
        mean, deviation = one["reference_mean"], one["reference_sd"]
        en.append(f"reference mean {mean:g}, standard deviation {deviation:g}")
        de.append(f"Mittel des Bezugs {_de(mean, 'g')}, Standardabweichung {_de(deviation, 'g')}")
    if one["sign"] < 0:
        en.append(", sign turned")
        de.append(", Vorzeichen gewendet")
    en.append(")")
    de.append(")")
    if one["weight"] != 1:
        en.append(f", weight {one['weight']:g}")
        de.append(f", Gewicht {_de(one['weight'], 'g')}")
    if one["file_name"]:
        digest = f"sha256 {one['sha256'][:12]}…"
        en.append(f"; {one['file_name']} line {one['source_line']}, {digest}")
        de.append(f"; {one['file_name']} Zeile {one['source_line']}, {digest}")
    return Told("".join(en), "".join(de))


def _de(number: float, digits: str) -> str:
    return written(number, digits, "de")


def goal_receipt(
    connection: duckdb.DuckDBPyConnection, area: str, period: str, part: Part[ReceiptT]
) -> Made[ReceiptT]:
    """The newest state in a period of each goal of an area, above the receipt of its indicator.

    Raises `UnknownName` when no goal of the area was measured then.
    """
    first, last = period_range(period)
    place = area_row(connection, area, span=(first, last))
    every = rows(
        connection,
        "select * exclude (value, lower_limit, upper_limit), attainment_pct as value, 0 as decimals,"
        " '%' as unit,"
        " case when attainment_pct is null then 'M' else 'A' end as obs_status, 'none' as missing_reason"
        " from mart_outcome where area_code = ? and reference_date is not null order by reference_date desc",
        [place["area_code"]],
    )
    newest = {row["goal_id"]: row for row in reversed(every) if first <= row["reference_date"] <= last}
    if not newest:
        raise no_row("Z01", place["area_code"], period, sorted({row["reference_date"] for row in every}))
    remarks = [_goal_line(row) for row in newest.values()]
    measured = [
        row
        for row in newest.values()
        if row["status_reason"] != "value_missing" and row["indicator_id"] is not None
    ]
    parts = [part(row["indicator_id"], row["area_code"], f"{row['reference_date']}") for row in measured]
    return place, list(newest.values()), remarks, parts


def _goal_line(row: Row) -> Told:
    """Where a goal stands, in words; what is not known is said to be unknown."""
    start, value = row["baseline_value"], row["value"]
    begin, due, day = row["baseline_date"], row["due"], row["reference_date"]
    en = f"goal {row['goal_id']}: {row['title_en']}: from "
    en += "an unknown value" if start is None else f"{start:g}"
    de = f"Ziel {row['goal_id']}: {row['title_de']}: von "
    de += "einem unbekannten Wert" if start is None else _de(start, "g")
    en += f" on {begin} to {row['target']:g} by {due};"
    de += f" am {day_in(begin, 'de')} auf {_de(row['target'], 'g')} bis {day_in(due, 'de')};"
    if value is not None:
        en += f" {value:.0f} % of the way,"
        de += f" {_de(value, '.0f')} % des Weges,"
    status = in_both("outcome_status", row["status"])
    en += f" {status} on {day}"
    de += f" {status.de} am {day_in(day, 'de')}"
    if row["status_reason"] != "none":
        en += f" ({meaning('outcome_reason', row['status_reason'], 'en')})"
        de += f" ({meaning('outcome_reason', row['status_reason'], 'de')})"
    return Told(en, de)
