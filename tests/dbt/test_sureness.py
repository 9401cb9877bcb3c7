"""How sure an indicator is: the whole model against published formulas, written out with numpy and scipy."""

from __future__ import annotations

import math

import duckdb
import numpy as np
import pytest
from scipy import stats

from .indicator_chain import Row, found, share_of, value_of, warehouse

Z, Z_OUTER = stats.norm.ppf(0.975), stats.norm.ppf(0.999)
BEFORE, NOW = "2014-07-31", "2015-07-31"
COUNTS = {  # leavers without certificate, all leavers: before and now
    "01001": ((79, 1302), (111, 1302)),
    "01002": ((167, 2142), (140, 2140)),
    "01003": ((190, 1980), (191, 1989)),
    "01004": ((60, 520), (12, 104)),
    "01051": ((4, 90), (2, 95)),
    "01053": ((130, 1500), (0, 1400)),
}
RECIPIENTS = {"01001": (30, 4000), "01002": (140, 9000), "01003": (5, 900), "01004": (55, 5200)}


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    values: list[Row] = []
    for date, number in ((BEFORE, 0), (NOW, 1)):
        values += [share_of("B01", area, date, *counts[number]) for area, counts in COUNTS.items()]
        whole = np.sum([counts[number] for counts in COUNTS.values()], axis=0)
        values.append(share_of("B01", "01", date, *(whole + np.array([400, 9000]))))
        values.append(share_of("B01", "DG", date, *(whole * 30)))
    for area, (x, n) in {**RECIPIENTS, "01": (300, 40_000)}.items():
        values.append(
            value_of("P09", area, "2015-12-31", 1000 * x / n, numerator=float(x), denominator=float(n))
        )
    values.append(value_of("B01", "01054", NOW, None))
    return warehouse(values, ["DG", "01", *COUNTS, "01054"])


def sure(connection: duckdb.DuckDBPyConnection, indicator: str, date: str) -> dict[str, Row]:
    rows = found(
        connection,
        "select * from fct_indicator_precision where indicator_id = ? and reference_date = ?",
        indicator,
        date,
    )
    return {row["area_code"]: row for row in rows}


def test_intervals_of_shares_are_scipys_wilson_intervals(connection: duckdb.DuckDBPyConnection) -> None:
    rows = sure(connection, "B01", NOW)
    for area, (_, (x, n)) in COUNTS.items():
        expected = stats.binomtest(x, n).proportion_ci(method="wilson")
        assert rows[area]["interval_method"] == "wilson"
        assert rows[area]["lower_limit"] == pytest.approx(100 * expected.low, abs=1e-9)
        assert rows[area]["upper_limit"] == pytest.approx(100 * expected.high, abs=1e-9)


def test_intervals_of_rates_come_close_to_the_exact_poisson_interval(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rows = sure(connection, "P09", "2015-12-31")
    for area, (x, n) in RECIPIENTS.items():
        lower, upper = stats.chi2.ppf(0.025, 2 * x) / 2, stats.chi2.ppf(0.975, 2 * x + 2) / 2
        tolerance = 0.002 if x > 10 else 0.01
        assert rows[area]["interval_method"] == "byar"
        assert rows[area]["lower_limit"] == pytest.approx(1000 * lower / n, rel=tolerance)
        assert rows[area]["upper_limit"] == pytest.approx(1000 * upper / n, rel=tolerance)


def test_the_funnel_is_spiegelhalters_around_the_next_higher_area(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """Limits p ± z·sqrt(p(1-p)/n) with the Land's p; beyond 99.8 % an area is far off."""
    rows = sure(connection, "B01", NOW)
    [land] = found(
        connection,
        "select numerator / denominator as p from fct_indicator"
        " where area_code = '01' and indicator_id = 'B01' and reference_date = ?",
        NOW,
    )
    p = land["p"]
    verdicts = {}
    for area, (_, (x, n)) in COUNTS.items():
        error = math.sqrt(p * (1 - p) / n)
        assert rows[area]["reference_area_code"] == "01"
        assert rows[area]["funnel_lower"] == pytest.approx(100 * max(0, p - Z * error))
        assert rows[area]["funnel_upper"] == pytest.approx(100 * (p + Z * error))
        off = (x / n - p) / error
        word = "far_" if abs(off) > Z_OUTER else ""
        verdicts[area] = f"{word}{'above' if off > 0 else 'below'}" if abs(off) > Z else "within_chance"
    assert {area: rows[area]["reference_verdict"] for area in COUNTS} == verdicts
    assert len(set(verdicts.values())) >= 3, "the example shows more than one verdict"


@pytest.mark.parametrize(("indicator", "date"), [("B01", NOW), ("P09", "2015-12-31")])
def test_smoothed_values_are_marshalls_empirical_bayes_estimates(
    connection: duckdb.DuckDBPyConnection, indicator: str, date: str
) -> None:
    """Marshall 1991: shrink to the mean of the pool by the part of the variance that is between areas."""
    rows = sure(connection, indicator, date)
    counts = {area: both[1] for area, both in COUNTS.items()} if indicator == "B01" else RECIPIENTS
    x, n = np.array(list(counts.values()), dtype=float).T
    mean = x.sum() / n.sum()
    spread = (n * (x / n - mean) ** 2).sum() / n.sum()
    unit = mean * (1 - mean) if indicator == "B01" else mean
    between = max(0.0, spread - unit / n.mean())
    weight = between / (between + unit / n)
    smoothed = mean + weight * (x / n - mean)
    scale = 100 if indicator == "B01" else 1000
    assert between > 0
    assert [rows[area]["smoothed_value"] for area in counts] == pytest.approx(list(scale * smoothed))
    assert [rows[area]["smoothing_weight"] for area in counts] == pytest.approx(list(weight))
    shrunk = min(counts, key=lambda area: counts[area][1])
    assert rows[shrunk]["smoothing_weight"] == min(rows[area]["smoothing_weight"] for area in counts)


def test_a_change_counts_when_newcombes_interval_leaves_out_zero(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rows = sure(connection, "B01", NOW)
    for area, (first, second) in COUNTS.items():
        (p1, low1, high1), (p2, low2, high2) = (_wilson(*one) for one in (first, second))
        lower = p2 - p1 - math.hypot(p2 - low2, high1 - p1)
        upper = p2 - p1 + math.hypot(high2 - p2, p1 - low1)
        assert rows[area]["change"] == pytest.approx(100 * (p2 - p1))
        assert rows[area]["change_lower"] == pytest.approx(100 * lower)
        assert rows[area]["change_upper"] == pytest.approx(100 * upper)
        expected = "up" if lower > 0 else "down" if upper < 0 else "within_chance"
        assert rows[area]["change_verdict"] == expected
    assert {rows[area]["change_verdict"] for area in COUNTS} == {"up", "down", "within_chance"}


def _wilson(x: int, n: int) -> tuple[float, float, float]:
    interval = stats.binomtest(x, n).proportion_ci(method="wilson")
    return x / n, interval.low, interval.high


def test_reliability_follows_the_denominator(connection: duckdb.DuckDBPyConnection) -> None:
    """B01 wants 100 leavers: below it is insufficient, below 300 low, below 1,000 medium."""
    rows = sure(connection, "B01", NOW)
    grades = {area: rows[area]["reliability"] for area in ("01051", "01004", "01001")}
    assert grades == {"01051": "insufficient", "01004": "low", "01001": "high"}
    missing = rows["01054"]
    assert (missing["reliability"], missing["interval_method"]) == ("not_graded", "none")
    assert [missing[name] for name in ("lower_limit", "smoothed_value", "change")] == [None, None, None]


def test_a_change_across_a_break_is_no_change() -> None:
    """The census of 2011 lies between both dates."""
    rows = [
        share_of("P07", "01001", f"{year}-12-31", x, 85_000) for year, x in ((2010, 9000), (2011, 14_000))
    ]
    connection = warehouse(rows, ["DG", "01", "01001"])
    assert sure(connection, "P07", "2011-12-31")["01001"]["change_verdict"] == "break"


def test_rounding_at_the_source_widens_the_interval() -> None:
    """A count rounded to 5 stands for any from two less to two more."""
    rounded = share_of("B01", "01001", NOW, 50, 1000, rounding_base=5, rounding_slack=2.0)
    row = sure(warehouse([rounded], ["DG", "01", "01001"]), "B01", NOW)["01001"]
    assert row["lower_limit"] == pytest.approx(100 * _wilson(48, 1000)[1])
    assert row["upper_limit"] == pytest.approx(100 * _wilson(52, 1000)[2])
    assert row["rounding_error"] == pytest.approx(0.2)
