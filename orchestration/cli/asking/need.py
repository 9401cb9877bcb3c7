"""What the warehouse knows of need and places in day care, school and care: one area, all demand rates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sources.declared.demand import HELD, LAW
from sources.declared.needs import NeedId, needs
from sources.foundation.told import Told

from .places import area_row
from .projection import NothingProjected
from .warehouse import Row, opened, rows


@dataclass(frozen=True)
class Need:
    """One need of one area: its rows by demand rate, step, branch, age group and year."""

    area: Row
    rows: list[Row]


def need(
    warehouse: Path, area: str, scenario: str, kind: NeedId, years: tuple[int, int] | None = None
) -> Need:
    """People, need, stock and gap of an area, by code or name, in all years or from … to ….

    Raises:
        NothingProjected: no need is known of the area under this scenario.
    """
    with opened(warehouse) as connection:
        place = area_row(connection, area)
        found = rows(
            connection,
            """
            select need.*, ages.label_de, ages.label_en
            from fct_need as need
            inner join dim_area as areas on need.area_key = areas.area_key
            inner join dim_age_group as ages on need.age_group_code = ages.age_group_code
            where areas.area_code = ? and need.scenario_id = ? and need.need_id = ?
                and year(need.reference_date) between ? and ?
            order by need.demand_id, need.need_step_code, need.branch_code, need.age_group_code,
                need.reference_date
            """,
            [place["area_code"], scenario, kind, *(years or (0, 9999))],
        )
    if not found:
        told = place["area_name"]
        raise NothingProjected(
            Told(
                f"no need of {told} under {scenario!r}: it takes a projection of its people",
                f"kein Bedarf für {told} unter {scenario!r}: nötig ist eine Vorausrechnung der Menschen dort",
            )
        )
    order = list(needs()[kind])
    found.sort(key=lambda row: (_office_last(row), order.index(row["need_step_code"])))
    return Need(place, found)


def _office_last(row: Row) -> tuple[bool, str]:
    """Rates of statistics and law stand before those of the office."""
    return row["demand_id"] not in (HELD, LAW), str(row["demand_id"])
