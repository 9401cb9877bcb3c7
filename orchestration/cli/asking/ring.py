"""What the warehouse knows of a Vergleichsring: members, own values, median and quartiles of the ring."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sources.foundation.exits import USAGE
from sources.foundation.told import Told

from .places import area_row
from .warehouse import Row, opened, rows

YEARS = 5
"""Dates of an indicator that a form of a ring shows, the newest ones."""


class NoRing(LookupError):
    """There is no such ring, or the area is no member of it."""

    exit_code = USAGE


@dataclass(frozen=True)
class RingAnswer:
    """A ring as one member sees it: members, a row per indicator and date, and what the member lacks."""

    ring: Row
    area: Row
    members: list[Row]
    rows: list[Row]
    lacking: list[Row]


def ring(warehouse: Path, name: str, area: str | None) -> RingAnswer:
    """A ring by name with the values of one member beside it; peers of structure need no area of their own.

    Raises:
        NoRing: no ring of that name, or the area is none of its members.
    """
    with opened(warehouse) as connection:
        known = rows(connection, "select * from dim_ring order by ring_id")
        found = next((one for one in known if one["ring_id"] == name), None)
        if found is None:
            names = ", ".join(one["ring_id"] for one in known)
            raise NoRing(Told(f"no ring {name!r}; there are {names}", f"kein Ring {name!r}; es gibt {names}"))
        asked = area or (found["peers_of"] if found["peers_of"] != "every" else None)
        if asked is None:
            raise NoRing(
                Told(f"{name}: whose values? --area NAME", f"{name}: wessen Werte? --area NAME angeben")
            )
        place = area_row(connection, asked)
        members = rows(
            connection,
            """
            with members as (
                select area_code, distance, valid_from, valid_to from bridge_peer
                where ring_id = $ring and not $of_every
                union all
                select peer_code, distance, date '1900-01-01', date '9999-12-31' from fct_structural_peer
                where ring_id = $ring and area_code = $area and $of_every
            )
            select members.*, areas.area_name, areas.area_level
            from members
            inner join (select * from dim_area where is_latest) as areas using (area_code)
            order by distance nulls first, area_code
            """,
            {"ring": name, "area": place["area_code"], "of_every": found["peers_of"] == "every"},
        )
        if place["area_code"] not in {one["area_code"] for one in members}:
            told = place["area_name"]
            raise NoRing(Told(f"{told} is no member of {name}", f"{told} ist kein Mitglied von {name}"))
        figures = rows(
            connection,
            """
            with members as (
                select unnest($codes) as area_code, unnest($since) as valid_from, unnest($until) as valid_to
            ),
            values_of as (
                select computed.*, precision.change, precision.change_verdict, precision.reliability
                from fct_indicator as computed
                inner join bridge_ring_indicator as named
                    on named.ring_id = $ring and named.role = 'compared'
                    and computed.indicator_id = named.indicator_id
                inner join members
                    on computed.area_code = members.area_code
                    and computed.reference_date >= members.valid_from
                    and computed.reference_date < members.valid_to
                left join fct_indicator_precision as precision
                    on computed.indicator_id = precision.indicator_id
                    and computed.area_code = precision.area_code
                    and computed.reference_date = precision.reference_date
                where not computed.is_backcast
            ),
            of_ring as (
                select indicator_id, reference_date, count(value) as members_count,
                    median(value) as ring_median,
                    quantile_cont(value, 0.25) as ring_lower_quartile,
                    quantile_cont(value, 0.75) as ring_upper_quartile,
                    median(change) filter (change_verdict <> 'break') as ring_change_median
                from values_of group by indicator_id, reference_date
            )
            select indicators.indicator_id, indicators.name_de, indicators.name_en, indicators.unit,
                indicators.decimals, of_ring.reference_date, own.value, own.obs_status, own.missing_reason,
                own.numerator, own.denominator, own.numerator_dataset, own.denominator_dataset, own.change,
                own.change_verdict, own.reliability, of_ring.members_count,
                case when of_ring.members_count >= $fewest then of_ring.ring_median end as ring_median,
                case when of_ring.members_count >= $fewest then of_ring.ring_lower_quartile end
                    as ring_lower_quartile,
                case when of_ring.members_count >= $fewest then of_ring.ring_upper_quartile end
                    as ring_upper_quartile,
                case when of_ring.members_count >= $fewest then of_ring.ring_change_median end
                    as ring_change_median
            from of_ring
            inner join indicator as indicators on of_ring.indicator_id = indicators.indicator_id
            left join values_of as own
                on of_ring.indicator_id = own.indicator_id and of_ring.reference_date = own.reference_date
                and own.area_code = $area
            qualify row_number() over (
                partition by indicators.indicator_id order by of_ring.reference_date desc
            ) <= $years
            order by indicators.indicator_id, of_ring.reference_date
            """,
            {
                "ring": name,
                "area": place["area_code"],
                "codes": [one["area_code"] for one in members],
                "since": [one["valid_from"] for one in members],
                "until": [one["valid_to"] for one in members],
                "fewest": found["minimum_members"],
                "years": YEARS,
            },
        )
        asked_for = rows(
            connection,
            """
            select indicators.indicator_id, indicators.name_de, indicators.name_en
            from bridge_ring_indicator as named
            inner join indicator as indicators on named.indicator_id = indicators.indicator_id
            where named.ring_id = ? and named.role = 'compared' order by 1
            """,
            [name],
        )
    newest = {row["indicator_id"]: row for row in figures}
    lacking = [
        one
        | {"reference_date": row and row["reference_date"], "missing_reason": row and row["missing_reason"]}
        for one in asked_for
        for row in [newest.get(one["indicator_id"])]
        if row is None or row["value"] is None
    ]
    return RingAnswer(found, place, members, figures, lacking)
