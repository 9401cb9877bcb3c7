"""`indicator_on` for what is made of two other indicators: I06 is A03-foreign over A03-german.

Two Kreise become one (2015 to 2020), another gives a part of itself away.
Expectations are worked out by hand.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator

import duckdb
import pyarrow.csv
import pytest

from dbt_project.indicators.compiler import compile_files
from dbt_project.indicators.specification import load_specifications

from .compiled import function
from .indicator_chain import KNOWN, Row, found, store

END_2015, ON_2020 = dt.date(2015, 12, 31), dt.date(2020, 12, 31)
ALWAYS, REFORM, NEVER = dt.date(1900, 1, 1), dt.date(2016, 11, 1), dt.date(9999, 12, 31)
AREAS = [
    ("03152", ALWAYS, REFORM), ("03156", ALWAYS, REFORM), ("03159", REFORM, NEVER),
    ("16063", ALWAYS, NEVER), ("16066", ALWAYS, NEVER), ("01001", ALWAYS, NEVER),
]  # fmt: skip
WAYS = [
    ("03152", "03159", 1.0, "merged"), ("03156", "03159", 1.0, "merged"),
    ("16063", "16063", 0.75, "estimated"), ("16063", "16066", 0.25, "estimated"),
    ("16066", "16066", 1.0, "merged"),
]  # fmt: skip
COUNTS = {  # unemployed foreigners, all foreigners, unemployed Germans, all Germans
    "03152": (30, 200, 100, 2000), "03156": (10, 200, 60, 2000),
    "16063": (8, 100, 40, 1000), "16066": (3, 50, 20, 1000), "01001": (20, 100, 50, 1000),
}  # fmt: skip


def row(indicator: str, area: str, value: float | None, first: float | None, second: float | None) -> Row:
    return {
        "indicator_id": indicator, "area_key": area, "area_code": area, "area_level": "KREIS",
        "is_backcast": False, "period_key": "D2015-12-31", "reference_date": END_2015,
        "value": value, "numerator": first, "denominator": second,
        "obs_status": "A" if value is not None else "M", "conf_status": "F",
        "missing_reason": "none" if value is not None else "unknown_or_confidential",
        "numerator_dataset": "13211-02-05-4", "denominator_dataset": "12411-03-03-4", "known_from": KNOWN,
    }  # fmt: skip


def rows_of(
    area: str, unemployed: float | None, foreigners: float, others: float, germans: float
) -> list[Row]:
    abroad = None if unemployed is None else 100 * unemployed / foreigners
    german = 100 * others / germans
    ratio = None if abroad is None or not german else abroad / german
    return [
        row("A03-foreign", area, abroad, unemployed, foreigners),
        row("A03-german", area, german, others, germans),
        row("I06", area, ratio, abroad, german),
        row("gap", area, None if abroad is None else abroad - german, abroad, german),
    ]


def place(counts: dict[str, tuple[float | None, float, float, float]]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    compiled = compile_files(load_specifications())
    for seed in ("indicator", "indicator_part", "indicator_area_level"):
        text = compiled[f"dbt_project/compiled/seeds/{seed}.csv"].encode()
        connection.register("incoming", pyarrow.csv.read_csv(io.BytesIO(text)))
        connection.execute(f"create table {seed} as from incoming")
        connection.unregister("incoming")
    connection.execute(
        "insert into indicator select * replace ('gap' as indicator_id, 'difference' as operation)"
        " from indicator where indicator_id = 'I06'"
    )
    store(
        connection,
        "dim_area",
        [
            {"area_key": code, "area_code": code, "area_name": code, "area_level": "KREIS",
             "valid_from": first, "valid_to": end}
            for code, first, end in AREAS
        ],
    )  # fmt: skip
    store(
        connection,
        "bridge_area_crosswalk",
        [
            {"from_year": 2015, "from_code": old, "to_year": 2020, "to_code": new,
             "weight_population": weight, "weight_area": weight, "grade": grade}
            for old, new, weight, grade in WAYS
        ],
    )  # fmt: skip
    store(
        connection,
        "mart_indicator",
        [one for area, counted in counts.items() for one in rows_of(area, *counted)],
    )
    # what was known on a day is not asked here; its table macro needs every fact
    connection.execute("create macro indicator_as_known(chosen, as_of) as table from mart_indicator")
    connection.execute(function("indicator_on"))
    return connection


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with place(dict(COUNTS)) as connection:
        yield connection


def on_2020(connection: duckdb.DuckDBPyConnection, indicator: str) -> dict[str, Row]:
    sql = "select * from indicator_on(?) where indicator_id = ?"
    return {one["area_code"]: one for one in found(connection, sql, ON_2020, indicator)}


def test_a_ratio_of_merged_areas_comes_from_their_added_counts(warehouse: duckdb.DuckDBPyConnection) -> None:
    one = on_2020(warehouse, "I06")["03159"]
    assert (one["numerator"], one["denominator"]) == pytest.approx((100 * 40 / 400, 100 * 160 / 4000))
    assert one["value"] == pytest.approx(10 / 4)  # the mean of both ratios, 3 and 1.67, would be 2.33
    assert (one["obs_status"], one["grade"], one["estimated_share"]) == ("A", "merged", 0)
    assert (one["missing_reason"], one["from_codes"]) == ("none", "03152, 03156")


def test_a_difference_of_merged_areas_too(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert on_2020(warehouse, "gap")["03159"]["value"] == pytest.approx(10 - 4)


def test_a_part_of_an_area_makes_it_estimated(warehouse: duckdb.DuckDBPyConnection) -> None:
    one = on_2020(warehouse, "I06")["16066"]
    foreign, german = (3 + 0.25 * 8) / (50 + 0.25 * 100), (20 + 0.25 * 40) / (1000 + 0.25 * 1000)
    assert one["value"] == pytest.approx(foreign / german)
    assert (one["obs_status"], one["grade"]) == ("E", "estimated")
    assert one["estimated_share"] == pytest.approx(2 / 5)  # of the foreigners; of the Germans it is a third


def test_on_its_own_territory_every_number_stays(warehouse: duckdb.DuckDBPyConnection) -> None:
    names = (
        "indicator_id, area_code, reference_date, value, numerator, denominator, obs_status, missing_reason"
    )
    before = found(warehouse, f"select {names} from mart_indicator order by all")
    assert found(warehouse, f"select {names} from indicator_on() order by all") == before
    same = f"select {names} from indicator_on(date '2015-12-31') order by all"
    assert found(warehouse, same) == before
    untouched = on_2020(warehouse, "I06")["01001"]
    assert (untouched["value"], untouched["grade"], untouched["obs_status"]) == (
        pytest.approx(4),
        "exact",
        "A",
    )


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ({"03152": (30, 200, 100, 2000), "03156": (None, 200, 60, 2000)}, "part_missing"),
        ({"03152": (30, 200, 100, 2000)}, "part_missing"),
        ({"03152": (30, 200, 0.0, 2000), "03156": (10, 200, 0.0, 2000)}, "not_meaningful"),
    ],
)
def test_what_cannot_be_computed_says_why(
    counts: dict[str, tuple[float | None, float, float, float]], reason: str
) -> None:
    with place(counts) as connection:
        one = on_2020(connection, "I06")["03159"]
    assert (one["value"], one["obs_status"], one["missing_reason"]) == (None, "M", reason)


def test_what_rests_on_a_published_rate_has_no_parts() -> None:
    with place(dict(COUNTS)) as connection:
        connection.execute(
            "insert into indicator_part select * replace ('value' as role) from indicator_part"
            " where indicator_id = 'A03-german' and role = 'numerator' limit 1"
        )
        one = on_2020(connection, "I06")["03159"]
    assert (one["value"], one["missing_reason"]) == (None, "not_convertible")
