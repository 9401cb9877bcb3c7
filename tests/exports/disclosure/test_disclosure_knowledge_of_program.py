"""Whoever knows the planner but not the policy's secret excludes no table that the pattern is safe for."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np
import numpy.typing as npt
import pytest

from exports.disclosure import protect as protecting
from exports.disclosure.auditor.attack import attack
from exports.disclosure.auditor.knowledge import Key, gather
from exports.disclosure.constraints import Booleans, Floats, Leaves, System, build_system
from exports.disclosure.declaration import (
    Axis,
    Declaration,
    DeclarationError,
    Dimension,
    Safety,
    Table,
    resolve,
)
from exports.disclosure.plan_key import keep, plan_key
from exports.disclosure.planner.conflict import FrozenConflict
from exports.disclosure.planner.costs import costs_of
from exports.disclosure.planner.limits import EFFORTS
from exports.disclosure.planner.pattern import plan
from exports.disclosure.policy import Data, Policy
from exports.disclosure.primary import find_primaries
from exports.disclosure.protect import protect_tables
from exports.disclosure.protected import NotSafe, Protected

SIDE = 3
ROWS = tuple(f"r{place}" for place in range(SIDE))
COLUMNS = tuple(f"c{place}" for place in range(SIDE))
DECLARED = resolve(
    Declaration(
        name="small",
        dimensions={"r": Dimension(leaves=ROWS), "c": Dimension(leaves=COLUMNS)},
        tables=(Table(name="t", dimensions={"r": Axis(), "c": Axis()}),),
        safety=Safety(withstand=("K1", "K2"), minimum_frequency=3),
    ),
    Path(),
)
DECISION = Policy.model_validate(
    {
        "legal_basis": "test",
        "decided_by": "test",
        "decided_on": dt.date(2026, 1, 1),
        "withstand": ("K1", "K2"),
        "effort": "quick",
    }
)
Inner = npt.NDArray[np.int64]


def cases(inner: Inner) -> Leaves:
    return Leaves(
        {"r": [r for r in ROWS for _ in COLUMNS], "c": [c for _ in ROWS for c in COLUMNS]},
        {"n": inner.reshape(-1).astype(np.float64)},
    )


def planned(inner: Inner, key: bytes) -> Protected | None:
    try:
        return protect_tables(DECLARED, cases(inner), Data(value="n"), DECISION, cost_key=key)
    except (NotSafe, FrozenConflict):
        return None


def hidden_of(found: Protected) -> frozenset[Key]:
    return frozenset(key for key, number in found.published["t"].items() if number is None)


def printed(inner: Inner, hidden: frozenset[Key]) -> dict[Key, float | None]:
    cells: dict[Key, float | None] = {}
    for r, c in itertools.product(("_T", *ROWS), ("_T", *COLUMNS)):
        rows = slice(None) if r == "_T" else slice(ROWS.index(r), ROWS.index(r) + 1)
        columns = slice(None) if c == "_T" else slice(COLUMNS.index(c), COLUMNS.index(c) + 1)
        cells[r, c] = None if (r, c) in hidden else float(inner[rows, columns].sum())
    return cells


def fitting(inner: Inner, hidden: frozenset[Key], most: int = 7, limit: int = 12) -> list[Inner]:
    """All tables that fit what is printed, hidden cells being 1 … most; empty when there are too many."""
    inside = [(ROWS.index(r), COLUMNS.index(c)) for r, c in sorted(hidden) if "_T" not in (r, c)]
    if not 0 < len(inside) <= 6:
        return []
    choices = 1 + np.indices((most,) * len(inside)).reshape(len(inside), -1).T
    tables = np.repeat(inner[None], len(choices), axis=0)
    for place, (row, column) in enumerate(inside):
        tables[:, row, column] = choices[:, place]
    fits = np.ones(len(tables), dtype=bool)
    for place, (row, column) in enumerate(zip(ROWS, COLUMNS, strict=True)):
        if (row, "_T") not in hidden:
            fits &= tables[:, place].sum(axis=1) == inner[place].sum()
        if ("_T", column) not in hidden:
            fits &= tables[:, :, place].sum(axis=1) == inner[:, place].sum()
    if ("_T", "_T") not in hidden:
        fits &= tables.sum(axis=(1, 2)) == inner.sum()
    found = list(tables[fits])
    return found if len(found) <= limit else []


def fixed(tables: list[Inner]) -> set[tuple[int, int]]:
    stacked = np.stack(tables)
    return set(zip(*np.nonzero(stacked.min(axis=0) == stacked.max(axis=0)), strict=True))


@dataclass
class Outcome:
    """What running the planner on every table that fits gave: tables of counts 0 to 5, three by three."""

    tried: int = 0
    fitting: int = 0
    excluded: int = 0
    newly_fixed: int = 0
    tables_with_fixed: int = 0


def run_the_program(count: int, seed: int, *, with_secret: bool) -> Outcome:
    """Plan random tables and attack each by whoever runs the same program.

    With a secret the attacker gives each table every chance: decoys exactly where its own plan would hide
    nothing. Without one all that the program does is known.
    """
    generator = np.random.default_rng(seed)
    outcome = Outcome()
    while outcome.tried < count:
        inner = generator.integers(0, 6, (SIDE, SIDE))
        own = planned(inner, f"secret {outcome.tried}".encode() if with_secret else b"")
        if own is None or not (hidden := hidden_of(own)):
            continue
        tables = fitting(inner, hidden)
        if len(tables) < 2:
            continue

        def everywhere(
            system: System, cost: Floats, share: float, key: bytes, hidden: frozenset[Key] = hidden
        ) -> Booleans:
            found = np.zeros(system.size, dtype=bool)
            found[[system.find({"r": r, "c": c}) for r, c in hidden]] = True
            return found

        if with_secret:
            with mock.patch.object(protecting, "decoys_of", everywhere):
                plans = [planned(table, b"guess") for table in tables]
        else:
            plans = [planned(table, b"") for table in tables]
        left = [t for t, p in zip(tables, plans, strict=True) if p is not None and hidden_of(p) == hidden]
        assert any(np.array_equal(table, inner) for table in left), "the true table is never excluded"
        newly = fixed(left) - fixed(tables)
        outcome.tried += 1
        outcome.fitting += len(tables)
        outcome.excluded += len(tables) - len(left)
        outcome.newly_fixed += len(newly)
        outcome.tables_with_fixed += bool(newly)
    return outcome


def test_no_leaf_is_fixed_by_running_the_planner_on_every_table_that_fits() -> None:
    """`python -m tests.benchmarks.disclosure_program` does it for 200 tables."""
    assert run_the_program(12, 1, with_secret=True).newly_fixed == 0


def test_without_a_secret_running_the_planner_excludes_tables() -> None:
    """The attack above can succeed: with nothing secret it does."""
    assert run_the_program(12, 1, with_secret=False).excluded > 0


def test_a_pattern_that_only_one_table_could_have_is_broken_by_the_level() -> None:
    """Four cells of 3, each to be thought 3 larger and 3 smaller, in lines of two that leave 6 over.

    Nobody computes one, and each may be 1 to 5. But a 4 in their place could not be thought 7, so whoever
    knows the rules knows that every cell is 3.
    """
    inner = np.array([[3, 3, 20], [3, 3, 30], [20, 30, 40]])
    block = frozenset({("r0", "c0"), ("r0", "c1"), ("r1", "c0"), ("r1", "c1")})
    safety = Safety(withstand=("K1", "K2"), minimum_frequency=6, width=3)
    decided = DECISION.model_copy(
        update={"rules": DECISION.rules.model_copy(update={"minimum_frequency": 6}), "width": 3}
    )

    def public_plan(table: Inner) -> frozenset[Key]:
        """The planner alone, its costs public and nothing drawn."""
        rows = cases(table)
        system = build_system(DECLARED, rows, "n")
        primaries = find_primaries(system, rows, decided, Data(value="n"))
        cost = costs_of(system, {}, None, 1.0)
        pattern = plan(system, primaries, cost, effort=EFFORTS["optimal"])
        return frozenset(system.keys[cell] for cell in np.flatnonzero(pattern.hidden & system.published))

    assert public_plan(inner) == block
    tables = fitting(inner, block)
    assert len(tables) == 5
    left = [table for table in tables if public_plan(table) == block]
    assert len(left) == 1, "running the planner on every table that fits leaves the true one"
    result = attack(gather(DECLARED, {"t": printed(inner, block)}), safety)
    assert result.levels == {
        **dict.fromkeys(("exact", "interval", "integer", "unions"), "passed"),
        "minimality": "4 broken",
    }
    assert {(finding.cell, finding.low) for finding in result.findings} == {(key, 3.0) for key in block}
    assert "in all 1 of 5 tables" in result.findings[0].derivation
    mended = protect_tables(DECLARED, cases(inner), Data(value="n"), decided, cost_key=b"secret")
    assert block < hidden_of(mended)
    assert mended.result.passed


def test_the_auditor_finds_what_the_printed_pattern_excludes() -> None:
    """Patterns drawn at random, not planned: what the level calls fixed had several values before."""
    generator = np.random.default_rng(5)
    leaves = list(itertools.product(ROWS, COLUMNS))
    agreed = 0
    safety = Safety(withstand=("K1", "K2"), minimum_frequency=4, width=2)
    for _ in range(120):
        inner = generator.integers(1, 5, (SIDE, SIDE))
        hidden = frozenset(
            leaves[place]
            for place in generator.choice(len(leaves), int(generator.integers(4, 7)), replace=False)
        )
        cells = printed(inner, hidden)
        result = attack(gather(DECLARED, {"t": cells}), safety)
        if any(finding.attack != "minimality" for finding in result.findings):
            continue
        tables = fitting(inner, hidden, most=9, limit=400)
        if len(tables) < 2:
            continue
        agreed += 1
        stacked = np.stack(tables)

        for finding in result.findings:
            place = ROWS.index(finding.cell[0]), COLUMNS.index(finding.cell[1])
            assert stacked[:, place[0], place[1]].min() < stacked[:, place[0], place[1]].max()
            assert finding.low in stacked[:, place[0], place[1]]
    assert agreed > 2


def test_the_secret_of_a_policy_is_kept_and_moves_the_plan(tmp_path: Path) -> None:
    inner = np.random.default_rng(2).integers(0, 9, (SIDE, SIDE))
    patterns = set()
    for number in range(12):
        one, two = (planned(inner, f"{number}".encode()) for _ in range(2))
        assert one is not None
        assert two is not None
        assert hidden_of(one) == hidden_of(two), "the same secret, the same bytes"
        patterns.add(hidden_of(one))
    assert len(patterns) > 1, "another secret can give another plan"
    folder = tmp_path / "policy"
    folder.mkdir()
    drawn = plan_key("p", b"", folder)
    assert drawn
    assert not list(folder.iterdir()), "kept only with a plan that is kept"
    keep(drawn, b"", folder)
    assert plan_key("p", b"", folder) == drawn
    assert (folder / "plan_key.txt").stat().st_mode & 0o077 == 0
    office = b"a secret of the office"
    assert plan_key("p", office, folder) != plan_key("q", office, folder)


@pytest.mark.parametrize("content", ["", "\n", "00ff\n", "no key at all\n"])
def test_a_key_that_stands_against_nobody_is_refused(tmp_path: Path, content: str) -> None:
    """An emptied file would switch off what is drawn by the key, without a word."""
    (tmp_path / "plan_key.txt").write_text(content, encoding="utf-8")
    with pytest.raises(DeclarationError, match="is no key as it was kept"):
        plan_key("p", b"", tmp_path)
    with pytest.raises(DeclarationError, match="can be guessed"):
        plan_key("p", b"office", tmp_path)
