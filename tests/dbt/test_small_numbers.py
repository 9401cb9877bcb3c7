"""The statistics of small numbers against scipy and against published examples."""

from __future__ import annotations

import math
from collections.abc import Callable

import duckdb
import numpy as np
import pytest
from scipy import stats

Render = Callable[..., str]
Evaluate = Callable[[str], float]
COUNTS = [(0, 10), (1, 10), (3, 17), (10, 10), (47, 863), (815, 2264), (7_986_994, 82_175_684)]


@pytest.fixture
def evaluate(render_macro: Render) -> Evaluate:
    """The number a macro gives for numbers."""

    def number(call: str) -> float:
        row = duckdb.sql(f"select {render_macro('small_numbers.sql', call)}").fetchone()
        assert row is not None
        return float(row[0])

    return number


@pytest.mark.parametrize(("x", "n"), COUNTS)
def test_wilson_interval_is_scipys(x: int, n: int, evaluate: Evaluate) -> None:
    expected = stats.binomtest(x, n).proportion_ci(method="wilson")
    assert evaluate(f"wilson_lower('{x}.0', '{n}.0')") == pytest.approx(expected.low, abs=1e-12)
    assert evaluate(f"wilson_upper('{x}.0', '{n}.0')") == pytest.approx(expected.high, abs=1e-12)


@pytest.mark.parametrize("x", [5, 10, 25, 100, 1000, 50_000])
def test_byar_interval_comes_close_to_the_exact_poisson_interval(x: int, evaluate: Evaluate) -> None:
    """Breslow and Day call it accurate from about five events: one percent there, less above."""
    n = 10_000
    lower = stats.chi2.ppf(0.025, 2 * x) / 2 / n
    upper = stats.chi2.ppf(0.975, 2 * (x + 1)) / 2 / n
    assert evaluate(f"byar_lower('{x}.0', '{n}.0')") == pytest.approx(lower, rel=0.01)
    assert evaluate(f"byar_upper('{x}.0', '{n}.0')") == pytest.approx(upper, rel=0.002)


def test_byar_interval_of_no_event_begins_at_zero(evaluate: Evaluate) -> None:
    assert evaluate("byar_lower('0.0', '100.0')") == 0
    assert evaluate("byar_upper('0.0', '100.0')") == pytest.approx(-math.log(0.025) / 100, rel=0.02)


def test_difference_interval_is_newcombes_published_example(evaluate: Evaluate) -> None:
    """Newcombe 1998, Statistics in Medicine 17, example a: 56/70 against 48/80, method 10."""
    limits = [stats.binomtest(*one).proportion_ci(method="wilson") for one in ((48, 80), (56, 70))]
    p1, p2 = 48 / 80, 56 / 70
    lower = evaluate(f"difference_lower('{p1}', '{limits[0].high}', '{p2}', '{limits[1].low}')")
    upper = evaluate(f"difference_upper('{p1}', '{limits[0].low}', '{p2}', '{limits[1].high}')")
    assert lower == pytest.approx(0.0524, abs=5e-5)
    assert upper == pytest.approx(0.3339, abs=5e-5)


def test_expected_error_is_the_standard_error_under_the_reference(evaluate: Evaluate) -> None:
    wilson = evaluate("expected_error('0.3', '500.0', \"'wilson'\")")
    byar = evaluate("expected_error('0.3', '500.0', \"'byar'\")")
    assert wilson == pytest.approx(stats.binom(500, 0.3).std() / 500)
    assert byar == pytest.approx(stats.poisson(150).std() / 500)


def test_wilson_covers_as_often_as_it_says(render_macro: Render) -> None:
    """Mean coverage over proportions, by exact binomial probabilities: 95 % within one point."""
    n = 60
    lower = render_macro("small_numbers.sql", f"wilson_lower('x', '{n}.0')")
    upper = render_macro("small_numbers.sql", f"wilson_upper('x', '{n}.0')")
    ours = duckdb.sql(f"select {lower}, {upper} from range({n + 1}) as counts(x) order by x").fetchall()
    x = np.arange(n + 1)
    covered = [
        sum(stats.binom.pmf(x, n, p)[k] for k in x if ours[k][0] <= p <= ours[k][1])
        for p in np.linspace(0.02, 0.98, 97)
    ]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.01)


def test_an_exact_sum_hangs_on_no_order(render_macro: Render) -> None:
    """Persons times mean ages, as the mean age adds them: a plain sum varies with the order."""
    random = np.random.default_rng(7)
    rows = [(int(random.integers(1, 90_000)), random.random() * 90) for _ in range(400)]
    call = render_macro("small_numbers.sql", "exact_sum('persons * age')")
    exact, plain = set(), set()
    for _ in range(20):
        random.shuffle(rows)
        listed = ", ".join(f"({n}, {age!r}::double)" for n, age in rows)
        found = duckdb.sql(f"select {call}, sum(persons * age) from (values {listed}) as t(persons, age)")
        row = found.fetchone()
        assert row is not None
        exact.add(row[0])
        plain.add(row[1])
    assert len(exact) == 1
    assert len(plain) > 1, "else this examines nothing"
    assert exact.pop() == pytest.approx(math.fsum(n * age for n, age in rows), abs=400 * 5e-7)
