"""From columns of the warehouse to rows of a projection: bases, sums, groups and scenarios told once."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest

from dbt_project.projection import tables
from dbt_project.projection.backtest import HORIZON
from dbt_project.projection.cohorts import TOP

Columns = dict[str, Any]
AREAS = tuple(f"{land}{number:03}" for land in ("01", "02") for number in range(1, 41))
NEWEST = dt.date(2024, 12, 31)
NAMES = ("scenario_id", "kind", "area_code", "from_year", "to_year", "age_from", "age_to", "amount", "share")
NOTHING: Columns = {name: np.array([], dtype=object) for name in NAMES}
COARSE = (0, 6, 15, 18, 27, TOP)


def assumed(*rows: tuple[Any, ...]) -> Columns:
    return {name: np.array([row[at] for row in rows], dtype=object) for at, name in enumerate(NAMES)}


def population(
    edges: tuple[int, ...] = tuple(range(TOP + 1)), panel: str = "KREIS", moves: float = 0.03
) -> Columns:
    """Five yearly editions of areas that all gain by migration, some more than others."""
    chance = np.random.default_rng(7)
    lines: list[tuple[Any, ...]] = []
    single = chance.uniform(900, 1100, (len(AREAS), TOP)) * chance.uniform(0.5, 2, (len(AREAS), 1))
    for year in range(2020, 2025):
        day = dt.date(year, 12, 31)
        for area, code in enumerate(AREAS):
            spans = [(a, b - 1, single[area, a:b].sum()) for a, b in pairwise(edges)]
            for first, last, persons in [*spans, (0, -1, single[area].sum())]:
                lines.append(
                    (panel, code, code[:2], code, day, "persons", "t", 2, False, first, last, round(persons))
                )
        older = np.roll(single, 1, axis=1) * (1 + 0.03 * np.linspace(0.5, 1.5, len(AREAS))[:, None])
        older[:, 0] = single[:, 0]
        single = older
    names = ("panel", "area_code", "parent_code", "kreis_code", "reference_date", "measure_code",
             "dataset_id", "basis", "is_census", "age_from", "age_to", "persons")  # fmt: skip
    numbers = {
        "basis": np.int64,
        "is_census": bool,
        "age_from": np.int64,
        "age_to": np.int64,
        "persons": float,
    }
    return {
        name: np.array([line[at] for line in lines], dtype=numbers.get(name, object))
        for at, name in enumerate(names)
    }


@pytest.fixture(scope="module")
def found() -> list[tables.Named]:
    return tables.panels(population())


@pytest.fixture(scope="module")
def rows(found: list[tables.Named]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = tables.ahead(found, NOTHING).to_pylist()
    return [row for row in made if not row["is_within_group"]]


def test_every_area_age_group_and_year_has_one_row(rows: list[dict[str, Any]]) -> None:
    grain = [(row["area_code"], row["age_group_code"], row["horizon_years"]) for row in rows]
    assert len(set(grain)) == len(grain) == (len(AREAS) + 2) * 5 * (HORIZON + 1)
    assert {row["reference_date"].year - row["horizon_years"] for row in rows} == {NEWEST.year}


def test_the_base_is_the_published_figure(rows: list[dict[str, Any]]) -> None:
    columns = population()
    newest = (columns["reference_date"] == NEWEST) & (columns["area_code"] == "01001")
    spans = zip(*(columns[name][newest] for name in ("age_from", "age_to", "persons")), strict=True)
    aged = {int(first): persons for first, last, persons in spans if last >= 0}
    [base] = [row for row in rows if row["area_code"] == "01001" and row["age_group_code"] == "Y6T9"
              and row["horizon_years"] == 0]  # fmt: skip
    assert base["value"] == base["base_value"] == base["lower"] == sum(aged[age] for age in range(6, 10))
    assert base["method"] == "published"


def test_a_figure_names_the_cohort_that_it_carries_on(rows: list[dict[str, Any]]) -> None:
    """Who is 10 to 14 in three years is 7 to 11 at the base, as printed; who is not born yet has none."""
    columns = population()
    newest = (columns["reference_date"] == NEWEST) & (columns["age_to"] >= 0)
    for code in ("01001", "02040", "01"):
        chosen = newest & (np.char.startswith(columns["area_code"].astype(str), code))
        aged = chosen & (columns["age_from"] >= 7) & (columns["age_to"] <= 11)
        [ahead] = [row for row in rows if (row["area_code"], row["age_group_code"]) == (code, "Y10T14")
                   and row["horizon_years"] == 3]  # fmt: skip
        assert ahead["method"] in ("cohorts", "sum")
        assert ahead["cohort_base_value"] == columns["persons"][aged].sum()
        assert 1 < ahead["value"] / ahead["cohort_base_value"] < 1.15, "three years of 1.5 to 4.5 per cent"
        unborn = [row for row in rows if row["area_code"] == code and row["age_group_code"] == "Y_LT3"
                  and row["horizon_years"]]  # fmt: skip
        assert unborn
        assert all(row["cohort_base_value"] is None for row in unborn)


def test_areas_add_to_their_parent_in_every_year(rows: list[dict[str, Any]]) -> None:
    for sums in [row for row in rows if row["is_sum"]]:
        parts = [
            row["value"]
            for row in rows
            if not row["is_sum"]
            and row["area_code"].startswith(sums["area_code"])
            and (row["age_group_code"], row["horizon_years"])
            == (sums["age_group_code"], sums["horizon_years"])
        ]
        assert sum(parts) == sums["value"]
        assert sums["method"] == ("sum" if 1 <= sums["horizon_years"] <= 3 else sums["method"])
        assert sums["method"] != "as_today" or sums["value"] == sums["base_value"]


def test_an_interval_holds_its_value_and_there_is_none_without_a_test(rows: list[dict[str, Any]]) -> None:
    tested = [row for row in rows if row["interval_basis"] in ("tested", "between")]
    assert tested
    assert all(0 <= row["lower"] <= row["value"] <= row["upper"] for row in tested)
    untested = [row for row in rows if row["interval_basis"] == "not_tested"]
    assert {row["horizon_years"] for row in untested} == set(range(5, HORIZON + 1)) | {4}
    assert {row["method"] for row in untested} == {"as_today"}
    assert {(row["lower"], row["upper"]) for row in untested} == {(None, None)}


def test_steady_migration_is_carried_on(rows: list[dict[str, Any]]) -> None:
    own = [row for row in rows if row["age_group_code"] == "Y10T14" and not row["is_sum"]]
    assert {row["method"] for row in own if 1 <= row["horizon_years"] <= 3} == {"cohorts"}


def test_coarse_editions_project_the_groups_that_they_can_be_tested_on() -> None:
    # the newest edition prints single ages, those before it groups: only the groups were ever tried
    coarse, single = population(COARSE), population()
    old, new = coarse["reference_date"] < NEWEST, single["reference_date"] == NEWEST
    mixed = {name: np.concatenate([coarse[name][old], single[name][new]]) for name in coarse}
    made = tables.ahead(tables.panels(mixed), NOTHING)
    tried = made.filter(pc.invert(made["is_within_group"]))
    assert set(pc.unique(tried["age_group_code"]).to_pylist()) == {"Y_LT6", "Y6T14", "Y15T17"}
    within = made.filter(made["is_within_group"])
    assert set(pc.unique(within["age_group_code"]).to_pylist()) == {"Y6", "Y6T7", "Y6T8", "Y6T9", "Y10"}


def test_a_class_is_a_share_of_its_age_group_and_less_sure(found: list[tables.Named]) -> None:
    made = tables.ahead(tables.panels(population((0, 3, 6, 10, 15, 18, 27, TOP))), NOTHING).to_pylist()
    at = {(row["area_code"], row["age_group_code"], row["horizon_years"]): row for row in made}
    for horizon in (0, 1, 2):
        one, four = at["01001", "Y6", horizon], at["01001", "Y6T9", horizon]
        assert 0.2 < one["value"] / four["value"] < 0.3
        assert (one["interval_basis"], one["off_pct"]) == ("around", None)
        assert (one["method"] == "within_group") == (one["lower"] is None) == (horizon == 0)
    first, whole = at["01001", "Y6", 2], at["01001", "Y6T9", 2]
    assert first["upper"] / first["value"] > whole["upper"] / whole["value"]


def old_population(edges: tuple[int, ...], years: range = range(2018, 2025)) -> Columns:
    """Yearly editions of people of 45 and over: cohorts of unequal size that die by age."""
    chance = np.random.default_rng(3)
    ages = np.arange(45, 105)
    dying = 0.03 * np.exp(0.1 * (ages - 75.0))
    wave = 1 + 0.5 * np.sin((ages + chance.uniform(-2, 2, (len(AREAS), 1))) / 5)
    single = 3000 * wave * np.exp(-np.cumsum(dying))
    rows: dict[str, list[Any]] = {name: [] for name in population((0, 6))}
    for year in years:
        for area, code in enumerate(AREAS):
            spans = [(a, b - 1 if b < 105 else 999, single[area, a - 45 : b - 45].sum())
                     for a, b in pairwise(edges)]  # fmt: skip
            for first, last, persons in [*spans, (0, -1, 50000.0)]:
                day = dt.date(year, 12, 31)
                values = ("KREIS", code, code[:2], code, day, "persons", "t", 2, False, first, last,
                          float(round(persons)))  # fmt: skip
                for name, value in zip(rows, values, strict=True):
                    rows[name].append(value)
        older = np.roll(single * np.exp(-dying), 1, axis=1)
        older[:, 0] = single[:, 0]
        single = older
    return {
        name: np.array(values, dtype=object if isinstance(values[0], str | dt.date) else None)
        for name, values in rows.items()
    }


def test_old_people_are_carried_on_by_their_cohorts_in_groups_without_an_end() -> None:
    edges = (45, 50, 55, 60, 65, 75, 105)
    known = tables.panels(old_population(edges))
    assert [one.window.first for one in known] == [45]
    made = {
        (row["area_code"], row["age_group_code"], row["horizon_years"]): row
        for row in tables.ahead(known, NOTHING).to_pylist()
    }
    assert {group for _, group, _ in made} == {"Y65T74", "Y_GE75"}
    for group in ("Y65T74", "Y_GE75"):
        rows = [made[code, group, 2] for code in AREAS]
        assert {row["method"] for row in rows} == {"cohorts"}
        assert np.mean([row["off_pct"] for row in rows]) < np.mean([row["as_today_off_pct"] for row in rows])


def test_old_people_whose_editions_do_not_reach_the_end_are_not_projected() -> None:
    assert tables.panels(old_population((45, 55, 65, 75))) == []


def test_a_scenario_adds_its_children_once_in_its_area_and_in_the_sum(found: list[tables.Named]) -> None:
    made = tables.ahead(found, assumed(("new", "arrivals", "01001", 2026, 2026, 3, 5, 30.0, 1.0))).to_pylist()
    value = {
        (row["scenario_id"], row["area_code"], row["age_group_code"], row["horizon_years"]): row["value"]
        for row in made
    }

    def added(area: str, group: str, horizon: int) -> float:
        difference: float = value["new", area, group, horizon] - value["trend", area, group, horizon]
        return difference

    assert added("01001", "Y3T5", 1) == 0
    assert added("01001", "Y3T5", 2) == pytest.approx(30, abs=1)
    assert added("01", "Y3T5", 2) == added("01001", "Y3T5", 2)
    assert added("01002", "Y3T5", 2) == 0
    assert added("01001", "Y3T5", 5) == pytest.approx(0, abs=1)
    assert added("01001", "Y6T9", 5) == pytest.approx(30, rel=0.2)


def test_fewer_births_reach_the_youngest_only(found: list[tables.Named]) -> None:
    few = assumed(("few", "births", "01001", 2025, 2030, 0, 0, -20.0, 1.0))
    value = {
        (row["scenario_id"], row["age_group_code"], row["horizon_years"]): row["value"]
        for row in tables.ahead(found, few).to_pylist()
        if row["area_code"] == "01001"
    }
    assert value["few", "Y_LT3", 3] < 0.9 * value["trend", "Y_LT3", 3]
    assert value["few", "Y3T5", 3] == value["trend", "Y3T5", 3]


def test_without_population_there_is_nothing_to_project() -> None:
    empty = {name: values[:0] for name, values in population().items()}
    assert tables.panels(empty) == []
    assert tables.ahead([], NOTHING).num_rows == 0
    assert tables.trial_rows([]) == []
