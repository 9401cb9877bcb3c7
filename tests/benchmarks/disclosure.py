"""Figures of disclosure control: `python -m tests.benchmarks.disclosure [WHAT …]`, for example `t100x8`,
`t400x8x2+K5` (against these levels), `t400x8x2x5+noise`, `town:thorough`.

Prints wall and processor seconds (they differ on a busy machine), objective, proven bound and memory.
`t100x8` is the published comparison table; the larger ones are of the same kind (see `disclosure_tables`).
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from exports.disclosure.auditor.algebra import row_space
from exports.disclosure.auditor.attack import attack
from exports.disclosure.auditor.knowledge import gather
from exports.disclosure.auditor.problem import problem_of
from exports.disclosure.coarsening import with_noise
from exports.disclosure.constraints import Leaves, System, build_system
from exports.disclosure.declaration import Axis, Declaration, Dimension, Hierarchy, Safety, Table, resolve
from exports.disclosure.planner.costs import costs_of
from exports.disclosure.planner.heuristic import TooSparse
from exports.disclosure.planner.limits import EFFORTS
from exports.disclosure.planner.pattern import Pattern, plan
from exports.disclosure.planning import plan as plan_products
from exports.disclosure.policy import Data, Policy
from exports.disclosure.primary import find_primaries
from exports.disclosure.protect import protect_tables
from exports.disclosure.protected import Protected, cells_of, publish
from tests.benchmarks.disclosure_tables import t400x8, t400x8x2, t400x8x2x5
from tests.exports.disclosure.musterstadt import SECRET, Editions, fill

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "10-disclosure"

POLICY = Policy(
    legal_basis="benchmark", decided_by="benchmark", decided_on=dt.date(2026, 1, 1), withstand=("K1",)
)


def t100x8() -> tuple[Declaration, Leaves]:
    """The published comparison table, leaf counts in column `n`."""
    with (CASES / "synthetic" / "t100x8.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    codes = {
        "r": [(row["d0_l0"], row["d0_l2"], row["d0_l1"]) for row in rows],
        "c": [(row["d1_l0"], row["d1_l1"]) for row in rows],
    }
    declaration = Declaration(
        name="t100x8",
        dimensions={
            "r": Dimension(total="Total", hierarchies={"h": Hierarchy(levels=("d0_l2", "d0_l1"))}),
            "c": Dimension(total="Total", hierarchies={"h": Hierarchy(levels=("d1_l1",))}),
        },
        tables=(Table(name="t", dimensions={"r": Axis(), "c": Axis()}),),
        safety=Safety(withstand=("K1",)),
    )
    declaration = resolve(
        declaration, Path(), codes, {"r": ("d0_l0", "d0_l2", "d0_l1"), "c": ("d1_l0", "d1_l1")}
    )
    leaves = Leaves(
        {name: [code[0] for code in column] for name, column in codes.items()},
        {"n": np.array([float(row["freq"]) for row in rows])},
    )
    return declaration, leaves


RUNS: dict[str, tuple[Callable[[], tuple[Declaration, Leaves]], tuple[str, ...]]] = {
    "t100x8": (t100x8, ("quick", "thorough", "optimal")),
    "t400x8": (t400x8, ("quick", "thorough", "optimal")),
    "t400x8x2": (t400x8x2, ("thorough",)),
    "t400x8x2x5": (t400x8x2x5, ("quick",)),
}


def run(name: str) -> None:
    """Plan with every effort of the case, then attack the last pattern."""
    make, efforts = RUNS[name]
    declaration, leaves = make()
    with Stopwatch(f"{name}: constraint system and primaries") as watch:
        system = build_system(declaration, leaves, "n")
        primaries = find_primaries(system, leaves, POLICY, Data(value="n"))
    watch.say(
        f"{system.size} cells, {system.equations.shape[0]} equations, {primaries.sensitive.sum()} primaries"
    )
    cost = costs_of(system, {}, None, 1.0)
    pattern: Pattern | None = None
    for effort in efforts:
        try:
            with Stopwatch(f"{name}: plan, {effort}") as watch:
                pattern = plan(system, primaries, cost, effort=EFFORTS[effort])
        except TooSparse as error:
            watch.say(f"demand to coarsen: {error}")
            continue
        watch.say(
            f"{pattern.secondary.sum()} secondaries, objective {pattern.objective:.2f}, "
            f"bound {pattern.bound:.2f}, gap {pattern.gap:.2%}"
        )
    if pattern is not None:
        audit(name, declaration, system, pattern)


def run_against_k2(name: str) -> None:
    """Plan and attack until K1 and K2 hold, as a product is protected."""
    make, efforts = RUNS[name]
    declaration, leaves = make()
    policy = POLICY.model_copy(update={"withstand": ("K1", "K2"), "effort": efforts[-1]})
    with Stopwatch(f"{name}: protected against K1 and K2, {efforts[-1]}") as watch:
        protected = protect_tables(declaration, leaves, Data(value="n"), policy)
    pattern = protected.pattern
    watch.say(
        f"{pattern.secondary.sum()} secondaries, objective {pattern.objective:.2f}, bound "
        f"{pattern.bound:.2f}, gap {pattern.gap:.2%}, {protected.rounds} rounds, {protected.result.levels}"
    )


def run_against_k5(name: str) -> None:
    """The same against K1, K2 and K5."""
    make, efforts = RUNS[name]
    declaration, leaves = make()
    policy = POLICY.model_copy(update={"withstand": ("K1", "K2", "K5"), "effort": efforts[-1]})
    with Stopwatch(f"{name}: protected against K1, K2 and K5, {efforts[-1]}") as watch:
        protected = protect_tables(declaration, leaves, Data(value="n"), policy)
    watch.say(described(protected))


def run_noise(name: str) -> None:
    """The least cell-key noise that the attack does not undo, over the whole table."""
    declaration, leaves = RUNS[name][0]()
    policy = POLICY.model_copy(update={"withstand": ("K1", "K2", "K5")})
    with Stopwatch(f"{name}: cell-key noise") as watch:
        attempt, protected = with_noise(declaration, leaves, Data(value="n"), policy, SECRET)
    watch.say(f"{attempt}; {protected.result.levels if protected is not None else 'not safe'}")


def run_town(effort: str) -> None:
    """The policy of `youth_service` over the forms of Musterstadt, as the first edition is planned."""
    with tempfile.TemporaryDirectory() as folder:
        town = Editions(Path(folder))
        fill(town.warehouse, (2023, 2024))
        context = town.context("youth_service")
        policy = context.universe.policy.model_copy(update={"effort": effort})
        universe = context.universe.model_copy(update={"policy": policy})
        with Stopwatch(f"youth_service of Musterstadt, first edition: {effort}") as watch:
            planned = plan_products(town.warehouse, replace(context, universe=universe))
        watch.say(described(planned.protected))


def described(protected: Protected) -> str:
    """What a plan hides and costs, with the hash of its hidden cells."""
    pattern = protected.pattern
    digest = hashlib.sha256(np.packbits(pattern.hidden).tobytes()).hexdigest()
    return (
        f"{pattern.secondary.sum()} secondaries, objective {pattern.objective:.2f}, bound "
        f"{pattern.bound:.2f}, of both {pattern.given:.2f} in any case, gap {pattern.gap:.2%}, "
        f"{protected.rounds} rounds, "
        f"{protected.result.levels}, cells {digest[:16]}"
    )


def audit(name: str, declaration: Declaration, system: System, pattern: Pattern) -> None:
    """Attack a pattern as it would be published."""
    printed = {table.name: cells_of(system, declaration, table) for table in declaration.tables}
    published = publish(system, printed, pattern.hidden)
    with Stopwatch(f"{name}: audit, reading and equations") as watch:
        knowledge = gather(declaration, published)
    watch.say(f"{len(knowledge.keys)} cells, {sum(knowledge.hidden)} hidden")
    problem = problem_of(knowledge)
    with Stopwatch(f"{name}: audit, exact part") as watch:
        space = row_space(problem.rows, problem.columns)
    watch.say(f"{len(space.determined)} determined")
    for levels in (("K1",), ("K1", "K2", "K4")):
        safety = Safety.model_validate({**declaration.safety.model_dump(), "withstand": levels})
        with Stopwatch(f"{name}: audit, {'+'.join(levels)}") as watch:
            result = attack(knowledge, safety)
        watch.say(f"{result.levels}, {result.programs} linear programs")


class Stopwatch:
    """Wall and processor time of a block."""

    def __init__(self, title: str) -> None:
        self.title = title

    def __enter__(self) -> Stopwatch:
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall, self.cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu

    def say(self, words: str) -> None:
        """Print the time with a remark."""
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{self.title}: {self.wall:.2f} s wall, {self.cpu:.2f} s processor, {memory} MiB; {words}",
            flush=True,
        )


if __name__ == "__main__":
    for chosen in sys.argv[1:] or [*RUNS, "t400x8x2+K2", "t400x8x2x5+noise", "town:quick"]:
        if chosen.startswith("town:"):
            run_town(chosen.removeprefix("town:"))
        elif chosen.endswith("+noise"):
            run_noise(chosen.removesuffix("+noise"))
        elif chosen.endswith("+K5"):
            run_against_k5(chosen.removesuffix("+K5"))
        elif chosen.endswith("+K2"):
            run_against_k2(chosen.removesuffix("+K2"))
        else:
            run(chosen)
