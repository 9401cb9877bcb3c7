"""What the warehouse knows of projections: how far off they were, and what is projected for an area."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sources.foundation.exits import USAGE
from sources.foundation.told import Told

from .places import area_row
from .warehouse import Row, opened, rows

ALL_SIZES = -1
"""Size class of all areas of a level together, as in `fct_projection_trial`."""


class NothingProjected(LookupError):
    """There is no projection of what was asked for; the text says what is needed."""

    exit_code = USAGE


@dataclass(frozen=True)
class Ahead:
    """A projection of one area: its rows by age group and year, and the editions its ratios are made of."""

    area: Row
    rows: list[Row]
    editions: list[Row]


def trials(warehouse: Path, level: str | None, *, by_size: bool) -> list[Row]:
    """The backtest by level, age group, base and target; with `by_size` also by size class.

    Raises:
        NothingProjected: no two editions of population by age that could be held against each other.
    """
    with opened(warehouse) as connection:
        found = rows(
            connection,
            """
            select * from fct_projection_trial
            where (? is null or area_level = ?) and (? or size_class = ?)
            order by area_level, age_group_code, base_date, target_date, size_class
            """,
            [level, level, by_size, ALL_SIZES],
        )
    if not found:
        raise NothingProjected(
            Told(
                "nothing to hold projections against: it takes three editions of population by age of one"
                " level, two of them on the same census",
                "es gibt nichts, woran eine Vorausrechnung geprüft werden könnte: nötig sind drei Ausgaben"
                " der Bevölkerung nach Alter einer Ebene, zwei davon auf demselben Zensus",
            )
        )
    return found


def ahead(warehouse: Path, area: str, scenario: str, years: tuple[int, int] | None = None) -> Ahead:
    """What is projected for an area, by code or name, under a scenario, in all years or from … to ….

    Raises:
        NothingProjected: no projection of the area under this scenario.
    """
    with opened(warehouse) as connection:
        place = area_row(connection, area)
        found = rows(
            connection,
            """
            select projection.*, ages.label_de, ages.label_en, scenarios.scenario_label_de,
                scenarios.scenario_label_en, scenarios.scenario_source
            from fct_projection as projection
            inner join dim_age_group as ages on projection.age_group_code = ages.age_group_code
            inner join dim_scenario as scenarios on projection.scenario_id = scenarios.scenario_id
            where projection.area_code = ? and projection.scenario_id = ? and not projection.is_within_group
                and year(projection.reference_date) between ? and ?
            order by ages.age_from, ages.age_to, projection.horizon_years
            """,
            [place["area_code"], scenario, *(years or (0, 9999))],
        )
        editions = rows(
            connection,
            """
            select reference_date, string_agg(distinct dataset_id, ', ' order by dataset_id) as dataset_id,
                any_value(basis) as basis, any_value(is_census) as is_census
            from int_projection_population
            where (area_code = ? or parent_code = ?) and age_to between 0 and 17
            group by reference_date
            order by reference_date
            """,
            [place["area_code"], place["area_code"]],
        )
        known = [one["scenario_id"] for one in rows(connection, "select scenario_id from dim_scenario")]
    if not found:
        told, names = place["area_name"], ", ".join(known)
        raise NothingProjected(
            Told(
                f"no projection of {told} under {scenario!r}; scenarios: {names}",
                f"keine Vorausrechnung für {told} unter {scenario!r}; Szenarien: {names}",
            )
        )
    return Ahead(place, found, editions)
