"""Any past state exactly: what is read as of a time is what was there to read at that time."""

from __future__ import annotations

import datetime as dt

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from dbt_project.facts.declaration import load_facts
from tests.contracts import make
from tests.dbt.compiled import macro, model
from tests.profiles import tried

DAYS = [dt.datetime(2020, month, 1) for month in range(1, 7)]
STAGED = (
    "create table cells (dataset_id varchar, snapshot_id varchar, known_from timestamp, line integer,"
    " column_no integer, period_key varchar, reference_date date, area_code varchar, measure_code varchar,"
    " unit varchar, value double, obs_status varchar, conf_status varchar, missing_reason varchar,"
    " raw_symbol varchar, rounding_base integer, sex varchar, source_rank integer);"
    "create table corrections (correction_id varchar, fact varchar, dataset_id varchar, area_code varchar,"
    " period_key varchar, measure_code varchar, sex_code varchar, expected_value double, expected_symbol"
    " varchar, corrected_value double, corrected_reason varchar, known_from timestamp);"
)

AREA = {
    "area_key": "a@1900", "area_code": "a", "area_level": "KREIS", "valid_from": "1900-01-01",
    "valid_to": "9999-12-31",
}  # fmt: skip

# One delivery: table (1 comes first), when it was published, and what it prints for men and for women.
Delivery = tuple[int, dt.datetime, float | None, float | None]
deliveries = st.lists(
    st.tuples(
        st.sampled_from([1, 2]),
        st.sampled_from(DAYS),
        st.sampled_from([None, 1.0, 2.0]),
        st.sampled_from([None, 1.0, 2.0]),
    ),
    max_size=8,
    unique_by=lambda one: one[:2],  # a table has one state at a time
)


def facts(
    rows: list[Delivery], correction: tuple[float, float, dt.datetime] | None = None, unknown: str = ""
) -> list[dict]:
    """The fact built from these deliveries; a correction of men's number: expected, right, since when.

    Each delivery prints the same under the `unknown` area too, that no register has.
    """
    connection = duckdb.connect()
    connection.execute(STAGED)
    make(connection, "dim_area", [AREA])
    for rank, day, *values in rows:
        for sex, value in zip("MF", values, strict=True):
            connection.execute(
                "insert into cells values (?, ?, ?, 1, 1, 'D2019-12-31', '2019-12-31', 'a', 'persons',"
                " 'Anzahl', ?, ?, 'F', ?, null, null, ?, ?)",
                [
                    f"table-{rank}", f"{day}-{rank}", day, value, "A" if value is not None else "M",
                    "none" if value is not None else "unknown_or_confidential", sex, rank,
                ],
            )  # fmt: skip
    if unknown:
        connection.execute("insert into cells select * replace (? as area_code) from cells", [unknown])
    if correction:
        connection.execute(
            "insert into corrections values ('c1', 'population', 'table-1', 'a', 'D2019-12-31', 'persons',"
            " 'M', ?, null, ?, 'none', ?)",
            list(correction),
        )
    body = macro("fact_versions", relation="cells", dimensions=["sex"], fact="population")
    found = connection.execute(
        "with areas as (select * from dim_area), history as (select null::varchar as area_code,"
        f" null::varchar as successor_code where false), {body}"
    )
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def read(rows: list[dict], moment: dt.datetime | None) -> dict[str, tuple]:
    """What stands at a time (None: now), by sex; the one condition that every macro uses."""
    return {
        row["sex_code"]: (row["dataset_id"], row["value"])
        for row in rows
        if (
            row["is_preferred"]
            if moment is None
            else row["known_from"] <= moment and (row["preferred_to"] is None or row["preferred_to"] > moment)
        )
    }


@tried(30)
@given(deliveries, st.sampled_from(DAYS))
def test_a_past_state_is_the_state_of_then(rows: list[Delivery], moment: dt.datetime) -> None:
    then = [row for row in rows if row[1] <= moment]
    assert read(facts(rows), moment) == read(facts(then), None)


@tried(30)
@given(st.data(), deliveries)
def test_the_order_of_deliveries_does_not_matter(data: st.DataObject, rows: list[Delivery]) -> None:
    def key(row: dict) -> str:
        return str(row["population_key"])

    shuffled = data.draw(st.permutations(rows))
    assert sorted(facts(shuffled), key=key) == sorted(facts(rows), key=key)


def test_only_changes_are_stored() -> None:
    same = [(1, day, 1.0, float(number == 3)) for number, day in enumerate(DAYS)]
    found = facts(same)
    assert len([row for row in found if row["sex_code"] == "M"]) == 1, "six deliveries, one number"
    assert len([row for row in found if row["sex_code"] == "F"]) == 3, "0, then 1, then 0 again"


def test_a_late_delivery_takes_its_place_between_the_others() -> None:
    first, late, newest = (1, DAYS[0], 1.0, 1.0), (1, DAYS[1], 2.0, 1.0), (1, DAYS[2], 1.0, 1.0)
    found = facts([first, newest, late])
    assert [read(found, day)["M"][1] for day in DAYS[:3]] == [1.0, 2.0, 1.0]
    assert read(found, None)["M"][1] == 1.0, "what is current is not changed by it"


def test_a_better_table_that_comes_later_is_read_from_then_on() -> None:
    found = facts([(2, DAYS[0], 1.0, 1.0), (1, DAYS[3], 2.0, None)])
    assert read(found, DAYS[2]) == {"M": ("table-2", 1.0), "F": ("table-2", 1.0)}
    assert read(found, DAYS[3]) == {"M": ("table-1", 2.0), "F": ("table-1", None)}


def test_a_correction_is_a_version_of_its_own() -> None:
    found = facts([(1, DAYS[0], 1.0, 1.0)], correction=(1.0, 9.0, DAYS[2]))
    assert [read(found, day)["M"][1] for day in DAYS[:4]] == [1.0, 1.0, 9.0, 9.0]
    assert {row["correction_id"] for row in found if row["value"] == 9.0} == {"c1"}
    mended = facts([(1, DAYS[0], 1.0, 1.0), (1, DAYS[3], 2.0, 1.0)], correction=(1.0, 9.0, DAYS[2]))
    assert [read(mended, day)["M"][1] for day in DAYS[2:4]] == [9.0, 2.0], "the source was mended"


@tried(20)
@given(deliveries, st.sampled_from(["z", "aa", ""]))
def test_rows_under_an_area_that_nothing_names_are_no_figures_and_change_none(
    rows: list[Delivery], unknown: str
) -> None:
    def key(row: dict) -> str:
        return str(row["population_key"])

    found = facts(rows, unknown=unknown)
    assert sorted(found, key=key) == sorted(facts(rows), key=key)
    assert all(row["area_key"] for row in found)


def test_what_no_fact_takes_stands_in_the_register_with_delivery_and_line() -> None:
    """Every table of a fact is asked; one row per area that is not there, at its first line."""
    connection = duckdb.connect()
    make(connection, "dim_area", [AREA])
    make(connection, "int_municipality_code")
    tables = macro("tables_of_facts")
    connection.execute(
        "create table ledger (dataset_id varchar, snapshot_id varchar, status varchar);"
        "create table area_aliases as select 'other' as table_code, 'a' as area_code;"
        "create table datasets (dataset_id varchar, time_text varchar, time_fixed date, time_year_is varchar,"
        " time_kind varchar, time_month_day varchar);"
    )
    for number, (table, about) in enumerate(tables.items()):
        connection.execute(
            "insert into ledger values ($1, 's', 'accepted'), ($1, 'old', 'superseded')", [table]
        )
        connection.execute("insert into datasets values (?, 'year', null, '', 'stock', '12-31')", [table])
        name = about["staged_in"] or f'"{table}"'
        given = (
            "date '2020-12-31' as reference_date, 1.0 as value" if about["staged_in"] else "'1' as value_text"
        )
        connection.execute(
            f"""create table {name} as
            select *, snapshot as snapshot_id, 'Irgendwo ' as area_name, '2020' as time_text,
                {given}
            from (values
                ('s', 'a', 1), ('s', 'other', 2), ('s', 'z', 9), ('s', 'z', 7 + {number}), ('old', 'y', 3)
            ) as cells (snapshot, area_code, line)"""
        )
    connection.execute(f"create view stg_published_area as {model('stg_published_area')}")
    found = connection.execute(model("fct_unplaced")).fetchall()
    assert sorted(found) == sorted(
        (table, "s", "z", "Irgendwo", min(9, 7 + number), 2) for number, table in enumerate(tables)
    )
    assert set(tables) == {one.table for fact in load_facts().values() for one in fact.tables}
    assert len(tables) > 50


def test_a_gemeinde_is_known_on_the_days_on_which_its_code_means_something() -> None:
    """Zeros and dashes of Gemeinden that are not there stay out; a number under such a code is told."""
    table = next(name for name, about in macro("tables_of_facts").items() if about["gemeinden"])
    connection = duckdb.connect()
    make(connection, "dim_area", [AREA])
    code = {"printed_code": "g", "area_code": "a", "reference_date": "2020-12-31"}
    make(connection, "int_municipality_code", [code])
    connection.execute(
        "create table stg_published_area (dataset_id varchar, snapshot_id varchar, area_code varchar,"
        " area_name varchar, reference_date date, line integer, cells bigint)"
    )
    for area, day, line in (("g", "2020-12-31", 5), ("g", "2021-12-31", 6), ("h", "2020-12-31", 7)):
        connection.execute(
            "insert into stg_published_area values (?, 's', ?, null, ?, ?, 1)", [table, area, day, line]
        )
    found = connection.execute(model("fct_unplaced")).fetchall()
    assert {(row[2], row[4]) for row in found} == {("g", 6), ("h", 7)}
    assert "trim(value_text) not in ('0', '-')" in model("stg_published_area")
