"""Every method against every attacker level: tried and able to fail, or refused by name."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exports.disclosure.auditor.certificate import level_in_german, remaining_risks
from exports.disclosure.auditor.findings import Result
from exports.disclosure.auditor.knowledge import Key
from exports.disclosure.auditor.unions import Insight
from exports.disclosure.auditor.verdict import attack_all
from exports.disclosure.constraints import Leaves
from exports.disclosure.declaration import (
    Axis,
    Declaration,
    DeclarationError,
    Dimension,
    Safety,
    Table,
    resolve,
)
from exports.disclosure.policy import Data, Policy
from exports.disclosure.protect import protect_tables
from exports.disclosure.protected import Protected

AREAS, KINDS = ("a", "b", "c", "d"), ("x", "y", "z")
COUNTS = {"a": (2, 14, 25), "b": (17, 1, 31), "c": (12, 19, 40), "d": (33, 28, 15)}

METHODS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "suppress, counts": ({}, {}),
    "suppress, counts, zeros hidden": ({"rules": {"zeros": "protect"}}, {}),
    "suppress, counts, no minimum": ({"rules": {"minimum_frequency": None}}, {}),
    "suppress, amounts of known contributors": (
        {"rules": {"p_percent": 10}},
        {"kind": "magnitude", "contributor": "firm"},
    ),
    "suppress, amounts": ({"rules": {"minimum_frequency": None}}, {"kind": "magnitude"}),
    "cell_key": ({"method": "cell_key", "cell_key": {"deviation": 2, "variance": 1.0}}, {}),
    "round": ({"method": "round", "rounding": {"base": 5}}, {}),
    "round at random": ({"method": "round", "rounding": {"base": 5, "random": True}}, {}),
}
"""Policy and data of every method."""

REFUSED = {
    ("suppress, counts, zeros hidden", "K2"): "K2 .* contradicts zeros: protect",
    ("suppress, counts, no minimum", "K3"): "K3 .* contradicts rules.minimum_frequency: null",
    ("suppress, counts, no minimum", "K4"): "K4 .* contradicts rules.minimum_frequency: null",
    ("suppress, amounts of known contributors", "K3"): "K3 .* contradicts data.kind: magnitude",
    ("suppress, amounts", "K3"): "K3 .* contradicts data.kind: magnitude",
    ("suppress, amounts", "K4"): "K4 .* contradicts data.kind: magnitude without data.contributor",
    ("cell_key", "K3"): "K3 .* contradicts method cell_key",
    ("cell_key", "K4"): "K4 .* contradicts method cell_key",
    ("round", "K3"): "K3 .* contradicts method round",
    ("round", "K4"): "K4 .* contradicts method round",
    ("round at random", "K3"): "K3 .* contradicts method round",
    ("round at random", "K4"): "K4 .* contradicts method round",
}
"""What cannot be tried. Everything else is."""

ASKED = ((), ("K2",), ("K3",), ("K4",), ("K5",), ("K2", "K4", "K5"))


def declared(earlier: bool = False, **safety: Any) -> Declaration:
    axes = {"area": Axis(), "kind": Axis()}
    tables = [Table(name="now", dimensions=axes)]
    if earlier:
        tables.append(Table(name="before", dimensions=axes, earlier=True))
    dimensions = {"area": Dimension(leaves=AREAS), "kind": Dimension(leaves=KINDS)}
    return resolve(
        Declaration(name="case", dimensions=dimensions, tables=tuple(tables), safety=Safety(**safety)), Path()
    )


def leaves() -> Leaves:
    """Each cell given by one to three firms, so that every method can read it."""
    rows = []
    for area in AREAS:
        for kind, number in zip(KINDS, COUNTS[area], strict=True):
            parts = [number] if number < 3 else [number - 2, 1, 1]
            rows += [(area, kind, f"{area}{kind}{place}", part) for place, part in enumerate(parts)]
    return Leaves(
        {
            "area": [row[0] for row in rows],
            "kind": [row[1] for row in rows],
            "firm": [row[2] for row in rows],
        },
        {"n": np.array([row[3] for row in rows], dtype=np.float64)},
    )


def protected(method: str, asked: tuple[str, ...]) -> Protected:
    decided, data = METHODS[method]
    policy = Policy.model_validate(
        {
            "legal_basis": "test",
            "decided_by": "test",
            "decided_on": dt.date(2026, 1, 1),
            "withstand": ("K1", *asked),
            "effort": "quick",
            **decided,
        }
    )
    return protect_tables(
        declared(),
        leaves(),
        Data(value="n", **data),
        policy,
        secret=b"a secret of the office",
        cost_key=b"key",
    )


@pytest.mark.parametrize("asked", ASKED, ids=lambda levels: "+".join(("K1", *levels)))
@pytest.mark.parametrize("method", METHODS)
def test_what_is_asked_is_tried_or_refused_by_name(method: str, asked: tuple[str, ...]) -> None:
    refused = [REFUSED[method, level] for level in asked if (method, level) in REFUSED]
    if refused:
        with pytest.raises((DeclarationError, ValueError)) as caught:
            protected(method, asked)
        assert any(re.search(words, str(caught.value)) for words in refused), caught.value
        assert "leave" in str(caught.value), "what follows from leaving it out is said"
        return
    planned = protected(method, asked)
    result, zeros = planned.result, planned.declaration.safety.zeros
    # who knows the rule (K3) knows of the zeros too, as far as they are printed
    expected = {"K1", *asked} | ({"K2"} if "K3" in asked and zeros == "publish" else set())
    if {"K2", "K3"} & set(asked) and planned.declaration.safety.minimum_frequency and method[:3] == "sup":
        expected |= {"K3"} if planned.declaration.safety.whole_numbers else set()
    assert result.tried == expected
    assert result.passed
    said = " ".join(risk.en for risk in remaining_risks(planned.declaration, result))
    for level, words in (
        ("K2", "hidden cells are not zero was not tried"),
        ("K4", "single contributor who knows the own cell was not tried"),
        ("K5", "earlier releases and other publishers' tables were not used"),
    ):
        assert (words in said) == (level not in result.tried), level
    assert ("integer" in result.levels) == (
        "K2" in result.tried
        and planned.declaration.safety.whole_numbers
        and not planned.declaration.tables[0].is_noisy
    )
    assert ("insider" in result.levels) == ("K4" in result.tried)
    assert all(level_in_german(name, outcome) for name, outcome in result.levels.items())


# ---- a level that passes here can fail: the same attack on tables that only it breaks

Rows = Mapping[str, tuple[float | None, ...]]


def cells(rows: Rows) -> dict[Key, float | None]:
    """Printed cells from rows of (total, x, y, z), the first row being the total."""
    return {
        (area, kind): number
        for area, numbers in rows.items()
        for kind, number in zip(("_T", *KINDS), numbers, strict=True)
    }


def everything(
    rows: Mapping[str, tuple[float, ...]],
    hidden: set[Key],
) -> dict[Key, float | None]:
    full = {area: (sum(numbers), *numbers) for area, numbers in rows.items()}
    full = {"_T": tuple(sum(row[place] for row in full.values()) for place in range(4)), **full}
    return {key: None if key in hidden else number for key, number in cells(full).items()}


CORNER = {("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")}
OPEN = {"c": (12.0, 19.0, 40.0), "d": (33.0, 28.0, 15.0)}

PLANTED: dict[str, tuple[str, dict[Key, float | None], dict[str, Any], tuple[str, ...]]] = {
    # level -> attack that finds it, table, safety, levels that must not find anything
    "K1": ("interval", everything({"a": (1, 3, 25), "b": (2, 30, 31), **OPEN}, CORNER), {"width": 5}, ()),
    "K2": ("integer", everything({"a": (1, 1, 25), "b": (17, 14, 31), **OPEN}, CORNER), {}, ("K1",)),
    "K4": ("insider", everything({"a": (1, 2, 25), "b": (17, 14, 31), **OPEN}, CORNER), {}, ("K1", "K2")),
    "unions": (
        "unions",
        everything({"a": (2, 3, 25), "b": (17, 14, 31), **OPEN}, CORNER),
        {"minimum_frequency": 10},
        (),
    ),
}


@pytest.mark.parametrize("level", PLANTED)
def test_a_level_finds_what_only_it_can_find(level: str) -> None:
    name, published, changes, blind = PLANTED[level]
    asked = ("K1", level) if level.startswith("K") and level != "K1" else ("K1",)
    found = attack_all(declared(withstand=asked, **changes), {"now": published})
    broken = [finding for finding in found.findings if finding.attack == name]
    assert broken
    assert found.levels[name] == f"{len(broken)} broken"
    assert not found.passed
    if blind:
        without = attack_all(declared(withstand=blind, **changes), {"now": published})
        assert name not in without.levels
        assert name not in {finding.attack for finding in without.findings}


def test_whole_numbers_alone_are_a_level_of_their_own_name() -> None:
    """Asked for single contributors, and not for K2: nobody may read that hidden zeros were tried."""
    published = everything({"a": (1, 1, 25), "b": (17, 14, 31), **OPEN}, CORNER)
    result = attack_all(declared(withstand=("K1", "K4")), {"now": published})
    assert "integer" not in result.levels
    assert result.levels["whole"] == "passed"
    assert "K2" not in result.tried


def test_amounts_know_that_hidden_ones_are_not_zero_only_when_asked() -> None:
    published = everything({"a": (1, 1, 25), "b": (17, 14, 31), **OPEN}, CORNER)
    rules = {"whole_numbers": False, "minimum_frequency": None}
    asked = attack_all(declared(withstand=("K1", "K2"), **rules), {"now": published})
    assert {finding.attack for finding in asked.findings} == {"positive"}
    assert attack_all(declared(withstand=("K1",), **rules), {"now": published}).passed


def test_a_contributor_alone_in_a_cell_is_found_with_insight_and_untried_without() -> None:
    published = everything({"a": (100, 50, 250), "b": (170, 140, 310), **OPEN}, CORNER)
    safety = {"whole_numbers": False, "minimum_frequency": None, "withstand": ("K1", "K4")}
    who = {("a", "x"): {"one": 100.0}, ("a", "y"): {"two": 50.0}}
    insight = Insight(
        lambda key: who.get((key[0], key[1]), {"p": 60.0, "q": 60.0, "r": 50.0}), lambda _: False
    )
    found = attack_all(declared(**safety), {"now": published}, insight=insight)
    assert {finding.attack for finding in found.findings} == {"insider"}
    blind = attack_all(declared(**safety), {"now": published})
    assert blind.untried == ("K4",)
    assert not blind.passed
    assert "nicht geprüft" in level_in_german("insider", blind.levels["insider"])


def noisy(reach: int, withstand: tuple[str, ...], before: Mapping[Key, float | None]) -> Result:
    """Area a printed as 0 with noise of `reach`; an earlier edition hid or showed it."""
    declaration = declared(earlier=True, withstand=withstand, minimum_frequency=3)
    now = declaration.tables[0].model_copy(update={"perturbation": reach})
    declaration = declaration.model_copy(update={"tables": (now, declaration.tables[1])})
    published = {("a", "x"): 0.0, ("b", "x"): 17.0}
    return attack_all(declaration, {"now": dict(published), "before": dict(before)})


def test_noise_is_asked_with_hidden_zeros_and_earlier_editions_only_when_they_are_asked_for() -> None:
    before = {("a", "x"): None, ("b", "x"): 17.0}
    with_both = noisy(1, ("K1", "K2", "K5"), before)
    assert [finding.cell[:2] for finding in with_both.findings] == [("a", "x")], "1 alone is left"
    without_zeros = noisy(1, ("K1", "K5"), before)
    assert without_zeros.passed
    assert without_zeros.tried == {"K1", "K5"}
    assert noisy(1, ("K1", "K2"), before).tried == {"K1", "K2"}


@pytest.mark.parametrize(
    ("rules", "named"),
    [
        ({"group_disclosure": ["kind"]}, "group_disclosure"),
        ({"units": {"families": 3}}, "units"),
        ({"dominance": [{"n": 1, "k": 80}]}, "dominance"),
        ({"p_percent": 10}, "p_percent"),
        ({"minimum_denominator": 100}, "minimum_denominator"),
        ({"secret_marks": ["*"]}, "secret_marks"),
        ({"zeros": "protect"}, "zeros: protect"),
    ],
)
@pytest.mark.parametrize("method", ["cell_key", "round"])
def test_a_rule_that_hides_is_not_asked_of_noise_without_a_word(
    method: str, rules: dict[str, Any], named: str
) -> None:
    """Noise hides nothing, so the rule would be read in the policy and kept by nobody."""
    base, _ = METHODS[method]
    with pytest.raises(ValueError, match=f"{named} contradicts method {method}.*choose method suppress"):
        Policy.model_validate(
            {
                "legal_basis": "test",
                "decided_by": "test",
                "decided_on": dt.date(2026, 1, 1),
                "rules": rules,
                "withstand": ("K1",),
                **base,
            }
        )
