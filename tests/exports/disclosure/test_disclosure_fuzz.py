"""A small part of the fuzz run; `python -m tests.exports.disclosure.disclosure_fuzz 20000` does the rest."""

from __future__ import annotations

import pytest

from tests.exports.disclosure.disclosure_fuzz import check_auditor, check_bound, check_planner


@pytest.mark.parametrize("start", [0, 40, 80, 120])
def test_the_auditor_agrees_with_brute_force(start: int) -> None:
    for seed in range(start, start + 40):
        check_auditor(seed)


def test_the_planner_agrees_with_brute_force() -> None:
    for seed in range(15):
        check_planner(seed)


def test_no_safe_pattern_is_cheaper_than_the_bound() -> None:
    assert sum(check_bound(seed) for seed in range(40)) >= 10
