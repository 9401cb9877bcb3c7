"""Three editions of every product of the town that has a policy: before its reform, after it, a year later.

What is hidden in an edition stays hidden from whoever reads that edition alone, and from whoever kept all.
Indicators of child protection are read cell by cell: what is computed is hidden with its counts.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from exports.disclosure.auditor.edition import audit_edition
from exports.disclosure.auditor.verdict import EARLIER, PASSED_ALONE
from exports.disclosure.record import read_outdated
from sources.foundation.editions import CERTIFICATE
from tests.exports.disclosure.musterstadt import PRODUCTS, Editions, demand, fill
from tests.profiles import NIGHTLY

EDITIONS = ((2023, 2024), (2023, 2024, 2025), (2023, 2024, 2025, 2026))

TAKES_LONG = pytest.mark.skipif(
    not NIGHTLY,
    reason="three editions of this product take two minutes of processor; `make test-nightly` runs them",
)
SOON = "child_protection"
COMPUTED = ("indicator_value", "denominator", "lower_limit", "upper_limit", "reliability")
Rows = list[dict[str, object]]
UNBROKEN = (
    "integration_course",
    "youth_spending",
    "agreement",
    "child_protection_goals",
    "integration_goals",
)
"""Courses are few and large, and the reform moves none; amounts and agreements have no areas; goals are
agreed for few areas, and what is hidden beside them is the same in every plan. Even planned alone their
editions hold together.
"""
GIVEN_AWAY = ("integration",)
"""What the first edition shows of two areas that the reform makes one gives their sum away.

It is hidden from whoever reads the later editions alone; nothing printed now could hide it from others.
"""
MAGNITUDES = ("youth_spending",)
"""Products of amounts, where sums of hidden cells are no counts below a minimum."""


def findings(town: Editions, name: str, *, all_editions: bool) -> tuple[dict[str, str], set[str]]:
    """How the attack on the candidate ended: its levels, and the attacks that found anything."""
    result, _ = audit_edition(
        town.folder / "candidates" / name,
        (town.releases,) if all_editions else (),
        demand(name),
        read_outdated(town.folder / "disclosure" / name),
    )
    return result.levels, {finding.attack for finding in result.findings}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Editions]:
    """Publishes three editions of a product, once for all tests that ask about them."""

    @functools.cache
    def publish(name: str) -> Editions:
        town = Editions(tmp_path_factory.mktemp(name))
        for number, years in enumerate(EDITIONS, start=1):
            fill(town.warehouse, years)
            if number > 1:
                town.build(name, alone=True)
                _, careless = findings(town, name, all_editions=True)
                broken = "planned as if nothing were public, it is broken by the ones before"
                assert ("exact" in careless) == (name not in UNBROKEN), broken
            town.build(name)
            passed, words = town.attack(name)
            assert passed, words
            written = (town.folder / "candidates" / name / CERTIFICATE).read_text(encoding="utf-8")
            certificate = json.loads(written)
            assert certificate["findings"] == 0
            ended = {"all": certificate["levels"]}
            if number > 1:  # the first edition is all there is
                ended["alone"], found = findings(town, name, all_editions=False)
                assert found == set(), f"edition {number} alone: {ended['alone']}"
                assert (ended["all"][EARLIER] != "nothing known from them") == (name in GIVEN_AWAY)
            for seen, levels in ended.items():
                if seen == "all" and number > 1 and name in GIVEN_AWAY:
                    assert levels["exact"] == PASSED_ALONE
                else:
                    assert levels["exact"] == "passed"
                assert ("unions" in levels) == (name not in MAGNITUDES)
                assert levels.get("unions", "passed") == "passed"
            assert town.check(name).passed
            town.publish(name, number)
        return town

    return publish


@pytest.mark.parametrize(
    "name", [name if name == SOON else pytest.param(name, marks=TAKES_LONG) for name in PRODUCTS]
)
def test_no_edition_gives_a_hidden_number_away_alone_or_with_all_others(
    published: Callable[[str], Editions], name: str
) -> None:
    town = published(name)
    assert len(list((town.releases / name).glob("2026-*"))) == len(EDITIONS)


@pytest.fixture(scope="module")
def town(published: Callable[[str], Editions]) -> Editions:
    """The town with its editions of `SOON`; its warehouse is that of the last one."""
    return published(SOON)


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
    published = rows(town.releases / SOON / "current" / f"{SOON}.parquet")
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
    published = rows(town.releases / SOON / "current" / f"{SOON}.parquet")
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
    published = rows(town.releases / SOON / "current" / f"{SOON}.parquet")
    hidden = next(row for row in published if row["value"] is None and row["indicator_id"] == "J13")
    with duckdb.connect(str(town.warehouse), read_only=True) as connection:
        found = connection.execute(
            "select numerator, value from fct_town_indicator where indicator_id = 'J13' and area_key = ? and"
            " period_key = ?",
            [hidden["area_key"], hidden["period_key"]],
        ).fetchone()
    assert found is not None
    assert None not in found
