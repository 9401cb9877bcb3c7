"""How sure an indicator is: the whole model against published formulas, written out with numpy and scipy."""

from __future__ import annotations

import math
from typing import get_args

import duckdb
import numpy as np
import pytest
from scipy import stats

from sources.declared.declaration import Cadence

from .compiled import macro, singular_test
from .indicator_chain import Row, build, found, share_of, value_of, warehouse

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
        assert rows[area]["funnel_plain_lower"] == pytest.approx(100 * max(0, p - Z * error))
        assert rows[area]["funnel_plain_upper"] == pytest.approx(100 * (p + Z * error))
        off = (x / n - p) / error
        word = "far_" if abs(off) > Z_OUTER else ""
        verdicts[area] = f"{word}{'above' if off > 0 else 'below'}" if abs(off) > Z else "within_chance"
    assert {area: rows[area]["reference_verdict_plain"] for area in COUNTS} == verdicts
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
        share_of("P07", "01001", f"{year}-12-31", x, 85_000, denominator_dataset="12411-01-01-4")
        for year, x in ((2010, 9000), (2011, 14_000), (2012, 12_000))
    ]
    connection = warehouse(rows, ["DG", "01", "01001"])
    verdicts = [
        sure(connection, "P07", f"{year}-12-31")["01001"]["change_verdict"] for year in (2010, 2011, 2012)
    ]
    assert verdicts == ["untested", "break", "down"]


def test_a_break_counts_although_the_row_behind_it_has_no_value() -> None:
    """The register parts rows; the change reaches over the one without a value."""
    rows = [
        value_of("H01", "01001", "2009-12-31", 3.0, numerator=3000.0, denominator=100_000.0),
        value_of("H01", "01001", "2011-12-31", None, denominator_dataset="12411-01-01-4"),
        value_of("H01", "01001", "2013-12-31", 4.0, numerator=4000.0, denominator=100_000.0),
    ]
    for row in rows:
        row["numerator_dataset"] = "22411-02-02-4"
    connection = warehouse(rows, ["DG", "01", "01001"])
    assert sure(connection, "H01", "2013-12-31")["01001"]["change_verdict"] == "gap"
    connection.execute("update dim_dataset set cadence = 'four_years' where dataset_id = '22411-02-02-4'")
    build(connection, "fct_indicator_precision")
    row = sure(connection, "H01", "2013-12-31")["01001"]
    assert (row["change_verdict"], row["change"], row["years_since_previous"]) == ("break", 1.0, 4.0)


def test_new_boundaries_under_the_same_code_are_a_break_and_the_change_is_shown() -> None:
    """Between the two rows that stand on different versions of the area, and nowhere else."""
    versions = {2014: "01001@1900-01-01", 2015: "01001@1900-01-01", 2016: "01001@2015-12-31"}
    rows = [
        share_of("A04", "01001", f"{year}-12-31", x, 10_000, numerator_dataset="13211-02-05-4")
        | {"area_key": versions[year]}
        for year, x in ((2014, 1000), (2015, 1400), (2016, 1000))
    ]
    connection = warehouse(rows, ["DG", "01", *dict.fromkeys(versions.values())])
    connection.execute(
        "update dim_area set area_code = '01001', area_level = 'KREIS' where area_code like '%@%'"
    )
    build(connection, "fct_indicator_precision")
    shown = [sure(connection, "A04", f"{year}-12-31")["01001"] for year in versions]
    assert [row["change_verdict"] for row in shown] == ["untested", "up", "break"]
    assert shown[2]["change"] == pytest.approx(-4.0)


def test_no_verdict_is_drawn_from_a_doubtful_figure() -> None:
    """Neither about it, nor about the year after it, nor about areas that are compared with it."""
    rows = [
        share_of("A04", area, f"{year}-12-31", x, 10_000, numerator_dataset="13211-02-05-4")
        | {"obs_status": status}
        for area, year, x, status in (
            ("01001", 2014, 2000, "A"), ("01001", 2015, 9000, "U"), ("01001", 2016, 2000, "A"),
            ("01", 2014, 2500, "A"), ("01", 2015, 2500, "A"), ("01", 2016, 2500, "U"),
        )
    ]  # fmt: skip
    connection = warehouse(rows, ["DG", "01", "01001"])
    shown = [sure(connection, "A04", f"{year}-12-31")["01001"] for year in (2014, 2015, 2016)]
    assert [row["change_verdict"] for row in shown] == ["untested"] * 3
    assert shown[1]["change"] == pytest.approx(70.0), "the change itself is shown"
    assert [row["reference_verdict_plain"] == "untested" for row in shown] == [False, True, True]


def test_the_check_of_verdicts_asks_the_register_itself() -> None:
    """Were a verdict made across the reform of 2005, or over three years, the check would name it."""
    rows = [
        share_of("A04", "01001", f"{year}-12-31", x, 10_000, numerator_dataset="13211-02-05-4")
        for year, x in ((2003, 1000), (2004, 1400), (2005, 2000), (2009, 1000))
    ]
    connection = warehouse(rows, ["DG", "01", "01001"])
    rule = singular_test("no_verdict_across_a_break_or_a_gap")
    assert connection.execute(rule).fetchall() == []
    connection.execute(
        "update fct_indicator_precision set change_verdict = 'down' where change_verdict <> 'untested'"
    )
    wrong = {(year.year, problem) for _, _, year, _, problem in connection.execute(rule).fetchall()}
    assert wrong == {
        (2005, "sgb2-2005"), (2009, "gap"), (2009, "ba-revision-2016"), (2009, "13211-02-05-4-2")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("table", "years", "verdict"),
    [
        ("13211-02-05-4", (2015, 2016), "up"),
        ("13211-02-05-4", (2014, 2016), "gap"),
        ("22411-02-02-4", (2013, 2015), "up"),  # this statistic appears every two years
        ("22411-02-02-4", (2011, 2015), "gap"),
        ("22311-01-01-4, 22311-01-02-4", (2014, 2015), "up"),  # one of them came once, the other every year
        ("zensus2022-bevoelkerung", (2014, 2015), "gap"),  # without a rhythm no distance is the usual one
    ],
)
def test_a_change_is_given_at_the_statistics_own_interval_only(
    table: str, years: tuple[int, int], verdict: str
) -> None:
    rows = [
        share_of("A04", "01001", f"{year}-12-31", x, 10_000, numerator_dataset=table)
        for year, x in zip(years, (1000, 1400), strict=True)
    ]
    [_, row] = found(
        warehouse(rows, ["DG", "01", "01001"]),
        "select * from fct_indicator_precision order by reference_date",
    )
    assert row["change_verdict"] == verdict
    assert row["years_since_previous"] == years[1] - years[0]
    assert row["previous_date"].year == years[0]
    given = [row[name] is not None for name in ("change", "change_lower", "change_upper")]
    assert given == [verdict != "gap"] * 3


def test_every_cadence_that_a_declaration_may_give_has_an_answer() -> None:
    """A new word in the declaration's vocabulary is no silent gap."""
    regular = {"month": 1, "quarter": 3, "half_year": 6, "year": 12, "two_years": 24, "four_years": 48}
    without = {"census", "irregular", "once"}
    assert set(get_args(Cadence.model_fields["every"].annotation)) == {*regular, *without}
    sql = macro("cadence_months", cadence="?::varchar")
    with duckdb.connect() as connection:
        for word in (*regular, *without):
            [(months,)] = connection.execute(f"select {sql}", [word]).fetchall()
            assert months == regular.get(word)


# --- over-dispersion -------------------------------------------------------------------------------------


def spread_out(seed: int, areas: int, sd: float, target: float = 0.08) -> dict[str, tuple[float, float]]:
    """Counts of many areas whose true shares lie around the target with a standard deviation."""
    draw = np.random.default_rng(seed)
    size = np.exp(draw.uniform(np.log(300), np.log(60_000), areas)).round()
    share = np.clip(draw.normal(target, sd, areas), 0.001, 0.5)
    return {
        f"01{number:03}": (float(x), float(n))
        for number, (x, n) in enumerate(zip(draw.binomial(size.astype(int), share), size, strict=True))
    }


def dispersion(
    counts: dict[str, tuple[float, float]], target: float, is_rate: bool
) -> tuple[float, float, dict[str, float]]:
    """Spiegelhalter 2005 once more, in numpy: factor, tau, and the error of each area with tau."""
    x, n = np.array(list(counts.values())).T
    variance = (target if is_rate else target * (1 - target)) / n
    z = (x / n - target) / np.sqrt(variance)
    low, high = np.quantile(z, [0.1, 0.9])
    factor = float(np.mean(np.clip(z, low, high) ** 2))
    weights, areas = 1 / variance, len(z)
    excess = (areas * factor - (areas - 1)) / (weights.sum() - (weights**2).sum() / weights.sum())
    tau = math.sqrt(max(0.0, excess))
    return factor, tau, dict(zip(counts, np.sqrt(variance + tau**2), strict=True))


@pytest.mark.parametrize("indicator", ["B01", "P09"])
@pytest.mark.parametrize("sd", [0.0, 0.01, 0.03])
def test_limits_allow_for_over_dispersion_as_spiegelhalter_has_it(indicator: str, sd: float) -> None:
    counts = spread_out(7, 60, sd)
    is_rate, scale = indicator == "P09", 100 if indicator == "B01" else 1000
    values = [
        value_of(indicator, area, NOW, scale * x / n, numerator=x, denominator=n)
        for area, (x, n) in {**counts, "01": (80_000.0, 1_000_000.0)}.items()
    ]
    rows = sure(warehouse(values, ["DG", "01", *counts]), indicator, NOW)
    factor, tau, errors = dispersion(counts, 0.08, is_rate)
    for area, (x, n) in counts.items():
        row, error = rows[area], errors[area]
        assert row["areas_in_funnel"] == len(counts)
        assert row["overdispersion"] == pytest.approx(factor, abs=1e-9)
        assert row["funnel_lower"] == pytest.approx(scale * max(0, 0.08 - Z * error), abs=1e-6)
        assert row["funnel_upper"] == pytest.approx(scale * (0.08 + Z * error), abs=1e-6)
        off = (x / n - 0.08) / error
        word = "far_" if abs(off) > Z_OUTER else ""
        side = f"{word}{'above' if off > 0 else 'below'}" if abs(off) > Z else "within_chance"
        assert row["reference_verdict"] == side
    far = sum(row["reference_verdict"].startswith("far") for row in rows.values())
    plain = sum(row["reference_verdict_plain"].startswith("far") for row in rows.values())
    if sd == 0.0:
        assert tau == 0.0, "where chance explains everything, nothing is added"
        assert [row["funnel_upper"] for row in rows.values()] == [
            row["funnel_plain_upper"] for row in rows.values()
        ]
    else:
        assert tau == pytest.approx(sd, rel=0.5)
        assert far < plain / 3


def test_with_few_areas_nobody_knows_how_far_they_differ_anyway() -> None:
    """Ten areas are the least of which one lies in each tail of 10 %; the plain verdict stands beside."""
    for areas, verdicts in ((9, {"untested"}), (10, {"within_chance"})):
        counts = {f"0100{number}": (60.0 + 10 * number, 1000.0) for number in range(areas)}
        values = [share_of("B01", area, NOW, x, n) for area, (x, n) in counts.items()]
        values.append(share_of("B01", "01", NOW, 1050, 10_000))
        rows = sure(warehouse(values, ["DG", "01", *counts]), "B01", NOW)
        assert {rows[area]["reference_verdict"] for area in counts} == verdicts
        assert rows["01000"]["reference_verdict_plain"] == "far_below"
        assert rows["01000"]["areas_in_funnel"] == areas
        assert (rows["01000"]["funnel_upper"] is None) == (areas < 10)


def test_the_method_of_the_interval_is_the_indicators_on_both_sides_of_a_hundred_per_cent() -> None:
    """Care of children from 3 on, counted where the centre is: 102.3 % and 99.6 % are neighbours."""
    values = [
        share_of("K02", "01001", "2016-03-01", 1023, 1000),
        share_of("K02", "01002", "2016-03-01", 996, 1000),
        share_of("B01", "01001", NOW, 102, 100),  # a slip in a table: shares stay shares
    ]
    connection = warehouse(values, ["DG", "01", "01001", "01002"])
    methods = found(
        connection,
        "select indicator_id, count(distinct interval_method) as methods,"
        " any_value(interval_method) as method from fct_indicator_precision group by 1 order by 1",
    )
    assert [(row["indicator_id"], row["methods"], row["method"]) for row in methods] == [
        ("B01", 1, "wilson"),
        ("K02", 1, "byar"),
    ]
    [slip] = sure(connection, "B01", NOW).values()
    assert slip["lower_limit"] == pytest.approx(100 * _wilson(100, 100)[1])


def test_rounding_at_the_source_widens_the_interval() -> None:
    """A count rounded to 5 stands for any from two less to two more."""
    rounded = share_of("B01", "01001", NOW, 50, 1000, rounding_base=5, rounding_slack=2.0)
    row = sure(warehouse([rounded], ["DG", "01", "01001"]), "B01", NOW)["01001"]
    assert row["lower_limit"] == pytest.approx(100 * _wilson(48, 1000)[1])
    assert row["upper_limit"] == pytest.approx(100 * _wilson(52, 1000)[2])
    assert row["rounding_error"] == pytest.approx(0.2)


def test_nothing_hangs_on_the_order_of_rows() -> None:
    """A warehouse built anew gives the same figures to the last digit, so that no release says otherwise."""
    drawn = np.random.default_rng(7)
    sizes = drawn.integers(700_000, 90_000_000, 120)
    rows = [
        share_of("B01", f"01{number:03}", NOW, int(drawn.integers(1, size // 3)), int(size))
        for number, size in enumerate(sizes)
    ] + [share_of("B01", "01", NOW, 400_000_000, 2_900_000_000)]
    rows[0] |= {"denominator": 1_234_567.891}
    found_in: list[list[Row]] = []
    for order in range(3):
        drawn.shuffle(rows)  # type: ignore[arg-type]
        connection = warehouse(rows, ["DG", "01", *(f"01{number:03}" for number in range(len(sizes)))])
        connection.execute(f"set threads = {1 + order % 2}")
        build(connection, "fct_indicator_precision")
        found_in.append(found(connection, "select * from fct_indicator_precision order by area_code"))
    assert found_in[0] == found_in[1] == found_in[2]
    assert found_in[0][5]["overdispersion"] > 1000, "the last of ten decimals is noise of a sum"
