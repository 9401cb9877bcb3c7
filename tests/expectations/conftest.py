"""Asking single checks: the whole gate runs in a few tests, single rules in the many others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from expectations.bench import laid_out
from expectations.gate import judged
from expectations.settings import read_description
from expectations.suites import suite_of
from expectations.verdict import Check
from tests.expectations.candidates import Candidate, write_register

TODAY = date(2026, 11, 22)

Ask = Callable[..., Check]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Write a candidate and run one check of its suite; `spoil` may change the written files before.

    `beside`: more files that the bench is given.
    """

    def run(
        candidate: Candidate,
        check_id: str,
        *,
        previous: Candidate | None = None,
        register: Candidate | None = None,
        spoil: Callable[[Path], None] | None = None,
        today: date = TODAY,
        **beside: Path,
    ) -> Check:
        folder = candidate.write(tmp_path / "candidates")
        if spoil:
            spoil(folder)
        before = previous.write(tmp_path / "releases") if previous else None
        areas = write_register(tmp_path / "register.parquet", register) if register else None
        description = read_description(candidate.description())
        suite = suite_of(candidate.product)
        with laid_out(folder, description, before, areas, today, **beside) as bench:
            rules = [rule for rule in suite.rules(bench) if rule.statement.id == check_id]
            inspections = [item for item in suite.inspections(bench) if item.statement.id == check_id]
            checks = judged(bench, rules, inspections)
        found = [check for check in checks if check.id == check_id]
        assert len(found) == 1, f"{check_id} is not a check of this suite"
        return found[0]

    return run
