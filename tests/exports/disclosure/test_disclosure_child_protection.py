"""Indicators of child protection as a town may publish them: what is computed is hidden with its counts."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.exports.disclosure.musterstadt import Editions, fill

NAME = "child_protection"
COMPUTED = ("indicator_value", "denominator", "lower_limit", "upper_limit", "reliability")
Rows = list[dict[str, object]]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Editions:
    """Two editions: before the reform of the areas and after it, each attacked, checked and published."""
    made = Editions(tmp_path_factory.mktemp("child_protection"))
    for day, years in ((1, (2023, 2024)), (2, (2023, 2024, 2025))):
        fill(made.warehouse, years)
        made.build(NAME)
        assert made.attack(NAME) == (True, "0"), f"edition {day}"
        assert made.check(NAME).passed
        made.publish(NAME, day)
    return made


def rows(file: Path) -> Rows:
    with duckdb.connect() as connection:
        result = connection.execute("select * from read_parquet(?) order by all", [str(file)])
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def true_rows(town: Editions) -> dict[tuple[object, ...], dict[str, object]]:
    with duckdb.connect(str(town.warehouse), read_only=True) as connection:
        result = connection.execute("select * from mart_child_protection")
        names = [column[0] for column in result.description]
        found = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return {key(row): row for row in found}


def key(row: dict[str, object]) -> tuple[object, ...]:
    return row["indicator_id"], row["area_key"], row["period_key"]


def test_small_counts_are_hidden_with_all_that_is_computed_from_them(town: Editions) -> None:
    published = rows(town.releases / NAME / "current" / f"{NAME}.parquet")
    truth = true_rows(town)
    assert len(published) == len(truth)
    hidden = {key(row) for row in published if row["value"] is None}
    assert hidden
    assert any(row["value"] is not None and row["indicator_value"] is not None for row in published)
    of_share = {"J14": "J13"}
    for row in published:
        true = truth[key(row)]
        if 0 < float(str(true["value"])) < 3:
            assert key(row) in hidden, key(row)
        of = (of_share.get(str(row["indicator_id"]), row["indicator_id"]), row["area_key"], row["period_key"])
        if key(row) in hidden or of in hidden:
            assert [row[name] for name in COMPUTED] == [None] * len(COMPUTED), key(row)
        else:
            assert [row[name] for name in COMPUTED] == [true[name] for name in COMPUTED], key(row)
        if key(row) in hidden:
            assert (row["conf_status"], row["raw_symbol"]) == ("N", ".")
        else:
            assert row["value"] == true["value"]


def test_no_line_of_the_table_gives_a_hidden_count_away(town: Editions) -> None:
    """The plainest attack, apart from the auditor's: one hidden cell in a sum of shown ones."""
    published = rows(town.releases / NAME / "current" / f"{NAME}.parquet")
    with duckdb.connect(str(town.warehouse), read_only=True) as connection:
        children: dict[str, list[str]] = {}
        for parent, child in connection.execute(
            "select distinct parent_key, area_key from bridge_small_area where parent_key is not null"
        ).fetchall():
            children.setdefault(parent, []).append(child)
    shown = {key(row): row["value"] for row in published}
    sums = 0
    for indicator, area, period in shown:
        parts = [(indicator, code, period) for code in children.get(str(area), [])]
        if not parts or any(part not in shown for part in parts):
            continue
        sums += 1
        line = [(indicator, area, period), *parts]
        assert sum(shown[cell] is None for cell in line) != 1, line
    assert sums > 20


def test_the_office_still_sees_the_true_number(town: Editions) -> None:
    published = rows(town.releases / NAME / "current" / f"{NAME}.parquet")
    hidden = next(row for row in published if row["value"] is None and row["indicator_id"] == "J13")
    with duckdb.connect(str(town.warehouse), read_only=True) as connection:
        found = connection.execute(
            "select numerator, value from fct_town_indicator where indicator_id = 'J13' and area_key = ? and"
            " period_key = ?",
            [hidden["area_key"], hidden["period_key"]],
        ).fetchone()
    assert found is not None
    assert None not in found
