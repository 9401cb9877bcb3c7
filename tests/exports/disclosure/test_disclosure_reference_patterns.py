"""The auditor on patterns of other programs: what it must find, and what it must not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from exports.disclosure.auditor.attack import attack
from exports.disclosure.auditor.findings import Finding, Result
from exports.disclosure.auditor.knowledge import gather
from exports.disclosure.declaration import Axis, Declaration, Safety, Table
from exports.disclosure.policy import Data, Policy, safety_of
from exports.disclosure.protect import protect_tables
from tests.exports.disclosure.disclosure_cases import Published, declare, leaves_of, pattern, read_rows

pytestmark = pytest.mark.real_files

Z1 = {"region": ("region", {}), "hovedint": ("hovedint", {})}
Z2 = {
    "region": ("region", {"fylke": ("fylke",), "kostragr": ("kostragr",)}),
    "hovedint": ("hovedint", {}),
}


def run(declaration: Declaration, published: Published, withstand: tuple[str, ...] = ("K1",)) -> Result:
    safety = Safety.model_validate({**declaration.safety.model_dump(), "withstand": withstand})
    declaration = declaration.model_copy(update={"safety": safety})
    return attack(gather(declaration, {"t": published}), declaration.safety)


@pytest.mark.parametrize(
    ("case", "source", "dimensions", "value", "recoverable_primaries"),
    [
        ("z1_maxN3", "z1", Z1, "ant", 3),
        ("z1_maxN10", "z1", Z1, "ant", 4),
        ("z2_maxN3", "z2", Z2, "ant", 11),
        ("z2_maxN2_nozero", "z2", Z2, "ant", 7),
    ],
)
def test_gauss_patterns_hold_and_primaries_alone_do_not(
    shared_data: Path, case: str, source: str, dimensions: dict, value: str, recoverable_primaries: int
) -> None:
    folder = shared_data / "10-disclosure"
    rows = read_rows(folder / "inputs" / f"{source}.csv")
    declaration = declare(rows, dimensions, safety=Safety(withstand=("K1",), zeros="protect", width=0.5))
    path = folder / "gauss_suppression_reference" / f"{case}.csv"
    full = run(declaration, pattern(path, list(dimensions), value))
    assert full.levels["exact"] == "passed"
    assert full.passed
    bare = run(declaration, pattern(path, list(dimensions), value, hide="primary"))
    exact = [finding for finding in bare.findings if finding.attack == "exact"]
    assert len(exact) == recoverable_primaries
    assert all("=" in finding.derivation for finding in exact)


@pytest.mark.parametrize(
    ("case", "source", "dimensions", "value"),
    [
        ("z1_maxN4", "z1", Z1, "ant"),
        ("z1_maxN3_nozero", "z1", Z1, "ant"),
        ("mun_accidents_maxN2", "mun_accidents", {"mun": ("mun", {}), "inj": ("inj", {})}, "freq"),
        (
            "paris_maxN2",
            "paris2025_freq",
            {"nation": ("nation", {"c": ("continent",)}), "age": ("age", {})},
            "freq",
        ),
    ],
)
def test_other_gauss_patterns_have_nothing_to_recover(
    shared_data: Path, case: str, source: str, dimensions: dict, value: str
) -> None:
    folder = shared_data / "10-disclosure"
    declaration = declare(read_rows(folder / "inputs" / f"{source}.csv"), dimensions)
    published = pattern(folder / "gauss_suppression_reference" / f"{case}.csv", list(dimensions), value)
    assert run(declaration, published).levels["exact"] == "passed"


@pytest.mark.parametrize(
    ("case", "value"),
    [
        ("paris_linked_maxN3", "freq"),
        ("paris_dom_p10", "income"),
        ("paris_dom_k80_90", "income"),
        ("paris_dom_p30_interval", "income"),
    ],
)
def test_linked_gauss_patterns(shared_data: Path, case: str, value: str) -> None:
    """`~ nation + age * continent`: two tables that share the continents and the total."""
    folder = shared_data / "10-disclosure"
    rows = read_rows(folder / "inputs" / "paris2025_freq.csv")
    declaration = declare(
        rows,
        {"nation": ("nation", {"c": ("continent",)}), "age": ("age", {})},
        tables=[
            Table(name="n", dimensions={"nation": Axis()}),
            Table(name="t", dimensions={"nation": Axis(leaves=False), "age": Axis()}),
        ],
        safety=Safety(withstand=("K1",), unpublished="ignore", minimum_frequency=None),
    )
    cells = pattern(folder / "gauss_suppression_reference" / f"{case}.csv", ["nation", "age"], value)
    nations = {row["nation"] for row in rows}
    published = {
        "n": {(nation,): number for (nation, age), number in cells.items() if age == "Total"},
        "t": {key: number for key, number in cells.items() if key[0] not in nations},
    }
    result = attack(gather(declaration, published), declaration.safety)
    assert result.levels["exact"] == "passed"


def test_gauss_pattern_of_the_synthetic_table(shared_data: Path) -> None:
    """403 hidden cells, none recoverable; but 69 of the 200 primaries are provably 1 or 2."""
    folder = shared_data / "10-disclosure" / "synthetic"
    rows = read_rows(folder / "t100x8.csv")
    declaration = declare(
        rows,
        {"d0_l0": ("d0_l0", {"h": ("d0_l2", "d0_l1")}), "d1_l0": ("d1_l0", {"h": ("d1_l1",)})},
    )
    published = pattern(folder / "gauss_t100x8.csv", ["d0_l0", "d1_l0"], "freq")
    result = run(declaration, published, ("K1", "K2"))
    assert result.hidden == 403
    assert result.passed
    assert result.provably_small == 69
    bare = run(declaration, pattern(folder / "gauss_t100x8.csv", ["d0_l0", "d1_l0"], "freq", hide="primary"))
    assert bare.levels["exact"] == "182 broken"


@pytest.mark.parametrize(
    ("case", "source", "dimensions", "value", "rules"),
    [
        ("z1_maxN3", "z1", Z1, "ant", {"minimum_frequency": 4, "zeros": "protect"}),
        ("z1_maxN4", "z1", Z1, "ant", {"minimum_frequency": 5, "zeros": "protect"}),
        ("z1_maxN10", "z1", Z1, "ant", {"minimum_frequency": 11, "zeros": "protect"}),
        ("z1_maxN3_nozero", "z1", Z1, "ant", {"minimum_frequency": 4}),
        ("z2_maxN3", "z2", Z2, "ant", {"minimum_frequency": 4, "zeros": "protect"}),
        ("z2_maxN2_nozero", "z2", Z2, "ant", {"minimum_frequency": 3}),
        (
            "mun_accidents_maxN2",
            "mun_accidents",
            {"mun": ("mun", {}), "inj": ("inj", {})},
            "freq",
            {"minimum_frequency": 3, "zeros": "protect"},
        ),
        (
            "paris_maxN2",
            "paris2025_freq",
            {"nation": ("nation", {"c": ("continent",)}), "age": ("age", {})},
            "freq",
            {"minimum_frequency": 3, "zeros": "protect"},
        ),
    ],
)
def test_no_more_hidden_cells_than_gauss_suppression(
    shared_data: Path,
    case: str,
    source: str,
    dimensions: dict[str, tuple[str, dict[str, tuple[str, ...]]]],
    value: str,
    rules: dict[str, object],
) -> None:
    """At most as many hidden cells, though every primary must be able to move by 1.

    Unless their pattern gives away a sum of hidden cells below the minimum, which ours must not.

    Their pattern of mun_accidents has one cell less than the optimum: some of its primaries cannot move by 1.
    """
    folder = shared_data / "10-disclosure"
    rows = read_rows(folder / "inputs" / f"{source}.csv")
    declaration = declare(rows, dimensions)
    leaves = leaves_of(rows, {name: column for name, (column, _) in dimensions.items()}, value)
    policy = Policy.model_validate(
        {
            "legal_basis": "test",
            "decided_by": "test",
            "decided_on": dt.date(2026, 1, 1),
            "withstand": ("K1",),
            "effort": "optimal",
            "rules": rules,
        }
    )
    planned = protect_tables(declaration, leaves, Data(value=value), policy)
    printed = planned.published["t"]
    reference = read_rows(folder / "gauss_suppression_reference" / f"{case}.csv")
    theirs = sum(row["suppressed"] == "TRUE" for row in reference)
    ours = sum(number is None for number in printed.values())
    assert set(printed) == {tuple(row[name] for name in dimensions) for row in reference}
    if case == "mun_accidents_maxN2":
        truth = {
            key: float(planned.system.values[planned.system.find(cell(dimensions, key))]) for key in printed
        }
        sensitive = {
            key for key in printed if planned.primaries.sensitive[planned.system.find(cell(dimensions, key))]
        }
        foreign = {tuple(row[name] for name in dimensions): truth_or_none(row, value) for row in reference}
        attacked = attack(
            gather(declaration, {"t": foreign}),
            Safety(withstand=("K1",), zeros="protect"),
            truth=truth,
            protected={key: (min(1.0, truth[key]), 1.0) for key in sensitive},
        )
        assert any(finding.cell in sensitive for finding in attacked.findings)
    sums = sums_given_away(declaration, policy, reference, dimensions, value)
    assert ours <= theirs or sums
    assert ours - theirs <= len(sums)


def sums_given_away(
    declaration: Declaration,
    policy: Policy,
    reference: list[dict[str, str]],
    dimensions: dict[str, tuple[str, dict[str, tuple[str, ...]]]],
    value: str,
) -> list[Finding]:
    """Sums of hidden cells below the minimum that follow from a pattern of another program."""
    foreign = {tuple(row[name] for name in dimensions): truth_or_none(row, value) for row in reference}
    found = attack(gather(declaration, {"t": foreign}), safety_of(policy, Data(value=value))).findings
    return [finding for finding in found if finding.parts]


def cell(
    dimensions: dict[str, tuple[str, dict[str, tuple[str, ...]]]], key: tuple[str, ...]
) -> dict[str, str]:
    return dict(zip(dimensions, key, strict=True))


def truth_or_none(row: dict[str, str], value: str) -> float | None:
    return None if row["suppressed"] == "TRUE" else float(row[value])
