"""What a verdict is made of: the edition alone, then with earlier ones; sums of hidden cells; who learns."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exports.disclosure.auditor.attack import attack
from exports.disclosure.auditor.knowledge import Key, gather
from exports.disclosure.auditor.verdict import EARLIER, PASSED_ALONE, attack_all
from exports.disclosure.constraints import Leaves
from exports.disclosure.declaration import (
    Axis,
    Declaration,
    DeclarationError,
    Dimension,
    Safety,
    Table,
    read_model,
    resolve,
)
from exports.disclosure.policy import Config, Data, Policy
from exports.disclosure.protect import protect_tables
from exports.disclosure.protected import Protected
from exports.disclosure.standalone import audit, protect

AREAS = ("A", "B", "C", "D", "E")
AGES = ("young", "middle", "old")
COUNTS = {
    "A": (7, 30, 41),
    "B": (25, 44, 38),
    "C": (31, 29, 52),
    "D": (18, 27, 33),
    "E": (21, 36, 47),
}


def policy(**changes: object) -> Policy:
    return Policy.model_validate(
        {"legal_basis": "test", "decided_by": "test", "decided_on": dt.date(2026, 1, 1), **changes}
    )


def declare(earlier: bool = False) -> Declaration:
    tables = [Table(name="now", dimensions={"area": Axis(), "age": Axis()})]
    if earlier:
        tables.append(Table(name="before", dimensions={"area": Axis(), "age": Axis()}, earlier=True))
    dimensions = {"area": Dimension(leaves=AREAS), "age": Dimension(leaves=AGES)}
    return resolve(Declaration(name="case", dimensions=dimensions, tables=tuple(tables)), Path())


def leaves() -> Leaves:
    keys = [(area, age) for area in AREAS for age in AGES]
    return Leaves(
        {"area": [area for area, _ in keys], "age": [age for _, age in keys]},
        {"cases": np.array([COUNTS[area][AGES.index(age)] for area, age in keys], dtype=np.float64)},
    )


def full(hidden: Sequence[Key] = ()) -> dict[Key, float | None]:
    """The whole table as it would be printed."""
    cells: dict[Key, float | None] = {}
    for area in ("_T", *AREAS):
        for age in ("_T", *AGES):
            value = sum(
                COUNTS[a][AGES.index(g)]
                for a in (AREAS if area == "_T" else (area,))
                for g in (AGES if age == "_T" else (age,))
            )
            cells[area, age] = None if (area, age) in hidden else float(value)
    return cells


def second_edition() -> Protected:
    """An edition that hides A/young (7), which the first edition, decided for a minimum of 3, had printed."""
    return protect_tables(
        declare(earlier=True),
        leaves(),
        Data(value="cases"),
        policy(rules={"minimum_frequency": 10}, withstand=("K1", "K2", "K4", "K5"), public_before="withdraw"),
        earlier={"before": full()},
    )


def test_what_is_withdrawn_is_hidden_from_whoever_never_saw_the_earlier_edition() -> None:
    planned = second_edition()
    assert planned.published["now"]["A", "young"] is None
    now = planned.declaration.model_copy(update={"tables": planned.declaration.tables[:1]})
    alone = attack(gather(now, {"now": planned.published["now"]}), planned.declaration.safety)
    assert alone.findings == []
    assert sum(number is None for number in planned.published["now"].values()) >= 4, "not the cell alone"


def test_what_old_copies_give_away_is_counted_and_never_called_passed() -> None:
    planned = second_edition()
    hidden = sum(number is None for number in planned.published["now"].values())
    assert planned.result.levels[EARLIER] == f"{hidden} hidden cells known from earlier editions"
    assert planned.result.given_away == hidden
    assert planned.result.passed
    # an edition that hides the withdrawn cell and nothing else: the earlier edition does not excuse it
    careless = {"now": full([("A", "young")]), "before": full()}
    result = attack_all(planned.declaration, careless)
    assert not result.passed
    assert [finding.cell for finding in result.findings] == [("A", "young")]
    assert result.levels["exact"] == "1 broken"


def test_the_verdict_does_not_get_better_by_knowing_more() -> None:
    generator = np.random.default_rng(3)
    declaration = declare(earlier=True)
    safety = Safety(minimum_frequency=10, public_before="withdraw")
    declaration = declaration.model_copy(update={"safety": safety})
    now = declaration.model_copy(update={"tables": declaration.tables[:1]})
    worse = 0
    for _ in range(30):
        cells = list(full())
        hide = [cells[place] for place in generator.choice(len(cells), 5, replace=False)]
        before = [cells[place] for place in generator.choice(len(cells), 5, replace=False)]
        alone = attack_all(now, {"now": full(hide)})
        both = attack_all(declaration, {"now": full(hide), "before": full(before)})
        broken = {(finding.attack, finding.cell) for finding in alone.findings}
        assert broken <= {(finding.attack, finding.cell) for finding in both.findings}
        worse += bool(broken)
    assert worse > 5, "the case must be one"


# ---- sums of hidden cells


def test_a_computable_sum_below_the_minimum_is_found_and_planned_against() -> None:
    # 2 + 3 in one row and column: no cell is known, their sum is
    hidden = [("A", "young"), ("A", "middle"), ("B", "young"), ("B", "middle")]
    small = dict(COUNTS)
    small["A"] = (2, 3, 41)
    dimensions = {"area": Dimension(leaves=AREAS), "age": Dimension(leaves=AGES)}
    declaration = resolve(
        Declaration(
            name="case",
            dimensions=dimensions,
            tables=(Table(name="now", dimensions={"area": Axis(), "age": Axis()}),),
            safety=Safety(minimum_frequency=10, withstand=("K1", "K2")),
        ),
        Path(),
    )
    cells: dict[Key, float | None] = {}
    for area in ("_T", *AREAS):
        for age in ("_T", *AGES):
            value = sum(
                small[a][AGES.index(g)]
                for a in (AREAS if area == "_T" else (area,))
                for g in (AGES if age == "_T" else (age,))
            )
            cells[area, age] = None if (area, age) in hidden else float(value)
    result = attack(gather(declaration, {"now": cells}), declaration.safety)
    assert result.levels["exact"] == "passed"
    (found,) = [finding for finding in result.findings if finding.attack == "unions"]
    assert set(found.parts) == {("A", "young"), ("A", "middle")}
    assert found.low == 5
    assert found.derivation.endswith("= 5")
    keys = [(area, age) for area in AREAS for age in AGES]
    rows = Leaves(
        {"area": [area for area, _ in keys], "age": [age for _, age in keys]},
        {"cases": np.array([small[area][AGES.index(age)] for area, age in keys], dtype=np.float64)},
    )
    planned = protect_tables(
        declaration,
        rows,
        Data(value="cases"),
        policy(rules={"minimum_frequency": 10}, withstand=("K1", "K2", "K4", "K5")),
    )
    assert planned.result.levels["unions"] == "passed"
    assert planned.result.passed


FIRMS = """area,branch,firm,turnover
north,mill,m1,100
north,saw,m1,90
north,shop,s1,40
north,shop,s2,45
north,shop,s3,50
south,mill,m2,300
south,mill,m3,280
south,mill,m4,310
south,saw,w1,120
south,saw,w2,140
south,saw,w3,150
south,shop,s4,50
east,mill,m5,200
east,mill,m6,210
east,mill,m7,220
east,saw,w4,50
east,shop,s5,60
east,shop,s6,65
east,shop,s7,70
"""

FIRMS_CONFIG = """
name: firms
data: {{value: turnover, kind: magnitude{contributor}}}
dimensions: {{area: {{}}, branch: {{}}}}
policy:
  legal_basis: § 16 BStatG
  decided_by: data protection officer
  decided_on: 2026-01-15
  rules: {{minimum_frequency: {minimum}, p_percent: 10}}
  withstand: [{withstand}]
"""


def firms(folder: Path, withstand: str, contributor: str = ", contributor: firm", minimum: str = "3") -> Any:
    table, config = folder / "firms.csv", folder / "firms.yml"
    table.write_text(FIRMS, encoding="utf-8")
    config.write_text(
        FIRMS_CONFIG.format(withstand=withstand, contributor=contributor, minimum=minimum), encoding="utf-8"
    )
    return protect(table, config, folder / "out")


def contributions() -> dict[tuple[str, str], dict[str, float]]:
    found: dict[tuple[str, str], dict[str, float]] = {}
    for line in FIRMS.splitlines()[1:]:
        area, branch, firm, amount = line.split(",")
        for key in ((area, branch), ("_T", branch), (area, "_T"), ("_T", "_T")):
            of_cell = found.setdefault(key, {})
            of_cell[firm] = of_cell.get(firm, 0.0) + float(amount)
    return found


def test_a_firm_alone_in_a_cell_computes_no_other_firm(tmp_path: Path) -> None:
    summary = firms(tmp_path, "K1, K2, K4, K5")
    for level in ("exact", "interval", "positive", "insider", "unions"):
        assert summary["levels"][level] == "passed"
    certificate = json.loads(
        (tmp_path / "out" / "published" / "certificate.json").read_text(encoding="utf-8")
    )
    assert certificate["passed"] is True
    assert certificate["levels"] == summary["levels"]
    # by brute force over the published file: give every firm its own cells, and ask the equations
    report = audit(tmp_path / "out" / "published", tmp_path / "out" / "published" / "declaration.json")
    declared = report.declaration
    published = {
        tuple(line.split(",")[:2]): line.split(",")[2]
        for line in (tmp_path / "out" / "published" / "firms.csv")
        .read_text(encoding="utf-8")
        .splitlines()[1:]
    }
    who = contributions()
    alone: dict[str, list[tuple[str, ...]]] = {}
    for key, text in published.items():
        if text == "." and len(who[key[0], key[1]]) == 1:
            alone.setdefault(next(iter(who[key[0], key[1]])), []).append(key)
    assert alone, "the case must have firms that are alone"
    for firm, own in alone.items():
        cells = {
            key: None if text == "." and key not in own else sum(who[key[0], key[1]].values())
            for key, text in published.items()
        }
        result = attack(gather(declared, {"firms": cells}), Safety(withstand=("K1",), width=0))
        learned = [f.cell for f in result.findings if f.attack == "exact" and firm not in who[f.cell[:2]]]  # type: ignore[index]
        assert not [key for key in learned if len(who[key[0], key[1]]) == 1], f"{firm} learns {learned}"


def test_without_the_attack_of_single_contributors_one_firm_computes_another(tmp_path: Path) -> None:
    """The case above is one: planned for K1 alone, the attack with insight finds somebody who learns."""
    firms(tmp_path, "K1", minimum="2")
    settings = read_model(tmp_path / "firms.yml", Config)
    assert settings.policy.withstand == ("K1",)
    certificate = json.loads(
        (tmp_path / "out" / "published" / "certificate.json").read_text(encoding="utf-8")
    )
    assert "insider" not in certificate["levels"]
    assert any("single contributor" in risk for risk in certificate["remaining_risks"])


def test_one_contributor_in_two_hidden_cells_does_not_leave_the_own_total(tmp_path: Path) -> None:
    """m1 gives 100 and 90 in two cells of the north: their sum must not follow from total and shops."""
    firms(tmp_path, "K1, K2, K4, K5")
    rows = [
        line.split(",")
        for line in (tmp_path / "out" / "published" / "firms.csv")
        .read_text(encoding="utf-8")
        .splitlines()[1:]
    ]
    shown = {(row[0], row[1]): row[2] for row in rows}
    assert shown["north", "mill"] == shown["north", "saw"] == "."
    assert "." in (shown["north", "_T"], shown["north", "shop"])


def test_an_audit_that_does_not_know_the_contributors_says_so(tmp_path: Path) -> None:
    firms(tmp_path, "K1, K2, K4, K5")
    report = audit(tmp_path / "out" / "published", tmp_path / "out" / "published" / "declaration.json")
    assert report.result.levels["insider"].startswith("not tried")
    assert report.result.findings == []
    assert not report.passed
    assert "NOT COMPLETE: K4" in report.in_words()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"method": "cell_key", "cell_key": {"deviation": 2, "variance": 1.0}}, "method cell_key"),
        ({"method": "round", "rounding": {"base": 5}}, "method round"),
    ],
)
def test_what_is_not_tried_on_noise_cannot_be_asked_for(changes: Mapping[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=f"K4 .* contradicts {words}.*leave K4 out"):
        policy(withstand=("K1", "K4"), **changes)
    assert "K4" not in policy(**changes).withstand, "nor is it asked for without a word"


def test_single_contributors_of_amounts_cannot_be_asked_for_without_knowing_them() -> None:
    with pytest.raises(DeclarationError, match=r"K4 .* contradicts data.kind: magnitude .* leave K4 out"):
        protect_tables(
            declare(),
            leaves(),
            Data(value="cases", kind="magnitude"),
            policy(rules={"minimum_frequency": None}, withstand=("K1", "K4")),
        )
    with pytest.raises(DeclarationError, match=r"K4 .* contradicts rules.minimum_frequency: null"):
        protect_tables(
            declare(),
            leaves(),
            Data(value="cases"),
            policy(rules={"minimum_frequency": None}, withstand=("K1", "K4")),
        )


# ---- what only a contributor learns


def merged(**now: float | None) -> tuple[Declaration, dict[str, dict[Key, float | None]]]:
    """Two areas L and E became one, LE, after the first edition; W is beside them.

    Cases ended alone or otherwise. Whoever is the only case of LE that ended alone takes it off the town's 7,
    and W's other one is left.
    """
    areas = {"children": {"_T": ("LE", "W"), "LE": ("L", "E")}}
    dimensions = {
        "area": Dimension(leaves=("L", "E", "W"), hierarchies={"new": areas}),
        "item": Dimension(leaves=("ALONE", "OTHER")),
    }
    shown = {"area": Axis(), "item": Axis()}
    declaration = Declaration(
        name="case",
        dimensions=dimensions,
        tables=(Table(name="now", dimensions=shown), Table(name="before", dimensions=shown, earlier=True)),
        safety=Safety(
            minimum_frequency=3, zeros="protect", withstand=("K1", "K4", "K5"), public_before="withdraw"
        ),
    )
    items = ("_T", "ALONE", "OTHER")
    before: dict[Key, float | None] = {(area, item): None for area in ("_T", "L", "E", "W") for item in items}
    before |= {("_T", "_T"): 11.0, ("_T", "ALONE"): 7.0, ("_T", "OTHER"): 4.0, ("W", "_T"): 7.0}
    printed: dict[Key, float | None] = {(area, item): None for area in ("_T", "LE", "W") for item in items}
    printed |= {("_T", "_T"): 11.0}
    printed |= {tuple(key.split("_", 1)): value for key, value in now.items()}
    return resolve(declaration, Path()), {"now": printed, "before": before}


def test_what_a_contributor_in_a_new_area_learns_from_old_copies_is_given_away_already() -> None:
    declaration, published = merged()
    result = attack_all(declaration, published)
    assert result.findings == [], "nothing that is printed now could prevent it"
    assert result.levels["insider"] == PASSED_ALONE
    assert result.given_away > 0


def test_what_a_contributor_learned_is_still_hidden_from_everyone_else() -> None:
    declaration, published = merged(LE_ALONE=1.0)
    found = {(finding.attack, finding.cell) for finding in attack_all(declaration, published).findings}
    assert ("exact", ("W", "OTHER")) in found
