"""`planstat explain`: the receipt of one number.

Formula and edition, every cell of numerator and denominator with its table, line and field in the original
file, the hash of that file, status, rounding, corrections, and how sure the value is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dbt_project.indicators.query import cells_sql, denominator_dates, parts_of
from dbt_project.indicators.warehouse import (
    Row,
    UnknownName,
    area_row,
    facts,
    indicator_row,
    opened,
    period_range,
    rows,
)

CELL = (
    "measure_code", "unit", "value", "factor", "reference_date", "obs_status", "missing_reason", "raw_symbol",
    "rounding_base", "is_backcast", "correction_id", "dataset_id", "table_code", "title_de", "publisher_name",
    "attribution", "snapshot_id", "file_name", "source_uri", "sha256", "source_line", "source_column",
    "known_from",
)  # fmt: skip


@dataclass(frozen=True)
class Side:
    """Numerator, denominator or published value: the cells it is made of."""

    role: str
    value: float | None
    cells: list[Row]


@dataclass(frozen=True)
class Explanation:
    """The receipt of one number. `result` is its row in the mart; `parts` the receipts of a derived one."""

    indicator: Row
    area: Row
    result: Row
    edition: Row | None
    breaks: list[Row]
    sides: list[Side]
    parts: list[Explanation]

    def lines(self) -> list[str]:
        """The receipt in words, German, one statement a line."""
        number = self.result["value"]
        shown = "kein Wert" if number is None else f"{number:.{self.result['decimals']}f}".replace(".", ",")
        out = [
            f"{self.indicator['indicator_id']} {self.indicator['name_de']}",
            f"{self.area['area_name']} ({self.area['area_code']}), {self.result['reference_date']:%d.%m.%Y}: "
            f"{shown} {self.indicator['unit']}",
            f"Formel: {self.indicator['formula_source']}",
        ]
        if self.edition:
            out.append(f"Ausgabe: {self.edition['edition_id']}, {self.edition['note_de']}")
        out.append(f"Status {self.result['obs_status']}, Grund {self.result['missing_reason']}")
        if self.result["lower_limit"] is not None:
            limits = [
                f"{self.result[name]:.{self.result['decimals'] + 1}f}".replace(".", ",")
                for name in ("lower_limit", "upper_limit")
            ]
            out.append(
                f"95-%-Intervall {limits[0]} bis {limits[1]} ({self.result['interval_method']}), "
                f"Verlässlichkeit {self.result['reliability']}"
            )
        if self.result["is_backcast"]:
            out.append("Zurückgerechnet auf ein Gebiet, das es am Stichtag noch nicht gab")
        for side in self.sides:
            total = (
                "fehlt"
                if side.value is None
                else f"{side.value:g}"
                if side.value < 1e6
                else f"{side.value:.0f}"
            )
            out.append(f"{side.role}: {total}")
            out += [_cell_line(cell) for cell in side.cells]
        for part in self.parts:
            out += ["", *part.lines()]
        for one in self.breaks:
            out.append(f"Bruch am {one['break_date']:%d.%m.%Y}: {one['note_de']}")
        return out


def _cell_line(cell: Row) -> str:
    codes = ", ".join(
        f"{name.removesuffix('_code')} {code}" for name, code in cell["codes"].items() if code != "_T"
    )
    factor = "" if cell["factor"] == 1 else f" × {cell['factor']:g}"
    number = cell["raw_symbol"] if cell["value"] is None else f"{cell['value']:.10g}"
    rounding = f", gerundet auf {cell['rounding_base']}" if cell["rounding_base"] else ""
    correction = f", berichtigt ({cell['correction_id']})" if cell["correction_id"] else ""
    return (
        f"  {number}{factor} {cell['unit']} [{cell['measure_code']}{'; ' + codes if codes else ''}]"
        f" am {cell['reference_date']:%d.%m.%Y}: Tabelle {cell['table_code'] or cell['dataset_id']},"
        f" {cell['file_name']} Zeile {cell['source_line']} Feld {cell['source_column']},"
        f" sha256 {cell['sha256'][:12]}…, bekannt seit {cell['known_from']:%d.%m.%Y}{rounding}{correction}"
    )


def explain(
    warehouse: Path, indicator_id: str, area: str, period: str, *, as_of: dt.datetime | None = None
) -> Explanation:
    """The receipt of the newest number of an indicator for an area in a period.

    Raises `UnknownName` when indicator, area, period or number is not there.
    """
    with opened(warehouse) as connection:
        return _explain(connection, indicator_id, area, period, as_of)


def _explain(
    connection: duckdb.DuckDBPyConnection,
    indicator_id: str,
    area: str,
    period: str,
    as_of: dt.datetime | None,
) -> Explanation:
    indicator = indicator_row(connection, indicator_id)
    place = area_row(connection, area)
    first, last = period_range(period)
    found = rows(
        connection,
        "select * from mart_indicator where indicator_id = ? and area_code = ?"
        " and reference_date between ? and ? order by reference_date desc limit 1",
        [indicator_id, place["area_code"], first, last],
    )
    if not found:
        dates = rows(
            connection,
            "select distinct reference_date from mart_indicator where indicator_id = ? and area_code = ?"
            " order by 1",
            [indicator_id, place["area_code"]],
        )
        there = ", ".join(str(row["reference_date"]) for row in dates) or "no date"
        raise UnknownName(f"{indicator_id} has no row for {place['area_code']} in {period}; there is {there}")
    result = found[0]
    date: dt.date = result["reference_date"]
    editions = rows(
        connection,
        "select * from indicator_edition where indicator_id = ? and valid_from <= ? and valid_to > ?",
        [indicator_id, date, date],
    )
    breaks = rows(
        connection,
        "select * from indicator_break where indicator_id = ? and break_date <= ? order by break_date",
        [indicator_id, date],
    )
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
    return Explanation(indicator, place, result, editions[0] if editions else None, breaks, sides, parts)


def _side(
    connection: duckdb.DuckDBPyConnection,
    indicator_id: str,
    role: str,
    area_code: str,
    dates: list[dt.date],
    as_of: dt.datetime | None,
) -> Side:
    parts = parts_of(connection, indicator_id, role)
    fact = facts()[parts[0]["fact"]]
    names = [f"{name}_code" for name in fact.dimensions]
    found = rows(
        connection,
        f"""select cells.*, dim_dataset.table_code, dim_dataset.title_de, dim_dataset.publisher_name,
            dim_dataset.attribution, dim_snapshot.file_name, dim_snapshot.source_uri, dim_snapshot.sha256
        from ({cells_sql(fact.model, list(fact.dimensions))}) as cells
        inner join dim_dataset on cells.dataset_id = dim_dataset.dataset_id
        inner join dim_snapshot on cells.snapshot_id = dim_snapshot.snapshot_id
        where cells.area_code = ? and list_contains(?::date[], cells.reference_date)
        order by cells.reference_date, cells.part_no""",
        [indicator_id, role, as_of, as_of, as_of, area_code, dates],
    )
    cells = [
        {name: row[name] for name in CELL} | {"codes": {name: row[name] for name in names}} for row in found
    ]
    values = [row["value"] for row in found]
    complete = len(values) == len(parts) * max(1, len(dates)) and None not in values
    total = sum(row["value"] * row["factor"] for row in found) / max(1, len(dates)) if complete else None
    return Side(role, total, cells)
