"""What the warehouse knows of need and places in day care: one area, all demand rates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sources.foundation.told import Told

from .places import area_row
from .projection import NothingProjected
from .warehouse import Row, opened, rows


@dataclass(frozen=True)
class Need:
    """Need of one area: its rows by demand rate, age group and year."""

    area: Row
    rows: list[Row]


def need(warehouse: Path, area: str, scenario: str, years: tuple[int, int] | None = None) -> Need:
    """Children, need, stock and gap of an area, by code or name, in all years or from … to ….

    Raises:
        NothingProjected: no need is known of the area under this scenario.
    """
    with opened(warehouse) as connection:
        place = area_row(connection, area)
        found = rows(
            connection,
            """
            select need.*, ages.label_de, ages.label_en
            from mart_need_childcare as need
            inner join dim_age_group as ages on need.age_group_code = ages.age_group_code
            where need.area_code = ? and need.scenario_id = ? and year(need.reference_date) between ? and ?
            order by need.demand_id <> 'held', need.demand_id, ages.age_from, ages.age_to, need.reference_date
            """,
            [place["area_code"], scenario, *(years or (0, 9999))],
        )
    if not found:
        told = place["area_name"]
        raise NothingProjected(
            Told(
                f"no need of {told} under {scenario!r}: it takes a projection of its children",
                f"kein Bedarf für {told} unter {scenario!r}: nötig ist eine Vorausrechnung der Kinder",
            )
        )
    return Need(place, found)
