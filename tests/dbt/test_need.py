"""Need and places: where a list of facilities says something, which rate counts, and the gap between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from sources.declared.catalogue_tables import DEMAND_RATES, NEED_STEPS, PLANNED_PLACES, TARGET_AGES
from sources.declared.demand import DemandRate
from sources.declared.needs import need_steps, steps, target_ages
from sources.declared.places import PlannedPlaces
from tests.contracts import make
from tests.dbt.compiled import model, singular_test

DAY = "2024-10-31"
ALWAYS = {"valid_from": "1900-01-01", "valid_to": "9999-12-31"}
AREAS = {
    "11": "LAND",
    "11000": "KREIS",
    "110000000000": "GEMEINDE",
    "110A": "PLANUNGSRAUM",
    "110B": "PLANUNGSRAUM",
}
ABOVE = {"11000": ["11"], "110000000000": ["11000", "11"], "110A": ["11000", "11"], "110B": ["11000", "11"]}
OFFERS: list[tuple[str, int | None, str | None]] = [
    ("in-a", 30, None),  # by its point
    ("named-a", 12, "110A"),  # by the code that the list names
    ("nowhere", 10, None),
]
"""Facility, places, area code."""


def offer(facility: str, places: int | None, code: str | None, kind: str = "DAYCARE") -> dict[str, object]:
    return {
        "facility_key": f"l:{facility}", "dataset_id": "l", "snapshot_id": "s", "reference_date": DAY,
        "covers_code": "11000", "facility_id": facility, "facility_name": facility, "provider": "p",
        "offer_kind_code": kind, "target_group_code": "PRESCHOOL", "places": places, "area_code": code,
        "source_line": 1,
    }  # fmt: skip


@pytest.fixture
def town() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        make(
            connection,
            "dim_area",
            [
                {"area_key": code, "area_code": code, "area_level": level, "area_name": code, **ALWAYS}
                for code, level in AREAS.items()
            ],
        )
        make(
            connection,
            "bridge_area_hierarchy",
            [
                {"hierarchy": hierarchy, "area_key": code, "area_code": code, "area_level": AREAS[code],
                 "ancestor_key": other, "ancestor_code": other, "ancestor_level": AREAS[other],
                 "distance": distance, **ALWAYS}
                for code, others in ABOVE.items()
                for distance, other in enumerate(others, start=1)
                # two hierarchies that meet further up
                for hierarchy in (("ADMIN", "SCHOOLS") if code.startswith("110A") else ("ADMIN",))
            ],
        )  # fmt: skip
        connection.execute(
            "create table int_facility_place as from (values "
            "('l:in-a', 'PLANUNGSRAUM', '110A', date '2021-01-01'), "
            "('l:in-a', 'KREIS', '11000', date '2022-12-31')) "
            "places(facility_key, area_level, area_code, valid_on)"
        )
        make(connection, "int_offer", [offer(*one) for one in OFFERS])
        yield connection


def again(connection: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, object]]) -> None:
    connection.execute(f"drop table if exists {name}")
    make(connection, name, rows)


def build(connection: duckdb.DuckDBPyConnection, *names: str) -> None:
    for name in names:
        connection.execute(f"create or replace table {name} as {model(name)}")


def stock(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int | None]]:
    build(connection, "dim_facility", "fct_offer", "int_place_stock")
    found = connection.execute(
        "select area_code, facilities_count, places_count from int_place_stock"
    ).fetchall()
    return {code: (facilities, places) for code, facilities, places in found}


def test_places_add_up_and_what_cannot_be_located_counts_for_the_whole(
    town: duckdb.DuckDBPyConnection,
) -> None:
    assert stock(town) == {"11000": (3, 52), "110A": (2, 42), "110B": (0, 0)}


def test_nothing_is_said_of_a_level_in_which_facilities_do_not_stand(town: duckdb.DuckDBPyConnection) -> None:
    assert "110000000000" not in stock(town)


def test_a_facility_that_names_no_places_leaves_the_sum_open(town: duckdb.DuckDBPyConnection) -> None:
    again(town, "int_offer", [offer("in-a", 30, None), offer("named-a", None, "110A")])
    assert stock(town) == {"11000": (2, None), "110A": (2, None), "110B": (0, 0)}


def test_the_code_of_the_list_goes_before_the_point_and_the_smallest_area_counts(
    town: duckdb.DuckDBPyConnection,
) -> None:
    again(town, "int_offer", [offer("in-a", 30, "11000"), offer("named-a", 12, "110A")])
    build(town, "dim_facility")
    located = town.execute(
        "select facility_id, area_code, located_by from dim_facility order by 1"
    ).fetchall()
    assert located == [("in-a", "11000", "code"), ("named-a", "110A", "code")]
    again(town, "int_offer", [offer("in-a", 30, None), offer("nowhere", 1, None)])
    build(town, "dim_facility")
    located = town.execute(
        "select facility_id, area_code, located_by from dim_facility order by 1"
    ).fetchall()
    assert located == [("in-a", "110A", "point"), ("nowhere", None, "none")]


def projected(area: str, ages: str, year: int, value: float) -> dict[str, object]:
    return {
        "projection_key": f"{area}{ages}{year}", "scenario_id": "trend", "area_key": area, "area_code": area,
        "area_level": AREAS[area], "age_group_code": ages, "base_date": "2024-12-31", "dataset_id": "p",
        "measure_code": "persons", "horizon_years": year - 2024, "reference_date": f"{year}-12-31",
        "value": value, "projection_lower": value - 10, "projection_upper": value + 10, "base_value": value,
        "projection_method": "cohorts", "interval_basis": "tested", "obs_status": "E", "conf_status": "F",
        "missing_reason": "none",
    }  # fmt: skip


FACTS = ("fct_school_enrolment", "fct_school_leaver", "fct_population", "fct_care_recipient")


def table(connection: duckdb.DuckDBPyConnection, name: str, rows: Sequence[Any], schema: pa.Schema) -> None:
    connection.register("given", pa.Table.from_pylist([asdict(one) for one in rows], schema=schema))
    connection.execute(f"create or replace table {name} as from given")


def needs(
    connection: duckdb.DuckDBPyConnection,
    rates: list[tuple[str, str, int, int, float]],
    others: Sequence[tuple[str, str, str, float]] = (),
    places: Sequence[tuple[str, str, str, int]] = (),
) -> None:
    """Build the marts.

    rates: of day care by the office: area, ages, years from and to, rate. others: of any step: step, branch,
    ages, rate of the Kreis from 2026 on. places: step, branch, area and places of 2027.
    """
    make(
        connection,
        "fct_projection",
        [
            projected("11000", ages, year, 100.0)
            for ages in ("Y_LT3", "Y3T5", "Y6", "Y6T7", "Y6T9", "Y10", "Y15T17", "Y65T74", "Y_GE75")
            for year in (2026, 2027)
        ]
        + [projected(area, "Y_LT6", year, 50.0) for area in ("110A", "110B") for year in (2026, 2027)]
        + [projected("110A", "Y_GE65", year, 40.0) for year in (2026, 2027)],
    )
    make(
        connection,
        "fct_indicator",
        [
            {"indicator_id": one, "area_key": "11000", "area_code": "11000", "area_level": "KREIS",
             "reference_date": day, "value": 100 * cared / 80, "numerator": cared, "denominator": 80.0,
             "numerator_dataset": "k"}
            for one, cared, day in (
                ("K01", 30.0, "2015-03-01"), ("K01", 40.0, "2016-03-01"), ("K02", 72.0, "2016-03-01"),
                ("H02", 12.0, "2015-12-31"),
            )
        ],
    )  # fmt: skip
    fact = {
        "area_key": "11000",
        "area_code": "11000",
        "sex_code": "_T",
        "is_preferred": True,
        "dataset_id": "f",
    }
    pupils = {**fact, "measure_code": "pupils", "nationality_code": "_T", "grade_code": "G7"}
    leavers = {**fact, "measure_code": "leavers", "reference_date": "2023-07-31"}
    cared_for = {
        **fact,
        "measure_code": "persons",
        "care_type_until_2007_code": "_T",
        "reference_date": "2015-12-31",
    }
    for name, rows in zip(
        FACTS,
        (
            [
                {**pupils, "reference_date": day, "school_type_code": kind, "value": value}
                for day, kind, value in (
                    ("2015-08-01", "GY", 10.0), ("2015-08-01", "HS", 10.0), ("2015-08-01", "_T", 20.0),
                    ("2023-08-01", "GY", 30.0), ("2023-08-01", "IGS", 10.0), ("2023-08-01", "_T", 40.0),
                )
            ],
            [
                {**leavers, "qualification_code": code, "value": value}
                for code, value in (("AHR", 20.0), ("_T", 50.0))
            ],
            [
                {**fact, "measure_code": "persons", "nationality_code": "_T", "age_group_code": "Y15T17",
                 "reference_date": "2023-12-31", "value": 200.0}
            ],
            [
                {**cared_for, "care_type_code": code, "value": value}
                for code, value in (("_T", 16.0), ("HOME_PERMANENT", 8.0), ("LIMITED_DAILY_SKILLS", 4.0))
            ],
        ),
        strict=True,
    ):  # fmt: skip
        make(connection, name, rows)
    head = {"demand_id": "survey", "title_de": "S", "title_en": "S", "source": "Bericht", "note": None}
    table(
        connection,
        "demand_rates",
        [
            DemandRate(**head, dated=dt.date(2026, 3, 12), need_id="childcare", step_code=ages,
                       branch_code="_T", area_code=area, age_group_code=ages, from_year=first, to_year=last,
                       rate=rate)
            for area, ages, first, last, rate in rates
        ]
        + [
            DemandRate(**head, dated=dt.date(2026, 3, 12), need_id=steps()[step][0], step_code=step,
                       branch_code=branch, area_code="11000", age_group_code=ages, from_year=2026,
                       to_year=2030, rate=rate)
            for step, branch, ages, rate in others
        ],
        DEMAND_RATES,
    )  # fmt: skip
    table(connection, "need_steps", need_steps(), NEED_STEPS)
    table(
        connection,
        "planned_places",
        [
            PlannedPlaces("plan", "P", "P", "Beschluss", dt.date(2026, 3, 12), steps()[step][0], step, branch,
                          area, 2027, 2027, count, "4 Züge × 25 Plätze", None)
            for step, branch, area, count in places
        ],
        PLANNED_PLACES,
    )  # fmt: skip
    make(
        connection,
        "dim_scenario",
        [
            {
                "scenario_id": "trend",
                "scenario_label_de": "t",
                "scenario_label_en": "t",
                "scenario_source": "t",
            }
        ],
    )
    stock(connection)
    rebuild(connection)


def rebuild(connection: duckdb.DuckDBPyConnection) -> None:
    build(
        connection,
        "dim_demand", "int_need_people", "int_need_statistic", "int_demand_rate", "int_need_stock",
        "fct_need", "mart_need_childcare", "mart_need_school", "mart_need_care",
    )  # fmt: skip


def test_need_is_children_times_the_newest_rate_and_the_gap_is_to_what_there_is(
    town: duckdb.DuckDBPyConnection,
) -> None:
    needs(town, [])
    found = town.execute(
        "select area_code, age_group_code, round(demand_rate_pct, 6), round(value, 6), stock_kind, "
        "stock_count, round(gap, 6), round(gap_lower, 6), round(gap_upper, 6) "
        "from mart_need_childcare where year(reference_date) = 2026 order by all"
    ).fetchall()
    assert found == [
        ("11000", "Y3T5", 90.0, 90.0, "CHILDREN", 72.0, 18.0, 9.0, 27.0),
        ("11000", "Y_LT3", 50.0, 50.0, "CHILDREN", 40.0, 10.0, 5.0, 15.0),
        ("11000", "Y_LT6", 70.0, 140.0, "PLACES", 52.0, 88.0, 74.0, 102.0),
        # the rate of the Kreis around, places of their own
        ("110A", "Y_LT6", 70.0, 35.0, "PLACES", 42.0, -7.0, -14.0, 0.0),
        ("110B", "Y_LT6", 70.0, 35.0, "PLACES", 0.0, 35.0, 28.0, 42.0),
    ]


def test_an_input_holds_below_its_area_until_a_nearer_one_speaks(town: duckdb.DuckDBPyConnection) -> None:
    needs(town, [("11000", "Y_LT6", 2026, 2030, 0.8), ("110A", "Y_LT6", 2027, 2027, 1.0)])
    found = town.execute(
        "select area_code, year(reference_date), round(demand_rate_pct, 6), rate_area_code "
        "from mart_need_childcare where demand_id = 'survey' order by all"
    ).fetchall()
    assert found == [
        ("11000", 2026, 80.0, "11000"),
        ("11000", 2027, 80.0, "11000"),
        ("110A", 2026, 80.0, "11000"),
        ("110A", 2027, 100.0, "110A"),
        ("110B", 2026, 80.0, "11000"),
        ("110B", 2027, 80.0, "11000"),
    ]


def test_an_area_without_a_rate_says_so(town: duckdb.DuckDBPyConnection) -> None:
    needs(town, [])
    again(town, "fct_indicator", [])
    rebuild(town)
    found = town.execute(
        "select distinct value, gap, obs_status, missing_reason from mart_need_childcare"
    ).fetchall()
    assert found == [(None, None, "M", "not_delivered")]


def test_a_rate_that_meets_nothing_stops_the_run(town: duckdb.DuckDBPyConnection) -> None:
    needs(town, [("11000", "Y_LT6", 2026, 2030, 0.8), ("11999", "Y_LT6", 2026, 2030, 0.8),
                 ("110A", "Y_LT3", 2026, 2030, 0.5), ("110B", "Y_LT6", 1999, 2000, 0.5)])  # fmt: skip
    found = town.execute(singular_test("demand_rates_meet_an_area")).fetchall()
    assert sorted(row[1:3] for row in found) == [
        ("110A", "Y_LT3"), ("110B", "Y_LT6"), ("11999", "Y_LT6"),
    ]  # fmt: skip


def test_places_that_meet_nothing_stop_the_run(town: duckdb.DuckDBPyConnection) -> None:
    needs(town, [], places=[("CLASS_1", "_T", "11000", 100), ("CLASS_1", "_T", "11999", 100),
                            ("CLASS_5", "HS", "11000", 100)])  # fmt: skip
    found = town.execute(singular_test("planned_places_meet_an_area")).fetchall()
    assert sorted(row[1:4] for row in found) == [("11000", "CLASS_5", "HS"), ("11999", "CLASS_1", "_T")]


def test_the_right_to_all_day_care_grows_by_one_class_a_year(town: duckdb.DuckDBPyConnection) -> None:
    needs(town, [], others=[("ALLDAY", "_T", "_T", 0.7)])
    found = town.execute(
        "select demand_id, school_year, age_group_code, round(value, 6), round(need_lower, 6) "
        "from mart_need_school where need_step_code = 'ALLDAY' order by all"
    ).fetchall()
    assert found == [
        ("law", "2026/27", "Y6", 100.0, 90.0),
        ("law", "2027/28", "Y6T7", 100.0, 90.0),
        ("survey", "2026/27", "Y6", 70.0, 63.0),
        ("survey", "2027/28", "Y6T7", 70.0, 63.0),
    ]
    counted = {
        (one.from_year, one.to_year): one.age_group_code for one in need_steps() if one.step_code == "ALLDAY"
    }
    assert counted == {(2026, 2026): "Y6", (2027, 2027): "Y6T7", (2028, 2028): "Y6T8", (2029, 9999): "Y6T9"}


def test_class_5_and_leaving_are_split_by_the_newest_statistics(town: duckdb.DuckDBPyConnection) -> None:
    needs(town, [], places=[("CLASS_5", "GY", "11000", 90)])
    found = town.execute(
        "select need_step_code, replace(school_type_code || qualification_code, '_T', ''), "
        "year(reference_date), round(demand_rate_pct, 6), "
        "round(value, 6), "
        "stock_kind, stock_count, round(gap, 6), stock_source, rate_date::varchar, unit "
        "from mart_need_school "
        "where demand_id = 'held' order by all"
    ).fetchall()
    rated, left = "2023-08-01", "2023-07-31"
    assert found == [
        ("CLASS_5", "GY", 2026, 75.0, 75.0, "PUPILS", 30.0, 45.0, None, rated, "Plätze"),
        (
            "CLASS_5",
            "GY",
            2027,
            75.0,
            75.0,
            "PLANNED",
            90.0,
            -15.0,
            "Beschluss; 4 Züge × 25 Plätze",
            rated,
            "Plätze",
        ),
        ("CLASS_5", "IGS", 2026, 25.0, 25.0, "PUPILS", 10.0, 15.0, None, rated, "Plätze"),
        ("CLASS_5", "IGS", 2027, 25.0, 25.0, "PUPILS", 10.0, 15.0, None, rated, "Plätze"),
        ("LEAVING", "AHR", 2026, 10.0, 10.0, "LEAVERS", 20.0, -10.0, None, left, "Personen"),
        ("LEAVING", "AHR", 2027, 10.0, 10.0, "LEAVERS", 20.0, -10.0, None, left, "Personen"),
    ]


def test_need_of_care_holds_the_rate_and_sums_the_ages_that_the_office_names(
    town: duckdb.DuckDBPyConnection,
) -> None:
    needs(town, [], others=[("CARE_HOME", "_T", "Y65T74", 0.02), ("CARE_HOME", "_T", "Y_GE75", 0.1)])
    found = town.execute(
        "select area_code, demand_id, need_step_code, age_group_code, round(demand_rate_pct, 6), "
        "round(value, 6), "
        "stock_kind, stock_count, round(gap, 6), demand_note is not null from mart_need_care "
        "where year(reference_date) = 2026 order by all"
    ).fetchall()
    assert found == [
        ("11000", "held", "CARE", "Y_GE65", 20.0, 40.0, "RECIPIENTS", 16.0, 24.0, True),
        ("11000", "held", "CARE_HOME", "Y_GE65", 10.0, 20.0, "HOME_PLACES", 12.0, 8.0, True),
        ("11000", "survey", "CARE_HOME", "Y65T74", 2.0, 2.0, None, None, None, False),
        ("11000", "survey", "CARE_HOME", "Y_GE65", 6.0, 12.0, "HOME_PLACES", 12.0, 0.0, False),
        ("11000", "survey", "CARE_HOME", "Y_GE75", 10.0, 10.0, None, None, None, False),
        # the rate of the Kreis around; no places of its own are known
        ("110A", "held", "CARE", "Y_GE65", 20.0, 8.0, None, None, None, True),
        ("110A", "held", "CARE_HOME", "Y_GE65", 10.0, 4.0, None, None, None, True),
    ]


def test_offers_stand_beside_those_they_are_for_with_the_way_to_the_nearest(
    town: duckdb.DuckDBPyConnection,
) -> None:
    again(
        town,
        "int_offer",
        [
            offer("in-a", 30, None) | {"lat": 52.5, "lon": 13.4},
            offer("named-a", 12, "110A"),
            offer("nowhere", 10, None),
        ],
    )
    base = [
        projected(area, ages, 2024, value) | {"is_within_group": False}
        for area, ages, value in (
            ("11000", "Y_LT3", 100.0), ("11000", "Y3T5", 100.0), ("110A", "Y_LT6", 21.0),
            ("110B", "Y_LT6", 50.0), ("110B", "Y_LT3", 20.0),
        )
    ]  # fmt: skip
    make(town, "fct_projection", base)
    town.execute(
        "create table int_area_point as from (values "
        "('PLANUNGSRAUM', '110A', date '2021-01-01', 52.5, 13.4), "
        "('PLANUNGSRAUM', '110B', date '2021-01-01', 52.51, 13.4)) "
        "points(area_level, area_code, valid_on, lat, lon)"
    )
    stock(town)
    build(town, "int_offer_distance")
    table(town, "target_ages", target_ages(), TARGET_AGES)
    build(town, "dim_target_age")
    build(town, "mart_offer_area")
    found = town.execute(
        "select area_code, facilities_count, places_count, persons_count, facilities_per_1000, "
        "places_per_100_persons, nearest_m, offer_state from mart_offer_area order by 1"
    ).fetchall()
    # a hundredth of a degree of latitude is 1,112 m
    assert found == [
        ("11000", 3.0, 52.0, 200.0, 15.0, 26.0, None, "with_offer"),
        ("110A", 2.0, 42.0, 21.0, 95.24, 200.0, 0.0, "with_offer"),
        ("110B", 0.0, 0.0, 50.0, 0.0, 0.0, 1112.0, "without_offer"),
    ]


def test_a_facility_outside_the_area_of_its_list_stops_the_run(town: duckdb.DuckDBPyConnection) -> None:
    stock(town)
    assert town.execute(singular_test("lists_of_facilities_cover_an_area")).fetchall() == []
    again(town, "int_offer", [offer("in-a", 30, None), offer("elsewhere", 1, "11")])
    stock(town)
    found = town.execute(singular_test("lists_of_facilities_cover_an_area")).fetchall()
    assert [row[1:3] for row in found] == [("elsewhere", "11")]
