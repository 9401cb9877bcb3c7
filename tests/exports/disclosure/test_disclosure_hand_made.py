"""The five hand-made cases with their expected results."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exports.disclosure.auditor.attack import attack
from exports.disclosure.auditor.findings import Result
from exports.disclosure.auditor.knowledge import Key, gather
from exports.disclosure.cell_key import NoiseTable, make_noise_table
from exports.disclosure.constraints import Leaves, build_system
from exports.disclosure.declaration import Axis, Declaration, Dimension, Hierarchy, Safety, Table, resolve
from exports.disclosure.planner.conflict import FrozenConflict
from exports.disclosure.planner.costs import costs_of
from exports.disclosure.planner.limits import EFFORTS
from exports.disclosure.planner.pattern import plan
from exports.disclosure.policy import CellKey, Data, Policy
from exports.disclosure.primary import find_primaries
from exports.disclosure.protect import protect_tables

pytestmark = pytest.mark.real_files


@pytest.fixture(scope="module")
def cases(shared_data: Path) -> dict[str, Any]:
    path = shared_data / "10-disclosure" / "hand_made" / "small_cases.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


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


def four_by_four(case: dict[str, Any], hidden: set[str]) -> Result:
    inner = case["inner"]
    declaration = resolve(
        Declaration(
            name="4x4",
            dimensions={
                "r": Dimension(total="t", leaves=tuple("wxyz")),
                "c": Dimension(total="t", leaves=tuple("abcd")),
            },
            tables=(Table(name="t", dimensions={"r": Axis(), "c": Axis()}),),
            safety=Safety(withstand=("K1",), width=0.0, minimum_frequency=None),
        ),
        Path(),
    )
    published: dict[Key, float | None] = {}
    for r in "twxyz":
        for c in "tabcd":
            rows = "wxyz" if r == "t" else r
            columns = "abcd" if c == "t" else c
            value = float(sum(inner[a][b] for a in rows for b in columns))
            published[r, c] = None if r + c in hidden else value
    return attack(gather(declaration, {"t": published}), declaration.safety)


def test_two_hidden_cells_in_every_line_are_not_enough(cases: dict[str, Any]) -> None:
    case = cases["sdcTable_4x4_hidden_recoverable"]
    hidden = set(case["suppressed"])
    result = four_by_four(case, hidden)
    assert ["".join(f.cell) for f in result.findings] == case["expect"]["exactly_recoverable"]
    assert result.findings[0].derivation.endswith("= 47")
    for added, expected in case["expect"]["after_adding"].items():
        result = four_by_four(case, hidden | {added})
        assert sorted("".join(f.cell) for f in result.findings if f.attack == "exact") == sorted(
            expected["recoverable"]
        )


def test_bounds_after_adding_a_cell(cases: dict[str, Any]) -> None:
    case = cases["sdcTable_4x4_hidden_recoverable"]
    from exports.disclosure.auditor.problem import component_of

    for added, expected in case["expect"]["after_adding"].items():
        if "wb_bounds_nonneg" not in expected:
            continue
        inner = case["inner"]
        names = {"r": "wxyz", "c": "abcd"}
        declaration = resolve(
            Declaration(
                name="4x4",
                dimensions={name: Dimension(total="t", leaves=tuple(codes)) for name, codes in names.items()},
                tables=(Table(name="t", dimensions={"r": Axis(), "c": Axis()}),),
            ),
            Path(),
        )
        hidden = {*case["suppressed"], added}
        published: dict[Key, float | None] = {
            (r, c): None
            if r + c in hidden
            else float(
                sum(inner[a][b] for a in ("wxyz" if r == "t" else r) for b in ("abcd" if c == "t" else c))
            )
            for r in "twxyz"
            for c in "tabcd"
        }
        knowledge = gather(declaration, {"t": published})
        cell = knowledge.index["w", "b"]
        component = component_of(knowledge, cell)
        assert component is not None
        assert component.interval(component.columns.index(cell)) == pytest.approx(
            expected["wb_bounds_nonneg"]
        )


def test_linked_tables_are_protected_together(cases: dict[str, Any]) -> None:
    case = cases["sdcTable_linked_county_group"]
    codes = list(case["leaf"])
    declaration = resolve(
        Declaration(
            name="linked",
            dimensions={
                "area": Dimension(
                    leaves=tuple(codes),
                    hierarchies={
                        "county": Hierarchy(children={k: tuple(v) for k, v in case["table1"].items()}),
                        "group": Hierarchy(children={k: tuple(v) for k, v in case["table2"].items()}),
                    },
                )
            },
            tables=(
                Table(name="by_county", dimensions={"area": Axis(hierarchies=("county",))}),
                Table(name="by_group", dimensions={"area": Axis(hierarchies=("group",))}),
            ),
        ),
        Path(),
    )
    leaves = Leaves({"area": codes}, {"n": np.array([float(case["leaf"][code]) for code in codes])})
    rule = {"minimum_frequency": 4}
    small = {code for code, count in case["leaf"].items() if 1 <= count <= 3}

    safety = Safety(withstand=("K1",), minimum_frequency=4)
    totals = {("_T",): float(sum(case["leaf"].values()))}
    cells = {(code,): None if code in small else float(n) for code, n in case["leaf"].items()}

    def groups(name: str) -> dict[Key, float | None]:
        sums = {(k,): float(sum(case["leaf"][m] for m in v)) for k, v in case[name].items()}
        return {**totals, **cells, **sums}

    both = {"by_county": groups("table1"), "by_group": groups("table2")}
    joint = attack(gather(declaration.model_copy(update={"safety": safety}), both), safety)
    assert [f.cell[0] for f in joint.findings if f.attack == "exact"] == case["expect"][
        "jointly_recoverable_with_only_primaries"
    ]
    for table in declaration.tables:
        alone = declaration.model_copy(update={"tables": (table,), "safety": safety})
        assert attack(gather(alone, both), safety).levels["exact"] == "passed"

    planned = protect_tables(declaration, leaves, Data(value="n"), policy(rules=rule, effort="optimal"))
    extra = [planned.system.keys[cell][0] for cell in np.flatnonzero(planned.pattern.secondary)]
    assert extra == case["expect"]["minimal_fix"]


def test_frozen_neighbours_are_reported_as_a_conflict(cases: dict[str, Any]) -> None:
    """D211/A may not be shown, but D212/A and C21/A are public already: the report names them."""
    rows = cases["destatis_frozen_cell"]["rows"]
    assert rows["C21"]["A"] == rows["D211"]["A"] + rows["D212"]["A"]
    declaration = resolve(
        Declaration(
            name="frozen",
            dimensions={
                "r": Dimension(total="C21", leaves=("D211", "D212")),
                "c": Dimension(total="BC", leaves=("A", "I", "O")),
            },
            tables=(Table(name="t", dimensions={"r": Axis(), "c": Axis()}),),
        ),
        Path(),
    )
    leaves = Leaves(
        {"r": ["D211", "D212"], "c": ["A", "A"]},
        {"n": np.array([float(rows["D211"]["A"]), float(rows["D212"]["A"])]), "units": np.array([1.0, 9.0])},
    )
    system = build_system(declaration, leaves, "n")
    primaries = find_primaries(system, leaves, policy(rules={"units": {"units": 3}}), Data(value="n"))
    frozen = np.zeros(system.size, dtype=bool)
    for r, c in (("D212", "A"), ("D212", "BC"), ("C21", "A"), ("C21", "BC")):
        frozen[system.find({"r": r, "c": c})] = True
    with pytest.raises(FrozenConflict) as caught:
        plan(system, primaries, costs_of(system, {}, None, 1.0), effort=EFFORTS["quick"], frozen=frozen)
    named = {system.keys[cell] for cell in caught.value.published}
    assert named in ({("C21", "A"), ("D212", "A")}, {("C21", "BC"), ("D212", "BC")})
    assert "cannot be protected" in str(caught.value)


def read_noise_table(path: Path) -> NoiseTable:
    """A noise table in the format of the R package ptable (semicolons, columns i, j, p, p_int_ub)."""
    with path.open(encoding="utf-8", newline="") as handle:
        lines = [
            {key.strip('" '): value for key, value in row.items()}
            for row in csv.DictReader(handle, delimiter=";")
        ]
    by_count: dict[int, list[tuple[int, float, float]]] = {}
    for line in lines:
        by_count.setdefault(int(line["i"]), []).append(
            (int(line["j"]), float(line["p"]), float(line["p_int_ub"]))
        )
    counts = range(max(by_count) + 1)
    return NoiseTable(
        tuple(tuple(j for j, _, _ in by_count[count]) for count in counts),
        tuple(tuple(p for _, p, _ in by_count[count]) for count in counts),
        tuple(tuple(end for _, _, end in by_count[count]) for count in counts),
    )


def test_cell_key_look_ups(cases: dict[str, Any], shared_data: Path) -> None:
    case = cases["ckm_lookup_D2_V108_js1"]
    made = make_noise_table(CellKey(deviation=2, variance=1.08, small=1))
    given = read_noise_table(shared_data / "10-disclosure" / "ptables" / "ptab1.csv")
    for table in (made, given):
        for example in case["lookups"]:
            assert table.look_up(example["count"], example.get("cell_key", 0.5)) == example["result"]
        assert table.look_up(3, 1.0) == table.look_up(3, 0.0)
    for row, chances in case["ptable_rows"].items():
        for target, chance in chances.items():
            place = made.shown[int(row)].index(int(target))
            assert made.chance[int(row)][place] == pytest.approx(chance, abs=1e-6)


def test_single_respondents_of_the_gconfid_tutorial(cases: dict[str, Any]) -> None:
    case = cases["gconfid_tutorial"]
    rows = []
    for prov, naics, total, respondents in case["inner"]:
        # one dominating respondent, or several equal ones
        rows += [(prov, naics, f"{prov}{naics}{k}", total / respondents) for k in range(respondents)]
    declaration = resolve(
        Declaration(
            name="g",
            dimensions={
                "prov": Dimension(leaves=("prov1", "prov2")),
                "naics": Dimension(leaves=("naics1", "naics2", "naics3")),
            },
            tables=(Table(name="t", dimensions={"prov": Axis(), "naics": Axis()}),),
        ),
        Path(),
    )
    leaves = Leaves(
        {
            "prov": [row[0] for row in rows],
            "naics": [row[1] for row in rows],
            "who": [row[2] for row in rows],
        },
        {"v": np.array([row[3] for row in rows])},
    )
    data = Data(value="v", kind="magnitude", contributor="who")
    rules = {"minimum_frequency": None, "p_percent": 15}
    planned = protect_tables(declaration, leaves, data, policy(rules=rules, effort="optimal"))
    shown = {
        planned.system.keys[cell]: planned.system.values[cell]
        for cell in np.flatnonzero(~planned.pattern.hidden & (planned.system.values > 0))
    }
    assert shown == {("_T", "_T"): 1013.0, ("prov1", "naics3"): 609.0, ("_T", "naics3"): 609.0}
    assert (
        int((planned.pattern.hidden & (planned.system.values > 0)).sum())
        == case["expect"]["suppressed_per_group"]
    )
