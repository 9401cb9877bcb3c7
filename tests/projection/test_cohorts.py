"""The arithmetic of the projection: cohorts age, ratios lean on the parent, no ratio crosses a census."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from dbt_project.projection.cohorts import (
    FOLLOWING,
    HELD,
    PRIOR,
    TOP,
    Array,
    Course,
    Edition,
    Panel,
    by_single_ages,
    carried,
    generation_of_parents,
    growth,
    projected,
    single_ages,
)

SINGLE = tuple(range(TOP + 1))


def panel(*editions: Edition, parents: tuple[int, ...] = (0, 0)) -> Panel:
    return Panel(np.array(parents), editions, np.ones((len(parents), TOP)))


def edition(time: float, values: Array, basis: int = 0, edges: tuple[int, ...] = SINGLE) -> Edition:
    return Edition(time, basis, edges, values, values.sum(axis=1))


def shrinking(areas: int = 2) -> Array:
    """A different number of persons at every age, the same in every area."""
    return np.tile(np.linspace(1200.0, 800.0, TOP), (areas, 1))


def test_nobody_comes_or_goes_and_the_cohort_is_the_same_persons_a_year_older() -> None:
    start = shrinking()
    known = panel(edition(2020, start), edition(2021, carried(start, 1)))
    step, _, years = growth(known, by_single_ages(known))
    assert years == 1
    assert np.allclose(step[:, :40], 0)
    path = projected(known.editions[-1].values, step, known.parents, 6)
    assert np.allclose(path[6][:, 6:18], known.editions[-1].values[:, 0:12])


def test_a_ratio_counted_exactly_comes_back_in_a_large_area() -> None:
    start = shrinking() * 1e6
    known = panel(edition(2020, start), edition(2021, carried(start, 1) * 1.02))
    step, own, _ = growth(known, by_single_ages(known))
    assert np.allclose(np.exp(step[:, :40]), 1.02)
    assert own[:, :40].min() > 0.99


def test_the_ratio_of_a_small_area_leans_on_its_parent_by_the_stated_weight() -> None:
    small, large = 10.0, 1e7
    start = np.tile(np.array([[small], [large]]), (1, TOP))
    grown = start * np.array([[1.5], [1.0]])
    known = panel(edition(2020, start), edition(2021, grown))
    step, own, _ = growth(known, by_single_ages(known))
    around = (1.5 * small + large) / (small + large)
    expected = (1.5 * small + PRIOR * around) / (small + PRIOR)
    assert np.exp(step[0, 10]) == pytest.approx(expected)
    assert own[0, 10] == pytest.approx(small / (small + PRIOR))


def test_no_ratio_is_taken_across_a_census() -> None:
    start = shrinking()
    before, after = edition(2020, start, basis=0), edition(2021, carried(start, 1) * 0.9, basis=1)
    step, _, years = growth(panel(before, after), [start, after.values])
    assert years == 0
    assert not step.any()
    same = replace(after, basis=0)
    step, _, years = growth(panel(before, same), [start, same.values])
    assert years == 1
    assert step[:, :40].max() < -0.05


def test_groups_are_shared_out_by_the_edition_before_and_add_up_again() -> None:
    start = shrinking()
    edges = (0, 3, 6, 10, 15, 18, 30, TOP)
    later = carried(start, 4)
    grouped = np.stack([later[:, a:b].sum(axis=1) for a, b in pairwise(edges)], axis=1)
    known = panel(edition(2015, start), edition(2019, grouped, edges=edges))
    singles = by_single_ages(known)[-1]
    assert np.allclose(singles[:, 4:18], later[:, 4:18])
    for position, (a, b) in enumerate(pairwise(edges)):
        assert np.allclose(singles[:, a:b].sum(axis=1), grouped[:, position])


def test_an_empty_pattern_shares_evenly() -> None:
    one = edition(2020, np.array([[30.0]]), edges=(0, 3))
    assert np.allclose(single_ages(one, np.zeros((1, TOP)))[0, :3], 10)


def test_births_follow_the_parents_by_half_of_their_change() -> None:
    start = np.full((1, TOP), 1000.0)
    start[0, 20:] = 2000.0
    step = np.zeros((1, TOP))
    held = projected(start, step, np.array([0]), 5, HELD)
    following = projected(start, step, np.array([0]), 5, FOLLOWING)
    assert np.allclose(held[5][0, 0], 1000)
    aged = following[5].copy()
    aged[:, 0] = 0
    change = generation_of_parents(aged) / generation_of_parents(start)
    assert following[5][0, 0] == pytest.approx(1000 * float(change[0]) ** 0.5)
    assert following[5][0, 0] < 1000


def test_a_scenario_adds_its_persons_once_and_lets_them_grow_older_and_never_falls_below_zero() -> None:
    start, step = np.full((1, TOP), 100.0), np.zeros((1, TOP))
    arrivals = np.zeros((3, 1, TOP))
    arrivals[0, 0, 4] = 7
    arrivals[2, 0, 9] = -1000
    births = np.ones((3, 1))
    births[1] = 1.1
    path = projected(start, step, np.array([0]), 3, HELD, Course(births, arrivals))
    assert path[1][0, 4] == 107
    assert path[3][0, 6] == 107
    assert path[2][0, 0] == pytest.approx(110)
    assert path[3][0, 1] == pytest.approx(110)
    assert path[3][0, 9] == 0
