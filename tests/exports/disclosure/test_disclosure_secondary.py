"""Secondary suppression: proven optima, brute force, conflicts, and the same result twice."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from exports.disclosure.auditor.attack import attack
from exports.disclosure.auditor.knowledge import gather
from exports.disclosure.constraints import Leaves, System, build_system
from exports.disclosure.declaration import Axis, Declaration, Dimension, Table, resolve
from exports.disclosure.planner import limits
from exports.disclosure.planner.cluster import Cluster
from exports.disclosure.planner.conflict import FrozenConflict
from exports.disclosure.planner.costs import costs_of
from exports.disclosure.planner.limits import EFFORTS
from exports.disclosure.planner.movement import Task
from exports.disclosure.planner.pattern import plan, tasks_of
from exports.disclosure.policy import Data, Policy, Rules
from exports.disclosure.primary import Primaries, find_primaries
from exports.disclosure.protect import protect_tables
from exports.disclosure.sights import Sight
from tests.benchmarks.disclosure_tables import areas, categories, flat, table
from tests.exports.disclosure.disclosure_cases import declare, leaves_of, read_rows

KEY = b"costs and decoys of this test"


def policy(**changes: object) -> Policy:
    return Policy.model_validate(
        {
            "legal_basis": "test",
            "decided_by": "test",
            "decided_on": dt.date(2026, 1, 1),
            "withstand": ("K1",),
            **changes,
        }
    )


@pytest.fixture(scope="module")
def synthetic(shared_data: Path) -> tuple[System, Primaries]:
    rows = read_rows(shared_data / "10-disclosure" / "synthetic" / "t100x8.csv")
    declaration = declare(
        rows, {"r": ("d0_l0", {"h": ("d0_l2", "d0_l1")}), "c": ("d1_l0", {"h": ("d1_l1",)})}
    )
    leaves = leaves_of(rows, {"r": "d0_l0", "c": "d1_l0"}, "freq")
    system = build_system(declaration, leaves, "freq")
    return system, find_primaries(system, leaves, policy(), Data(value="freq"))


@pytest.mark.real_files
def test_the_synthetic_table_is_solved_to_its_known_optimum(synthetic: tuple[System, Primaries]) -> None:
    system, primaries = synthetic
    assert (system.size, system.equations.shape[0], int(primaries.sensitive.sum())) == (1452, 736, 200)
    pattern = plan(system, primaries, costs_of(system, {}, None, 1.0), effort=EFFORTS["optimal"])
    assert pattern.objective == pytest.approx(552.77, abs=0.005)
    assert pattern.bound == pytest.approx(pattern.objective, abs=1e-6)
    assert int(pattern.secondary.sum()) == 134
    assert pattern.gap == 0.0


@pytest.mark.real_files
def test_quick_patterns_need_fewer_cells_than_other_programs_and_do_not_vary(
    synthetic: tuple[System, Primaries],
) -> None:
    system, primaries = synthetic
    cost = costs_of(system, {}, None, 1.0)
    first = plan(system, primaries, cost, effort=EFFORTS["quick"])
    second = plan(system, primaries, cost, effort=EFFORTS["quick"])
    assert np.array_equal(first.hidden, second.hidden)
    assert int(first.secondary.sum()) <= 159


@pytest.mark.real_files
@pytest.mark.parametrize("effort", ["quick", "thorough"])
def test_every_effort_states_its_distance_from_the_optimum(
    synthetic: tuple[System, Primaries], effort: str
) -> None:
    system, primaries = synthetic
    pattern = plan(system, primaries, costs_of(system, {}, None, 1.0), effort=EFFORTS[effort])
    assert 540.0 < pattern.bound < 552.78 < pattern.objective + 0.01
    assert pattern.gap < 0.02


def test_a_table_planned_as_a_large_one_is_safe_near_the_optimum_and_does_not_vary(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    declaration, leaves = table((areas(30, 6, 2), categories()), 7.3, seed=1)
    system = build_system(declaration, leaves, "n")
    primaries = find_primaries(system, leaves, policy(), Data(value="n"))
    cost = costs_of(system, {}, None, 1.0)
    optimum = plan(system, primaries, cost, effort=EFFORTS["optimal"])
    assert optimum.gap == 0.0
    monkeypatch.setattr(limits, "LARGE", 0)
    monkeypatch.setattr(limits, "NEAR_ENOUGH", -1.0)
    first = plan(system, primaries, cost, effort=EFFORTS["thorough"])
    second = plan(system, primaries, cost, effort=EFFORTS["thorough"])
    assert np.array_equal(first.hidden, second.hidden)
    assert first.bound == second.bound
    assert 0.95 * optimum.objective < first.bound <= optimum.objective + 1e-6
    assert optimum.objective - 1e-6 <= first.objective < 1.05 * optimum.objective
    worker = Cluster(
        system,
        np.arange(system.size),
        tasks_of(primaries, np.flatnonzero(primaries.sensitive)),
        cost,
        primaries.sensitive,
    )
    assert not worker.failing(first.hidden, worker.tasks)


@pytest.mark.real_files
def test_the_bound_covers_what_an_attacker_knowing_the_zeros_asks_for(shared_data: Path) -> None:
    rows = read_rows(shared_data / "10-disclosure" / "synthetic" / "t100x8.csv")
    declaration = declare(
        rows, {"r": ("d0_l0", {"h": ("d0_l2", "d0_l1")}), "c": ("d1_l0", {"h": ("d1_l1",)})}
    )
    leaves = leaves_of(rows, {"r": "d0_l0", "c": "d1_l0"}, "freq")
    planned = protect_tables(
        declaration, leaves, Data(value="freq"), policy(withstand=("K1", "K2"), effort="thorough")
    )
    assert planned.pattern.bound > 552.78
    assert planned.pattern.gap < 0.1
    assert "K2" in planned.bound_of


def test_a_frozen_cell_conflict_names_the_public_cells() -> None:
    rows = [
        {"r": r, "c": c, "n": n}
        for r, values in {"D211": "1 105", "D212": "7 883"}.items()
        for c, n in zip("AB", values.split(), strict=True)
    ]
    declaration = declare(rows, {"r": ("r", {}), "c": ("c", {})})
    leaves = leaves_of(rows, {"r": "r", "c": "c"}, "n")
    system = build_system(declaration, leaves, "n")
    primaries = find_primaries(system, leaves, policy(), Data(value="n"))
    frozen = np.zeros(system.size, dtype=bool)
    frozen[system.find({"r": "D212", "c": "A"})] = True
    frozen[system.find({"c": "A"})] = True
    frozen[system.find({"r": "D212"})] = True
    with pytest.raises(FrozenConflict, match="these public cells fix it") as caught:
        plan(system, primaries, costs_of(system, {}, None, 1.0), effort=EFFORTS["quick"], frozen=frozen)
    named = {system.describe(cell) for cell in caught.value.published}
    assert named == {"r=D212, c=A", "c=A"}
    frozen[system.find({"r": "D212", "c": "A"})] = False
    pattern = plan(
        system, primaries, costs_of(system, {}, None, 1.0), effort=EFFORTS["optimal"], frozen=frozen
    )
    assert not (pattern.hidden & frozen).any()


def test_a_sensitive_cell_that_is_public_already_is_reported() -> None:
    rows = [{"r": r, "n": n} for r, n in (("a", "1"), ("b", "10"), ("c", "20"))]
    declaration = declare(rows, {"r": ("r", {})})
    leaves = leaves_of(rows, {"r": "r"}, "n")
    system = build_system(declaration, leaves, "n")
    primaries = find_primaries(system, leaves, policy(), Data(value="n"))
    frozen = np.zeros(system.size, dtype=bool)
    frozen[system.find({"r": "a"})] = True
    with pytest.raises(FrozenConflict, match="already public"):
        plan(system, primaries, costs_of(system, {}, None, 1.0), effort=EFFORTS["quick"], frozen=frozen)


def test_costs_steer_the_choice() -> None:
    rows = [
        {"r": r, "c": c, "n": n}
        for r, c, n in (("a", "x", "1"), ("a", "y", "9"), ("b", "x", "8"), ("b", "y", "9"))
    ]
    declaration = declare(rows, {"r": ("r", {}), "c": ("c", {})})
    leaves = leaves_of(rows, {"r": "r", "c": "c"}, "n")
    system = build_system(declaration, leaves, "n")
    primaries = find_primaries(system, leaves, policy(rules=Rules()), Data(value="n"))
    plain = plan(system, primaries, costs_of(system, {}, None, 1.0), effort=EFFORTS["optimal"])
    assert plain.hidden[system.find({"r": "b", "c": "y"})]
    costly = costs_of(system, {"r": {"b": 100.0}}, None, 1.0)
    steered = plan(system, primaries, costly, effort=EFFORTS["optimal"])
    assert not steered.hidden[system.find({"r": "b", "c": "y"})]
    assert steered.hidden[system.find({"c": "x"})]


def test_three_tables_linked_in_pairs_are_protected_together() -> None:
    """Areas x ages, areas x sexes, ages x sexes: cells that no table prints are protected too."""
    generator = np.random.default_rng(3)
    dimensions = {
        "area": Dimension(leaves=tuple(f"a{k}" for k in range(8))),
        "age": Dimension(leaves=("y0", "y1", "y2", "y3")),
        "sex": Dimension(leaves=("m", "f")),
    }
    pairs = (("area", "age"), ("area", "sex"), ("age", "sex"))
    declaration = resolve(
        Declaration(
            name="linked",
            dimensions=dimensions,
            tables=tuple(Table(name="-".join(pair), dimensions={n: Axis() for n in pair}) for pair in pairs),
        ),
        Path(),
    )
    crossed = list(itertools.product(*[dimension.leaves or () for dimension in dimensions.values()]))
    leaves = Leaves(
        {name: [codes[place] for codes in crossed] for place, name in enumerate(dimensions)},
        {"n": generator.poisson(3.0, len(crossed)).astype(np.float64)},
    )
    planned = protect_tables(
        declaration,
        leaves,
        Data(value="n"),
        policy(withstand=("K1", "K2", "K4", "K5"), rules={"minimum_frequency": 5}),
    )
    assert planned.result.passed
    assert not planned.system.published.all()
    assert planned.primaries.sensitive[~planned.system.published].any()
    again = attack(gather(planned.declaration, planned.published), planned.declaration.safety)
    assert again.passed


def test_a_thorough_plan_is_proven_near_the_best_one_with_all_levels_in_force(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Single contributors and unions stand in the bound; what decoys cost stands apart.

    With smaller neighbourhoods and fewer nodes than decided, which take minutes.
    """
    monkeypatch.setattr(limits, "AROUND", 100)
    monkeypatch.setattr(limits, "GAIN", 1e-3)
    for name, value in {"nodes": 200, "exact_rounds": 2, "within": 0.01}.items():
        monkeypatch.setitem(limits.CLOSER, name, value)
    declaration, leaves = table((areas(12, 4, 2), flat(3, "k"), flat(2, "s")), 3.0, seed=5)
    strict = policy(withstand=("K1", "K2", "K4"), effort="quick", costs={"decoys": 0.1})
    given = (declaration, leaves, Data(value="n"))
    quick = protect_tables(*given, strict, cost_key=KEY)
    thorough = [
        protect_tables(*given, strict.model_copy(update={"effort": "thorough"}), cost_key=KEY)
        for _ in range(2)
    ]
    first, second = (planned.pattern for planned in thorough)
    assert np.array_equal(first.hidden, second.hidden)
    assert (first.objective, first.bound) == (second.objective, second.bound)
    assert first.objective <= quick.pattern.objective + 1e-9
    assert first.bound >= quick.pattern.bound - 1e-9
    assert first.gap < quick.pattern.gap
    assert 0 < first.given < first.objective
    assert first.gap == pytest.approx((first.objective - first.given) / (first.bound - first.given) - 1)
    assert "K4" in thorough[0].bound_of
    assert f"{first.given:.2f}" in thorough[0].bound_of
    assert thorough[0].result.passed


@pytest.mark.parametrize("seed", [10, 11])
def test_demands_with_a_way_out_are_planned_for_and_are_no_part_of_the_bound(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Two counts tied to each other of which either may be 1: hide more, or show one of them."""
    asked = Sight._asked
    counted: list[tuple[bool, int]] = []

    def spy(sight: Sight, *, whole: bool) -> Iterator[Task]:
        tasks = list(asked(sight, whole=whole))
        counted.append((whole, sum(bool(task.only_if) for task in tasks)))
        return iter(tasks)

    monkeypatch.setattr(Sight, "_asked", spy)
    declaration, leaves = table((areas(6, 2, 1), flat(4, "k")), 3.0 + seed / 4, seed=seed)
    plans = [
        protect_tables(
            declaration, leaves, Data(value="n"), policy(withstand=("K1", "K2", "K4"), effort=effort)
        )
        for effort in ("quick", "thorough")
    ]
    quick, thorough = (planned.pattern for planned in plans)
    assert max(count for whole, count in counted if whole) > 0
    assert max(count for whole, count in counted if not whole) == 0, "a bound holds for every safe pattern"
    assert thorough.bound <= thorough.objective <= quick.objective
    assert all(planned.result.passed for planned in plans)


def test_a_demand_falls_away_with_the_cells_it_is_about() -> None:
    hidden = np.array([True, True, False])
    assert Task(0, 1, 1.0, only_if=(0, 1)).holds(hidden)
    assert not Task(0, 1, 1.0, only_if=(0, 2)).holds(hidden)
    assert Task(0, 1, 1.0).holds(~hidden)
