"""Both folders of published files: recent figures and long series, against official figures."""

from __future__ import annotations

import json

import duckdb
import numpy as np
import pytest

from dbt_project.projection.tables import OLD_ARE_FEWER
from tests.dbt.compiled import macro

from .conftest import Ended, Place

pytestmark = [pytest.mark.end_to_end, pytest.mark.real_files]


def asked(place: Place, sql: str) -> list[tuple]:
    with duckdb.connect(str(place.root / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


OFFICIAL = [
    # turnout, per cent: results of the elections to the Bundestag, Die Bundeswahlleiterin
    ("W03", "1994-10-16", "DG", 79.0, 1), ("W03", "1998-09-27", "DG", 82.2, 1),
    ("W03", "2002-09-22", "DG", 79.1, 1), ("W03", "2005-09-18", "DG", 77.7, 1),
    ("W03", "2009-09-27", "DG", 70.8, 1), ("W03", "2013-09-22", "DG", 71.5, 1),
    ("W03", "2017-09-24", "DG", 76.2, 1), ("W03", "2025-02-23", "01001", 79.4, 1),
    # inhabitants: Statistisches Bundesamt, on the 2011 census to 2021, on the 2022 census from 2022
    ("D01", "2018-12-31", "DG", 83_019_213, 0), ("D01", "2019-12-31", "DG", 83_166_711, 0),
    ("D01", "2021-12-31", "DG", 83_237_124, 0), ("D01", "2023-12-31", "DG", 83_456_045, 0),
    ("D01", "2024-12-31", "DG", 83_577_140, 0), ("D01", "2019-12-31", "01001", 90_164, 0),
    # deaths and births per 1,000, full-day and childcare rates, 2011 census
    ("D14", "2015-12-31", "DG", 11.3, 1), ("D11", "2015-12-31", "DG", 51.9, 1),
    ("K03", "2016-03-01", "DG", 18.3, 1), ("K03-3to5", "2016-03-01", "DG", 44.8, 1),
    ("K01-structure", "2023-03-01", "DG", 36.4, 1), ("B01-structure", "2022-07-31", "DG", 6.9, 1),
    ("I02-census2011", "2011-05-09", "DG", 19.2, 1), ("W02", "2015-12-31", "DG", 504, 0),
    ("H01", "2007-12-31", "DG", 2.7, 1), ("A05-inhabitants", "2021-06-30", "DG", 40.3, 1),
    # day care of children under three: Statistisches Bundesamt, 28 September and 5 December 2016
    *(
        ("K01", "2016-03-01", area, share, 1)
        for area, share in {
            "DG": 32.7, "01": 30.9, "03": 28.4, "04": 27.0, "05": 25.7, "07": 29.9, "12": 57.2, "13": 56.0,
            "15": 57.0, "09172": 14.3, "12071": 61.8,
        }.items()
    ),
    # land for settlement and transport: 13.7 % and 597 m² per inhabitant in 2015, Statistisches Bundesamt
    ("W05", "2015-12-31", "DG", 13.7, 1), ("W04", "2015-12-31", "DG", 597, 0),
    ("W05-structure", "2021-12-31", "DG", 14.5, 1), ("W09", "2021-12-31", "DG", 3.0, 1),
    # 187,625 more deaths than births in 2015; structural data of 2022 and 2023 as printed
    ("D16", "2015-12-31", "DG", -2.3, 1), ("D16-structure", "2022-12-31", "DG", -3.9, 1),
    ("A05-jobs-structure", "2023-06-30", "DG", 411.4, 1), ("W08-structure", "2021-12-31", "DG", 45.5, 1),
    # 2011 census as the Regionalatlas prints it (AI-Z-2011)
    ("W06", "2011-05-09", "DG", 45.9, 1), ("W07", "2011-05-09", "DG", 4.4, 1),
    ("W08", "2011-05-09", "DG", 44.2, 1), ("D15", "2011-05-09", "DG", 2.2, 1),
    ("D15-single", "2011-05-09", "DG", 37.2, 1), ("A05-census2011", "2011-05-09", "DG", 75.5, 1),
    ("A05-women-census2011", "2011-05-09", "DG", 71.3, 1), ("A01-census2011", "2011-05-09", "DG", 4.8, 1),
    ("D07-census2011", "2011-05-09", "DG", 43.3, 1), ("I02-young-census2011", "2011-05-09", "DG", 26.8, 1),
    # vocational schools: 131,529 of 1,511,678; 249,888 of 2,496,954; 120,751 and 41,403 of 222,742
    ("B11", "2015-08-01", "DG", 8.7, 1), ("B11-foreign", "2015-08-01", "DG", 10.0, 1),
    ("B12", "2023-07-31", "DG", 54.2, 1), ("B12-hsa", "2023-07-31", "DG", 18.6, 1),
    # INKAR as printed; 386,385 of 1,750,255 pupils of the directory of schools (counted by hand)
    ("A06", "2015-12-31", "01001", 2325, 0), ("B13", "2024-08-01", "05", 22.1, 1),
]  # fmt: skip


@pytest.mark.parametrize(("indicator", "day", "area", "value", "decimals"), OFFICIAL)
def test_official_figures(
    real_place: Place, real_run: Ended, indicator: str, day: str, area: str, value: float, decimals: int
) -> None:
    found = asked(
        real_place,
        f"select round(value, {decimals}) from mart_indicator where indicator_id = '{indicator}'"
        f" and reference_date = date '{day}' and area_code = '{area}' and not is_backcast",
    )
    assert found == [(value,)]


def test_a_planner_sees_recent_figures(real_place: Place, real_run: Ended) -> None:
    newest = dict(
        asked(
            real_place,
            "select indicator_id, max(year(reference_date)) from mart_indicator where value is not null"
            " group by indicator_id",
        )
    )
    assert sum(year >= 2021 for year in newest.values()) >= 25
    assert newest["D05-u18"] == 2024
    assert newest["W03"] == 2025


def test_kreise_of_the_register_give_their_laender_and_germany(real_place: Place, real_run: Ended) -> None:
    sums = asked(
        real_place,
        "select facts.reference_date::varchar, dim_area.area_level, count(*), sum(value)"
        " from fct_population as facts inner join dim_area using (area_key)"
        " where dataset_id = 'gv-isys-kreise' and measure_code = 'persons' and sex_code = '_T'"
        " and dim_area.area_level in ('DE', 'LAND', 'KREIS') group by all order by all",
    )
    assert [(day, level, areas) for day, level, areas, _ in sums] == [
        (day, level, areas)
        for day, kreise in (("2018-12-31", 401), ("2019-12-31", 401), ("2021-12-31", 400))
        for level, areas in (("DE", 1), ("KREIS", kreise), ("LAND", 16))
    ]
    assert all(len({total for one, _, _, total in sums if one == day}) == 1 for day, _, _, _ in sums)


def test_two_bases_of_one_day_are_two_measures(real_place: Place, real_run: Ended) -> None:
    """31.12.2023 on the 2011 census and on the 2022 census: 1.2 million people apart."""
    assert asked(
        real_place,
        "select measure_code, value, dataset_id, is_preferred from fct_population"
        " where area_code = 'DG' and reference_date = date '2023-12-31'"
        " and sex_code = '_T' and age_group_code = '_T' and nationality_code = '_T' order by 1",
    ) == [
        ("persons", 83_456_045, "12411-langform-derivative", True),
        ("persons_census_2011_base", 84_669_326, "gv-isys-kreise", True),
    ]


def test_no_publishers_own_date_contradicts_the_calendar(real_place: Place, real_run: Ended) -> None:
    """A table that its publisher dates after the next figures were due shows that they come later."""
    with duckdb.connect(str(real_place.root / "warehouse.duckdb"), read_only=True) as connection:
        judged = connection.execute(
            f"select dim_snapshot.dataset_id, published_at, {due_on()} as due, dim_snapshot.period_max"
            " from dim_snapshot inner join dim_dataset using (dataset_id)"
            " where status = 'accepted' and published_at is not null and cadence not in ('once', 'census')"
        ).fetchall()
    assert len(judged) > 40
    assert [row for row in judged if row[2] is not None and row[1].date() > row[2]] == []
    late = asked(
        real_place,
        "select count(*) filter (due_on < date '2026-11-30'), count(*) filter (due_on > date '2026-11-30')"
        " from mart_indicator_currency",
    )
    assert all(count > 0 for count in late[0])


def due_on() -> str:
    """By when the figures after those of a snapshot were to come."""
    following = macro("next_date", day="dim_snapshot.period_max", dataset="dim_dataset")
    return str(macro("due_on", next=following, dataset="dim_dataset"))


def test_an_original_goes_before_what_others_stored_anew(real_place: Place, real_run: Ended) -> None:
    """31.12.2019: the register prints men and women of a Kreis, the resaved table their parts; they agree."""
    assert asked(
        real_place,
        "select count(*), count(*) filter (copies.is_preferred), count(*) filter (own.is_preferred),"
        " count(*) filter (own.value <> copies.value) from fct_population as copies"
        " inner join fct_population as own using"
        " (area_code, period_key, measure_code, sex_code, age_group_code, nationality_code)"
        " where copies.dataset_id = '12411-0018' and own.dataset_id = 'gv-isys-kreise'"
        " and own.value is not null and copies.value is not null",
    ) == [(1203, 0, 1203, 0)]
    notes = dict(
        asked(real_place, "select dataset_id, attribution from dim_dataset where provenance <> 'original'")
    )
    assert "neu gespeichert" in notes["12411-0018"]
    assert "Dritten" in notes["12411-langform-derivative"]


def test_foreigners_of_an_authority_of_several_kreise_have_no_kreis(
    real_place: Place, real_run: Ended
) -> None:
    found = asked(
        real_place,
        "select area_code, value, missing_reason from fct_population"
        " where dataset_id = '12521-0040' and sex_code = '_T'"
        " and area_code in ('10', '10041', '10044', '06611', '06633', '01001') order by 1",
    )
    assert found == [
        ("01001", 20_350, "none"), ("06611", None, "not_locatable"), ("06633", None, "not_locatable"),
        ("10", 153_455, "none"), ("10041", None, "not_locatable"), ("10044", None, "not_locatable"),
    ]  # fmt: skip


def test_gemeinden_add_to_germany(real_place: Place, real_run: Ended) -> None:
    """Towns that are a Kreis count as Gemeinden too. Before 2011 the table has gaps (Hannover)."""
    found = asked(
        real_place,
        "select reference_date::varchar, sum(value) from fct_population inner join dim_area using (area_key)"
        " where area_level = 'GEMEINDE' and measure_code = 'persons' and is_preferred and sex_code = '_T'"
        " and age_group_code = '_T' and reference_date >= date '2011-12-31' group by 1 order by 1",
    )
    assert found == [
        ("2011-12-31", 80_327_900), ("2012-12-31", 80_523_746), ("2013-12-31", 80_767_463),
        ("2014-12-31", 81_197_537), ("2015-12-31", 82_175_684), ("2021-12-31", 83_237_124),
    ]  # fmt: skip


def test_gemeinden_have_the_names_and_codes_of_their_day(real_place: Place, real_run: Ended) -> None:
    found = asked(
        real_place,
        "select areas.area_code, areas.area_name, counts.reference_date::varchar, value"
        " from fct_population as counts inner join dim_area as areas using (area_key)"
        " where measure_code = 'persons' and is_preferred and sex_code = '_T' and age_group_code = '_T'"
        " and (areas.area_code in ('03156017', '010510011011') and counts.reference_date = date '2015-12-31'"
        " or areas.area_code = '064370016016' and counts.reference_date = date '2021-12-31') order by 1",
    )
    assert [(code, day) for code, _, day, _ in found] == [
        ("010510011011", "2015-12-31"),  # Brunsbüttel
        ("03156017", "2015-12-31"),  # Bad Grund, under the Kreis that ended in 2016
        ("064370016016", "2021-12-31"),  # Oberzent, formed in 2018
    ]
    assert found[0][3] == 12_740


def test_indicators_and_their_product_reach_gemeinden(real_place: Place, real_run: Ended) -> None:
    counts = dict(
        asked(
            real_place,
            "select indicator_id, count(distinct area_code) from fct_indicator"
            " where area_level = 'GEMEINDE' and value is not null group by 1",
        )
    )
    assert {"D01", "D01-census2022", "D02", "D03", "D04", "D05-u3", "D05-65plus", "D10"} <= counts.keys()
    assert counts["D01"] > 11_000
    released = asked(real_place, "select count(*), count(distinct area_level) from mart_municipality")
    assert released[0][0] > 1_000_000
    assert released[0][1] == 2


def test_day_care_places_of_berlin_add_up_to_the_published_stock(real_place: Place, real_run: Ended) -> None:
    """10/2024: 2,920 centres with 199,276 places, each in one planning area; need and gap beside them."""
    assert asked(
        real_place,
        "select area_level, sum(facilities_count), sum(places_count) from int_place_stock"
        " where dataset_id = 'kita-verzeichnis' group by 1 order by 1",
    ) == [(level, 2920, 199_276) for level in
          ("BEZIRK", "BEZIRKSREGION", "KREIS", "PLANUNGSRAUM", "PROGNOSERAUM")]  # fmt: skip
    assert asked(
        real_place,
        "select distinct round(demand_rate_pct, 1), stock_kind, stock_count from mart_need_childcare"
        " where area_code = '11000' and age_group_code = 'Y_LT6' and demand_id = 'held'",
    ) == [(69.3, "PLACES", 199_276)]
    # of every Kreis with figures of children in care the held rate is the published one
    assert asked(
        real_place,
        "select count(*) from mart_need_childcare as need inner join mart_indicator as rate"
        " on need.area_code = rate.area_code and need.rate_date = rate.reference_date"
        " and rate.indicator_id = 'K01' and not rate.is_backcast and need.demand_id = 'held'"
        " where need.age_group_code = 'Y_LT3' and abs(need.demand_rate_pct - rate.value) > 1e-9",
    ) == [(0,)]
    assert asked(
        real_place,
        "select max(abs(gap - (children_count * demand_rate_pct / 100 - stock_count))) < 1e-6,"
        " count(gap) > 20000 from mart_need_childcare",
    ) == [(True, True)]


OF_LISTS = [
    # figures read off the files by hand: fact, dataset, area, day, what of it, value
    ("dwelling", "berlin-lor-housing-stock", "01011103", "2022-12-31", "dwellings", {}, 3280),
    (
        "dwelling", "berlin-lor-housing-stock", "01011103", "2022-12-31", "dwellings",
        {"dwelling_size": "ROOMS_3"}, 1286,
    ),
    ("dwelling", "berlin-lor-housing-stock", "01011103", "2022-12-31", "living_space_hsqm", {}, 2060),
    (
        "dwelling", "berlin-lor-housing-stock", "12304314", "2022-12-31", "residential_buildings",
        {"building_size": "DWELLINGS_GE3"}, 637,
    ),
    ("deprivation", "gesix-planning-areas", "01011101", "2022-12-31", "gesix_index", {}, 0.87645614),
    ("deprivation", "gesix-planning-areas", "12302212", "2013-12-31", "esix_index", {}, -1.5301149),
    ("employment", "pendler-kreise", "11000", "2022-06-30", "commuters_in", {}, 391_120),
    ("employment", "pendler-kreise", "11000", "2022-06-30", "commuters_out", {}, 212_719),
    (
        "employment", "pendler-kreise", "11000", "2022-06-30", "commuters_out",
        {"nationality": "FOREIGN"}, 45_977,
    ),
    ("population", "bevoelkerungspyramiden", "083355004043", "2025-12-31", "registered_persons", {}, 87_178),
    ("population", "bevoelkerungspyramiden", "083355004043", "1983-12-31", "registered_persons", {}, 72_538),
    (
        "population", "bevoelkerungspyramiden", "083355004043", "2025-12-31", "registered_persons",
        {"nationality": "FOREIGN"}, 15_566,
    ),
    (
        "population", "bevoelkerungspyramiden", "083355004043", "2025-12-31", "registered_persons",
        {"age_group": "Y0"}, 650,
    ),
    (
        "population", "bevoelkerungspyramiden", "083355004043", "2025-12-31", "registered_persons",
        {"age_group": "Y_GE90"}, 1058,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("fact", "dataset", "area", "day", "measure", "codes", "value"), OF_LISTS)
def test_lists_of_towns_and_offices_reach_their_fact(
    real_place: Place,
    real_run: Ended,
    fact: str,
    dataset: str,
    area: str,
    day: str,
    measure: str,
    codes: dict[str, str],
    value: float,
) -> None:
    dimensions = {
        name for (name, *_) in asked(real_place, f"describe fct_{fact}") if name.endswith("_code")
    } - {"area_code", "measure_code"}
    places = {f"{name}_code": code for name, code in codes.items()}
    assert set(places) <= dimensions
    held = " and ".join(f"{name} = '{places.get(name, '_T')}'" for name in sorted(dimensions)) or "true"
    found = asked(
        real_place,
        f"select value from fct_{fact} where dataset_id = '{dataset}' and area_code = '{area}' and "
        f"reference_date = date '{day}' and measure_code = '{measure}' and {held} and known_to is null",
    )
    assert found == [(value,)]


def test_the_ages_of_konstanz_add_up_in_every_year(real_place: Place, real_run: Ended) -> None:
    """So do sexes and nationalities: 43 years, each against the sum over its file."""
    [(years, apart)] = asked(
        real_place,
        """
        with figures as (
            select * from fct_population where dataset_id = 'bevoelkerungspyramiden' and known_to is null
        ),
        totals as (
            select reference_date, value from figures
            where sex_code = '_T' and nationality_code = '_T' and age_group_code = '_T'
        ),
        finest as (
            select reference_date, sum(value) as value from figures
            where sex_code <> '_T' and nationality_code <> '_T' and age_group_code <> '_T'
            group by reference_date
        )
        select count(*), count(*) filter (where totals.value <> finest.value)
        from totals inner join finest using (reference_date)
        """,
    )
    assert (years, apart) == (43, 0)


def test_a_gemeinde_of_a_reformed_kreis_is_recoded(real_place: Place, real_run: Ended) -> None:
    """Towns around Aachen and Gemeinden of Mecklenburg kept name and people under a new code."""
    pairs = asked(
        real_place,
        """
        select
            before.area_code, before.change_kind, after.area_code, after.change_kind, after.predecessor_codes
        from dim_area as before
        inner join dim_area as after on before.successor_code = after.area_code
        where before.area_level = 'GEMEINDE'
            and before.area_code in ('05354004', '05354036', '13051004')
            and after.valid_from = before.valid_to
        order by 1
        """,
    )
    assert pairs == [
        ("05354004", "recode", "053340004004", "recode", "05354004"),
        ("05354036", "recode", "053340036036", "recode", "05354036"),
        ("13051004", "recode", "130720006006", "recode", "13051004"),
    ]
    assert asked(
        real_place,
        "select count(*) from dim_area where change_kind = 'created' and predecessor_codes is not null "
        "and area_level = 'GEMEINDE' and starts_with(legal_basis, 'zuerst')",
    ) == [(0,)], "of whom the register knows a predecessor, and no law says more, is no new Gemeinde"


def test_products_name_the_sources_of_their_rows(real_place: Place, real_run: Ended) -> None:
    """A product of Gemeinden names no table of Kreise, and one of Kreise none of Gemeinden."""
    for product in ("municipalities", "population", "migration", "housing"):
        folder = real_place.root / "releases" / product / "current"
        kept = json.loads((folder / "description.json").read_text(encoding="utf-8"))
        of_rows = {
            name
            for (name,) in duckdb.sql(
                f"select distinct dataset_id from '{folder / product}.parquet'"
            ).fetchall()
        }
        registers = {"gv-isys", "gv100ad", "regionalschluessel-xoev", "gebietsgliederung"}
        named = {one["dataset_id"] for one in kept["datasets"]}
        assert of_rows <= named
        strange = named - of_rows - registers
        assert not {one for one in strange if one.startswith(("12411", "12711", "31231"))}, strange


def test_the_old_are_fewer_from_age_to_age_as_in_the_census(real_place: Place, real_run: Ended) -> None:
    """The slope of the logarithm from 75 to 99, weighted by persons, that single ages are first shared by."""
    rows = asked(
        real_place,
        "select cast(age_group_code[2:] as integer), sum(value) from fct_population "
        "where area_key like 'DG@%' and reference_date = date '2011-05-09' and sex_code = '_T' "
        "and nationality_code = '_T' and regexp_full_match(age_group_code, 'Y[7-9][0-9]') "
        "and age_group_code >= 'Y75' group by 1 order by 1",
    )
    ages, persons = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    assert list(ages) == list(range(75, 100))
    slope = np.polyfit(ages, np.log(persons), 1, w=np.sqrt(persons))[0]
    assert -slope == pytest.approx(OLD_ARE_FEWER, abs=0.005)
