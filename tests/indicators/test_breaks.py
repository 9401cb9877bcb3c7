"""The one register of breaks, and which of them part the rows of a series."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from orchestration.cli.asking.breaks import breaks_of
from orchestration.cli.asking.warehouse import Row
from tests.dbt.compiled import function
from tests.indicators.register_of_breaks import register_of_breaks

HOUSING = ("22311-01-01-4", "22311-01-02-4")
PEOPLE = "12411-01-01-4"


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """The register over the catalogue and some areas, as the model makes it, and what reads it."""
    with duckdb.connect() as connection:
        register_of_breaks(
            connection,
            areas=[
                ("03159", "Göttingen", "2016-11-01", "03152, 03156"),
                ("08111", "Stuttgart", "1900-01-01", None),
                ("16063", "Wartburgkreis", "1900-01-01", None),
                ("12345678", "Planungsraum", "2021-01-01", None),
            ],
            ways=[
                (2020, "16056", 2021, "16063"),
                (2020, "16063", 2021, "16063"),
                (2015, "03152", 2016, "03159"),
                (2015, "16056", 2021, "16063"),
            ],
        )
        connection.execute(
            """create table indicator as select * from (values
                ('P09', 'same', null, null), ('year_end', 'year_end', null, null),
                ('year_end_before', 'year_end_before', null, null),
                ('year_before', 'year_before', null, null),
                ('mean_of_two', 'mean_of_two', null, null),
                ('H01', 'same', null, null), ('ratio', 'same', 'H01', 'P09')
            ) as given (indicator_id, denominator_date, operand_1, operand_2)"""
        )
        for name in ("breaks_between", "breaks_in"):
            connection.execute(function(name))
        yield connection


EVER = "1900-01-01"
VERSIONS = {"03159": (EVER, "2016-11-01"), "16063": (EVER, "2021-12-31")}
"""The days from which versions of areas hold."""


def series(
    area: str, *days: str, numerator: str = HOUSING[1], denominator: str | None = PEOPLE, **other: object
) -> list[Row]:
    return [
        {"area_key": f"{area}@{max(one for one in VERSIONS.get(area, (EVER,)) if one <= day)}",
         "area_code": area, "reference_date": dt.date.fromisoformat(day), "is_backcast": False,
         "numerator_dataset": numerator, "denominator_dataset": denominator, **other}
        for day in days
    ]  # fmt: skip


def named(
    connection: duckdb.DuckDBPyConnection, rows: list[Row], indicator: str = "P09", **how: bool
) -> list[tuple[str, str, str | None, str | None]]:
    return [
        (f"{one['break_date']}", f"{one['before']}", one["dataset_scope"], one["area_scope"])
        for one in breaks_of(connection, indicator, rows, **how)
    ]


def test_a_whole_series_has_each_event_once_where_it_stands(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = series("08111", "2004-12-31", numerator=HOUSING[0])
    rows += series(
        "08111", "2005-12-31", "2008-12-31", "2009-12-31", "2010-12-31", "2011-12-31", "2012-12-31"
    )
    assert named(warehouse, rows) == [
        # the seam of the two tables, which tells of the reform of that year too
        ("2005-12-31", "2005-12-31", "22311-01-0", None),
        ("2009-01-01", "2009-12-31", "22311", None),
        ("2011-01-01", "2011-12-31", HOUSING[1], "08"),
        # for the statistic, for its table and for the indicator
        ("2011-12-31", "2011-12-31", "12411", None),
    ]


def test_an_area_out_of_scope_and_a_table_that_is_not_used_are_not_named(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert named(warehouse, series("01001", "2010-12-31", "2011-12-31")) == [
        ("2011-12-31", "2011-12-31", "12411", None)
    ]
    assert named(warehouse, series("01001", "2010-12-31", "2011-12-31", denominator=None)) == []
    assert named(warehouse, series("01001", "2012-12-31", "2013-12-31")) == []
    assert named(warehouse, []) == []


@pytest.mark.parametrize(
    ("rule", "before"),
    [
        ("year_end", ["2022-06-30"]),
        ("year_end_before", ["2023-06-30"]),
        ("year_before", ["2024-06-30"]),
        ("mean_of_two", ["2022-06-30", "2023-06-30"]),
    ],
)
def test_a_break_of_the_denominator_counts_between_its_days(
    warehouse: duckdb.DuckDBPyConnection, rule: str, before: list[str]
) -> None:
    """A mean of two days is crossed twice: with the first half of it, and with the second."""
    rows = series("01001", "2021-06-30", "2022-06-30", "2023-06-30", "2024-06-30", numerator="X")
    assert named(warehouse, rows, rule) == [("2022-12-31", one, "12411", None) for one in before]


def test_new_boundaries_are_named_unless_the_numbers_were_carried_to_them(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows = series("03159", "2015-12-31", "2016-12-31", numerator="X", denominator=None)
    assert named(warehouse, rows) == [("2016-11-01", "2016-12-31", None, "03159")]
    assert named(warehouse, rows, converted=True) == []
    carried = series("03159", "2015-12-31", numerator="X", denominator=None, is_backcast=True) + rows[1:]
    assert named(warehouse, carried) == []


def test_an_area_that_grew_under_its_old_code_is_named_too(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = series("16063", "2019-12-31", "2020-12-31", "2021-12-31", numerator="X")
    assert named(warehouse, rows) == [("2021-12-31", "2021-12-31", None, "16063")]
    assert named(warehouse, rows, converted=True) == []
    days = [dt.date(2019, 12, 31), dt.date(2021, 12, 31)]
    sql = "select what_en from breaks_between(null, '16063', ?, ?) where dataset_scope is null"
    found = warehouse.execute(sql, days).fetchall()
    assert found == [("Boundaries of Wartburgkreis changed in 2021, made of 16056, 16063",)]


def test_a_mean_of_the_year_of_a_reform_stands_on_the_former_boundaries(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """The break lies where the territory changes under the row, not where the date of the row passes it."""
    rows = series("16063", "2020-12-31", "2021-12-31", "2022-12-31", numerator="X", denominator=None)
    rows[1]["area_key"] = rows[0]["area_key"]
    assert named(warehouse, rows) == [("2021-12-31", "2022-12-31", None, "16063")]


def test_the_reform_of_planning_areas_is_one_break(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = series("12345678", "2020-12-31", "2021-12-31", numerator="ewr-lor", denominator="ewr-lor")
    assert named(warehouse, rows) == [("2021-01-01", "2021-12-31", "ewr-lor", None)]
    assert named(warehouse, rows, converted=True) == []


def test_what_conversion_does_not_bridge_stays(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Carrier and residence of 22151 is a matter of definition, whatever the boundaries."""
    rows = series("03159", "2015-12-31", "2016-12-31", numerator="22151-01-02-4", denominator=None)
    scopes = [scope for _, _, scope, _ in named(warehouse, rows, converted=True)]
    assert scopes == ["22151"]


def test_the_macro_gives_one_table_and_area_as_documented(warehouse: duckdb.DuckDBPyConnection) -> None:
    sql = "select effective_date, dataset_scope, area_scope from breaks_between(?, ?, ?, ?)"
    days = [dt.date(2009, 12, 31), dt.date(2019, 12, 31)]
    found = warehouse.execute(sql, ["22311-01-02-4", "03159", *days]).fetchall()
    assert found == [(dt.date(2016, 1, 1), "22311", None), (dt.date(2016, 11, 1), None, "03159")]


def test_a_new_edition_of_the_definition_is_a_break_of_the_indicator_and_of_what_is_derived_from_it(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows = series("01001", "2015-12-31", "2017-12-31", numerator="none", denominator=None)
    for indicator, expected in (("H01", 1), ("ratio", 1), ("P09", 0)):
        found = breaks_of(warehouse, indicator, rows)
        assert len(found) == expected, indicator
        assert all("grades of care" in one["note_en"] for one in found)


def delivered(
    *editions: dict[int, float | None], corrected: frozenset[int] = frozenset()
) -> list[dict[str, Any]]:
    """Cells of one area in the shape of a fact: versions of what these deliveries print by year."""
    found: list[dict[str, Any]] = []
    for year in sorted({year for edition in editions for year in edition}):
        for number, edition in enumerate(editions, start=1):
            if year not in edition:
                continue
            last = next((one for one in reversed(found) if one["year"] == year), None)
            if last is not None and last["value"] == edition[year]:
                last["last"] = number
                continue
            if last is not None:
                last["until"] = number
            found.append(
                {"year": year, "value": edition[year], "first": number, "last": number, "until": None}
            )
    return found


OLD = {2012: 1.0, 2013: 2.0, 2014: 3.0}


@pytest.mark.parametrize(
    ("editions", "seams"),
    [
        pytest.param([OLD], [], id="one delivery"),
        pytest.param([OLD, {2015: 4.0, 2016: 5.0}], [2015], id="nothing in common"),
        pytest.param([OLD, {2014: 3.0, 2015: 4.0}], [], id="a common year is equal"),
        pytest.param([OLD, {2014: 3.5, 2015: 4.0}], [2014], id="the common year was revised"),
        pytest.param([OLD, {2013: 2.0, 2014: 3.5, 2015: 4.0}], [], id="an equal year before the revised one"),
        pytest.param([OLD, {2014: None, 2015: 4.0}], [2015], id="the common year has no figure now"),
        pytest.param([{2014: 3.0, 2015: 4.0}, {2012: 1.0, 2013: 2.0}], [2014], id="older years came later"),
        pytest.param([OLD, {2014: 3.0, 2015: 4.0}, {2015: 4.0, 2016: 5.0}], [], id="a chain of equal years"),
        pytest.param([OLD, {2014: 3.0, 2015: 4.0}, {2016: 5.0}], [2016], id="a chain with a gap"),
    ],
)
def test_a_seam_between_deliveries_is_a_break_unless_a_common_period_proves_equality(
    editions: list[dict[int, float | None]], seams: list[int]
) -> None:
    """The office's table 82411 was delivered in 2017 and 2023, calculated anew in between."""
    with duckdb.connect() as connection:
        register_of_breaks(connection, areas=[], ways=[], income={"01001": delivered(*editions)})
        found = connection.execute(
            "select year(effective_date), area_code from dim_break where kind = 'delivery' order by 1"
        ).fetchall()
    assert found == [(year, None) for year in seams]


def test_where_some_areas_go_on_the_seam_is_of_the_others_only() -> None:
    revised, kept = delivered(OLD, {2014: 3.5, 2015: 4.0}), delivered(OLD, {2014: 3.0, 2015: 4.0})
    with duckdb.connect() as connection:
        register_of_breaks(connection, areas=[], ways=[], income={"01": revised, "01001": kept})
        connection.execute(
            "create table indicator as select 'P14' as indicator_id, 'none' as denominator_date,"
            " null::varchar as operand_1, null::varchar as operand_2"
        )
        connection.execute(function("breaks_in"))
        tables = {"numerator": "82411-01-03-4", "denominator": None}
        for area, expected in (("01", ["2014-12-31"]), ("01001", []), ("01002", [])):
            rows = series(area, "2013-12-31", "2014-12-31", "2015-12-31", **tables)  # type: ignore[arg-type]
            assert [f"{one['before']}" for one in breaks_of(connection, "P14", rows)] == expected, area


def test_an_area_is_not_said_to_be_made_of_itself() -> None:
    """It gave something away, or changed within the year: who got what stands with the other areas."""
    areas = [("07231", "Bernkastel-Wittlich, Landkreis", "2012-12-31", "07231")]
    with duckdb.connect() as connection:
        register_of_breaks(connection, areas=areas, ways=[(2013, "07231", 2014, "07231")])
        found = connection.execute(
            "select what_de from dim_break where area_code = '07231' order by effective_date"
        ).fetchall()
    assert found == [
        ("Neuer Gebietsstand von Bernkastel-Wittlich, Landkreis",),
        ("Gebietsänderung von Bernkastel-Wittlich, Landkreis im Jahr 2014",),
    ]
