"""What the projection reads: one boundary, one census, one population; and whom a scenario is about."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.contracts import make
from tests.dbt.compiled import model, singular_test

Figure = tuple[str, str, str, str, float]
"""Area, day, measure, age group, persons."""

FIGURES: list[Figure] = [
    ("01001", "2010-12-31", "persons", "Y_LT3", 90.0),
    ("01001", "2011-05-09", "persons_census", "Y_LT3", 95.0),
    ("01001", "2015-12-31", "persons", "Y_LT3", 100.0),
    ("01001", "2024-12-31", "persons", "Y_LT3", 110.0),
    ("01001", "2024-12-31", "persons", "_T", 5000.0),
    # two Kreise that became a third one in 2020
    ("01002", "2015-12-31", "persons", "Y_LT3", 30.0),
    ("01003", "2015-12-31", "persons", "Y_LT3", 40.0),
    ("01009", "2024-12-31", "persons", "Y_LT3", 75.0),
    ("01009", "2024-12-31", "persons", "_T", 15000.0),
    ("11001", "2021-06-30", "registered_persons", "Y_LT3", 7.0),
    ("11001", "2021-06-30", "registered_persons", "_T", 300.0),
]


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        run = connection.execute
        run(
            "create table dim_area as from (values ('01001', 'KREIS', date '9999-12-31'), "
            "('01002', 'KREIS', date '2020-07-01'), ('01003', 'KREIS', date '2020-07-01'), "
            "('01009', 'KREIS', date '9999-12-31'), ('11001', 'PLANUNGSRAUM', date '9999-12-31')) "
            "areas(area_code, area_level, valid_to)"
        )
        run("alter table dim_area add column area_key varchar")
        run("update dim_area set area_key = area_code")
        run(
            "create table dim_age_group as from (values ('Y_LT3', 0, 2), ('_T', 0, null)) "
            "ages(age_group_code, age_from, age_to)"
        )
        whole = {"dataset_id": "t", "sex_code": "_T", "nationality_code": "_T"}
        whole |= {"is_preferred": True, "area_is_valid": True}
        figures = [
            whole
            | {"area_key": area, "area_code": area, "reference_date": day, "value": persons}
            | {"measure_code": measure, "age_group_code": ages}
            for area, day, measure, ages, persons in FIGURES
        ]
        make(connection, "fct_population", figures)
        run("insert into fct_population select * replace ('M' as sex_code, 999 as value) from fct_population")
        run(
            "create table bridge_area_crosswalk as from (values ('01002', 2015, '01009', 2024, 1.0), "
            "('01003', 2015, '01009', 2024, 1.0)) "
            "ways(from_code, from_year, to_code, to_year, weight_population)"
        )
        run(
            "create table bridge_area_hierarchy as from (values ('01001', 'KREIS', '01', 'LAND', 1), "
            "('01009', 'KREIS', '01', 'LAND', 1), ('11001', 'PLANUNGSRAUM', '110', 'BEZIRK', 1), "
            "('11001', 'PLANUNGSRAUM', '11000', 'KREIS', 2), ('11001', 'PLANUNGSRAUM', '11', 'LAND', 3)) "
            "above(area_code, area_level, ancestor_code, ancestor_level, distance)"
        )
        run("alter table bridge_area_hierarchy add column valid_from date default date '1900-01-01'")
        run("alter table bridge_area_hierarchy add column valid_to date default date '9999-12-31'")
        run(
            "create table breaks as from (values ('census-2011', date '2011-12-31'), "
            "('population-2016', date '2016-12-31'), ('census-2022', date '2022-12-31')) "
            "known(break_id, effective_date)"
        )
        run("alter table breaks add column statistic_prefix varchar default '12411'")
        run("alter table breaks add column area_prefix varchar")
        run(
            "create table scenarios as from (values ('more', 'arrivals', '01', 2025, 2026, 0, 2, 100.0), "
            "('more', 'births', '01', 2025, 2026, 0, 0, 5.0), "
            "('far', 'births', '99', 2025, 2026, 0, 0, 5.0)) "
            "assumed(scenario_id, kind, area_code, from_year, to_year, age_from, age_to, amount)"
        )
        for name in ("int_projection_population", "int_projection_assumption"):
            run(f"create table {name} as {model(name)}")
        yield connection


def test_a_census_and_the_updates_after_it_share_their_basis(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        "select reference_date::varchar, basis, is_census from int_projection_population "
        "where area_code = '01001' and age_to = 2 order by 1"
    ).fetchall()
    assert found == [
        ("2010-12-31", 0, False),
        ("2011-05-09", 1, True),
        ("2015-12-31", 1, False),
        ("2024-12-31", 2, False),
    ]


def test_a_kreis_of_today_holds_those_that_it_was_merged_from(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        "select area_code, persons from int_projection_population "
        "where reference_date = date '2015-12-31' order by 1"
    ).fetchall()
    assert found == [("01001", 100.0), ("01009", 70.0)]


def test_parents_are_the_land_and_the_district(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        "select distinct panel, area_code, parent_code, kreis_code from int_projection_population order by 2"
    ).fetchall()
    assert found == [
        ("KREIS", "01001", "01", "01001"),
        ("KREIS", "01009", "01", "01009"),
        ("PLANUNGSRAUM", "11001", "110", "11000"),
    ]


def test_arrivals_are_shared_out_by_inhabitants_and_births_move_alike(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    found = warehouse.execute(
        "select kind, area_code, share from int_projection_assumption order by all"
    ).fetchall()
    assert found == [
        ("arrivals", "01001", 0.25),
        ("arrivals", "01009", 0.75),
        ("births", "01001", 1.0),
        ("births", "01009", 1.0),
    ]


def test_an_assumption_about_no_projected_area_is_found(warehouse: duckdb.DuckDBPyConnection) -> None:
    broken = warehouse.execute(singular_test("scenarios_meet_an_area")).fetchall()
    assert [row[:2] for row in broken] == [("far", "99")]
    assert "kein vorausberechnetes Gebiet" in broken[0][2]
