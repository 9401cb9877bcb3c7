"""`query`, `explain` and `register` over a small warehouse written by hand: a reform, a revision."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv
import pytest
from rich.console import Console
from scipy import stats

from dbt_project.indicators.compiler import compile_files
from dbt_project.indicators.specification import load_specifications
from orchestration.cli.answers import csv_of, print_answer
from orchestration.cli.asking.explain import explain
from orchestration.cli.asking.query import Answer, CannotAnswer, denominator_dates, query, sparkline
from orchestration.cli.asking.register import register
from orchestration.cli.asking.warehouse import Busy, UnknownName, facts, period_range
from sources.foundation.told import Told
from tests.contracts import make
from tests.dbt.compiled import function
from tests.indicators.both_languages import foreign_words

FIRST, REVISED = dt.datetime(2016, 10, 1), dt.datetime(2018, 10, 1)
END_2015, MARCH_2016 = dt.date(2015, 12, 31), dt.date(2016, 3, 1)
ALWAYS, REFORM, NEVER = dt.date(1900, 1, 1), dt.date(2016, 11, 1), dt.date(9999, 12, 31)
CELL = {
    "area_is_valid": True, "is_backcast": False, "unit": "Anzahl", "obs_status": "A",
    "conf_status": "F", "missing_reason": "none", "raw_symbol": "", "rounding_base": 0, "snapshot_id": "s1",
    "correction_id": "", "source_line": 18, "source_column": 6, "known_from": FIRST, "is_preferred": True,
}  # fmt: skip

ISO_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")


def cell(area: str, date: dt.date, measure: str, value: float, **other: object) -> dict[str, object]:
    return CELL | {
        "area_key": area, "area_code": area, "reference_date": date, "period_key": f"D{date}",
        "known_to": None, "preferred_to": None, "measure_code": measure, "value": value, **other,
    }  # fmt: skip


def children_of(area: str, value: float, date: dt.date = MARCH_2016, **other: object) -> dict[str, object]:
    codes = {"childcare_type_code": "_T", "age_group_code": "Y_LT3", "dataset_id": "22543-01-02-4"}
    return cell(area, date, "children", value, **codes, **other)


def people_of(area: str, value: float, date: dt.date = END_2015, **other: object) -> dict[str, object]:
    codes = {
        "sex_code": "_T",
        "nationality_code": "_T",
        "age_group_code": "Y_LT3",
        "dataset_id": "12411-02-03-4",
    }
    return cell(area, date, "persons", value, **codes, **other)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb"
    connection = duckdb.connect(str(file))

    def store(name: str, table: pa.Table) -> None:
        connection.register("incoming", table)
        connection.execute(f"create table {name} as from incoming")
        connection.unregister("incoming")

    compiled = compile_files(load_specifications())
    for seed in (
        "indicator",
        "indicator_part",
        "indicator_area_level",
        "indicator_edition",
    ):
        store(seed, pa.csv.read_csv(io.BytesIO(compiled[f"dbt_project/compiled/seeds/{seed}.csv"].encode())))
    store(
        "fct_childcare",
        pa.Table.from_pylist(
            [
                children_of("01001", 800, known_to=REVISED, preferred_to=REVISED, is_preferred=False),
                children_of("01001", 815, known_from=REVISED),
                children_of("03152", 30),
                children_of("03156", 20),
                children_of("01059", 20, dt.date(2011, 3, 1)),
                children_of("01059", 30, dt.date(2012, 3, 1)),
                children_of("13051", 20, dt.date(2011, 3, 1)),
                children_of("13053", 30, dt.date(2011, 3, 1)),
                children_of("13072", 60, dt.date(2012, 3, 1)),
            ]
        ),
    )
    store(
        "fct_population",
        pa.Table.from_pylist(
            [
                people_of("01001", 2264),
                people_of("03152", 100),
                people_of("03156", 25, obs_status="U", source_line=77),
                *(people_of(area, 100, dt.date(2010, 12, 31)) for area in ("01059", "13051", "13053")),
                *(people_of(area, 200, dt.date(2011, 12, 31)) for area in ("01059", "13072")),
            ]
        ),
    )
    for fact in ("fct_childcare", "fct_population"):
        for column in ("known_to", "preferred_to"):
            connection.execute(f"alter table {fact} alter {column} type timestamp")
    for column in ("first_period", "last_period"):
        connection.execute(f"alter table indicator alter {column} type date using null")
    for fact in facts().values():  # the others are there, without a cell
        codes = "".join(f", '_T' as {name}_code" for name in fact.dimensions)
        bare = "select * exclude (sex_code, nationality_code, age_group_code)"
        connection.execute(
            f"create table if not exists {fact.model} as {bare}{codes} from fct_population limit 0"
        )
    store(
        "dim_area",
        pa.Table.from_pylist(
            [
                {
                    "area_key": code,
                    "area_code": code,
                    "area_name": name,
                    "area_level": "KREIS",
                    "is_latest": True,
                    "valid_from": first,
                    "valid_to": end,
                    "predecessor_codes": None,
                    "legal_basis": "law",
                }
                for code, name, first, end in [
                    ("01001", "Flensburg, kreisfreie Stadt", ALWAYS, NEVER),
                    ("01059", "Schleswig-Flensburg, Kreis", ALWAYS, NEVER),
                    ("03152", "Göttingen, Landkreis", ALWAYS, REFORM),
                    ("03156", "Osterode am Harz, Landkreis", ALWAYS, REFORM),
                    ("03159", "Göttingen, Landkreis (neu)", REFORM, NEVER),
                    ("13051", "Bad Doberan", ALWAYS, dt.date(2011, 9, 4)),
                    ("13053", "Güstrow", ALWAYS, dt.date(2011, 9, 4)),
                    ("13072", "Landkreis Rostock", dt.date(2011, 9, 4), NEVER),
                ]
            ]
        ),
    )
    store(
        "bridge_area_crosswalk",
        pa.Table.from_pylist(
            [
                {"from_year": 2015, "from_code": code, "to_year": 2020, "to_code": "03159",
                 "weight_population": 1.0, "weight_area": 1.0, "grade": "merged"}
                for code in ("03152", "03156")
            ]
            + [
                {"from_year": 2010, "from_code": code, "to_year": 2020, "to_code": "13072",
                 "weight_population": 1.0, "weight_area": 1.0, "grade": "merged"}
                for code in ("13051", "13053")
            ]
        ),
    )  # fmt: skip
    store(
        "dim_dataset",
        pa.Table.from_pylist(
            [
                {
                    "dataset_id": name,
                    "table_code": name,
                    "title_de": "T",
                    "publisher_name": "P",
                    "attribution": "A",
                }
                for name in ("22543-01-02-4", "12411-02-03-4")
            ]
        ),
    )
    store(
        "dim_snapshot",
        pa.Table.from_pylist(
            [{"snapshot_id": "s1", "file_name": "f.csv", "source_uri": "file:///f.csv", "sha256": "ab" * 32}]
        ),
    )
    connection.execute(
        """create table mart_indicator as
        select 'K01' as indicator_id, '01001' as area_code, 'Flensburg, kreisfreie Stadt' as area_name,
            'KREIS' as area_level, date '2016-03-01' as reference_date, 815 / 2264 * 100 as value,
            815.0 as numerator, 2264.0 as denominator, '%' as unit, 1 as decimals, 'A' as obs_status,
            'none' as missing_reason, 34.05 as lower_limit, 38.0 as upper_limit, 'wilson' as interval_method,
            'high' as reliability, 30.9 as reference_value, 'far_above' as reference_verdict,
            null::double as years_since_previous, null::double as change,
            'untested' as change_verdict, false as is_backcast,
            timestamp '2018-10-01' as known_from, '01001' as area_key, 'D2016-03-01' as period_key,
            'F' as conf_status, null::integer as rounding_base, '22543-01-02-4' as numerator_dataset,
            '12411-02-03-4' as denominator_dataset"""
    )
    make(connection, "mart_social_index")
    connection.execute(
        "create table mart_outcome as select 'places' as goal_id, 'More places' as title_en,"
        " 'Mehr Plätze' as title_de, 'K01' as indicator_id,"
        " '01001' as area_code, date '2012-03-01' as baseline_date, null::double as"
        " baseline_value, 40.0::double as target, date '2018-03-01' as due,"
        " date '2016-03-01' as reference_date, 36.0 as value, 34.0 as lower_limit,"
        " 38.0 as upper_limit, null::double as attainment_pct,"
        " 'not_measurable' as status, 'baseline_missing' as status_reason"
    )
    connection.execute(
        "create table dim_break as select *, what_en as break_id, 'source' as source,"
        " null::varchar as indicator_id, null::varchar as area_code from (values"
        " ('12411', null::varchar, date '2011-12-31', 'definition', 'Zensus 2011', 'census of 2011'),"
        " ('12411', null, date '2022-12-31', 'definition', 'Zensus 2022', 'census of 2022'),"
        " ('12411-02-03-4', null, date '2011-12-31', 'definition', 'Fußnote', 'footnote of the census'),"
        " ('22543', '08', date '2011-01-01', 'definition', 'Stand 2011', 'territorial status of 2011'),"
        " ('22542', null, date '2011-06-01', 'definition', 'anderes', 'another statistic'))"
        " as given (statistic_prefix, area_prefix, effective_date, kind, what_de, what_en)"
    )
    connection.execute("create table fct_indicator as select * from mart_indicator")
    connection.execute(
        "create table fct_town_indicator as select *, '' as leaf_codes, '' as edition from mart_indicator"
        " limit 0"
    )
    connection.execute(
        "create table fct_implausible as select 's1' as snapshot_id, area_code, source_line, source_column,"
        " 'Die Zahl liegt weit daneben.' as note_de, 'The number lies far off.' as note_en,"
        " 24.5 as expected_value from fct_population where source_line = 77"
    )
    for name in ("indicator_as_known", "indicator_on", "breaks_in"):
        connection.execute(function(name))
    connection.close()
    return file


def test_the_mart_answers_what_holds_now(warehouse: Path) -> None:
    answer = query(warehouse, "K01", areas=["Flensburg"], period="2016")
    assert [row["value"] for row in answer.rows] == [pytest.approx(815 / 2264 * 100)]
    assert answer.chart("01001") == "▁"


def test_as_of_a_day_before_the_revision_the_older_number_counts(warehouse: Path) -> None:
    answer = query(warehouse, "K01", areas=["01001"], as_of=dt.datetime(2017, 1, 1))
    assert [(row["numerator"], row["value"]) for row in answer.rows] == [
        (800, pytest.approx(800 / 2264 * 100))
    ]


def test_before_anything_was_known_that_is_said(warehouse: Path) -> None:
    with pytest.raises(UnknownName, match="nothing of K01 was known at 2016-01-01"):
        query(warehouse, "K01", as_of=dt.datetime(2016, 1, 1))


def test_today_s_knowledge_computed_again_is_the_mart(warehouse: Path) -> None:
    again = query(warehouse, "K01", areas=["01001"], as_of=dt.datetime(2030, 1, 1)).rows
    mart = query(warehouse, "K01", areas=["01001"]).rows
    names = (
        "reference_date",
        "value",
        "numerator",
        "denominator",
        "obs_status",
        "missing_reason",
        "known_from",
    )
    assert [{name: row[name] for name in names} for row in again] == [
        {name: row[name] for name in names} for row in mart
    ]


def test_on_a_later_territory_counts_are_added_before_they_are_divided(warehouse: Path) -> None:
    later = dt.date(2020, 12, 31)
    answer = query(warehouse, "K01", areas=["03159"], as_of=dt.datetime(2019, 1, 1), gebietsstand=later)
    assert [(row["numerator"], row["denominator"], row["value"]) for row in answer.rows] == [
        (50, 125, pytest.approx(40.0))
    ]
    assert answer.rows[0]["from_codes"] == "03152, 03156"
    assert len(answer.notes) == 2


def test_a_series_names_each_break_of_its_tables_once(warehouse: Path) -> None:
    """The census stands on record for the statistic, for its table, and for the indicator: one break."""
    answer = query(warehouse, "K01", areas=["01059", "13072"], as_of=dt.datetime(2019, 1, 1))
    [found] = answer.breaks
    assert (found["break_date"], found["note_en"]) == (dt.date(2011, 12, 31), "census of 2011")
    assert (found["dataset_scope"], found["area_scope"]) == ("12411", None)
    assert (found["area_code"], found["before"]) == ("01059", dt.date(2012, 3, 1))  # 13072 has one row


def test_an_implausible_figure_is_said_first(warehouse: Path) -> None:
    """Also where it is one of the areas that a number was carried from."""
    first = (
        "IMPLAUSIBLE: 25 of 2015-12-31 in the denominator (table 12411-02-03-4, line 77). "
        "The number lies far off. Plausible would be 24.5."
    )
    known = dt.datetime(2019, 1, 1)
    receipt = explain(warehouse, "K01", "03156", "2016", as_of=known)
    assert receipt.lines()[0] == first
    assert sum(line.startswith("IMPLAUSIBLE") for line in receipt.lines()) == 1
    carried = explain(warehouse, "K01", "03159", "2016", as_of=known, gebietsstand=dt.date(2020, 12, 31))
    assert carried.lines()[0] == first
    assert sum("IMPLAUSIBLE" in line for line in carried.lines()) == 1
    sound = explain(warehouse, "K01", "03152", "2016", as_of=known)
    assert not [line for line in sound.lines() if "IMPLAUSIBLE" in line]


KNOWN, LATER = dt.datetime(2019, 1, 1), dt.date(2020, 12, 31)


@pytest.mark.parametrize(
    ("indicator", "area", "as_of", "gebietsstand", "lines"),
    [
        (
            "K01", "03156", KNOWN, None,
            [
                "UNPLAUSIBEL: 25 vom 31.12.2015 im Nenner (Tabelle 12411-02-03-4, Zeile 77)."
                " Die Zahl liegt weit daneben. Plausibel wäre 24,5.",
                "  25 [Bevölkerung; Altersgruppe unter 3 Jahre] am 31.12.2015: Tabelle 12411-02-03-4,"
                " f.csv Zeile 77 Feld 6, sha256 abababababab…, bekannt seit 01.10.2016,"
                " Status U (eingeschränkt aussagefähiger Wert)",
            ],
        ),
        (
            "K01", "03159", KNOWN, LATER,
            [
                "Göttingen, Landkreis (neu) (03159), 01.03.2016: 40,0 %",
                "Gebiet: auf den Gebietsstand 31.12.2020 umgerechnet aus 03152, 03156"
                " (aus ganzen Gebieten zusammengezählt, davon 0,0 % geschätzt)",
                "Zähler: 50", "Nenner: 125",
            ],
        ),
        (
            "K01", "01001", None, None,
            [
                "Flensburg, kreisfreie Stadt (01001), 01.03.2016: 36,0 %",
                "Status: normaler Wert (A)",
                "95-%-Intervall: 34,05 bis 38,00 (Wilson (Anteil)), Verlässlichkeit: hoch",
                "Bruch davor: 31.12.2011, Zensus 2011 (Tabellen 12411)",
                "Bruch danach: 31.12.2022, Zensus 2022 (Tabellen 12411)",
            ],
        ),
        (
            "Z01", "01001", None, None,
            [
                "Status: kein Zahlenwert vorhanden (M)",
                "Ziel places: Mehr Plätze: von einem unbekannten Wert am 01.03.2012 auf 40 bis 01.03.2018;"
                " nicht messbar am 01.03.2016 (Ausgangswert fehlt)",
            ],
        ),
    ],
    ids=["implausible", "carried", "plain", "goal"],
)  # fmt: skip
def test_a_receipt_is_german_throughout_and_english_throughout(
    warehouse: Path,
    indicator: str,
    area: str,
    as_of: dt.datetime | None,
    gebietsstand: dt.date | None,
    lines: list[str],
) -> None:
    receipt = explain(warehouse, indicator, area, "2016", as_of=as_of, gebietsstand=gebietsstand)
    told = receipt.lines("de")
    assert [line for line in lines if line not in told] == []
    assert [line for line in told if ISO_DAY.search(line)] == [], "a day is written 31.12.2015"
    assert foreign_words(receipt) == []


def test_a_word_forgotten_in_one_language_is_noticed(warehouse: Path) -> None:
    receipt = explain(warehouse, "K01", "01001", "2016")
    receipt.remarks.append(Told("carried from elsewhere", "carried von anderswo"))
    assert foreign_words(receipt) == ["carried: carried von anderswo"]


def test_a_warehouse_built_before_there_was_a_register_answers_too(warehouse: Path, tmp_path: Path) -> None:
    older = tmp_path / "warehouse.duckdb"
    older.write_bytes(warehouse.read_bytes())
    with duckdb.connect(str(older)) as connection:
        connection.execute("drop table fct_implausible")
    lines = explain(older, "K01", "03156", "2016", as_of=dt.datetime(2019, 1, 1)).lines()
    assert lines[0].startswith("K01")
    assert any("status U" in line for line in lines)


def test_on_one_territory_new_boundaries_are_no_break(warehouse: Path) -> None:
    answer = query(
        warehouse, "K01", areas=["13072"], as_of=dt.datetime(2019, 1, 1), gebietsstand=dt.date(2020, 12, 31)
    )
    assert [(row["reference_date"].year, row["numerator"]) for row in answer.rows] == [(2011, 50), (2012, 60)]
    assert [one["note_en"] for one in answer.breaks] == ["census of 2011"]


@pytest.mark.parametrize(
    ("day", "message"),
    [
        (dt.date(2020, 6, 30), "boundaries are kept by year-end: give 2020-12-31"),
        (dt.date(2050, 12, 31), "reach from 2020-12-31 to 2020-12-31"),
    ],
)
def test_a_territory_that_is_not_kept(warehouse: Path, day: dt.date, message: str) -> None:
    with pytest.raises(CannotAnswer, match=message):
        query(warehouse, "K01", gebietsstand=day)


def test_an_indicator_that_waits_says_for_what(warehouse: Path) -> None:
    with pytest.raises(CannotAnswer, match=r"H04 is not computed yet\. It waits for Schwerbehinderte"):
        query(warehouse, "H04")


def test_a_break_between_two_dates_is_named() -> None:
    """The chart of a series may not hide it."""
    known = [dt.date(2010, 3, 1), dt.date(2012, 3, 1)]
    row = {
        "area_code": "01001", "area_name": "Flensburg", "unit": "%", "decimals": 1, "obs_status": "A",
        "missing_reason": "none", "value": 20.0,
    }  # fmt: skip
    indicator = dict.fromkeys(("indicator_id", "name_en", "unit", "question_en", "how_to_read_en"), "x")
    answer = Answer(
        indicator | {"how_not_to_read_en": "x"},
        [row | {"reference_date": day} for day in known]
        + [row | {"reference_date": dt.date(2013, 3, 1), "value": None, "obs_status": "M",
                  "missing_reason": "unknown_or_confidential"}]
        + [row | {"reference_date": dt.date(2014, 3, 1), "obs_status": "E", "value": 10.0}],
        [{"break_date": dt.date(2011, 5, 9), "note_de": "Zensus", "note_en": "census", "area_code": "01001",
          "before": known[1], "dataset_scope": "12411", "area_scope": "01"}],
    )  # fmt: skip
    out = io.StringIO()
    print_answer(answer, Console(file=out, width=100))
    lines = [line.split() for line in out.getvalue().splitlines()]
    series = [line for line in lines if line and re.match(r"\d{4}-", line[0])]
    assert series == [
        ["2010-03-01", "20.0", "██████████"],
        ["2011-05-09", "‖", "break"],
        ["2012-03-01", "20.0", "██████████"],
        ["2013-03-01", "–", "a)"],
        ["2014-03-01", "10.0", "s", "█████"],
    ]
    assert "‖ break of the series on 2011-05-09: census (tables 12411; area 01)" in out.getvalue()
    assert "s estimated or converted" in out.getvalue()
    assert "a) missing: value unknown or confidential" in out.getvalue()


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_reason_is_said_in_whole_words_however_narrow_the_terminal(width: int) -> None:
    """Seen before: in 80 columns a reason was wrapped letter by letter down the right edge."""
    row = {
        "area_code": "01001", "area_name": "Flensburg", "unit": "%", "decimals": 1, "obs_status": "A",
        "missing_reason": "none", "value": 20.0, "lower_limit": 19.0, "upper_limit": 21.0,
        "reliability": "insufficient", "reference_verdict": "within_chance", "change": 1.0,
        "change_verdict": "within_chance", "years_since_previous": 1.0, "is_backcast": False,
    }  # fmt: skip
    days = [dt.date(year, 3, 1) for year in (2010, 2011, 2012, 2019)]
    gone = row | {"value": None, "lower_limit": None, "upper_limit": None, "obs_status": "M", "change": None,
                  "missing_reason": "unknown_or_confidential", "change_verdict": "untested"}  # fmt: skip
    shown = [row, gone, row | {"is_backcast": True}, row | {"change": None, "change_verdict": "gap",
             "years_since_previous": 7.0}]  # fmt: skip
    indicator = dict.fromkeys(("indicator_id", "name_en", "unit", "question_en", "how_to_read_en"), "x")
    answer = Answer(
        indicator | {"how_not_to_read_en": "x"},
        [one | {"reference_date": day} for one, day in zip(shown, days, strict=True)],
    )
    out = io.StringIO()
    print_answer(answer, Console(file=out, width=width))
    lines = out.getvalue().splitlines()
    for sentence in ("a) missing: value unknown or confidential", "b) carried back to a later territory"):
        assert sentence in lines
    assert len([line for line in lines if re.match(r"\d{4}-|⋮", line)]) == 5, "a row is one line"
    assert any("⋮ 6 years" in line for line in lines)


@pytest.mark.parametrize(
    ("days", "chart"),
    [
        (["2008-12-31", "2009-12-31", "2010-12-31", "2013-12-31", "2016-12-31"], "▁▅·  █  ▁"),
        (["2020-06-30", "2020-12-31", "2021-06-30", "2022-06-30", "2022-12-31"], "▁▅· █▁"),
        (["2009-12-31", "2011-12-31", "2013-12-31", "2015-12-31", "2021-12-31"], "▁▅·█  ▁"),
    ],
    ids=["years", "half years", "every two years"],
)
def test_a_chart_has_a_true_time_axis(days: list[str], chart: str) -> None:
    """Time without a row is as wide as time with one; a row without a value is a dot."""
    rows = [
        {"area_code": "01", "reference_date": dt.date.fromisoformat(day), "value": value}
        for day, value in zip(days, (1.0, 2.0, None, 3.0, 1.0), strict=True)
    ]
    assert Answer({}, rows).chart("01") == chart
    assert Answer({}, []).chart("01") == ""


def test_two_areas_are_compared_with_newcombes_interval() -> None:
    """Newcombe 1998, Statistics in Medicine 17, example a: 56/70 against 48/80, method 10."""
    rows = []
    for area, (x, n) in {"first": (48, 80), "second": (56, 70)}.items():
        limits = stats.binomtest(x, n).proportion_ci(method="wilson")
        rows.append({"area_code": area, "reference_date": MARCH_2016, "value": x / n,
                     "lower_limit": limits.low, "upper_limit": limits.high})  # fmt: skip
    [(_, _, found)] = Answer({}, rows).differences()
    assert (found.value, found.lower, found.upper) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    assert found.beyond_chance
    assert Answer({}, [rows[0], rows[1] | {"lower_limit": None}]).differences() == []
    assert Answer({}, rows[:1]).differences() == []


def test_csv_has_every_column(warehouse: Path) -> None:
    [row] = csv.DictReader(io.StringIO(csv_of(query(warehouse, "k01"))))
    assert (row["indicator_id"], row["area_code"], row["reference_date"]) == ("K01", "01001", "2016-03-01")
    assert float(row["value"]) == pytest.approx(815 / 2264 * 100)


@pytest.mark.parametrize(
    ("indicator", "area", "period", "message"),
    [
        ("K1", "01001", "2016", "no indicator 'K1'; near it are"),
        ("K01", "99999", "2016", "no area '99999'; near it are"),
        ("K01", "Flensborg", "2016", "near it are 01001 Flensburg"),
        ("H04", "01001", "2016", "It waits for"),
        ("K01", "Gött", "2016", "could be 03152 Göttingen"),
        ("K01", "01001", "16", "is no period"),
        ("K01", "01001", "2010", "there is 2016-03-01"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(
    warehouse: Path, indicator: str, area: str, period: str, message: str
) -> None:
    with pytest.raises((UnknownName, CannotAnswer), match=message) as caught:
        explain(warehouse, indicator, area, period)
    words = caught.value.args[0]
    assert isinstance(words, Told)
    common = set(re.findall(r"[a-z]{3,}", words)) & set(re.findall(r"[a-z]{3,}", words.de))
    assert not common & {"near", "area", "indicator", "there", "could", "give", "code", "period", "write"}


def test_without_a_warehouse_the_error_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="planstat run"):
        query(tmp_path / "none.duckdb", "K01")


def test_the_receipt_names_every_cell_with_table_line_and_hash(warehouse: Path) -> None:
    receipt = explain(warehouse, "K01", "Flensburg", "2016")
    assert [(side.role, side.value) for side in receipt.sides] == [("numerator", 815), ("denominator", 2264)]
    only = receipt.sides[0].cells[0]
    assert (only["dataset_id"], only["source_line"], only["source_column"]) == ("22543-01-02-4", 18, 6)
    text = "\n".join(receipt.lines())
    assert "2016-03-01: 36.0 %" in text
    assert "table 12411-02-03-4, f.csv line 18 field 6, sha256 abababababab" in text
    assert "break before it: 2011-12-31, census of 2011 (tables 12411)" in text
    assert text.count("break before it: 2011") == 1, "the note of the table tells of the same census"
    assert "break after it: 2022-12-31" in text
    assert "another statistic" not in text
    assert "territorial status of 2011" not in text, "it concerns another Land"


def test_the_receipt_of_a_number_on_other_boundaries_has_those_it_came_from(warehouse: Path) -> None:
    receipt = explain(
        warehouse, "K01", "03159", "2016", as_of=dt.datetime(2019, 1, 1), gebietsstand=dt.date(2020, 12, 31)
    )
    lines = receipt.lines()
    assert "Göttingen, Landkreis (neu) (03159), 2016-03-01: 40.0 %" in lines
    assert (
        "territory: carried to the boundaries of 2020-12-31 from 03152, 03156 (merged, 0.0 % of it estimated)"
        in lines
    )
    assert [(part.area["area_code"], part.result["numerator"]) for part in receipt.parts] == [
        ("03152", 30),
        ("03156", 20),
    ]
    with pytest.raises(UnknownName, match="has no row for 03159 in 2010 on 2020-12-31"):
        explain(warehouse, "K01", "03159", "2010", gebietsstand=dt.date(2020, 12, 31))


def test_a_goal_is_told_with_what_is_known_of_it(warehouse: Path) -> None:
    """The receipt of Z01 stands above that of the goal's indicator; a baseline may be unknown."""
    told = explain(warehouse, "Z01", "01001", "2016").lines()
    assert (
        "goal places: More places: from an unknown value on 2012-03-01 to 40 by 2018-03-01;"
        " not measurable on 2016-03-01 (baseline is missing)"
    ) in told
    assert "  K01 Childcare rate of children under 3" in told
    with pytest.raises(UnknownName, match="Z01 has no row for 01001 in 2010; there is 2016-03-01"):
        explain(warehouse, "Z01", "01001", "2010")


def test_the_receipt_of_an_older_number_has_the_older_cell(warehouse: Path) -> None:
    receipt = explain(warehouse, "K01", "01001", "2016", as_of=dt.datetime(2017, 1, 1))
    assert (receipt.result["numerator"], receipt.sides[0].value) == (800, 800)
    assert "35.3 %" in "\n".join(receipt.lines())


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2015", dt.date(2015, 1, 1), dt.date(2015, 12, 31)),
        ("2010-2015", dt.date(2010, 1, 1), dt.date(2015, 12, 31)),
        ("2015-12-31", END_2015, END_2015),
        ("2014/15", dt.date(2014, 8, 1), dt.date(2015, 7, 31)),
    ],
)
def test_period_range(text: str, first: dt.date, last: dt.date) -> None:
    assert period_range(text) == (first, last)


def test_denominator_dates_follow_the_rule() -> None:
    before, end = dt.date(2014, 12, 31), dt.date(2015, 12, 31)
    middle = dt.date(2015, 6, 30)
    expected = {
        "same": [middle],
        "year_end": [end],
        "year_end_before": [before],
        "mean_of_two": [before, end],
    }
    for rule, dates in expected.items():
        assert denominator_dates({"denominator_date": rule}, middle) == dates


def test_sparkline_leaves_a_dot_for_what_is_missing() -> None:
    assert sparkline([1.0, None, 2.0, 1.5]) == "▁·█▅"
    assert sparkline([None]) == "·"


def test_every_fact_has_a_model() -> None:
    assert all(fact.model.startswith("fct_") for fact in facts().values())


def test_the_register_without_a_warehouse_says_what_computes_and_what_waits() -> None:
    entries = {one.indicator_id: one for one in register()}
    assert entries["K01"].state == "computes"
    assert entries["K01"].origin == "fct_childcare, fct_population"
    assert entries["H04"].state == "waits"
    assert entries["H04"].why


def test_the_register_says_why_an_indicator_has_no_values(warehouse: Path) -> None:
    entries = {one.indicator_id: one for one in register(warehouse)}
    assert (entries["K01"].state, entries["K01"].values) == ("computes", 1)
    assert (
        entries["D08"].why == "fct_migration is empty: nothing of 12711-01-03-4, 12411-05-01-4 is delivered"
    )
    assert entries["X01"].why == "no area has all of its parts"
    assert (
        entries["K02"].why == "no numerator whose denominator of 31 December of the year before is loaded too"
    )


def test_the_register_of_one_field() -> None:
    assert {one.policy_field for one in register(policy_field="health_care")} == {"Gesundheit/Pflege"}
    with pytest.raises(UnknownName, match="no policy field 'Sport'; there are Demografie"):
        register(policy_field="Sport")


def test_while_a_run_writes_that_is_said(tmp_path: Path) -> None:
    """Another process holds the file."""
    file = tmp_path / "warehouse.duckdb"
    holds = f"import duckdb; held = duckdb.connect({str(file)!r}); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", holds], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "held\n"
        with pytest.raises(Busy, match="ask again when it has ended"):
            query(file, "K01")
        writer.communicate("\n")
