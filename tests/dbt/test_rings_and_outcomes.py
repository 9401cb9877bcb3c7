"""Peer rings, automatic peers, goals, profiles and segregation over rows written by hand."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from sources.declared.catalogue_tables import RING_INDICATORS, RING_MEMBERS, RINGS
from sources.declared.rings import Ring, ring_indicators, ring_members, ring_rows, rings

from .compiled import singular_test
from .indicator_chain import Row, build, day, found, share_of, store, value_of, warehouse

NOW = "2015-07-31"
LEAVERS = {"01001": (111, 1302), "01002": (140, 2140), "01003": (191, 1989), "01004": (52, 780)}
RING: Row = {
    "ring_id": "towns", "name_de": "Städte", "name_en": "Towns", "purpose_de": "z", "purpose_en": "p",
    "ranking": True, "minimum_members": 4,
    "peers_of": None, "peer_level": None, "peer_year": None, "peer_number": None,
}  # fmt: skip


def ring(
    values: list[Row],
    members: list[str],
    indicators: tuple[tuple[str, str], ...] = (("B01", "compared"),),
    **settings: object,
) -> duckdb.DuckDBPyConnection:
    """A warehouse with one ring and its marts."""
    areas = sorted({row["area_code"] for row in values} | {"DG", "01"})
    connection = warehouse(values, areas)
    store(
        connection, "peer_ring", [RING | settings], peers_of="varchar", peer_level="varchar",
        peer_year="integer", peer_number="integer",
    )  # fmt: skip
    span = {"valid_from": day("1900-01-01"), "valid_to": day("9999-12-31")}
    listed = [{"ring_id": "towns", "area_code": member} | span for member in members]
    store(connection, "peer_ring_member", listed or [{"ring_id": "-", "area_code": "-"} | span])
    store(
        connection,
        "peer_ring_indicator",
        [{"ring_id": "towns", "indicator_id": one, "role": role} for one, role in indicators],
    )
    own: dict[str, Ring] = {}
    for name, rows, schema in (
        ("rings", ring_rows(own), RINGS),
        ("ring_members", ring_members(own), RING_MEMBERS),
        ("ring_indicators", ring_indicators(own), RING_INDICATORS),
    ):
        declare(connection, name, rows, schema)
    build_rings(connection)
    return connection


def declare(connection: duckdb.DuckDBPyConnection, name: str, rows: Iterable[Any], schema: pa.Schema) -> None:
    connection.register("given", pa.Table.from_pylist([asdict(one) for one in rows], schema=schema))
    connection.execute(f"create or replace table {name} as from given")


def build_rings(connection: duckdb.DuckDBPyConnection) -> None:
    for name in (
        "dim_ring", "bridge_ring_member", "bridge_ring_indicator", "fct_structural_peer", "bridge_peer",
        "mart_peer_ring",
    ):  # fmt: skip
        build(connection, name)


def members_of(connection: duckdb.DuckDBPyConnection, indicator: str = "B01") -> dict[str, Row]:
    rows = found(connection, "select * from mart_peer_ring where indicator_id = ?", indicator)
    return {row["area_code"]: row for row in rows}


def leavers(**other: object) -> list[Row]:
    return [share_of("B01", area, NOW, *counts, **other) for area, counts in LEAVERS.items()]


def test_a_ring_shows_median_quartiles_range_and_place() -> None:
    """B01 is better when lower; quartiles as numpy interpolates them."""
    rows = members_of(ring(leavers(), list(LEAVERS)))
    shares = {area: 100 * x / n for area, (x, n) in LEAVERS.items()}
    values = list(shares.values())
    for area, row in rows.items():
        assert row["members_count"] == 4
        assert row["ring_median"] == pytest.approx(statistics.median(values))
        assert row["ring_lower_quartile"] == pytest.approx(np.quantile(values, 0.25))
        assert row["ring_upper_quartile"] == pytest.approx(np.quantile(values, 0.75))
        assert (row["ring_minimum"], row["ring_maximum"]) == pytest.approx((min(values), max(values)))
        assert row["position"] == sorted(values).index(shares[area]) + 1
        assert row["ring_missing_reason"] == "none"
    assert rows["01004"]["comparability_reasons"] == "", "52 of 780 leavers are enough"
    assert {row["comparability"] for row in rows.values()} == {"good"}


def test_where_higher_is_better_the_highest_comes_first() -> None:
    values = [share_of("K01", area, "2016-03-01", *counts) for area, counts in LEAVERS.items()]
    rows = members_of(ring(values, list(LEAVERS), (("K01", "compared"),)), "K01")
    best = max(rows.values(), key=lambda row: row["value"])
    assert best["position"] == 1


def test_a_ring_that_is_no_league_table_names_no_place() -> None:
    rows = members_of(ring(leavers(), list(LEAVERS), ranking=False))
    assert {row["position"] for row in rows.values()} == {None}
    assert all(row["ring_median"] is not None for row in rows.values())


def test_an_indicator_without_a_better_direction_has_no_place() -> None:
    values = [share_of("I01", area, "2015-12-31", *counts) for area, counts in LEAVERS.items()]
    rows = members_of(ring(values, list(LEAVERS), (("I01", "compared"),)), "I01")
    assert {row["position"] for row in rows.values()} == {None}


def test_fewer_than_the_minimum_of_members_give_no_ring_value() -> None:
    """A member without a value does not count, and one that does not exist is not there."""
    values = [row for row in leavers() if row["area_code"] != "01003"]
    values.append(value_of("B01", "01003", NOW, None))
    rows = members_of(ring(values, [*LEAVERS, "01999"]))
    assert "01999" not in rows
    for row in rows.values():
        assert (row["members_count"], row["ring_missing_reason"]) == (3, "too_few_members")
        ring_values = ("ring_median", "ring_lower_quartile", "ring_upper_quartile", "ring_minimum")
        assert [row[name] for name in (*ring_values, "ring_maximum", "position")] == [None] * 6
    assert rows["01003"]["comparability"] == "poor"
    assert rows["01003"]["comparability_reasons"] == "missing"


def test_the_grade_of_comparability_has_reasons() -> None:
    values = leavers()
    values[0] |= {"numerator_dataset": "another table"}
    values[1] |= {"is_backcast": True, "obs_status": "E"}
    values[2] |= {"rounding_base": 5}
    rows = members_of(ring(values, list(LEAVERS)))
    assert (rows["01001"]["comparability"], rows["01001"]["comparability_reasons"]) == (
        "poor",
        "source, rounding",
    )
    assert rows["01002"]["comparability_reasons"] == "territory, rounding, status"
    assert rows["01002"]["comparability"] == "limited"


def test_a_member_counts_while_it_belongs_to_the_ring() -> None:
    connection = ring(leavers(), list(LEAVERS))
    connection.execute("update peer_ring_member set valid_to = date '2015-01-01' where area_code = '01001'")
    build_rings(connection)
    rows = members_of(connection)
    assert "01001" not in rows
    assert {row["members_count"] for row in rows.values()} == {3}


def test_automatic_peers_are_the_nearest_in_standardised_context() -> None:
    """Root mean square of differences of z-values over the candidates, with the population's deviation."""
    context = {
        "D13": {
            "01001": 1500.0,
            "01002": 2000.0,
            "01003": 1100.0,
            "01004": 90.0,
            "01051": 110.0,
            "01053": 95.0,
        },
        "A01": {"01001": 9.0, "01002": 9.9, "01003": 9.5, "01004": 5.0, "01051": 6.0, "01053": 5.5},
    }
    values = [
        value_of(indicator, area, "2015-12-31", number)
        for indicator, numbers in context.items()
        for area, number in numbers.items()
    ]
    values.append(value_of("D13", "01054", "2015-12-31", 1500.0))  # without A01 it takes no part
    connection = ring(
        values, [], (("D13", "context"), ("A01", "context")),
        peers_of="01001", peer_level="KREIS", peer_year=2015, peer_number=2,
    )  # fmt: skip
    z = {}
    for indicator, numbers in context.items():
        everybody = [*numbers.values(), *([1500.0] if indicator == "D13" else [])]
        z[indicator] = {
            area: (number - np.mean(everybody)) / np.std(everybody) for area, number in numbers.items()
        }
    distance = {
        area: math.sqrt(np.mean([(z[i][area] - z[i]["01001"]) ** 2 for i in context]))
        for area in context["A01"]
    }
    nearest = sorted(distance, key=lambda area: (distance[area], area))[:3]
    rows = found(connection, "select * from bridge_peer where chosen_by = 'structure' order by distance")
    assert [row["area_code"] for row in rows] == nearest == ["01001", "01003", "01002"]
    assert [row["distance"] for row in rows] == pytest.approx([distance[area] for area in nearest])


OWN = """\
nord:
  title: {de: Ring Nord, en: Ring North}
  purpose: {de: Lernen, en: Learning}
  ranking: false
  members:
    - {area: "01001"}
    - {area: "01002", since: 2000-01-01, until: 2020-01-01}
    - {area: "01999"}
  indicators: [B01]
aehnlich:
  title: {de: Ähnlich, en: Similar}
  purpose: {de: Lernen, en: Learning}
  ranking: false
  peers: {of: every, context: [B01], number: 3}
  indicators: [B01, Q99]
"""


def test_rings_of_the_office_stand_beside_and_what_they_lack_stops_the_run(tmp_path: Path) -> None:
    connection = ring(leavers(), list(LEAVERS))
    (tmp_path / "rings.yml").write_text(OWN, encoding="utf-8")
    own = rings(tmp_path)
    declare(connection, "rings", ring_rows(own), RINGS)
    declare(connection, "ring_members", ring_members(own), RING_MEMBERS)
    declare(connection, "ring_indicators", ring_indicators(own), RING_INDICATORS)
    build_rings(connection)
    assert {row["ring_id"] for row in found(connection, "select * from mart_peer_ring")} == {"towns", "nord"}
    peers = found(connection, "select * from fct_structural_peer where area_code = '01001' order by position")
    # B01: 8.5, 6.5, 9.6 and 6.7 per cent, in the newest year that is complete
    assert [row["peer_code"] for row in peers] == ["01001", "01003", "01004", "01002"]
    assert {row["reference_year"] for row in peers} == {2015}
    assert [row["distance"] == 0 for row in peers] == [True, False, False, False]
    lacking = connection.execute(singular_test("rings_of_the_office_hold")).fetchall()
    assert sorted(row[1] for row in lacking) == ["01999", "Q99"]
    assert all(row[2].startswith("town/rings.yml: ") for row in lacking)


def test_a_member_that_no_longer_exists_is_refused(tmp_path: Path) -> None:
    connection = ring(leavers(), list(LEAVERS))
    (tmp_path / "rings.yml").write_text(OWN.replace(", until: 2020-01-01", ""), encoding="utf-8")
    own = rings(tmp_path)
    declare(connection, "rings", ring_rows(own), RINGS)
    declare(connection, "ring_members", ring_members(own), RING_MEMBERS)
    build_rings(connection)
    connection.execute("update dim_area set valid_to = date '2018-01-01' where area_code = '01002'")
    lacking = connection.execute(singular_test("rings_of_the_office_hold")).fetchall()
    assert "01002" in {row[1] for row in lacking}
    assert "gibt es nur bis 01.01.2018: until angeben" in str(lacking)


def test_a_member_that_does_not_exist_is_named() -> None:
    connection = ring(leavers(), [*LEAVERS, "01999"], peers_of="01888")
    store(connection, "dim_goal", [GOAL | {"area_code": "1001"}])
    rows = connection.execute(singular_test("areas_named_by_hand_exist")).fetchall()
    assert sorted(rows) == [
        ("goals", "leavers", "1001"),
        ("rings.yml", "towns", "01888"),
        ("rings.yml", "towns", "01999"),
    ]


GOAL: Row = {
    "goal_id": "leavers", "title_de": "Ziel", "title_en": "Goal", "indicator_id": "B01", "area_code": "01001",
    "need_step_code": None, "demand_id": None, "scenario_id": None, "is_confidential": False,
    "unit_responsible": "Schulamt", "agreement": None, "baseline_date": day("2013-07-31"), "baseline": None,
    "target": 6.0, "corridor": 0.5, "due": day("2017-07-31"), "measures": "", "ring_id": "towns",
    "is_invented": True,
}  # fmt: skip


def store_goal(connection: duckdb.DuckDBPyConnection, need: Sequence[Row] = (), **goal: object) -> None:
    """A goal with what else `fct_outcome` reads; `need`: rows of `fct_need`."""
    store(
        connection, "dim_goal", [GOAL | goal], agreement="varchar", baseline="double", indicator_id="varchar",
        need_step_code="varchar", demand_id="varchar", scenario_id="varchar", ring_id="varchar",
    )  # fmt: skip
    store(
        connection,
        "fct_need",
        [NEED | row for row in need or ({"scenario_id": "none"},)],
        stock_count="double",
    )
    connection.execute(
        "create table code_lists as select 'need_step' as code_list, 'ALLDAY' as code, 'Ganztag' as label_de"
    )


NEED: Row = {
    "need_id": "school", "need_step_code": "ALLDAY", "branch_code": "_T", "demand_id": "law",
    "scenario_id": "trend", "area_key": "01001", "age_group_code": "Y6T9", "horizon_years": 0,
    "reference_date": day("2024-12-31"), "value": 1000.0, "need_lower": 1000.0, "need_upper": 1000.0,
    "stock_count": 700.0, "missing_reason": "none",
}  # fmt: skip


def test_a_goal_over_a_need_is_the_cover_by_places_and_nothing_ahead_is_reached() -> None:
    """700 places for 1,000 children are 70 %; places that are planned bring it on course at best."""
    connection = ring(leavers(), list(LEAVERS))
    store_goal(
        connection,
        need=[
            {},
            {"horizon_years": 1, "reference_date": day("2025-12-31"), "stock_count": 820.0,
             "need_lower": 950.0, "need_upper": 1050.0},
            {"horizon_years": 2, "reference_date": day("2026-12-31"), "stock_count": 1200.0,
             "need_lower": 900.0, "need_upper": 1100.0},
            {"horizon_years": 3, "reference_date": day("2027-12-31"), "stock_count": 2000.0},
        ],
        indicator_id=None, need_step_code="ALLDAY", demand_id="law", scenario_id="trend", ring_id=None,
        baseline_date=day("2023-12-31"), baseline=60.0, target=100.0, corridor=2.0, due=day("2026-12-31"),
    )  # fmt: skip
    build(connection, "fct_outcome")
    build(connection, "mart_outcome")
    states = found(connection, "select * from mart_outcome order by reference_date")
    assert [row["value"] for row in states] == pytest.approx([70, 82, 120]), (
        "years ahead end with the due day"
    )
    assert [row["status"] for row in states] == ["behind", "behind", "on_course"]
    assert [row["is_latest"] for row in states] == [True, False, False]
    assert [row["is_ahead"] for row in states] == [False, True, True]
    assert (states[1]["lower_limit"], states[1]["upper_limit"]) == pytest.approx(
        (100 * 820 / 1050, 100 * 820 / 950)
    )
    assert {row["indicator_name_de"] for row in states} == {"Deckung durch Plätze: Ganztag"}


def test_a_goal_over_forms_never_stands_among_published_ones() -> None:
    connection = ring(leavers(), list(LEAVERS))
    store_goal(connection, indicator_id="J13", is_confidential=True)
    build(connection, "fct_outcome")
    assert found(connection, "select * from fct_outcome") == []


def progress(values: list[Row], **goal: object) -> list[Row]:
    """The states of a goal, oldest first."""
    connection = ring(values, list(LEAVERS))
    store_goal(connection, **goal)
    build(connection, "fct_outcome")
    build(connection, "mart_outcome")
    return found(connection, "select * from mart_outcome order by reference_date")


def series(*counts: tuple[int, int], area: str = "01001") -> list[Row]:
    """Leavers without certificate of all leavers, yearly from 2013 on."""
    return [share_of("B01", area, f"{2013 + year}-07-31", x, n) for year, (x, n) in enumerate(counts)]


def test_a_goal_is_followed_along_the_straight_way() -> None:
    """From 10 % in 2013 to 6 % by 2017: 9 % are expected in 2014, 8 % in 2015; peers beside it."""
    peers = series((90, 1000), (80, 1000), area="01002") + series((70, 1000), (66, 1000), area="01003")
    states = progress([*series((1000, 10_000), (905, 10_000), (870, 10_000), (590, 10_000)), *peers])
    assert [(row["status"], row["status_reason"]) for row in states] == [
        ("on_course", "none"),
        ("behind", "none"),
        ("reached", "none"),
    ]
    first = states[0]
    assert first["expected_value"] == pytest.approx(10 - 4 * 365 / (4 * 365 + 1))
    assert first["attainment_pct"] == pytest.approx(100 * (9.05 - 10) / (6 - 10))
    assert (first["peer_change"], first["peers_measured"]) == (pytest.approx(-0.7), 2)
    assert [row["is_latest"] for row in states] == [False, False, True]


def test_no_success_inside_the_noise() -> None:
    """The same shares out of few leavers: what looks reached may be chance, and is not called a success."""
    few = progress(series((10, 100), (5, 100)), target=6.0)
    many = progress(series((1000, 10_000), (500, 10_000)), target=6.0)
    assert (few[0]["status"], few[0]["status_reason"]) == ("not_measurable", "within_chance")
    assert few[0]["change_lower"] < 0 < few[0]["change_upper"]
    assert (many[0]["status"], many[0]["status_reason"]) == ("reached", "none")


def test_movement_the_wrong_way_is_behind_however_sure() -> None:
    [state] = progress(series((1000, 10_000), (1300, 10_000)))
    assert (state["status"], state["attainment_pct"]) == ("behind", pytest.approx(-75))


def test_a_target_without_a_baseline_is_not_measured() -> None:
    """No figure is given, and the facts have none of that day: nothing is taken for zero."""
    for values in (series((1000, 10_000))[:0], [value_of("B01", "01001", "2013-07-31", None)]):
        values = [*values, share_of("B01", "01001", "2014-07-31", 800, 10_000)]
        [state] = progress(values)
        assert (state["status"], state["status_reason"]) == ("not_measurable", "baseline_missing")
        assert (state["attainment_pct"], state["change_since_baseline"]) == (None, None)


def test_a_goal_nobody_measured_keeps_a_row() -> None:
    [state] = progress(series((1000, 10_000)))
    assert (state["status"], state["status_reason"]) == ("not_measurable", "value_missing")
    assert (state["reference_date"], state["value"]) == (day("2013-07-31"), None)


def test_after_the_due_day_only_the_target_counts() -> None:
    """6.4 % is within the corridor of half a point on the due day, a year later it is not the 6 % agreed."""
    near = series((1000, 10_000), (900, 10_000), (780, 10_000), (640, 10_000), (640, 10_000))
    states = progress(near, due=day("2016-07-31"))
    assert [row["status"] for row in states] == ["on_course", "on_course", "on_course", "behind"]


def test_a_break_after_the_baseline_makes_progress_unmeasurable() -> None:
    values = [
        share_of("P07", "01001", f"{year}-12-31", x, 85_000, denominator_dataset="12411-01-01-4")
        for year, x in ((2010, 12_000), (2012, 6000))
    ]
    [state] = progress(
        values, indicator_id="P07", baseline_date=day("2010-12-31"), due=day("2016-12-31"), target=8.0
    )
    assert (state["status"], state["status_reason"]) == ("not_measurable", "break")


def test_a_baseline_given_as_a_figure_counts_as_exact() -> None:
    [state] = progress([share_of("B01", "01001", "2014-07-31", 880, 10_000)], baseline=10.0)
    assert (state["baseline_value"], state["status"]) == (10.0, "on_course")
    assert state["change_upper"] == pytest.approx(state["upper_limit"] - 10.0)


def test_a_profile_places_an_area_among_those_of_its_level() -> None:
    connection = ring(leavers() + series((1000, 10_000)), list(LEAVERS))
    build(connection, "mart_area_profile")
    rows = found(connection, "select * from mart_area_profile where indicator_id = 'B01' order by value")
    assert [row["areas_below_pct"] for row in rows] == pytest.approx([0, 100 / 3, 200 / 3, 100])
    assert {row["areas_compared"] for row in rows} == {4}
    assert {row["reference_date"] for row in rows} == {day(NOW)}, "the newest"


def test_segregation_is_duncans_index() -> None:
    """Half the sum of the differences of both groups' shares; fewer than three Kreise give none."""
    people = {
        "01001": (9_000, 90_000),
        "01002": (24_000, 246_000),
        "01051": (4_000, 133_000),
        "02000": (260_000, 1_787_000),
    }
    values = [share_of("I01", area, "2015-12-31", *counts) for area, counts in people.items()]
    connection = ring(values, list(LEAVERS))
    connection.execute(
        "insert into dim_area by name select '02' as area_key, '02' as area_code, '02' as"
        " land_code, 'LAND' as area_level, true as is_latest, date '1900-01-01' as valid_from,"
        " date '9999-12-31' as valid_to"
    )
    for name, columns in EMPTY.items():
        connection.execute(f"create table {name} ({columns})")
    build(connection, "mart_social_index")
    rows = found(connection, "select * from mart_social_index order by area_code")
    assert [row["area_code"] for row in rows] == ["01", "DG"], "Hamburg is one Kreis"

    def duncan(kreise: list[str]) -> float:
        foreign = np.array([people[kreis][0] for kreis in kreise], dtype=float)
        german = np.array([people[kreis][1] - people[kreis][0] for kreis in kreise], dtype=float)
        return 50 * float(np.abs(foreign / foreign.sum() - german / german.sum()).sum())

    assert rows[0]["score"] == pytest.approx(duncan(["01001", "01002", "01051"]))
    assert rows[1]["score"] == pytest.approx(duncan(list(people)))


EMPTY = {
    "dim_index_edition": "edition_id varchar, index_id varchar, name_de varchar, name_en varchar,"
    " input varchar, area_level varchar, only_year integer, combine varchar, standardise boolean,"
    " score_sd double",
    "dim_index_component": "edition_id varchar, component varchar, sign integer, weight double,"
    " reference_mean double, reference_sd double",
    "dim_index_class": "edition_id varchar, class_code varchar, label_de varchar, label_en varchar,"
    " lower_limit double, upper_limit double",
    "fct_index_component": "edition_id varchar, index_id varchar, area_code varchar, reference_year integer,"
    " component varchar, value double, weight double, z double",
    "fct_index_class": "edition_id varchar, area_code varchar, reference_year integer, class_code varchar",
    "fct_small_area_share": "area_code varchar, edition_year integer, area_name varchar",
}
