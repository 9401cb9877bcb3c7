"""The pass over the facts on a few cells: rules of dates, missing parts, zero denominators, worst status."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator

import duckdb
import pyarrow as pa
import pyarrow.csv
import pytest

from dbt_project.indicators.compiler import compile_files
from dbt_project.indicators.specification import load_specifications
from orchestration.cli.asking.warehouse import facts

from .compiled import model, singular_test
from .indicator_chain import KNOWN, Row, found, store

MARCH, END_2014, END_2015 = dt.date(2016, 3, 1), dt.date(2014, 12, 31), dt.date(2015, 12, 31)
CELL: Row = {
    "area_key": "01001", "area_code": "01001", "is_backcast": False, "reference_date": END_2015,
    "period_key": "D2015-12-31", "measure_code": "persons", "value": 0.0, "obs_status": "A",
    "conf_status": "F", "missing_reason": "none", "rounding_base": None, "dataset_id": "table",
    "known_from": KNOWN, "is_preferred": True,
}  # fmt: skip


def people(value: float | None, age: str = "_T", **other: object) -> Row:
    return _cell(value, {"sex_code": "_T", "age_group_code": age, "nationality_code": "_T"} | other)


def children(value: float | None, **other: object) -> Row:
    codes = {"childcare_type_code": "_T", "age_group_code": "Y_LT3", "measure_code": "children"}
    return _cell(value, codes | {"reference_date": MARCH, "period_key": "D2016-03-01"} | other)


def _cell(value: float | None, other: Row) -> Row:
    missing = {"obs_status": "M", "missing_reason": "unknown_or_confidential"} if value is None else {}
    return CELL | {"value": value} | missing | other


@pytest.fixture(scope="module")
def seeds() -> Iterator[duckdb.DuckDBPyConnection]:
    """The compiled seeds, and every fact without a cell."""
    connection = duckdb.connect()
    compiled = compile_files(load_specifications())
    for seed in ("indicator", "indicator_part", "indicator_area_level"):
        text = compiled[f"dbt_project/compiled/seeds/{seed}.csv"].encode()
        connection.register("incoming", pa.csv.read_csv(io.BytesIO(text)))
        connection.execute(f"create table {seed} as from incoming")
        connection.unregister("incoming")
    for column in ("first_period", "last_period"):
        connection.execute(f"alter table indicator alter {column} type date using null")
    area: Row = {"area_key": "01001", "area_code": "01001", "area_level": "KREIS"}
    store(connection, "dim_area", [area])
    store(connection, "dim_dataset", [{"dataset_id": "table"}])
    yield connection
    connection.close()


def values(
    seeds: duckdb.DuckDBPyConnection, population: list[Row], childcare: list[Row] | None = None
) -> dict[str, Row]:
    """Rows of `fct_indicator` by indicator, out of these cells alone."""
    for fact in facts().values():
        codes = [f"{name}_code" for name in fact.dimensions]
        given = {"fct_population": population, "fct_childcare": childcare or []}.get(fact.model, [])
        sample = CELL | dict.fromkeys(codes, "_T")
        store(seeds, fact.model, [sample, *given], value="double", rounding_base="integer")
        seeds.execute(f"delete from {fact.model} where rowid = 0")
    rows = found(seeds, model("fct_indicator"))
    named = {row["indicator_id"]: row for row in rows}
    assert len(named) == len(rows)
    return named


def test_children_of_march_are_divided_by_the_population_of_the_december_before(
    seeds: duckdb.DuckDBPyConnection,
) -> None:
    before = {"reference_date": END_2014, "period_key": "D2014-12-31"}
    rows = values(seeds, [people(2264, "Y_LT3"), people(9999, "Y_LT3", **before)], [children(815)])
    assert (rows["K01"]["value"], rows["K01"]["denominator"]) == (pytest.approx(815 / 2264 * 100), 2264)


@pytest.mark.parametrize("period", ["M2015-12", "H2015-2"])
def test_a_month_or_half_year_of_a_flow_is_in_no_years_figure(
    seeds: duckdb.DuckDBPyConnection, period: str
) -> None:
    """December and the second half end on the day on which the year ends."""
    printed = people(7000, "Y_LT3", period_key=period)
    rows = values(seeds, [people(2264, "Y_LT3"), people(100), printed, people(50, period_key=period)])
    assert rows["D05-u3"]["numerator"] == 2264
    assert rows["D01"]["value"] == 100


def test_a_date_without_any_denominator_is_not_computed(seeds: duckdb.DuckDBPyConnection) -> None:
    assert "K01" not in values(seeds, [people(100)], [children(815)])


def test_a_missing_denominator_makes_a_typed_missing_value(seeds: duckdb.DuckDBPyConnection) -> None:
    row = values(seeds, [people(None, "Y_LT3")], [children(815)])["K01"]
    assert (row["value"], row["obs_status"], row["missing_reason"]) == (None, "M", "unknown_or_confidential")


def test_a_denominator_of_zero_is_neither_zero_nor_infinite(seeds: duckdb.DuckDBPyConnection) -> None:
    row = values(seeds, [people(0, "Y_LT3")], [children(0)])["K01"]
    assert (row["value"], row["obs_status"], row["missing_reason"]) == (None, "M", "not_meaningful")


def test_zero_of_many_is_zero(seeds: duckdb.DuckDBPyConnection) -> None:
    row = values(seeds, [people(500, "Y_LT3")], [children(0)])["K01"]
    assert (row["value"], row["obs_status"], row["missing_reason"]) == (0.0, "A", "none")


def test_a_sum_with_a_missing_part_is_missing(seeds: duckdb.DuckDBPyConnection) -> None:
    """D05-u6 adds two age groups; a part that was not delivered is told apart from one that is secret."""
    secret = values(seeds, [people(1000), people(30, "Y_LT3"), people(None, "Y3T5")])["D05-u6"]
    assert (secret["value"], secret["missing_reason"]) == (None, "part_missing")
    absent = values(seeds, [people(1000), people(30, "Y_LT3")])["D05-u6"]
    assert (absent["value"], absent["missing_reason"]) == (None, "not_delivered")
    whole = values(seeds, [people(1000), people(30, "Y_LT3"), people(28, "Y3T5")])["D05-u6"]
    assert whole["value"] == pytest.approx(5.8)


def test_a_ratio_has_the_worst_status_of_its_parts(seeds: duckdb.DuckDBPyConnection) -> None:
    row = values(
        seeds,
        [people(2264, "Y_LT3", obs_status="P")],
        [children(815, obs_status="U", conf_status="N", rounding_base=5)],
    )["K01"]
    assert (row["obs_status"], row["conf_status"], row["rounding_base"]) == ("U", "N", 5)
    assert row["rounding_slack"] == 2.0


def test_cells_that_are_not_preferred_do_not_count(seeds: duckdb.DuckDBPyConnection) -> None:
    row = values(seeds, [people(2264, "Y_LT3")], [children(800, is_preferred=False), children(815)])["K01"]
    assert row["numerator"] == 815


def test_an_indicator_that_rests_on_an_assumption_is_an_estimate(seeds: duckdb.DuckDBPyConnection) -> None:
    """D07 takes each single year at its midpoint, and the oldest at the age the specification says.

    Where nobody is a little younger, those of the open group make the group before it older by 5/24 each.
    """
    known = load_specifications()
    finest = max(known.facts["population"].age_partitions, key=lambda one: len(one.codes)).codes
    assert finest[0] == "Y0"
    spread = {"Y0": 100, "Y40": 300, finest[-1]: 50}
    ages = [people(spread.get(code, 0), code) for code in finest]
    rows = values(seeds, [people(450), *ages])
    mean_age = known["D07"].mean_age
    assert mean_age is not None
    expected = (100 * 0.5 + 300 * 40.5 + 50 * (mean_age.open_at + 5 / 24)) / 450
    assert (rows["D07"]["value"], rows["D07"]["obs_status"]) == (pytest.approx(expected), "E")
    assert rows["D01"]["obs_status"] == "A"


def test_a_filter_that_selects_nothing_is_named(seeds: duckdb.DuckDBPyConnection) -> None:
    """Both codes are in the table, but never together: the specification asks for what is not published."""
    values(seeds, [people(100), people(10, "Y_LT3"), people(5, sex_code="F")], [children(7)])
    seeds.execute(
        "create or replace temp table indicator_part as select * from main.indicator_part"
        " where indicator_id = 'D05-u3'"
    )
    assert seeds.execute(singular_test("every_part_selects_cells")).fetchall() == []
    seeds.execute("update indicator_part set sex_code = 'F' where role = 'numerator'")
    named = seeds.execute(singular_test("every_part_selects_cells")).fetchall()
    seeds.execute("drop table temp.indicator_part")
    assert named == [("D05-u3", "numerator", 1, "population")]
