"""Indicators over a municipality's own forms: the invented town's figures, counted here a second time."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from dbt_project.indicators import specification
from dbt_project.indicators.compiler import compile_files
from dbt_project.indicators.specification import load_specifications
from exports.products import load_products
from orchestration.cli.agreeing import print_agreed
from orchestration.cli.asking.agreement import agreement, agreements, goal, goals
from orchestration.cli.asking.explain import explain
from orchestration.cli.asking.own import cells, newest, spans
from orchestration.cli.asking.query import CannotAnswer, query
from orchestration.cli.asking.register import register
from orchestration.cli.asking.warehouse import UnknownName
from orchestration.cli.language import Language
from orchestration.resources import Paths
from sources.declared.catalogue import load_catalog
from sources.foundation.located_yaml import DeclarationError
from sources.twins.musterstadt import CITY, GOALS, YEARS, Musterstadt
from tests.contracts import make
from tests.dbt.compiled import PROJECT, function, macro, model
from tests.exports.disclosure.musterstadt import fill
from tests.indicators.both_languages import foreign_words

HZE = {"S27", "S28", "S29", "S30", "S31", "S32", "S33", "S34", "S35", "S41"}
OUTPATIENT, RESIDENTIAL = {"S27", "S29", "S30", "S31", "S32"}, {"S33", "S34"}
UNDER_18 = {"Y_LT3", "Y3T5", "Y6T8", "Y9", "Y10T11", "Y12T13", "Y14", "Y15T17"}
IN_YEAR = {"cases_running", "cases_ended"}
Row = dict[str, str]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The forms of three years, with what `query` and `explain` look up beside the numbers."""
    file = tmp_path_factory.mktemp("town") / "warehouse.duckdb"
    fill(file, YEARS, blocks=False)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            """create table dim_area as
            select area_code || '@' || valid_from as area_key, area_code, area_name, area_level,
                valid_from, valid_to,
                null::varchar as predecessor_codes, '' as legal_basis,
                row_number() over (partition by area_code order by valid_to desc) = 1 as is_latest
            from stg_kommune__gebietsgliederung"""
        )
        connection.execute(
            "create or replace table dim_snapshot as select snapshot_id, dataset_id,"
            " dataset_id || '.xlsx' as file_name, 'file:///' as source_uri, repeat('ab', 32) as sha256"
            " from ledger"
        )
        connection.execute(
            "create table dim_dataset as select dataset_id, publisher, table_code, title_de, publisher_name,"
            " attribution from datasets"
        )
        path = str(PROJECT / "compiled" / "seeds" / "indicator_edition.csv")
        connection.execute("create table indicator_edition as select * from read_csv(?)", [path])
        make(connection, "dim_break")
        for empty in ("fct_indicator", "mart_indicator"):
            connection.execute(f"create table {empty} as select * from fct_town_indicator limit 0")
        there = {row[0] for row in connection.execute("show tables").fetchall()}
        of_facts = {fact.model for fact in load_specifications().facts.values()}
        for relation in ("mart_social_index", "mart_outcome", "bridge_area_crosswalk", *(of_facts - there)):
            make(connection, relation)
        connection.execute(function("breaks_in"))
    return file


@pytest.fixture(scope="module")
def forms() -> dict[str, list[Row]]:
    """The lines of the town's forms."""
    return {name: list(rows) for name, rows in Musterstadt().tables().items()}


def sums(lines: list[Row], counts: Callable[[Row], bool], year: int) -> dict[str, float]:
    """Sums by area: of the small areas, their districts and the town."""
    found: dict[str, float] = defaultdict(float)
    for line in lines:
        if counts(line) and str(year) in line["time_text"]:
            code = line["area_code"]
            for place in {code, code[:10], CITY} if not code.endswith("9999") else {code, CITY}:
                found[place] += int(line["value_text"])
    return found


def supports(measures: set[str], kinds: set[str]) -> Callable[[Row], bool]:
    return lambda line: line["measure"] in measures and line["youth_support"] in kinds


def residents(ages: set[str]) -> Callable[[Row], bool]:
    return lambda line: line["age_group"] in ages


@pytest.mark.parametrize("year", YEARS)
def test_numbers_are_those_counted_from_the_forms(
    warehouse: Path, forms: dict[str, list[Row]], year: int
) -> None:
    help_, people = forms["hilfen-zur-erziehung"], forms["bevoelkerung-kleinraeumig"]
    young, minors = residents(UNDER_18 | {"Y18T20"}), residents(UNDER_18)
    risks, care = forms["gefaehrdungseinschaetzungen"], forms["inobhutnahmen"]
    adults = {"Y18T20", "Y21T26"}
    expected = {
        "J01": (help_, supports(IN_YEAR, HZE), people, young, 10_000),
        "J02": (help_, supports(IN_YEAR, HZE - {"S28"}), people, young, 10_000),
        "J03-outpatient": (help_, supports(IN_YEAR, OUTPATIENT), people, young, 10_000),
        "J03-residential": (help_, supports(IN_YEAR, RESIDENTIAL), people, young, 10_000),
        "J05": (help_, supports(IN_YEAR, OUTPATIENT), help_, supports(IN_YEAR, RESIDENTIAL), 1),
        "J06": (help_, supports(IN_YEAR, {"S33"}), help_, supports(IN_YEAR, RESIDENTIAL), 100),
        "J07": (help_, supports(IN_YEAR, {"S35A"}), people, young, 10_000),
        "J08": (
            help_,
            lambda line: supports(IN_YEAR, HZE)(line) and line["age_group"] in adults,
            people,
            residents({"Y18T20"}),
            10_000,
        ),
        "J09": (help_, supports({"cases_begun"}, HZE), people, young, 10_000),
        "J10": (help_, supports({"cases_ended_as_planned"}, HZE), help_, supports({"cases_ended"}, HZE), 100),
        "J13": (risks, lambda line: True, people, minors, 10_000),
        "J14": (
            risks,
            lambda line: line["assessment_result"] in {"ACUTE", "LATENT"},
            risks,
            lambda line: True,
            100,
        ),
        "J15": (care, lambda line: line["taking_into_care_reason"] != "PROVISIONAL", people, minors, 10_000),
        "J15-42a": (
            care,
            lambda line: line["taking_into_care_reason"] == "PROVISIONAL",
            people,
            minors,
            10_000,
        ),
    }
    places, entries = forms["kita-plaetze"], forms["einschulungen"]
    transfers, assisted = forms["schuluebergaenge"], forms["sgb12-kleinraeumig"]
    arrivals, naturalised = forms["integration-zuwanderung"], forms["einbuergerungen"]

    def counted(measure: str, **codes: str) -> Callable[[Row], bool]:
        return lambda line: line["measure"] == measure and all(line[key] == of for key, of in codes.items())

    expected |= {
        "B04-transfers": (
            transfers,
            counted("transfers", school_type="GY"),
            transfers,
            lambda line: True,
            100,
        ),
        "B10-language": (
            entries,
            counted("enrolments_language_support"),
            entries,
            counted("enrolments"),
            100,
        ),
        "I07-begun": (arrivals, counted("integration_plans_begun"), arrivals, counted("newcomers"), 100),
        "P06-town": (
            assisted,
            counted("persons", age_group="Y_GE_LIMIT"),
            people,
            residents({"Y65T79", "Y_GE80"}),
            100,
        ),
        "P08-town": (
            assisted,
            counted("persons", benefit="SGB12_HLU", age_group="_T"),
            people,
            lambda line: True,
            1000,
        ),
    }
    expected |= {
        f"B04-transfers-{name}": (
            transfers,
            counted("transfers", school_type="GY", nationality=name.upper()),
            transfers,
            counted("transfers", nationality=name.upper()),
            100,
        )
        for name in ("german", "foreign")
    }
    income = forms["sgb2-kleinraeumig"]
    under_15 = UNDER_18 - {"Y15T17"}

    def youths(line: Row) -> bool:
        return counted("minors")(line) or counted("persons", benefit="SGB2_RLB", age_group="Y_LT15")(line)

    expected |= {
        "P03-town": (
            income,
            counted("persons", benefit="SGB2_RLB", age_group="Y_LT15"),
            people,
            residents(under_15),
            100,
        ),
        "P04": (income, counted("minors"), people, minors, 100),
        # those under 18 less those under 15, which `sums` adds up: see below
        "P05": (income, youths, people, residents({"Y15T17"}), 100),
        "P10-communities": (
            income,
            counted("single_parent_communities"),
            income,
            counted("benefit_communities"),
            100,
        ),
        "P11": (income, counted("employed"), income, counted("employable"), 100),
        "P12": (
            income,
            counted("education_benefits"),
            income,
            lambda line: line["benefit"] == "SGB2_RLB" and line["age_group"] in {"Y_LT15", "Y15T24"},
            100,
        ),
        "K04": (
            places,
            counted("children_other_language", childcare_type="CENTRE"),
            places,
            counted("children", childcare_type="CENTRE"),
            100,
        ),
        "K05": (
            places,
            counted("children_integration", childcare_type="CENTRE"),
            places,
            counted("children", childcare_type="CENTRE"),
            100,
        ),
        "B10": (entries, counted("examined_with_finding"), entries, counted("examined"), 100),
        "I07": (arrivals, counted("guided_with_plan"), arrivals, counted("guided"), 100),
        "I07-reached": (
            arrivals,
            counted("integration_plans_completed"),
            arrivals,
            lambda line: line["measure"] in {"integration_plans_completed", "integration_plans_not_reached"},
            100,
        ),
        "I07-daycare": (
            arrivals,
            counted("children_with_place"),
            arrivals,
            counted("children_before_school"),
            100,
        ),
        "I07-school": (
            arrivals,
            counted("children_at_school"),
            arrivals,
            counted("children_of_school_age"),
            100,
        ),
        "I05": (naturalised, counted("naturalised"), naturalised, counted("foreigners_ten_years"), 100),
    }
    pupils, all_day = forms["schuelerzahlen"], forms["ganztag"]

    def special(line: Row) -> bool:
        return counted("pupils_special_needs")(line) and line["school_type"] != "FOES"

    expected |= {
        "B04": (
            transfers,
            counted("transfers", school_type="GY"),
            pupils,
            counted("pupils", grade="G4"),
            100,
        ),
        "B05": (pupils, counted("pupils_special_needs"), pupils, counted("pupils"), 100),
        "B06": (pupils, counted("pupils", school_type="FOES"), pupils, counted("pupils"), 100),
        "B07": (pupils, special, pupils, counted("pupils"), 100),
        "B08": (pupils, special, pupils, counted("pupils_special_needs"), 100),
        "B09": (pupils, counted("pupils_repeating"), pupils, counted("pupils"), 100),
        "K07": (all_day, lambda line: True, people, residents({"Y6T8", "Y9"}), 100),
        "K07-40h": (
            all_day,
            counted("all_day_children", allday_hours="H_GE40"),
            all_day,
            lambda line: True,
            100,
        ),
        "K07-pupils": (
            all_day,
            lambda line: True,
            pupils,
            lambda line: counted("pupils")(line) and line["grade"] != "G5T10",
            100,
        ),
    }
    court, spending = forms["familiengericht"], forms["jugendhilfe-ausgaben"]

    def spent(line: Row) -> bool:
        return counted("gross_spending")(line) and line["youth_support"] in HZE

    expected |= {
        "J11": (spending, spent, people, young, 1),
        # gross spending; revenue goes off it, see below
        "J12": (spending, spent, help_, supports(IN_YEAR, HZE), 1),
        "J16": (court, lambda line: True, people, minors, 10_000),
    }
    of_the_town = {"K07-pupils", "J11", "J12"}
    # on 1 March or 31 January, per residents of the year's end before
    year_begun = {
        "W01-town": (forms["wohnungslose"], counted("persons"), people, lambda line: True, 10_000),
        "K01-town": (places, counted("children", age_group="Y_LT3"), people, residents({"Y_LT3"}), 100),
        "K02-town": (places, counted("children", age_group="Y3T5"), people, residents({"Y3T5"}), 100),
        "K06-town-lt3": (places, counted("places", age_group="Y_LT3"), people, residents({"Y_LT3"}), 100),
        "K06-town-3to5": (places, counted("places", age_group="Y3T5"), people, residents({"Y3T5"}), 100),
    }
    expected |= year_begun
    year_before = {*year_begun, "B04"}
    reformed = {row["area_code"] for row in forms["gebietsgliederung"] if row["valid_from"] == "01.01.2025"}
    reformed |= {code[:10] for code in reformed} | {CITY}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select indicator_id, area_code, value, numerator, denominator, missing_reason"
            " from fct_town_indicator where year(reference_date) = ? and not is_backcast",
            [year],
        ).fetchall()
    assert {row[0] for row in rows} == set(expected)
    every_area = len(expected) - len(of_the_town)
    assert len(rows) == every_area * (1 + 5 + (22 if year < 2025 else 21) + 1) + len(of_the_town)
    for name, area, value, numerator, denominator, reason in rows:
        above, counts, below, people_of, factor = expected[name]
        before = year - 1 if name in year_before else year
        x, n = sums(above, counts, year)[area], sums(below, people_of, before)[area]
        if name == "J12":
            paid_back = sums(
                spending,
                lambda line: counted("spending_revenue")(line) and line["youth_support"] in HZE,
                year,
            )
            x -= paid_back[area]
        if name == "P05":
            x -= 2 * sums(*expected["P03-town"][:2], year)[area]
        if name in year_before and (year == YEARS[0] or (year == 2025 and area in reformed)):
            # nobody handed in those of the year before, or counted them on the areas of today
            assert (numerator, denominator, value, reason) == (x, None, None, "not_handed_in"), (name, area)
            continue
        assert (numerator, denominator) == (x, n), (name, area)
        if n:
            assert value == pytest.approx(factor * x / n), (name, area)
            assert reason == "none"
        else:
            assert (value, reason) == (None, "not_meaningful"), (name, area)


def test_without_the_register_of_residents_there_is_no_rate(tmp_path: Path) -> None:
    file = tmp_path / "warehouse.duckdb"
    fill(file, (2023,), blocks=False)
    with duckdb.connect(str(file)) as connection:
        connection.execute("delete from fct_small_area_count where dataset_id = 'bevoelkerung-kleinraeumig'")
        connection.execute(
            "update fct_small_area_count set value = null where measure_code = 'cases_running' and"
            " youth_support_code = 'S33' and area_code = (select min(area_code) from fct_small_area_count"
            " where measure_code = 'cases_running' and youth_support_code = 'S33')"
        )
        sql = model("fct_town_indicator")
        connection.execute(f"create or replace table again as {sql}")
        rates = connection.execute(
            "select distinct value, obs_status, missing_reason from again where indicator_id = 'J13'"
        ).fetchall()
        assert rates == [(None, "M", "not_handed_in")]
        secret = connection.execute(
            "select area_level, missing_reason, value from again where indicator_id = 'J06' and value is null"
            " and missing_reason <> 'not_meaningful' order by area_level"
        ).fetchall()
    assert secret == [
        (level, "unknown_or_confidential", None) for level in ("CITY", "DISTRICT", "PLANNING_AREA")
    ]


def test_a_column_that_an_earlier_form_lacks_is_no_zero(warehouse: Path, tmp_path: Path) -> None:
    """Nothing is computed from it, and whatever the form does tell stays."""
    copy = tmp_path / "warehouse.duckdb"
    shutil.copy(warehouse, copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "delete from fct_small_area_count where measure_code in ('guided', 'minors')"
            " and year(reference_date) = 2024"
        )
        connection.execute(f"create table again as {model('fct_town_indicator')}")
        kept = connection.execute(
            "select indicator_id, year(reference_date), count(*) from again group by all except"
            " select indicator_id, year(reference_date), count(*) from fct_town_indicator group by all"
        ).fetchall()
        lost = connection.execute(
            "select distinct indicator_id, year(reference_date) from fct_town_indicator except"
            " select distinct indicator_id, year(reference_date) from again order by 1"
        ).fetchall()
        values = connection.execute(
            "select distinct value, missing_reason from again where indicator_id = 'I07'"
            " and year(reference_date) = 2024"
        ).fetchall()
    assert kept == []
    assert lost == [("P04", 2024), ("P05", 2024)]
    assert values == [(None, "not_handed_in")]


def test_the_office_asks_for_a_series(warehouse: Path) -> None:
    answer = query(warehouse, "j01", areas=["Musterstadt"])
    assert [row["reference_date"].year for row in answer.rows] == list(YEARS)
    assert all(row["lower_limit"] < row["value"] < row["upper_limit"] for row in answer.rows)
    assert "confidential" in answer.notes[0]
    districts = query(warehouse, "J01", area_level="DISTRICT", period="2025")
    assert len(districts.rows) == 5
    with pytest.raises(UnknownName, match="J01 has no row for KREIS; it has values for CITY, DISTRICT"):
        query(warehouse, "J01", area_level="KREIS")


def test_forms_answer_neither_as_of_a_day_nor_on_other_boundaries(warehouse: Path) -> None:
    with pytest.raises(CannotAnswer, match="newest form of each year"):
        query(warehouse, "J01", as_of=dt.datetime(2025, 1, 1))
    with pytest.raises(CannotAnswer, match="municipality's own areas"):
        explain(warehouse, "J01", CITY, "2024", gebietsstand=dt.date(2024, 12, 31))


def test_a_receipt_names_form_sheet_lines_and_hash(warehouse: Path, forms: dict[str, list[Row]]) -> None:
    receipt = explain(warehouse, "J01", "Nordstadt", "2025")
    lines = receipt.lines()
    assert lines[1].startswith("Nordstadt (990010000201), 2025-12-31: ")
    assert any(line.startswith("formula: AKJ") for line in lines)
    assert "status: normal value (A)" in lines
    assert any("confidential" in line for line in lines)
    numerator, denominator = receipt.sides
    for side in (numerator, denominator):
        assert side.value == sum(cell["value"] for cell in side.cells)
    [running] = [
        line
        for line in lines
        if "[Supports running on 31 December; " in line and "s. 31 family support]" in line
    ]
    assert "hilfen-zur-erziehung.xlsx, sheet Hilfen zur Erziehung, line " in running
    assert "sha256 abababababab…" in running
    assert foreign_words(receipt) == []
    # the lines named are the lines of the form
    named = re.search(r"line ([\d–, ]+) field", running)
    assert named is not None
    numbers = [
        number
        for span in named[1].split(", ")
        for first, _, last in [span.partition("–")]
        for number in range(int(first), int(last or first) + 1)
    ]
    counted = [forms["hilfen-zur-erziehung"][number - 2] for number in numbers]
    assert {(one["measure"], one["youth_support"], one["area_code"]) for one in counted} == {
        ("cases_running", "S31", "990010000201")
    }
    assert running.strip().startswith(f"{sum(int(one['value_text']) for one in counted)} supports")


def test_what_a_form_does_not_list_is_told_as_zero(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        zeros = connection.execute(
            "select area_code from fct_town_indicator where indicator_id = 'J15-42a' and numerator = 0"
            " order by 1"
        ).fetchall()
    lines = explain(warehouse, "J15-42a", zeros[0][0], "2023-2025").lines()
    assert any("line none (not listed, so zero)" in line for line in lines)


def test_a_period_without_a_number_names_those_there_are(warehouse: Path) -> None:
    with pytest.raises(UnknownName, match="there is 2023-12-31, 2024-12-31, 2025-12-31"):
        explain(warehouse, "J01", CITY, "1999")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        result = newest(connection, "J14", CITY, (dt.date(2024, 1, 1), dt.date(2024, 12, 31)))
        assert (
            sum(cell["value"] for cell in cells(connection, "J14", "numerator", result))
            == result["numerator"]
        )


def test_the_register_counts_them_or_names_the_form(warehouse: Path, tmp_path: Path) -> None:
    entries = {one.indicator_id: one for one in register(warehouse, "Jugendhilfe")}
    assert (entries["J01"].state, entries["J01"].periods) == ("computes", 3)
    assert entries["J01"].origin == "form hilfen-zur-erziehung, form bevoelkerung-kleinraeumig"
    copy = tmp_path / "warehouse.duckdb"
    shutil.copy(warehouse, copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute("delete from fct_town_indicator")
        connection.execute("delete from fct_small_area_count where dataset_id = 'hilfen-zur-erziehung'")
    entries = {one.indicator_id: one for one in register(copy, "Jugendhilfe")}
    assert entries["J01"].state == "without values"
    assert entries["J01"].why.startswith("form not handed in: hilfen-zur-erziehung")


@pytest.mark.parametrize(("numbers", "words"), [([5], "5"), ([4, 2, 3, 9], "2–4, 9"), ([], "")])
def test_spans(numbers: list[int], words: str) -> None:
    assert spans(numbers) == words


# --- nothing of it may reach a product without a policy ------------------------------------------------


def test_no_form_is_part_of_the_pass_over_published_facts() -> None:
    files = compile_files(load_specifications())
    known = load_specifications()
    own = {one.id for one in known.values() if known.is_own(one)}
    assert {"J01", "J15-42a"} <= own
    wide = files["dbt_project/compiled/models/marts/indicators/mart_indicator_wide.sql"]
    assert not [name for name in own if f"'{name}'" in wide]
    published = {fact["model"] for fact in macro("indicator_facts")}
    assert "fct_population" in published
    assert "fct_small_area_count" not in published


def above(graph: dict[str, dict[str, list[str]]], key: str) -> Iterator[str]:
    """Every asset that an asset stands on, at any distance; the catalogue tables only tell what is landed."""
    seen, waiting = set(), [key]
    while waiting:
        for found in graph[waiting.pop()]["deps"]:
            if found not in seen and not found.startswith("landing/catalog/"):
                seen.add(found)
                waiting.append(found)
                yield found


def test_a_product_stands_on_confidential_data_exactly_when_it_has_a_policy() -> None:
    """Read off the kept graph, which has its own test; the gate would refuse it (disclosure.decided)."""
    outline = PROJECT.parent / "tests" / "orchestration" / "asset_graph.json"
    graph = json.loads(outline.read_text(encoding="utf-8"))["assets"]
    catalog = load_catalog()
    secret = {
        f"landing/{one.publisher}/{one.id}"
        for one in catalog.values()
        if one.confidential or catalog.holds_personal_data(one)
    }
    assert "landing/kommune/hilfen-zur-erziehung" in secret
    assert "landing/kommune/hilfen-zur-erziehung" in set(above(graph, "warehouse/fct_town_indicator"))
    for name, product in load_products().items():
        protected = product.disclosure is not None and product.disclosure.policy is not None
        found = secret & set(above(graph, f"candidate/{name}"))
        assert bool(found) == protected, f"{name}: {sorted(found)}"


# --- what a specification may not say -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("fact: resident, measure: persons, ages: 0-20", "fact: population, measure: persons, ages: 0-19",
         "mixes a municipality's forms with published tables (population)"),
        ("  terms:", "  date: mean_of_two\n  terms:", "over forms: one day"),
        ("S27, S28", "S27, S27", "name each once"),
        ("S27, S28", "_T, S28", "not the total too"),
        ("S27, S28", "S27, S99", "'S99' is not in the code list youth_support"),
    ],
)  # fmt: skip
def test_a_mistake_is_told(tmp_path: Path, old: str, new: str, message: str) -> None:
    for name in ("traps.yml", "J01.yml"):
        shutil.copy(specification.FOLDER / name, tmp_path / name)
    text = (tmp_path / "J01.yml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "J01.yml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DeclarationError) as caught:
        load_specifications(tmp_path)
    assert message in str(caught.value)
    assert re.search(r"J01\.yml:\d+: ", str(caught.value))


def test_goals_over_forms_are_answered_inside_the_office(warehouse: Path) -> None:
    """By planning area with a reform between: the town is listed through it unchanged, and is measured."""
    stated = {row["goal_id"]: row for row in goals(warehouse)}
    assert set(stated) == {one[0] for one in GOALS}
    assert {row["is_confidential"] for row in stated.values()} == {True}
    assert all(row["goal_source"] == "zielwerte" and row["source_line"] for row in stated.values())
    row = stated["Z3"]
    before, after = (
        query(warehouse, "I07", areas=[CITY], period=str(year)).rows[0]["value"]
        for year in (YEARS[0], YEARS[-1])
    )
    assert (row["baseline_value"], row["value"]) == (before, after)
    assert goals(warehouse, CITY)[0]["goal_id"] == "Z3"
    state, [receipt] = goal(warehouse, "Z1")
    assert receipt.result["value"] == state["value"]
    assert any("gefaehrdungseinschaetzungen.xlsx" in line for line in receipt.lines("en"))
    with pytest.raises(UnknownName, match="no goal 'Z9'; there are Z1, Z2"):
        goal(warehouse, "Z9")


def test_an_agreement_is_explained_down_to_form_lines(warehouse: Path) -> None:
    found = agreement(warehouse, "v2", 2025)
    assert (found.row["conclusion"], [one["report_year"] for one in found.reports]) == (
        "not_done_not_measured",
        [2025],
    ), "its goals are over forms: what came of them stays inside the office"
    assert found.row["source_line"] == 3, "the second line below the heading"
    assert [one["source_line"] for one in found.reports] != [None]
    assert found.files["leistungsvereinbarungen"]["file_name"] == "leistungsvereinbarungen.xlsx"
    assert [one["goal_id"] for one in found.goals] == ["Z1", "Z2"]
    assert [one.indicator["indicator_id"] for one in found.receipts] == ["J13", "J15"]
    assert {one["agreement_id"] for one in agreements(warehouse)} == {"V1", "V2", "V3"}
    with pytest.raises(UnknownName, match="no agreement 'V9'; there are V1, V2, V3"):
        agreement(warehouse, "V9")


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_was_agreed_is_printed_in_one_language(warehouse: Path, language: Language) -> None:
    out = io.StringIO()
    screen = Console(file=out, width=200, no_color=True)
    paths = Paths(warehouse.parent)
    for what, names in (("agreement", ()), ("agreement", ("V2",)), ("goals", ()), ("goals", ("Z4",))):
        print_agreed(what, paths, names, None, False, screen, language)
    said = out.getvalue()
    told = {"de": ("nicht geleistet", "vertraulich"), "en": ("not done", "confidential")}
    assert all(one in said for one in told[language])
    other = told["en" if language == "de" else "de"]
    assert not any(one in said for one in other)


def test_a_table_of_goals_is_not_wrapped_to_the_width_of_a_terminal(warehouse: Path) -> None:
    out = io.StringIO()
    screen = Console(file=out, width=40, no_color=True)
    print_agreed("goals", Paths(warehouse.parent), (), None, True, screen, "de")
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert {row["goal_id"] for row in rows} == {one[0] for one in GOALS}
