"""The statistics of small numbers against scipy and against published examples."""

from __future__ import annotations

import math

import duckdb
import numpy as np
import pytest
from scipy import stats

from tests.dbt.compiled import macro

COUNTS = [(0, 10), (1, 10), (3, 17), (10, 10), (47, 863), (815, 2264), (7_986_994, 82_175_684)]


def evaluate(name: str, **given: str) -> float:
    """The number a macro gives for numbers."""
    row = duckdb.sql(f"select {macro(name, **given)}").fetchone()
    assert row is not None
    return float(row[0])


@pytest.mark.parametrize(("x", "n"), COUNTS)
def test_wilson_interval_is_scipys(x: int, n: int) -> None:
    expected = stats.binomtest(x, n).proportion_ci(method="wilson")
    assert evaluate("wilson_lower", x=f"{x}.0", n=f"{n}.0") == pytest.approx(expected.low, abs=1e-12)
    assert evaluate("wilson_upper", x=f"{x}.0", n=f"{n}.0") == pytest.approx(expected.high, abs=1e-12)


@pytest.mark.parametrize("x", [5, 10, 25, 100, 1000, 50_000])
def test_byar_interval_comes_close_to_the_exact_poisson_interval(x: int) -> None:
    """Breslow and Day call it accurate from about five events: one percent there, less above."""
    n = 10_000
    lower = stats.chi2.ppf(0.025, 2 * x) / 2 / n
    upper = stats.chi2.ppf(0.975, 2 * (x + 1)) / 2 / n
    assert evaluate("byar_lower", x=f"{x}.0", n=f"{n}.0") == pytest.approx(lower, rel=0.01)
    assert evaluate("byar_upper", x=f"{x}.0", n=f"{n}.0") == pytest.approx(upper, rel=0.002)


def test_byar_interval_of_no_event_begins_at_zero() -> None:
    assert evaluate("byar_lower", x="0.0", n="100.0") == 0
    assert evaluate("byar_upper", x="0.0", n="100.0") == pytest.approx(-math.log(0.025) / 100, rel=0.02)


def test_difference_interval_is_newcombes_published_example() -> None:
    """Newcombe 1998, Statistics in Medicine 17, example a: 56/70 against 48/80, method 10."""
    limits = [stats.binomtest(*one).proportion_ci(method="wilson") for one in ((48, 80), (56, 70))]
    p1, p2 = 48 / 80, 56 / 70
    lower = evaluate(
        "difference_lower",
        first=f"{p1}",
        first_upper=f"{limits[0].high}",
        second=f"{p2}",
        second_lower=f"{limits[1].low}",
    )
    upper = evaluate(
        "difference_upper",
        first=f"{p1}",
        first_lower=f"{limits[0].low}",
        second=f"{p2}",
        second_upper=f"{limits[1].high}",
    )
    assert lower == pytest.approx(0.0524, abs=5e-5)
    assert upper == pytest.approx(0.3339, abs=5e-5)


def test_expected_error_is_the_standard_error_under_the_reference() -> None:
    wilson = evaluate("expected_error", fraction="0.3", n="500.0", method="'wilson'")
    byar = evaluate("expected_error", fraction="0.3", n="500.0", method="'byar'")
    assert wilson == pytest.approx(stats.binom(500, 0.3).std() / 500)
    assert byar == pytest.approx(stats.poisson(150).std() / 500)


def test_wilson_covers_as_often_as_it_says() -> None:
    """Mean coverage over proportions, by exact binomial probabilities: 95 % within one point."""
    n = 60
    lower = macro("wilson_lower", x="x", n=f"{n}.0")
    upper = macro("wilson_upper", x="x", n=f"{n}.0")
    ours = duckdb.sql(f"select {lower}, {upper} from range({n + 1}) as counts(x) order by x").fetchall()
    x = np.arange(n + 1)
    covered = [
        sum(stats.binom.pmf(x, n, p)[k] for k in x if ours[k][0] <= p <= ours[k][1])
        for p in np.linspace(0.02, 0.98, 97)
    ]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.01)


def test_an_exact_sum_hangs_on_no_order() -> None:
    """Persons times mean ages, as the mean age adds them: a plain sum varies with the order."""
    random = np.random.default_rng(7)
    rows = [(int(random.integers(1, 90_000)), random.random() * 90) for _ in range(400)]
    call = macro("exact_sum", number="persons * age")
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
