"""What proposed policies ask for beyond a minimum: group disclosure with K2, linked units, denominators."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from exports.disclosure.compare import choices, compare
from exports.disclosure.constraints import Leaves, build_system
from exports.disclosure.declaration import Axis, Declaration, Dimension, Table, resolve
from exports.disclosure.planning import plan
from exports.disclosure.policy import Data, Policy
from exports.disclosure.primary import LinkedUnits, find_primaries
from exports.disclosure.protect import protect_tables
from exports.disclosure.universe import load_universe
from tests.exports.disclosure.model_town import POLICY, Town, invented

AREAS = ("A", "B", "C", "D")
SEXES = ("F", "M")
COUNTS = {"A": (5, 0), "B": (6, 9), "C": (8, 7), "D": (11, 12)}


def policy(**changes: object) -> Policy:
    return Policy.model_validate(
        {"legal_basis": "test", "decided_by": "test", "decided_on": dt.date(2026, 1, 1), **changes}
    )


def declared() -> Declaration:
    dimensions = {"area": Dimension(leaves=AREAS), "sex": Dimension(leaves=SEXES)}
    table = Table(name="t", dimensions={"area": Axis(), "sex": Axis()})
    return resolve(Declaration(name="case", dimensions=dimensions, tables=(table,)), Path())


def leaves() -> Leaves:
    return Leaves(
        {"area": [area for area in AREAS for _ in SEXES], "sex": [sex for _ in AREAS for sex in SEXES]},
        {"n": np.array([number for area in AREAS for number in COUNTS[area]], dtype=np.float64)},
    )


def test_group_disclosure_goes_together_with_printed_zeros() -> None:
    """All 5 of area A are women: both cells are hidden, also from whoever knows that zeros are printed."""
    decided = policy(rules={"group_disclosure": ["sex"]}, withstand=("K1", "K2", "K4", "K5"))
    planned = protect_tables(declared(), leaves(), Data(value="n"), decided)
    shown = planned.published["t"]
    assert shown["A", "F"] is None
    assert shown["A", "M"] is None
    assert planned.result.passed
    assert {"exact", "interval", "integer", "insider"} <= planned.result.levels.keys()
    assert planned.declaration.safety.zeros == "publish"
    plain = protect_tables(declared(), leaves(), Data(value="n"), policy())
    assert plain.published["t"]["A", "M"] == 0


def test_units_behind_the_cases_are_asked_by_the_dimensions_they_are_counted_by() -> None:
    system = build_system(declared(), leaves(), "n")
    linked = {
        "families": LinkedUnits(
            {"area": list(AREAS)}, np.array([1.0, 2.0, 4.0, 9.0]), np.array([0.0, 0.0, 1.0, 0.0])
        )
    }
    decided = policy(rules={"minimum_frequency": 2, "units": {"families": 3}})
    found = find_primaries(system, leaves(), decided, Data(value="n"), linked=linked)
    sensitive = {system.keys[cell] for cell in np.flatnonzero(found.sensitive).tolist()}
    assert sensitive == {("A", "F"), ("A", "_T"), ("B", "F"), ("B", "M"), ("B", "_T")}
    assert set(found.reasons.values()) == {"fewer than 3 families"}


def test_a_minimum_denominator_is_asked_of_printed_rates() -> None:
    residents = {"t": {("A", "_T"): 40.0, ("B", "_T"): 400.0, ("A", "F"): None}}
    decided = policy(rules={"minimum_denominator": 100}, withstand=("K1", "K2"))
    planned = protect_tables(declared(), leaves(), Data(value="n"), decided, denominators=residents)
    assert planned.published["t"]["A", "_T"] is None
    assert planned.primaries.reasons[planned.system.find({"area": "A"})] == "denominator below 100"


def test_choices_leave_out_one_demand_after_the_other() -> None:
    decided = policy(rules={"group_disclosure": ["sex"], "minimum_denominator": 100})
    named = [words for words, _ in choices(decided)]
    assert named[0] == "as decided"
    assert "without group disclosure" in named
    assert "without minimum denominator" in named
    assert "without linked units" not in named, "nobody asked for any"
    assert named[-1] == "minimum frequency against K1 and K5 alone"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    text = POLICY.replace(
        "withstand: [K1, K2, K5]", "rules: {group_disclosure: [sex]}\n  withstand: [K1, K2, K5]"
    )
    town = Town(tmp_path_factory.mktemp("town"), text)
    town.fill(invented(("Y2023",)), {"until_2023": ("Y2023",)})
    return town


def test_what_each_demand_costs_stands_side_by_side(town: Town) -> None:
    lines = {line.choice: line for line in compare(town.warehouse, town.context())}
    decided, plain = lines["as decided"], lines["minimum frequency against K1 and K5 alone"]
    assert decided.broken == 0
    assert decided.sensitive_shown == 0
    assert plain.by_rule < decided.by_rule
    assert plain.sensitive_shown > 0, "what is left out is printed"


def test_editions_for_all_audiences_are_attacked_together(town: Town) -> None:
    town.build()
    town.publish(1)
    context = town.context()
    office = load_universe("youth", town.products).model_copy(
        update={"name": "youth_office", "same_cases_as": "youth"}
    )

    planned = plan(town.warehouse, replace(context, universe=office, confidential=None))
    assert [public.id for public in planned.public] == ["youth/2026-01-01.1"]
    stranger = office.model_copy(update={"same_cases_as": None})
    alone = plan(town.warehouse, replace(context, universe=stranger, confidential=None))
    assert alone.public == ()
