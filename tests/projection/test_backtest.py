"""What is shown follows from the test on the past: better than today, with an interval that held
in other years.
"""

from __future__ import annotations

import numpy as np
import pytest

from dbt_project.projection.backtest import (
    ALL,
    AROUND,
    AS_TODAY,
    COHORTS,
    HORIZON,
    SHARE,
    UNTRIED,
    Trial,
    judgement,
    size_class,
)

GROUP = (6, 10)


def trial(
    target: int, horizon: int, as_today: float, cohorts: float, areas: int = 200, seed: int = 1
) -> Trial:
    """Errors of a trial with these standard deviations, for areas of one size class."""
    chance = np.random.default_rng([seed, target, horizon])
    errors = {AS_TODAY: chance.normal(0, as_today, areas)}
    errors |= {method: chance.normal(0, cohorts, areas) for method in COHORTS}
    sums = {method: one[:5] / 10 for method, one in errors.items()}
    return Trial(target - horizon, target, horizon, GROUP, False, np.full(areas, 3), errors, sums)


def test_what_is_better_is_shown_and_what_is_not_is_as_today() -> None:
    better = judgement([trial(2000 + year, 5, 0.1, 0.03) for year in range(6)], GROUP)
    assert better.at(3, 5).method in COHORTS
    assert better.at(3, 5).off < better.at(3, 5).off_as_today
    worse = judgement([trial(2000 + year, 5, 0.03, 0.1) for year in range(6)], GROUP)
    assert worse.at(3, 5).method == AS_TODAY


def test_nothing_is_shown_beyond_the_horizon_that_was_tried() -> None:
    found = judgement([trial(2000 + year, 5, 0.1, 0.03) for year in range(6)], GROUP)
    assert found.at(ALL, 6).method == UNTRIED.method == AS_TODAY
    assert np.isnan([found.at(ALL, horizon).distance for horizon in range(6, HORIZON + 1)]).all()
    assert not found.at(ALL, 3).is_tried
    assert 0 < found.at(ALL, 3).distance < found.at(ALL, 5).distance


def test_the_interval_holds_its_share_in_years_left_out() -> None:
    found = judgement([trial(2000 + year, 5, 0.1, 0.03) for year in range(12)], GROUP)
    assert found.coverage == pytest.approx(100 * SHARE, abs=3)
    fresh = np.concatenate([trial(year, 5, 0.1, 0.03).errors[COHORTS[0]] for year in range(2050, 2060)])
    assert np.mean(np.abs(fresh) <= found.at(ALL, 5).distance) == pytest.approx(SHARE, abs=0.04)


def test_an_interval_is_widened_where_years_differ() -> None:
    calm = [trial(2000 + year, 5, 0.2, 0.02) for year in range(5)]
    wild = [trial(2005, 5, 0.2, 0.12), trial(2006, 5, 0.2, 0.12), trial(2007, 5, 0.2, 0.12)]
    assert judgement(calm, GROUP).widening == pytest.approx(1, abs=0.1)
    assert judgement([*calm, *wild], GROUP).widening > 1.2


def test_a_choice_that_fails_in_other_years_leaves_only_as_today() -> None:
    lucky = [trial(2000, 5, 0.10, 0.02), trial(2001, 5, 0.02, 0.4), trial(2002, 5, 0.10, 0.02)]
    found = judgement(lucky, GROUP)
    assert found.only_as_today
    assert found.at(3, 5).method == AS_TODAY
    assert found.shown == found.shown_as_today


def test_the_sums_of_areas_have_an_interval_of_their_own() -> None:
    found = judgement([trial(2000 + year, 5, 0.1, 0.03) for year in range(6)], GROUP)
    assert 0 < found.at(AROUND, 5).distance < found.at(ALL, 5).distance


def test_size_classes_begin_at_their_lower_limit() -> None:
    sizes = size_class(np.array([np.nan, 1999, 2000, 100_000, 3_500_000]))
    assert sizes.tolist() == [0, 0, 1, 4, 6]
