"""Agreements, goals and offers as `query` and `explain` answer them inside the office, with their lines.

Goals over the town's own forms are measured here with their true figures, which no public product shows.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sources.foundation.exits import USAGE
from sources.foundation.told import Told

from .explain import Explanation, of_indicator
from .places import area_row
from .warehouse import Row, UnknownName, opened, rows

GOALS = """
    select goals.goal_id, goals.title_de, goals.title_en, goals.goal_source, goals.source_line,
        goals.is_confidential, goals.indicator_id,
        goals.need_step_code, goals.demand_id, goals.scenario_id, goals.area_code,
        coalesce(outcome.area_name, town.area_name) as area_name,
        coalesce(outcome.indicator_name_de, town.indicator_name_de) as indicator_name_de,
        coalesce(outcome.unit, town.unit) as unit, goals.baseline_date, goals.target, goals.due,
        coalesce(outcome.baseline_value, town.baseline_value) as baseline_value,
        coalesce(outcome.reference_date, town.reference_date) as reference_date,
        coalesce(outcome.is_ahead, false) as is_ahead,
        coalesce(outcome.value, town.value) as value,
        coalesce(outcome.lower_limit, town.lower_limit) as lower_limit,
        coalesce(outcome.upper_limit, town.upper_limit) as upper_limit,
        coalesce(outcome.attainment_pct, town.attainment_pct) as attainment_pct,
        coalesce(outcome.status, town.status) as status,
        coalesce(outcome.status_reason, town.status_reason) as status_reason,
        coalesce(outcome.peer_change, town.peer_change) as peer_change,
        coalesce(outcome.peers_measured, town.peers_measured) as peers_measured
    from dim_goal as goals
    left join fct_outcome as outcome on goals.goal_id = outcome.goal_id and outcome.is_latest
    left join fct_town_outcome as town on goals.goal_id = town.goal_id and town.is_latest
    where (? is null or goals.area_code = ?) and (? is null or list_contains(?, goals.goal_id))
    order by goals.goal_id
"""


LISTED, REPORTED = "leistungsvereinbarungen", "leistungsberichte"


@dataclass(frozen=True)
class Agreement:
    """An agreement with its reports, goals, the receipts of what these are measured by, and files by list."""

    row: Row
    reports: list[Row]
    goals: list[Row]
    receipts: list[Explanation]
    files: dict[str, Row]


def agreements(warehouse: Path) -> list[Row]:
    """Every agreement with what was done in its newest year and what came of it, as the product says it."""
    with opened(warehouse) as connection:
        return rows(
            connection,
            """
            select agreement_id, any_value(agreement_title) as agreement_title,
                any_value(provider) as provider, any_value(agreed_from) as agreed_from,
                any_value(agreed_to) as agreed_to,
                max(report_year) as report_year, max_by(done_pct, report_year) as done_pct,
                max_by(value, report_year) as persons_reached, any_value(conclusion) as conclusion,
                any_value(goal_ids) as goal_ids
            from mart_agreement group by agreement_id order by agreement_id
            """,
        )


def agreement(warehouse: Path, agreement_id: str, year: int | None = None) -> Agreement:
    """One agreement in all years or one, down to the lines of its forms.

    Raises `UnknownName` for an agreement that is not listed.
    """
    with opened(warehouse) as connection:
        every = rows(
            connection,
            "select agreements.*, marts.conclusion from dim_agreement as agreements left join (select"
            " agreement_id, any_value(conclusion) as conclusion from mart_agreement group by 1) as marts"
            " on agreements.agreement_id = marts.agreement_id order by agreements.agreement_id",
        )
        found = [row for row in every if row["agreement_id"].lower() == agreement_id.lower()]
        if not found:
            known = ", ".join(row["agreement_id"] for row in every) or "–"
            raise UnknownName(
                Told(
                    f"no agreement {agreement_id!r}; there are {known}",
                    f"keine Vereinbarung {agreement_id!r}; es gibt {known}",
                )
            )
        [row] = found
        reports = rows(
            connection,
            "select * from fct_agreement_report where agreement_id = ?"
            " and (?::integer is null or report_year = ?) and output_name <> ''"
            " order by output_name, report_year",
            [row["agreement_id"], year, year],
        )
        named = [one.strip() for one in (row["goal_ids"] or "").split(";") if one.strip()]
        reached = rows(connection, GOALS, [None, None, named, named])
        receipts = [one for goal in reached for one in _receipt(connection, goal)]
        lists = [(LISTED, row["snapshot_id"]), *((REPORTED, one["snapshot_id"]) for one in reports[:1])]
        files = {
            name: one
            for name, snapshot in lists
            for one in rows(
                connection,
                "select file_name, sha256 from dim_snapshot where dataset_id = ? and snapshot_id = ?",
                [name, snapshot],
            )
        }
        return Agreement(row, reports, reached, receipts, files)


def goals(warehouse: Path, area: str | None = None) -> list[Row]:
    """The newest state of every goal, published or confidential, of all areas or one (its code)."""
    with opened(warehouse) as connection:
        return rows(connection, GOALS, [area, area, None, None])


def goal(warehouse: Path, goal_id: str) -> tuple[Row, list[Explanation]]:
    """The newest state of one goal with the receipt of its figure; raises `UnknownName`."""
    with opened(warehouse) as connection:
        found = rows(connection, GOALS, [None, None, [goal_id], [goal_id]])
        if not found:
            known = ", ".join(
                one["goal_id"] for one in rows(connection, "select goal_id from dim_goal order by goal_id")
            )
            raise UnknownName(
                Told(
                    f"no goal {goal_id!r}; there are {known or 'none'}",
                    f"kein Ziel {goal_id!r}; es gibt {known or 'keines'}",
                )
            )
        return found[0], _receipt(connection, found[0])


def offers(warehouse: Path, area: str) -> tuple[Row, list[Row]]:
    """Offers in an area and the areas below it, each with its line in the list; raises `UnknownName`."""
    with opened(warehouse) as connection:
        place = area_row(connection, area)
        found = rows(
            connection,
            """
            select facilities.facility_name, facilities.provider, facilities.area_code, facilities.located_by,
                offers.offer_kind_code, offers.target_group_code, offers.places, offers.low_threshold_code,
                offers.partners, offers.reference_date, offers.source_line, offers.dataset_id,
                snapshots.file_name, snapshots.sha256
            from fct_offer as offers
            inner join dim_facility as facilities on offers.facility_key = facilities.facility_key
            left join dim_snapshot as snapshots
                on offers.snapshot_id = snapshots.snapshot_id and offers.dataset_id = snapshots.dataset_id
            where offers.area_key in (
                select area_key from bridge_area_hierarchy where ancestor_code = $area
                union all
                select area_key from dim_area where area_code = $area
            )
            order by offers.offer_kind_code, facilities.facility_name
            """,
            {"area": place["area_code"]},
        )
    if not found:
        name = place["area_name"]
        raise NoOffers(Told(f"no offer is listed in {name}", f"in {name} steht kein Angebot in einer Liste"))
    return place, found


class NoOffers(ValueError):
    """No list names an offer in the area."""

    exit_code = USAGE


def _receipt(connection: duckdb.DuckDBPyConnection, goal: Row) -> list[Explanation]:
    """The receipt of the indicator that a goal is measured by; a need and a goal without value have none."""
    day: dt.date | None = goal["reference_date"]
    if goal["indicator_id"] is None or goal["value"] is None or day is None:
        return []
    return [of_indicator(connection, goal["indicator_id"], goal["area_code"], f"{day}")]
