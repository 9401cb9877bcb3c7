"""What is implausible in a published table: wrong cells are found, moves that many make are none.

The figures are a table of Kreise as offices print them, made by the rules that such tables keep: parts add up
to wholes, Kreise to their Land, Länder to Germany, and every Kreis moves by chance around a common trend.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import duckdb
import pytest
import yaml

from dbt_project.facts.declaration import load_facts
from tests.benchmarks.gate_power import PRODUCTS, facts
from tests.contracts import make
from tests.dbt.compiled import macro

LAENDER = [f"{n:02d}" for n in range(1, 17)]
YEARS = range(2010, 2016)
AREAS = [("DG", "DE"), *((land, "LAND") for land in LAENDER)] + [
    (f"{land}{n:03d}", "KREIS") for land in LAENDER for n in range(1, 5)
]
REGISTER = [
    {
        "area_key": code, "area_code": code, "area_level": level, "in_register": True,
        "valid_from": "1900-01-01", "valid_to": "9999-12-31",
    }
    for code, level in AREAS
]  # fmt: skip

Figures = dict[tuple[str, int, str], float]


def table(trend: Callable[[int], float] = lambda year: 1.0) -> Figures:
    """Men, women and total of every area and year."""
    dice = random.Random(7)
    figures: Figures = {}
    for code, level in AREAS:
        if level != "KREIS":
            continue
        size = dice.randint(200, 4000)
        for year in YEARS:
            for sex in "MF":
                figures[code, year, sex] = round(size * trend(year) * dice.gauss(1, 0.02))
            figures[code, year, "_T"] = figures[code, year, "M"] + figures[code, year, "F"]
    for year in YEARS:
        for sex in ("M", "F", "_T"):
            for land in LAENDER:
                figures[land, year, sex] = sum(figures[f"{land}{n:03d}", year, sex] for n in range(1, 5))
            figures["DG", year, sex] = sum(figures[land, year, sex] for land in LAENDER)
    return figures


def found(figures: Figures, fact: str = "employment") -> dict[tuple[str, int, str], tuple[str, float | None]]:
    """Cells marked, with the check and the number expected."""
    connection = duckdb.connect()
    connection.execute(
        "create table dated (dataset_id varchar, area_key varchar, area_code varchar, period_key varchar,"
        " reference_date date, measure_code varchar, sex varchar, nationality varchar, value double,"
        " missing_reason varchar, rounding_base integer, is_backcast boolean, preferred_to timestamp)"
    )
    make(connection, "dim_area", REGISTER)
    rows = ", ".join(
        f"('t', '{code}', '{code}', 'D{year}-06-30', '{year}-06-30', 'employees', '{sex}', '_T', {value},"
        " 'none', null, false, null)"
        for (code, year, sex), value in figures.items()
    )
    connection.execute(f"insert into dated values {rows}")
    body = macro(
        "judged", relation="dated", fact=fact, dimensions=["sex", "nationality"], how=load_facts()[fact].how
    )
    return {
        (code, int(period[1:5]), sex): (check, expected)
        for code, period, sex, check, expected in connection.execute(
            f"""
            with areas as (select * from dim_area), {body}
            select area_code, period_key, sex, finding_check, expected_value from judged
            where finding_id is not null
            """
        ).fetchall()
    }


def test_a_table_that_is_right_is_not_marked() -> None:
    assert found(table()) == {}


def test_a_move_that_all_areas_make_is_none() -> None:
    assert found(table(lambda year: 4.0 if year == 2013 else 1.0)) == {}


@pytest.mark.parametrize("factor", [10, 1.03, 0.5])
def test_the_cell_that_breaks_all_its_sums_is_the_wrong_one(factor: float) -> None:
    figures = table()
    cell = ("05002", 2012, "F")
    right = figures[cell]
    figures[cell] = round(right * factor)
    assert found(figures) == {cell: ("sum", right)}


def test_a_wrong_total_is_told_from_wrong_parts() -> None:
    figures = table()
    cell = ("05002", 2012, "_T")
    right = figures[cell]
    figures[cell] = right + 100
    assert found(figures) == {cell: ("sum", right)}


def test_where_one_sum_accuses_several_time_decides() -> None:
    figures = {cell: value for cell, value in table().items() if cell[2] == "F"}
    cell = ("05002", 2012, "F")
    right = figures[cell]
    figures[cell] = right * 10
    assert found(figures) == {cell: ("sum", right)}


def test_where_nothing_decides_all_are_marked() -> None:
    figures = {cell: value for cell, value in table().items() if cell[2] == "F"}
    figures["05002", 2012, "F"] += 60
    marked = found(figures)
    assert ("05002", 2012, "F") in marked
    assert {check for check, _ in marked.values()} == {"sum_unlocated"}
    assert all(code.startswith("05") and year == 2012 for code, year, _ in marked)


def test_several_wrong_parts_of_one_sum_are_all_marked() -> None:
    """No single number mends it: rows that slipped, as the Kreise of Sachsen in the care tables of 2007."""
    figures = {cell: value for cell, value in table().items() if cell[2] == "F"}
    wrong = {cell for cell in figures if cell[0].startswith("05") and len(cell[0]) == 5 and cell[1] == 2012}
    for cell in wrong:
        figures[cell] *= 3
    marked = found(figures)
    assert wrong <= set(marked)
    assert {(code[:2], year) for code, year, _ in marked} == {("05", 2012)}


def test_a_part_that_another_sum_speaks_for_is_not_marked_with_the_others() -> None:
    figures = table()
    for (code, year, sex), value in list(figures.items()):
        if code.startswith("05") and len(code) == 5 and year == 2012:
            figures[code, year, sex] = value * 3
    marked = found(figures)
    assert {check for check, _ in marked.values()} <= {"jump"}, "men and women still add up"


def test_a_jump_without_any_sum_is_seen_against_both_neighbours() -> None:
    figures = {cell: value for cell, value in table().items() if cell[2] == "F" and len(cell[0]) == 5}
    figures["05002", 2012, "F"] *= 10
    ((cell, (check, expected)),) = found(figures).items()
    assert (cell, check) == (("05002", 2012, "F"), "jump")
    assert expected == pytest.approx(figures["05002", 2011, "F"], rel=0.1)


def test_a_level_that_stays_is_no_jump() -> None:
    figures = {cell: value for cell, value in table().items() if cell[2] == "F" and len(cell[0]) == 5}
    for year in range(2013, 2016):
        figures["05002", year, "F"] *= 10
    assert found(figures) == {}


def test_the_newest_figure_is_seen_against_the_one_before() -> None:
    figures = {cell: value for cell, value in table().items() if cell[2] == "F" and len(cell[0]) == 5}
    figures["05002", 2015, "F"] *= 10
    assert found(figures)["05002", 2015, "F"][0] == "newest"


def test_the_oldest_figure_is_seen_against_the_one_after() -> None:
    figures = {cell: value for cell, value in table().items() if cell[2] == "F" and len(cell[0]) == 5}
    figures["05002", 2010, "F"] *= 10
    assert found(figures)["05002", 2010, "F"][0] == "oldest"


def test_an_error_elsewhere_in_the_land_acquits_nobody() -> None:
    """Two wrong numbers of one sum: neither value mends it alone, and both are still seen."""
    figures = table()
    wrong = {
        ("05002", 2012, "F"): figures["05002", 2012, "F"],
        ("05003", 2012, "F"): figures["05003", 2012, "F"],
    }
    for cell, right in wrong.items():
        figures[cell] = right * 10
    assert found(figures) == {cell: ("sum", right) for cell, right in wrong.items()}


def test_a_whole_that_always_counts_more_by_the_same_number_is_no_finding_and_hides_none() -> None:
    figures = table()
    for year in YEARS:
        for sex in ("M", "F", "_T"):
            figures["05", year, sex] += 1000 if sex != "_T" else 2000
            figures["DG", year, sex] += 1000 if sex != "_T" else 2000
    assert found(figures) == {}
    cell = ("05002", 2012, "F")
    right = figures[cell]
    figures[cell] = right + 200
    assert found(figures) == {cell: ("sum", right)}


Cell = tuple[str, int, str, str]
"""Area, year, measure and sex."""


def labour(wrong: dict[Cell, Callable[[float], float]]) -> dict[Cell, str]:
    """Cells marked, with the check, in a table of counts and rates with these cells changed."""
    dice = random.Random(11)
    figures: dict[Cell, float] = {}
    for code, level in AREAS:
        if level != "KREIS":
            continue
        force = dice.randint(20_000, 200_000)
        share = dice.uniform(0.04, 0.12)
        for year in YEARS:
            men, women = 0.53 * force, 0.47 * force
            rates = share * dice.gauss(1, 0.02), share * 0.9 * dice.gauss(1, 0.02)
            count = rates[0] * men + rates[1] * women
            figures[code, year, "unemployed", "_T"] = round(count)
            figures[code, year, "unemployment_rate_pct", "_T"] = round(100 * count / force, 1)
            figures[code, year, "unemployment_rate_dependent_pct", "_T"] = round(112 * count / force, 1)
            figures[code, year, "unemployment_rate_pct", "M"] = round(100 * rates[0], 1)
            figures[code, year, "unemployment_rate_pct", "F"] = round(100 * rates[1], 1)
            force *= dice.gauss(1.003, 0.002)
    for cell, change in wrong.items():
        figures[cell] = change(figures[cell])
    connection = duckdb.connect()
    connection.execute(
        "create table dated (dataset_id varchar, area_key varchar, area_code varchar, period_key varchar,"
        " reference_date date, measure_code varchar, sex varchar, nationality varchar, age_group varchar,"
        " unemployed_group varchar, value double, missing_reason varchar, rounding_base integer,"
        " is_backcast boolean, preferred_to timestamp)"
    )
    make(connection, "dim_area", [area for area in REGISTER if area["area_level"] == "KREIS"])
    rows = ", ".join(
        f"('t', '{code}', '{code}', 'Y{year}', '{year}-12-31', '{measure}', '{sex}', '_T', '_T', '_T',"
        f" {value}, 'none', null, false, null)"
        for (code, year, measure, sex), value in figures.items()
    )
    connection.execute(f"insert into dated values {rows}")
    fact = load_facts()["unemployment"]
    body = macro("judged", relation="dated", fact=fact.fact, dimensions=fact.dimensions, how=fact.how)
    return {
        (code, int(period[1:]), measure, sex): check
        for code, period, measure, sex, check in connection.execute(
            f"with areas as (select * from dim_area), {body}"
            " select area_code, period_key, measure_code, sex, finding_check from judged"
            " where finding_id is not null"
        ).fetchall()
    }


def test_counts_and_rates_that_agree_are_not_marked() -> None:
    assert labour({}) == {}


@pytest.mark.parametrize(
    "cell",
    [
        ("05002", 2012, "unemployment_rate_pct", "_T"),
        ("05002", 2012, "unemployment_rate_dependent_pct", "_T"),
        ("05002", 2012, "unemployed", "_T"),
        ("05002", 2012, "unemployment_rate_pct", "F"),
        ("05002", 2010, "unemployment_rate_pct", "_T"),
        ("05002", 2015, "unemployment_rate_dependent_pct", "_T"),
    ],
)
def test_a_rate_is_seen_against_its_count_the_other_rate_and_those_of_its_parts(cell: Cell) -> None:
    """By a tenth only, less than what a labour market does from year to year; at the ends of a series too."""
    marked = labour({cell: lambda value: round(value * 1.12, 1 if "rate" in cell[2] else 0)})
    assert cell in marked
    assert {(area, year) for area, year, _, _ in marked} == {cell[:2]}, "nothing else of the table"


def test_the_one_that_contradicts_all_others_is_the_wrong_one() -> None:
    cell = ("05002", 2012, "unemployment_rate_pct", "_T")
    assert labour({cell: lambda value: value + 0.4}) == {cell: "rate"}


def test_every_published_figure_is_carried_by_a_product() -> None:
    """What no product carries no gate refuses: a whole column tenfold would go into indicators unseen."""
    assert [fact.name for fact in facts() if fact.product is None] == []


def test_what_the_warehouse_adds_up_the_products_add_up_too() -> None:
    """Sums stand in product files for the gate and here for the facts: neither forgets one of the other's."""
    for fact in facts():
        checks = yaml.safe_load((PRODUCTS / f"{fact.product}.yml").read_text(encoding="utf-8"))["checks"]
        for parts in checks.get("parts", []):
            dimension = parts["dimension"].removesuffix("_code")
            own = dimension in fact.dimensions
            same = [
                one
                for one in fact.how.get("parts", [])
                if one["dimension"] == dimension
                and one.get("total", "_T") == parts.get("total", "_T")
                and one["parts"] == parts["parts"]
            ]
            others = [
                one for other in facts() if other.product == fact.product
                for one in other.how.get("parts", []) if one["parts"] == parts["parts"]
            ]  # fmt: skip
            assert same or others, f"{fact.product}: {parts['id']} is no sum of its facts"
            assert own or others


def of_one_date(
    fact: str, dimensions: list[str], lines: dict[str, dict[str, float]]
) -> dict[tuple[str, str], str]:
    """Cells of a table of one date that are marked: area and measure to the check; a line per area."""
    connection = duckdb.connect()
    codes = "".join(f", {name} varchar" for name in dimensions)
    connection.execute(
        "create table dated (dataset_id varchar, snapshot_id varchar, line integer, area_key varchar,"
        f" area_code varchar, period_key varchar, reference_date date, measure_code varchar{codes},"
        " value double, missing_reason varchar, rounding_base integer, is_backcast boolean,"
        " preferred_to timestamp)"
    )
    make(connection, "dim_area", REGISTER)
    totals = ", '_T'" * len(dimensions)
    # measures of one line speak of different dates
    rows = ", ".join(
        f"('t', 's', {line}, '{code}', '{code}', 'D20{20 + at % 3}-12-31', '20{20 + at % 3}-12-31',"
        f" '{measure}'{totals}, {value}, 'none', null, false, null)"
        for line, (code, figures) in enumerate(lines.items())
        for at, (measure, value) in enumerate(figures.items())
    )
    connection.execute(f"insert into dated values {rows}")
    body = macro("judged", relation="dated", fact=fact, dimensions=dimensions, how=load_facts()[fact].how)
    return {
        (code, measure): check
        for code, measure, check in connection.execute(
            f"with areas as (select * from dim_area), {body}"
            " select area_code, measure_code, finding_check from judged where finding_id is not null"
        ).fetchall()
    }


def structure() -> dict[str, dict[str, float]]:
    """Shares and rates of every area, as an office rounds them."""
    dice = random.Random(3)
    exact: dict[str, dict[str, float]] = {}
    for code, level in AREAS:
        if level == "KREIS":
            people = dice.uniform(80, 400)
            exact[code] = {
                "people": people,
                "area": dice.uniform(100, 900),
                "young": people * dice.uniform(0.12, 0.2),
                "cars": people * dice.uniform(450, 700),
                "electric": people * dice.uniform(20, 60),
            }
    for whole, parts in [
        *((land, [f"{land}{n:03d}" for n in range(1, 5)]) for land in LAENDER), ("DG", LAENDER)
    ]:  # fmt: skip
        exact[whole] = {name: sum(exact[part][name] for part in parts) for name in exact["01001"]}
    ages = ("age_16_17_pct", "age_18_24_pct", "age_25_34_pct", "age_35_59_pct", "age_60_74_pct")
    lines: dict[str, dict[str, float]] = {}
    for code, of in exact.items():
        young = round(100 * of["young"] / of["people"], 1)
        lines[code] = {
            "population_thousand": round(of["people"], 1),
            "area_sqkm": round(of["area"], 1),
            "density": round(1000 * of["people"] / of["area"], 1),
            "age_lt16_pct": young,
            **dict.fromkeys(ages, 10.0),
            "age_ge75_pct": round(50 - young, 1),
            "cars_per_1000": round(of["cars"] / of["people"], 1),
            "cars_electric_pct": round(100 * of["electric"] / of["cars"], 1),
        }
    return lines


def test_a_table_of_one_date_that_agrees_with_itself_is_not_marked() -> None:
    assert of_one_date("structure_figure", [], structure()) == {}


@pytest.mark.parametrize(
    ("code", "measure", "check"),
    [
        ("05002", "age_lt16_pct", "sum"),  # the seven shares give 100, and the Land's share is known
        ("05002", "cars_per_1000", None),  # of the four Kreise of the Land one is wrong
        ("05002", "cars_electric_pct", None),
        ("05002", "density", "sum"),  # density times area gives the population, and the Land's is known
        ("05", "density", "sum"),
    ],
)
@pytest.mark.parametrize("factor", [10, 0.1, 1.5])
def test_a_rate_of_one_date_is_judged_by_its_weighted_sum(
    code: str, measure: str, check: str | None, factor: float
) -> None:
    lines = structure()
    lines[code][measure] = round(lines[code][measure] * factor, 1)
    marked = of_one_date("structure_figure", [], lines)
    assert (code, measure) in marked
    assert {area[:2] for area, _ in marked} == {"05"}
    assert {name for _, name in marked} <= {measure, "area_sqkm"} | (
        {"cars_per_1000"} if measure == "cars_electric_pct" else set()
    )
    if check:
        assert {name: one for name, one in marked.items() if one == check} == {(code, measure): check}


def election() -> dict[str, dict[str, float]]:
    """Those entitled, who voted, and the turnout to a tenth."""
    dice = random.Random(4)
    lines: dict[str, dict[str, float]] = {}
    for code, level in AREAS:
        if level == "KREIS":
            entitled = dice.randint(30_000, 300_000)
            lines[code] = {"entitled": entitled, "voters": round(entitled * dice.uniform(0.6, 0.85))}
    for figures in lines.values():
        figures["turnout_pct"] = round(100 * figures["voters"] / figures["entitled"], 1)
    return lines


@pytest.mark.parametrize("measure", ["entitled", "voters", "turnout_pct"])
def test_figures_of_a_line_that_contradict_each_other_are_marked(measure: str) -> None:
    assert of_one_date("election", ["party"], election()) == {}
    lines = election()
    lines["05002"][measure] = round(lines["05002"][measure] * 0.9, 1)
    marked = of_one_date("election", ["party"], lines)
    assert set(marked) == {("05002", name) for name in ("entitled", "voters", "turnout_pct")}
    assert set(marked.values()) == {"sum_unlocated"}


def deprivation() -> dict[str, dict[str, float]]:
    """Scores, and quintile, decile and class by their rank."""
    dice = random.Random(5)
    codes = [code for code, level in AREAS if level == "KREIS"]
    ranked = sorted((dice.random(), code) for code in codes)
    return {
        code: {
            "gisd_score": score,
            "gisd_quintile": 1 + rank * 5 // len(codes),
            "gisd_decile": 1 + rank * 10 // len(codes),
            "gisd_class": {0: 1, 4: 3}.get(rank * 5 // len(codes), 2),
        }
        for rank, (score, code) in enumerate(ranked)
    }


def test_a_line_printed_again_under_another_date_is_marked() -> None:
    """All its sums hold within the line, so only the repeat tells it."""
    figures: dict[tuple[str, str], list[float]] = {}
    dice = random.Random(6)
    for code, level in AREAS:
        if level == "KREIS":
            for place in ("M|GERMAN", "M|FOREIGN", "F|GERMAN", "F|FOREIGN"):
                figures[code, place] = [round(2000 * dice.gauss(1, 0.02)) for _ in YEARS]
    connection = duckdb.connect()
    connection.execute(
        "create table dated (dataset_id varchar, area_key varchar, area_code varchar, period_key varchar,"
        " reference_date date, measure_code varchar, sex varchar, nationality varchar, value double,"
        " missing_reason varchar, rounding_base integer, is_backcast boolean, preferred_to timestamp)"
    )
    make(connection, "dim_area", REGISTER)
    for (code, place), values in figures.items():
        sex, nationality = place.split("|")
        for at, year in enumerate(YEARS):
            value = values[at - 1] if (code, year) == ("05002", 2013) else values[at]
            connection.execute(
                "insert into dated values"
                " ('t', $1, $1, $2, $3, 'employees', $4, $5, $6, 'none', null, false, null)",
                [code, f"D{year}-06-30", f"{year}-06-30", sex, nationality, value],
            )
    body = macro(
        "judged",
        relation="dated",
        fact="employment",
        dimensions=["sex", "nationality"],
        how=load_facts()["employment"].how,
    )
    marked = connection.execute(
        f"with areas as (select * from dim_area), {body}"
        " select distinct area_code, period_key, finding_check from judged where finding_id is not null"
    ).fetchall()
    assert marked == [("05002", "D2013-06-30", "repeated")]


def test_a_class_that_contradicts_the_score_is_marked() -> None:
    lines = deprivation()
    assert of_one_date("deprivation", [], lines) == {}
    middle = sorted(lines, key=lambda code: lines[code]["gisd_score"])[len(lines) // 2 + 3]
    for measure, value in (("gisd_decile", 1), ("gisd_quintile", 7), ("gisd_class", 30)):
        wrong = deprivation()
        wrong[middle][measure] = value
        marked = of_one_date("deprivation", [], wrong)
        assert marked.get((middle, measure)) == "rank"
        assert {code for code, _ in marked} == {middle}
    for value in (0.0001, 0.9999, 4.0):
        wrong = deprivation()
        wrong[middle]["gisd_score"] = value
        marked = of_one_date("deprivation", [], wrong)
        assert marked == {(middle, "gisd_score"): "rank"}
