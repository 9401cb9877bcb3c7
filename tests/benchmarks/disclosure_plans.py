"""Hashes of plans, before and after a change: `python -m tests.benchmarks.disclosure_plans [FUZZ]`.

One line per plan: what was planned, SHA-256 of its hidden cells, objective and bound to nine decimals. A
change that shall not touch plans prints the same lines before and after it (`diff`).
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from exports.disclosure.constraints import build_system
from exports.disclosure.planner.costs import costs_of
from exports.disclosure.planner.limits import EFFORTS
from exports.disclosure.planner.pattern import Pattern, plan
from exports.disclosure.policy import Data
from exports.disclosure.primary import find_primaries
from exports.disclosure.protect import protect_tables
from exports.disclosure.protected import NotSafe
from tests.benchmarks.disclosure import POLICY
from tests.benchmarks.disclosure_tables import t400x8, t400x8x2
from tests.exports.disclosure.disclosure_fuzz import as_large, random_table
from tests.exports.disclosure.musterstadt import PRODUCTS, Editions, fill

KEY = b"the same costs and decoys at every run"


def line(name: str, pattern: Pattern) -> str:
    """One plan in one line."""
    digest = hashlib.sha256(np.packbits(pattern.hidden).tobytes()).hexdigest()
    return f"{name} {digest} {pattern.objective:.9f} {pattern.bound:.9f}"


def fuzz(count: int) -> Iterator[str]:
    """Random small tables: every effort, the ways of large tables, and protected against all levels."""
    policy = POLICY.model_copy(update={"withstand": ("K1", "K2", "K4")})
    for seed in range(count):
        declaration, leaves, system = random_table(np.random.default_rng(2_000_000 + seed))
        primaries = find_primaries(system, leaves, POLICY, Data(value="n"))
        cost = costs_of(system, {}, None, 1.0, KEY)
        try:
            for effort in EFFORTS:
                yield line(f"fuzz {seed} {effort}", plan(system, primaries, cost, effort=EFFORTS[effort]))
            with as_large():
                yield line(f"fuzz {seed} large", plan(system, primaries, cost, effort=EFFORTS["thorough"]))
            protected = protect_tables(declaration, leaves, Data(value="n"), policy, cost_key=KEY)
            yield line(f"fuzz {seed} protected {protected.rounds}", protected.pattern)
        except (ValueError, NotSafe) as error:
            yield f"fuzz {seed} {type(error).__name__}"


def synthetic() -> Iterator[str]:
    """The benchmark's tables."""
    for name, make, efforts in (
        ("t400x8", t400x8, ("quick", "thorough")),
        ("t400x8x2", t400x8x2, ("quick",)),
    ):
        declaration, leaves = make()
        system = build_system(declaration, leaves, "n")
        primaries = find_primaries(system, leaves, POLICY, Data(value="n"))
        for effort in efforts:
            cost = costs_of(system, {}, None, 1.0)
            yield line(f"{name} {effort}", plan(system, primaries, cost, effort=EFFORTS[effort]))


def town(folder: Path) -> Iterator[str]:
    """Both editions of every product of Musterstadt: the confidential pattern as written."""
    for name in PRODUCTS:
        editions = Editions(folder / name)
        editions.folder.mkdir()
        for day, years in ((1, (2023, 2024)), (2, (2023, 2024, 2025))):
            fill(editions.warehouse, years)
            editions.build(name)
            pattern = editions.folder / "disclosure" / name / "pattern.csv"
            yield f"{name} {day} {hashlib.sha256(pattern.read_bytes()).hexdigest()}"
            editions.attack(name)
            editions.check(name)
            editions.publish(name, day)


def main(count: int) -> None:
    """Print all lines."""
    for words in fuzz(count):
        print(words, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for words in town(Path(folder)):
            print(words, flush=True)
    for words in synthetic():
        print(words, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
