"""Any number on any Gebietsstand: totals are kept, nothing moves without a reform, estimates say so."""

from __future__ import annotations

import datetime as dt
import random

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contracts import make
from tests.dbt.compiled import count_functions, macro, model
from tests.profiles import tried

PIVOT = 2020
LOR_TABLES = """
    create table stg_berlin__lor_crosswalk_2006_2021 (from_code varchar, to_code varchar, part_area double);
    create table stg_berlin__lor_population_derivative (area_code varchar, reference_date date, sex varchar,
        age_group varchar, nationality varchar, measure_code varchar, value double);
    create table stg_berlin__ewr_lor2021 as from stg_berlin__lor_population_derivative;
    create table stg_kommune__gebietsgliederung (town_code varchar, area_code varchar, valid_from date,
        valid_to date, former_codes varchar);
    create table stg_kommune__gebietszuordnung (hierarchy varchar, area_code varchar,
        parent_area_code varchar, valid_from date, valid_to date);
"""


def make_crosswalk(connection: duckdb.DuckDBPyConnection) -> None:
    """The crosswalk, and the part of it that is about Kreise."""
    for name in ("int_kreis_crosswalk", "bridge_area_crosswalk"):
        connection.execute(f"create table {name} as {model(name)}")


def database(keys: list[tuple], history: list[tuple]) -> duckdb.DuckDBPyConnection:
    """A warehouse with the conversion keys (from_year, from_code, to_code, share, population) and reforms."""
    connection = duckdb.connect()
    connection.execute(
        "create table stg_bbsr__umsteigeschluessel_kreise_2020 (from_year integer, from_code varchar,"
        " to_year integer, to_code varchar, weight_area double, weight_population double,"
        " part_population double, part_area double)"
    )
    for year, code, to_code, share, population in keys:
        connection.execute(
            "insert into stg_bbsr__umsteigeschluessel_kreise_2020 values (?, ?, 2020, ?, ?, ?, ?, ?)",
            [year, code, to_code, share, share, population * share, 10 * share],
        )
    connection.execute(
        "create table area_history (area_code varchar, area_level varchar, valid_from date, valid_to date,"
        " successor_code varchar)"
    )
    for row in history:
        connection.execute("insert into area_history values (?, 'KREIS', ?, ?, ?)", list(row))
    connection.execute(LOR_TABLES)
    make_crosswalk(connection)
    return connection


def with_population(connection: duckdb.DuckDBPyConnection, areas: list[tuple], counts: list[tuple]) -> None:
    """`areas`: code, level, valid_from, valid_to. `counts`: code, date, value, known_from, preferred_to."""
    make(
        connection,
        "dim_area",
        [
            {
                "area_key": f"{code}@{first}", "area_code": code, "area_level": level,
                "area_name": f"Gebiet {code}", "parent_area_code": parent[0] if parent else None,
                "valid_from": first, "valid_to": end,
            }
            for code, level, first, end, *parent in areas
        ],
    )  # fmt: skip
    make(connection, "fct_population")
    for code, day, value, *known in counts:
        known_from, preferred_to = known or (dt.datetime(2017, 1, 1), None)
        connection.execute(
            "insert into fct_population by name select area_key, ? as area_code, false as is_backcast,"
            " ? as period_key, ? as reference_date, '_T' as sex_code, '_T' as age_group_code,"
            " '_T' as nationality_code, 'persons' as measure_code, 'Anzahl' as unit, ? as value,"
            " ? as obs_status, 'F' as conf_status, ? as missing_reason, '12411-01-01-4' as dataset_id,"
            " 's' as snapshot_id, ? as known_from, ? as preferred_to from dim_area"
            " where area_code = ? and valid_from <= ? and valid_to > ?",
            [
                code, f"D{day}", day, value, "A" if value is not None else "M",
                "none" if value is not None else "unknown_or_confidential", known_from, preferred_to, code,
                day, day,
            ],
        )  # fmt: skip
    connection.execute("create table bridge_area_hierarchy as " + model("bridge_area_hierarchy"))
    for statement in count_functions("population"):
        connection.execute(statement)


OPEN = (dt.date(1900, 1, 1), dt.date(9999, 12, 31))
END_2016 = dt.date(2016, 11, 1)


@pytest.fixture
def reform() -> duckdb.DuckDBPyConnection:
    """2016: A and B merge to C. 2019: D cedes a tenth to E. 2021: F is merged into G."""
    keys = []
    for year in (2014, 2015):
        keys += [(year, "00001", "00003", 1.0, 60), (year, "00002", "00003", 1.0, 40)]
    for year in (2016, 2017, 2018, 2019):
        keys += [(year, "00003", "00003", 1.0, 100)]
    for year in range(2014, 2020):
        parcel = year < 2019
        keys += [(year, "00004", "00004", 0.9 if parcel else 1.0, 100)]
        keys += [(year, "00004", "00005", 0.1, 100)] if parcel else []
        keys += [(year, code, code, 1.0, 50) for code in ("00005", "00006", "00007", "00008")]
    history = [("00006", None, dt.date(2021, 7, 1), "00007")]
    connection = database(keys, history)
    areas = [
        ("00001", "KREIS", OPEN[0], END_2016), ("00002", "KREIS", OPEN[0], END_2016),
        ("00003", "KREIS", END_2016, OPEN[1]), ("00004", "KREIS", *OPEN), ("00005", "KREIS", *OPEN),
        ("00006", "KREIS", OPEN[0], dt.date(2021, 7, 1)), ("00007", "KREIS", *OPEN),
        ("00008", "KREIS", *OPEN), ("DG", "DE", *OPEN),
    ]  # fmt: skip
    areas = [(*area, None if area[0] == "DG" else "DG") for area in areas]
    day = dt.date(2015, 12, 31)
    counts = [("00001", day, 6.0), ("00002", day, 4.0), ("00004", day, 20.0), ("00005", day, 5.0)]
    counts += [("00006", day, 3.0), ("00007", day, 2.0), ("00008", day, None), ("DG", day, 40.0)]
    with_population(connection, areas, counts)
    return connection


def on(connection: duckdb.DuckDBPyConnection, day: dt.date) -> dict[str, tuple]:
    rows = connection.execute(
        "select area_code, value, obs_status, missing_reason, round(estimated_share, 6), from_codes"
        " from population_on(?)",
        [day],
    ).fetchall()
    return {row[0]: row[1:] for row in rows}


def test_on_its_own_gebietsstand_nothing_changes(reform) -> None:
    own = on(reform, dt.date(2015, 12, 31))
    assert {code: row[0] for code, row in own.items()} == {
        "00001": 6.0, "00002": 4.0, "00004": 20.0, "00005": 5.0, "00006": 3.0, "00007": 2.0, "00008": None,
        "DG": 40.0,
    }  # fmt: skip
    assert all(row[3] == 0 for row in own.values())


def test_a_merger_is_exact_and_a_parcel_is_estimated(reform) -> None:
    assert on(reform, dt.date(2022, 12, 31)) == {
        "00003": (10.0, "A", "none", 0.0, "00001, 00002"),
        "00004": (18.0, "E", "none", 1.0, "00004"),
        "00005": (7.0, "E", "none", pytest.approx(2 / 7, abs=1e-6), "00004, 00005"),
        "00007": (5.0, "A", "none", 0.0, "00006, 00007"),
        "00008": (None, "M", "unknown_or_confidential", 0.0, "00008"),
        "DG": (40.0, "A", "none", 0.0, "DG"),
    }


@pytest.mark.parametrize("count", [3.0, 7.0, 19.0, 57_452.0, 1e8 + 1])
def test_a_part_carries_no_noise_of_its_weight(reform, count: float) -> None:
    """A tenth of three persons is 0.3, not 0.30000000000000004, whatever the order of the parts."""
    reform.execute("update fct_population set value = ? where area_code = '00004'", [count])
    moved = on(reform, dt.date(2022, 12, 31))
    assert moved["00004"][0] == round(0.9 * count, 6)
    assert moved["00005"][0] == round(5 + 0.1 * count, 6)


def test_between_two_reforms_only_the_first_counts(reform) -> None:
    between = on(reform, dt.date(2017, 12, 31))
    assert between["00003"] == (10.0, "A", "none", 0.0, "00001, 00002")
    assert between["00004"][0] == 20.0
    assert between["00006"][0] == 3.0


def test_a_part_that_was_not_delivered_makes_the_whole_missing(reform) -> None:
    reform.execute("delete from fct_population where area_code = '00002'")
    assert on(reform, dt.date(2022, 12, 31))["00003"][:3] == (None, "M", "part_missing")


@pytest.mark.parametrize(("own", "expected"), [(11.0, (11.0, "exact")), (None, (10.0, "merged"))])
def test_the_offices_own_figure_wins_and_a_number_goes_before_a_gap(reform, own, expected) -> None:
    """The table prints 00003 for 2015 too, a year before it was founded: one row for the cell, never two."""
    reform.execute(
        "insert into fct_population select * replace (? as value, '00003' as area_code, true as is_backcast,"
        " '00003@2016-11-01' as area_key) from fct_population where area_code = '00001'",
        [own],
    )
    rows = reform.execute(
        "select value, grade, is_backcast from population_on(date '2022-12-31') where area_code = '00003'"
    ).fetchall()
    assert rows == [(*expected, False)]
    before = on(reform, dt.date(2015, 12, 31))
    assert (before["00001"][0], before["00002"][0]) == (6.0, 4.0)
    assert "00003" not in before


def carried_back(connection: duckdb.DuckDBPyConnection, code: str, key: str, value: float) -> None:
    connection.execute(
        "insert into fct_population select * replace (? as value, ? as area_code, true as is_backcast,"
        " ? as area_key, 'A' as obs_status, 'none' as missing_reason)"
        " from fct_population where area_code = '00004'",
        [value, code, key],
    )


def test_kreise_that_gave_each_other_parts_are_all_as_the_office_has_them_or_all_estimated(reform) -> None:
    """An office that carries one of two back would lose or double the part between them."""
    day = dt.date(2022, 12, 31)
    before = on(reform, day)
    reform.execute(
        "insert into dim_area select * replace (area_code || '@new' as area_key,"
        " date '2019-12-31' as valid_from) from dim_area where area_code in ('00004', '00005');"
        "update dim_area set valid_to = date '2019-12-31' where area_key in"
        " ('00004@1900-01-01', '00005@1900-01-01')"
    )
    carried_back(reform, "00005", "00005@new", before["00005"][0] + 3)
    assert {code: on(reform, day)[code][0] for code in ("00004", "00005")} == {
        code: before[code][0] for code in ("00004", "00005")
    }
    carried_back(reform, "00004", "00004@new", before["00004"][0] - 3)
    after = on(reform, day)
    assert (after["00004"][0], after["00005"][0]) == (before["00004"][0] - 3, before["00005"][0] + 3)


def test_an_area_without_a_way_to_the_gebietsstand_says_so(reform) -> None:
    day = dt.date(1985, 12, 31)
    reform.execute(
        "insert into fct_population select * replace (? as reference_date) from fct_population"
        " where area_code = '00001'",
        [day],
    )
    found = reform.execute(
        "select area_code, value, missing_reason, grade from population_on(date '2022-12-31')"
        " where reference_date = ?",
        [day],
    ).fetchall()
    assert found == [("00001", None, "not_convertible", "not_convertible")]


def test_what_was_known_at_a_time(reform) -> None:
    """A version holds from when it was known until it was replaced; time and territory go together."""
    revised = dt.datetime(2018, 1, 1)
    reform.execute("update fct_population set preferred_to = ? where area_code = '00001'", [revised])
    reform.execute(
        "insert into fct_population select * replace (16.0 as value, ? as known_from, null as preferred_to)"
        " from fct_population where area_code = '00001'",
        [revised],
    )

    def at(moment: dt.datetime | None, code: str, gebietsstand: dt.date | None) -> list[float]:
        rows = reform.execute(
            "select value from population_on(?, as_of := ?) where area_code = ?", [gebietsstand, moment, code]
        )
        return [row[0] for row in rows.fetchall()]

    today = dt.date(2022, 12, 31)
    assert at(dt.datetime(2016, 6, 1), "00001", None) == []
    assert at(dt.datetime(2017, 6, 1), "00001", None) == [6.0]
    assert at(revised, "00001", None) == [16.0]
    assert at(None, "00001", None) == [16.0]
    assert at(dt.datetime(2017, 6, 1), "00003", today) == [10.0]
    assert at(None, "00003", today) == [20.0]


UP = (
    "select value, summed, difference, made_by, missing_reason, parts_found, parts_expected"
    " from population_up('ADMIN', 'KREIS', 'DE', ?)"
)


def test_the_publishers_own_total_wins_and_the_difference_is_kept(reform) -> None:
    reform.execute(
        "update fct_population set value = 1, obs_status = 'A', missing_reason = 'none'"
        " where area_code = '00008'"
    )
    assert reform.execute(UP, [None]).fetchall() == [(40.0, 41.0, -1.0, "published", "none", 7, 7)]
    reform.execute("delete from fct_population where area_code = 'DG'")
    assert reform.execute(UP, [None]).fetchall() == [(41.0, 41.0, None, "summed", "none", 7, 7)]


def test_a_sum_with_a_missing_or_undelivered_part_is_missing(reform) -> None:
    reform.execute("delete from fct_population where area_code = 'DG'")
    assert reform.execute(UP, [None]).fetchall() == [(None, None, None, None, "part_missing", 6, 7)]
    reform.execute("delete from fct_population where area_code = '00008'")
    assert reform.execute(UP, [None]).fetchall() == [(None, None, None, None, "part_missing", 6, 7)]


def test_converting_then_summing_up_gives_what_summing_up_gives(reform) -> None:
    reform.execute("delete from fct_population where area_code = 'DG'")
    reform.execute(
        "update fct_population set value = 1, obs_status = 'A', missing_reason = 'none'"
        " where area_code = '00008'"
    )
    for gebietsstand in (None, dt.date(2017, 12, 31), dt.date(2022, 12, 31)):
        ((value, *_),) = reform.execute(UP, [gebietsstand]).fetchall()
        assert value == pytest.approx(41.0, abs=1e-9), gebietsstand


def test_a_missing_part_makes_the_whole_missing(reform) -> None:
    reform.execute("update fct_population set value = null, obs_status = 'M' where area_code = '00002'")
    assert on(reform, dt.date(2022, 12, 31))["00003"][:3] == (None, "M", "part_missing")


def test_a_mean_is_not_apportioned(reform) -> None:
    reform.execute("update fct_population set measure_code = 'avg_monthly_eur'")
    found = on(reform, dt.date(2022, 12, 31))
    assert found["00003"][:3] == (None, "M", "not_convertible")
    assert found["00004"][:3] == (None, "M", "not_convertible")


@st.composite
def reforms(draw: st.DrawFn) -> list[tuple]:
    """Random keys: in every year each Kreis goes to one or two Kreise of 2020; later years are closer"
    " to them."""
    seed = draw(st.integers(0, 10_000))
    chance = random.Random(seed)
    targets = [f"{number:05d}" for number in range(1, draw(st.integers(2, 6)))]
    keys = []
    for year in (2014, 2017, 2019):
        for target in targets:
            parts = chance.choice([1, 1, 2, 3])
            for part in range(parts):
                code = target if part == 0 else f"{chance.randint(100, 104):03d}{part:02d}"
                if any(key[0] == year and key[1] == code for key in keys):
                    continue
                other = chance.choice(targets)
                share = chance.choice([1.0, 1.0, 0.75])
                population = chance.randint(1, 500)
                keys.append((year, code, target, share if other != target else 1.0, population))
                if share < 1 and other != target:
                    keys.append((year, code, other, 1 - share, population))
    return keys


@tried(25)
@given(reforms())
def test_weights_sum_to_one_and_totals_are_kept(keys: list[tuple]) -> None:
    connection = database(keys, [])
    off = connection.execute(
        "select from_year, to_year, from_code, sum(weight_population), sum(weight_area) from"
        " bridge_area_crosswalk"
        " group by all having abs(sum(weight_population) - 1) > 1e-9 or abs(sum(weight_area) - 1) > 1e-9"
    ).fetchall()
    assert off == []
    same_year = connection.execute("select count(*) from bridge_area_crosswalk where from_year = to_year")
    assert same_year.fetchone() == (0,)


@pytest.mark.real_files
def test_the_published_keys_keep_the_nation_whole(shared_data) -> None:
    """All year-ends since 1990 against each other, from the BBSR's own workbook."""
    from sources.declared.catalogue import load_catalog
    from sources.readers.reading import reader_of

    catalog = load_catalog()
    declaration = catalog["umsteigeschluessel-kreise-2020"]
    file = next((shared_data / "07-geo-keys").rglob("ref-kreise-umrech-2020*.xlsx"))
    records = reader_of(declaration).read(catalog, declaration, file).table
    connection = duckdb.connect()
    connection.register("records", records)
    staging = model("stg_bbsr__umsteigeschluessel_kreise_2020")
    connection.execute(
        "create view \"umsteigeschluessel-kreise-2020\" as select *, 's' as snapshot from records;"
        "create table ledger as select 's' as snapshot_id, 'umsteigeschluessel-kreise-2020' as dataset_id,"
        " 'accepted' as status, timestamp '2021-01-01' as published_at, null::timestamp as retrieved_at;"
        "create table area_aliases as from read_csv('sources/catalog/area_aliases.csv', all_varchar = true)"
    )
    staging = staging.replace("from umsteigeschluessel-kreise-2020", 'from "umsteigeschluessel-kreise-2020"')
    connection.execute(f"create table stg_bbsr__umsteigeschluessel_kreise_2020 as {staging}")
    history = "sources/catalog/area_history.csv"
    connection.execute(
        f"create table area_history as select area_code, area_level, valid_from::date as valid_from,"
        f" valid_to::date as valid_to, successor_code from read_csv('{history}', all_varchar = true)"
    )
    connection.execute(LOR_TABLES)
    make_crosswalk(connection)
    assert connection.execute(
        "select count(*) from (select from_code from bridge_area_crosswalk group by from_year, to_year,"
        " from_code"
        " having abs(sum(weight_population) - 1) > 1e-9 or abs(sum(weight_area) - 1) > 1e-9)"
    ).fetchone() == (0,)
    assert connection.execute(
        "select to_code, weight_population, grade from bridge_area_crosswalk"
        " where from_year = 2015 and to_year = 2022 and from_code in ('03152', '03156', '16056') order by"
        " from_code"
    ).fetchall() == [("03159", 1.0, "merged"), ("03159", 1.0, "merged"), ("16063", 1.0, "merged")]


def small_areas(
    rows: list[tuple], people: list[tuple] = (), lor: list[tuple] = ()
) -> duckdb.DuckDBPyConnection:
    """The crosswalk of small areas: a town's list, counts after the LOR reform, parts of the LOR reform."""
    connection = duckdb.connect()
    connection.execute(LOR_TABLES)
    connection.execute(
        "create table stg_bbsr__umsteigeschluessel_kreise_2020 (from_year integer, from_code varchar, to_year"
        " integer, to_code varchar, weight_area double, weight_population double, part_population double,"
        " part_area double);"
        "create table area_history (area_code varchar, area_level varchar, valid_to date,"
        " successor_code varchar)"
    )
    for code, first, end, former in rows:
        connection.execute(
            "insert into stg_kommune__gebietsgliederung values ('99001000', ?, ?, ?, ?)",
            [code, first, end or OPEN[1], former],
        )
    for part in lor:
        connection.execute("insert into stg_berlin__lor_crosswalk_2006_2021 values (?, ?, ?)", list(part))
    for code, count in people:
        connection.execute(
            "insert into stg_berlin__lor_population_derivative values (?, '2021-12-31', '_T', '_T', '_T',"
            " 'registered_persons', ?)",
            [code, count],
        )
    make_crosswalk(connection)
    return connection


def ways(connection: duckdb.DuckDBPyConnection, before: int, after: int) -> dict[tuple, tuple]:
    rows = connection.execute(
        "select from_code, to_code, round(weight_population, 9), grade from bridge_area_crosswalk"
        " where from_year = ? and to_year = ?",
        [before, after],
    )
    return {row[:2]: row[2:] for row in rows.fetchall()}


def test_a_towns_reforms_are_chained() -> None:
    """2021: A goes to C and D. 2024: D and B become E. What of A lies in E is the share of both steps."""
    start, first, second = dt.date(2000, 1, 1), dt.date(2021, 1, 1), dt.date(2024, 1, 1)
    connection = small_areas(
        [
            ("A", start, first, None), ("B", start, second, None), ("C", first, None, "A(0.25)"),
            ("D", first, second, "A(0.75)"), ("E", second, None, "D, B"),
        ]
    )  # fmt: skip
    assert ways(connection, 2020, 2022) == {("A", "C"): (0.25, "estimated"), ("A", "D"): (0.75, "estimated")}
    assert ways(connection, 2022, 2025) == {("D", "E"): (1.0, "merged"), ("B", "E"): (1.0, "merged")}
    assert ways(connection, 2020, 2025) == {
        ("A", "C"): (0.25, "estimated"), ("A", "E"): (0.75, "estimated"), ("B", "E"): (1.0, "merged"),
    }  # fmt: skip
    assert ways(connection, 2025, 2020) == {}, "how large the parts of E are is not known: no way back"
    assert ways(connection, 2022, 2023) == {}


def test_people_go_where_people_live() -> None:
    """Half of an area is a park: the density of the newer areas says where its people went."""
    connection = small_areas(
        [],
        people=[("00000011", 0), ("00000012", 300)],
        lor=[("00000001", "00000011", 50.0), ("00000001", "00000012", 50.0), ("00000002", "00000012", 50.0)],
    )
    assert ways(connection, 2020, 2022) == {
        ("00000001", "00000011"): (0.0, "estimated"),
        ("00000001", "00000012"): (1.0, "estimated"),
        ("00000002", "00000012"): (1.0, "merged"),
    }
    back = ways(connection, 2022, 2020)
    assert back["00000012", "00000001"] == (0.5, "estimated")
    assert back["00000011", "00000001"] == (1.0, "merged"), "nobody lives there: by area"


def test_the_estimated_part_hangs_on_no_order_of_parts() -> None:
    """Else each map would have another hash, and each build from the same files another edition."""
    share = macro("estimated_share", value="number", weight="weight")
    dice = random.Random(5)
    rows = [(dice.random() * 9e4, dice.random(), dice.choice(["estimated", "merged"])) for _ in range(200)]
    found, plain = set(), set()
    for _ in range(10):
        dice.shuffle(rows)
        listed = ", ".join(
            f"({number!r}::double, {weight!r}::double, '{grade}')" for number, weight, grade in rows
        )
        given = f"(values {listed}) as parts(number, weight, grade)"
        found.add(duckdb.sql(f"select {share} from {given}").fetchone())
        plain.add(duckdb.sql(f"select sum(number * weight) from {given}").fetchone())
    assert len(found) == 1
    assert len(plain) > 1, "else this examines nothing"
