"""Projections against what came, on real figures: one town by single ages over four decades."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from dbt_project.projection.backtest import AS_TODAY, COHORTS, Trial, judgement, off, trials
from dbt_project.projection.cohorts import TOP, Edition, Panel

BASES = range(1996, 2022)
"""Year-ends from which is projected, as the beginning of the next year."""


@pytest.fixture(scope="module")
def town(more: Path) -> Panel:
    """Konstanz, 1983 to 2025, as a panel of one area."""
    editions = []
    for file in sorted((more / "05-small-area" / "konstanz" / "pyramiden").glob("pyramide_*.csv")):
        persons = np.zeros((1, 130))
        with file.open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                age = int(re.match(r"\d+", row["alter"]).group())  # type: ignore[union-attr]
                persons[0, age] += sum(float(value or 0) for name, value in row.items() if name != "alter")
        year = int(file.stem.removeprefix("pyramide_")) + 1
        editions.append(Edition(year, 0, tuple(range(TOP + 1)), persons[:, :TOP], persons.sum(axis=1)))
    assert len(editions) == 43
    return Panel(np.array([0]), tuple(editions), np.ones((1, TOP)))


@pytest.fixture(scope="module")
def found(town: Panel) -> list[Trial]:
    groups = [(0, 3), (3, 6), (6, 10), (10, 16)]
    return [one for one in trials(town, groups) if one.base in BASES and one.horizon in (3, 5, 10)]


@pytest.mark.parametrize(
    ("group", "horizon", "bar"),
    [
        ((3, 6), 3, 3.0),
        ((6, 10), 3, 2.0),
        ((10, 16), 3, 1.9),
        ((3, 6), 5, 4.2),
        ((6, 10), 5, 3.0),
        ((10, 16), 5, 2.3),
        ((0, 3), 10, 8.6),
        ((3, 6), 10, 6.7),
        ((6, 10), 10, 5.9),
    ],
)
def test_the_town_is_met_better_than_by_the_figure_of_the_day(
    found: list[Trial], group: tuple[int, int], horizon: int, bar: float
) -> None:
    own = [one for one in found if one.group == group and one.horizon == horizon]
    assert len(own) >= 20
    by_method = {method: off(np.concatenate([one.errors[method] for one in own])) for method in own[0].errors}
    best = min(by_method[method] for method in COHORTS)
    assert best < bar
    assert best < by_method[AS_TODAY]


@pytest.mark.parametrize("group", [(0, 3), (3, 6), (6, 10), (10, 16)])
def test_intervals_hold_in_years_that_had_no_part_in_them(found: list[Trial], group: tuple[int, int]) -> None:
    judged = judgement(found, group)
    assert 74 <= judged.coverage <= 86
    assert judged.shown <= judged.shown_as_today
