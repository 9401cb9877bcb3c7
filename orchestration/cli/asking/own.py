"""Indicators over a municipality's own forms, as `query` and `explain` answer them inside the office.

They stand in `fct_town_indicator` with their true values, small counts included, apart from everything over
published tables. What may leave does so through a product with a disclosure policy.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import groupby
from typing import Any

import duckdb

from dbt_project.indicators.specification import CODE_LISTS
from sources.foundation import located_yaml
from sources.foundation.told import Told

from .labels import words_of_cell
from .places import Span, area_row
from .warehouse import Row, facts, no_row, rows

LEVELS = ("CITY", "DISTRICT", "QUARTER", "PLANNING_AREA")
CONFIDENTIAL = Told(
    "confidential: true figures from the municipality's own forms, for use in the office; "
    "a product with disclosure control says what of it may leave",
    "vertraulich: wahre Zahlen aus den Vordrucken der Kommune, für die Arbeit im Haus; "
    "was davon hinausgehen darf, sagt ein Produkt mit Geheimhaltung",
)
SERIES = """
    select town.area_key, town.area_code, town.area_name, town.area_level, town.reference_date, town.value,
        town.numerator, town.denominator, indicator.unit,
        cast(indicator.decimals as integer) as decimals, town.obs_status, town.missing_reason,
        town.lower_limit, town.upper_limit, town.interval_method,
        town.reliability,
        null::double as reference_value, 'untested' as reference_verdict,
        null::double as years_since_previous, null::double as change,
        'untested' as change_verdict, town.is_backcast, town.known_from, town.numerator_dataset,
        town.denominator_dataset, town.denominator_day, town.leaf_codes, town.edition as division
    from fct_town_indicator as town
    inner join indicator on town.indicator_id = indicator.indicator_id
    where town.indicator_id = ?
    qualify row_number() over (
        partition by town.area_code, town.reference_date order by town.is_backcast, town.edition
    ) = 1
"""


def place_row(connection: duckdb.DuckDBPyConnection, area: str, span: Span | None = None) -> Row:
    """An area of the town's division by code or name; raises `UnknownName` with what comes near."""
    return area_row(connection, area, LEVELS, span)


def newest(
    connection: duckdb.DuckDBPyConnection, indicator_id: str, area_code: str, span: tuple[dt.date, dt.date]
) -> Row:
    """The newest number of an area in a span of days; raises `UnknownName` with the dates there are."""
    found = rows(
        connection,
        f"select * from ({SERIES}) as series where area_code = ? order by reference_date desc",
        [indicator_id, area_code],
    )
    within = [row for row in found if span[0] <= row["reference_date"] <= span[1]]
    if within:
        return within[0]
    first, last = span
    there = [row["reference_date"] for row in reversed(found)]
    raise no_row(indicator_id, area_code, f"{first}/{last}", there)


def cells(connection: duckdb.DuckDBPyConnection, indicator_id: str, role: str, result: Row) -> list[Row]:
    """What the forms count for one side of a number: a row per part, summed over the leaf areas.

    `source_line` are all its lines in the form; a part that the form does not list is zero.
    """
    known = facts()
    if role == "denominator" and result["denominator_day"] is not None:
        result = {**result, "reference_date": result["denominator_day"]}
    parts = rows(
        connection,
        "select * from indicator_part where indicator_id = ? and role = ? order by part_no",
        [indicator_id, role],
    )
    found = [
        _cell(connection, part, known[part["fact"]].form or "", list(known[part["fact"]].dimensions), result)
        for part in parts
    ]
    return [cell for cell in found if cell is not None]


def _cell(
    connection: duckdb.DuckDBPyConnection, part: Row, form: str, dimensions: list[str], result: Row
) -> Row | None:
    """None where the form of that day was not handed in."""
    codes = {f"{name}_code": part[f"{name}_code"] for name in dimensions}
    match = "".join(f" and ?::varchar in ('_T', {name})" for name in codes)
    found = rows(
        connection,
        f"""select value, source_line, source_column, snapshot_id, known_from from fct_small_area_count
        where dataset_id = ? and measure_code = ? and reference_date = ?
            and list_contains(string_split(?, ','), area_code){match}
        order by source_line, source_column""",
        [form, part["measure_code"], result["reference_date"], result["leaf_codes"], *codes.values()],
    )
    delivered = rows(
        connection,
        """select delivered.known_from, snapshots.snapshot_id, snapshots.file_name, snapshots.source_uri,
            snapshots.sha256, datasets.table_code, datasets.title_de, datasets.publisher_name,
            datasets.attribution, datasets.publisher
        from (
            select max(snapshot_id) as snapshot_id, max(known_from) as known_from from fct_small_area_count
            where dataset_id = ? and reference_date = ?
        ) as delivered
        inner join dim_snapshot as snapshots on delivered.snapshot_id = snapshots.snapshot_id
        inner join dim_dataset as datasets on snapshots.dataset_id = datasets.dataset_id
        where snapshots.dataset_id = ?""",
        [form, result["reference_date"], form],
    )
    if not delivered:
        return None
    [delivery] = delivered
    declared = located_yaml.load(CODE_LISTS.parent / str(delivery.pop("publisher")) / f"{form}.yml").value
    if str(delivery["file_name"]).endswith(".xlsx"):
        file, sheet = delivery["file_name"], declared["format"]["sheet"]
        delivery["file_name"] = Told(f"{file}, sheet {sheet},", f"{file}, Blatt {sheet},")
    secret = any(row["value"] is None for row in found)
    columns = sorted({row["source_column"] for row in found})
    return {
        **delivery,
        "measure_code": part["measure_code"],
        "unit": declared["measures"][part["measure_code"]]["unit"],
        "value": None if secret else sum(row["value"] for row in found),
        "factor": part["factor"],
        "reference_date": result["reference_date"],
        "obs_status": "M" if secret else "A",
        "missing_reason": "unknown_or_confidential" if secret else "none",
        "raw_symbol": None,
        "rounding_base": None,
        "is_backcast": result["is_backcast"],
        "correction_id": None,
        "dataset_id": form,
        "source_line": spans(row["source_line"] for row in found)
        or Told("none (not listed, so zero)", "keine (nicht aufgeführt, also null)"),
        "source_column": spans(columns) or None,
        "note_en": None,  # forms are not judged against published sums
        "note_de": None,
        "plausible_value": None,
        "words": words_of_cell(
            form, part["measure_code"], dict(zip(dimensions, codes.values(), strict=True))
        ),
    }


def spans(numbers: Iterable[int]) -> str:
    """Numbers as spans: 2, 4–6."""
    ordered = sorted(set(numbers))
    found: list[list[int]] = [
        [number for _, number in group]
        for _, group in groupby(enumerate(ordered), key=lambda pair: pair[1] - pair[0])
    ]
    return ", ".join(str(one[0]) if len(one) == 1 else f"{one[0]}–{one[-1]}" for one in found)


def counted(connection: duckdb.DuckDBPyConnection) -> tuple[list[dict[str, Any]], set[str]]:
    """Periods, areas and values per indicator over forms, and the forms that were handed in."""
    found = rows(
        connection,
        """select indicator_id, count(distinct reference_date) as periods,
            count(distinct area_code) as areas, count(value) as values, min(reference_date) as first,
            max(reference_date) as last
        from fct_town_indicator where value is not null group by indicator_id""",
    )
    given = rows(connection, "select distinct dataset_id from fct_small_area_count")
    return found, {row["dataset_id"] for row in given}
