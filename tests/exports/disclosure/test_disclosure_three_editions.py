"""Three editions of every product of the town that has a policy: before its reform, after it, a year later.

What is hidden in an edition stays hidden from whoever reads that edition alone, and from whoever kept all.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.disclosure.auditor.edition import audit_edition
from exports.disclosure.auditor.verdict import EARLIER
from exports.disclosure.record import read_outdated
from tests.exports.disclosure.musterstadt import PRODUCTS, Editions, demand, fill
from tests.profiles import NIGHTLY

EDITIONS = ((2023, 2024), (2023, 2024, 2025), (2023, 2024, 2025, 2026))

TAKES_LONG = pytest.mark.skipif(
    not NIGHTLY,
    reason="three editions of this product take two minutes of processor; `make test-nightly` runs them",
)
SOON = "child_protection"
UNBROKEN = ("integration_course", "youth_spending", "agreement")
"""Courses are few and large, and the reform moves none; amounts and agreements have no areas. Even planned
alone their editions hold together.
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


@pytest.mark.parametrize(
    "name", [name if name == SOON else pytest.param(name, marks=TAKES_LONG) for name in PRODUCTS]
)
def test_no_edition_gives_a_hidden_number_away_alone_or_with_all_others(name: str, tmp_path: Path) -> None:
    town = Editions(tmp_path)
    for number, years in enumerate(EDITIONS, start=1):
        fill(town.warehouse, years)
        if number > 1:
            town.build(name, alone=True)
            _, careless = findings(town, name, all_editions=True)
            broken = "planned as if nothing were public, it is broken by the ones before"
            assert ("exact" in careless) == (name not in UNBROKEN), broken
        town.build(name)
        for all_editions in (False, True):
            levels, found = findings(town, name, all_editions=all_editions)
            assert found == set(), f"edition {number}, {'all' if all_editions else 'alone'}: {levels}"
            assert levels["exact"] == "passed"
            assert ("unions" in levels) == (name not in MAGNITUDES)
            assert levels.get("unions", "passed") == "passed"
        if number > 1:
            assert levels[EARLIER] == "nothing known from them"
        assert town.attack(name)[0]
        assert town.check(name).passed
        town.publish(name, number)
    assert len(list((town.releases / name).glob("2026-*"))) == len(EDITIONS)
