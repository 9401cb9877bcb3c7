"""What proposed policies ask for beyond a minimum: group disclosure with K2, linked units, denominators."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from exports.disclosure.auditor.verdict import attack_all
from exports.disclosure.compare import DECIDED, PLAIN, choices, compare
from exports.disclosure.constraints import Leaves, build_system
from exports.disclosure.declaration import (
    Axis,
    Declaration,
    DeclarationError,
    Dimension,
    Hierarchy,
    Table,
    resolve,
)
from exports.disclosure.planning import Context, plan
from exports.disclosure.policy import Data, Policy
from exports.disclosure.primary import LinkedUnits, find_primaries
from exports.disclosure.protect import protect_tables
from exports.disclosure.protected import Protected
from exports.disclosure.universe import check_families, load_universe, load_universes
from exports.products import load_products
from orchestration.cli import main
from orchestration.resources import Settings, make_root
from tests.exports.disclosure import musterstadt
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
    named = [words.en for words, _ in choices(decided, {"sex": ["_T"]})]
    assert named[0] == "as decided"
    assert "no group disclosure: sex" in named
    assert not [words for words in named if "lines" in words], "its one line is the dimension"
    assert "no minimum denominator" in named
    assert "no linked units" not in named, "nobody asked for any"
    assert named[-1] == "minimum alone, K1 and K5"
    lines = dict(choices(decided, {"sex": ["_T", "F"]}))
    one = next(policy for words, policy in lines.items() if words.en == "but for its lines F")
    assert list(one.rules.harmless_lines["sex"]) == ["F"]


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
    decided, plain = lines[DECIDED], lines[PLAIN]
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


TREE = {"all": ("in", "out"), "out": ("left", "right")}


def ordered(counts: dict[str, tuple[int, int, int]], **rules: object) -> Protected:
    """Areas by kind, where `out` is left and right: two lines of one dimension."""
    sides = ("in", "left", "right")
    kind = Dimension(total=None, hierarchies={"tree": Hierarchy(children=TREE)}, leaves=sides)
    dimensions = {"area": Dimension(leaves=tuple(counts)), "kind": kind}
    table = Table(name="t", dimensions={"area": Axis(), "kind": Axis()})
    declaration = resolve(Declaration(name="case", dimensions=dimensions, tables=(table,)), Path())
    given = [(area, kind, n) for area, row in counts.items() for kind, n in zip(sides, row, strict=True)]
    rows = Leaves(
        {"area": [area for area, _, _ in given], "kind": [kind for _, kind, _ in given]},
        {"n": np.array([n for _, _, n in given], dtype=np.float64)},
    )
    decided = policy(rules={"group_disclosure": ["kind"], **rules}, withstand=("K1", "K2", "K4"))
    return protect_tables(declaration, rows, Data(value="n"), decided)


# area A: all 8 of `out` are left, B: all 9 of `all` are in
SIDES = {"A": (7, 8, 0), "B": (9, 0, 0), "C": (12, 14, 11), "D": (15, 16, 17)}


def test_a_line_of_which_the_category_is_harmless_is_printed_and_the_others_are_not() -> None:
    strict = ordered(SIDES).published["t"]
    assert strict["A", "left"] is None
    assert strict["A", "right"] is None
    open_ = ordered(SIDES, harmless_lines={"kind": {"out": "which side says nothing about a person"}})
    shown = open_.published["t"]
    assert shown["A", "right"] == 0
    cell = open_.system.find({"area": "A", "kind": "left"})
    assert cell not in open_.primaries.reasons, "hidden, if at all, to protect others"
    assert shown["B", "in"] is None, "the other line of the dimension is asked all the same"
    assert shown["B", "left"] is None, "a zero that is printed in parts would be printed"
    assert open_.declaration.safety.harmless_lines == {"kind": ("out",)}
    assert open_.result.passed


def test_the_attack_knows_that_a_harmless_line_is_hidden_for_its_size_alone() -> None:
    """2 left and 2 right in two areas: where group disclosure hides no zeros, hidden cells are at least 1."""
    hidden = {("A", "left"), ("A", "right"), ("B", "left"), ("B", "right")}
    planned = ordered({"A": (7, 1, 1), "B": (9, 14, 12), "C": (12, 14, 11), "D": (15, 16, 17)})
    full = {(a, k): v for (a, k), v in planned.published["t"].items()}
    full |= {("A", "out"): 2.0, ("A", "all"): 9.0, ("A", "in"): 7.0}
    full |= {("B", "out"): 26.0, ("B", "all"): 35.0, ("B", "in"): 9.0}
    cells = {key: None if key in hidden else number for key, number in full.items()}

    def levels(**changes: object) -> set[str]:
        safety = planned.declaration.safety.model_copy(update={"withstand": ("K1", "K2"), **changes})
        declared = planned.declaration.model_copy(update={"safety": safety})
        return {finding.attack for finding in attack_all(declared, {"t": cells}).findings}

    assert "integer" not in levels(), "the whole line may be hidden for its zeros"
    assert "integer" in levels(harmless_lines={"kind": ("out",)})


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"harmless_lines": {"area": {"_T": "x"}}}, "harmless_lines.area contradicts group_disclosure"),
        ({"harmless_lines": {"kind": {"out": " "}}}, r"harmless_lines.kind.out: give the reason"),
        ({"harmless_lines": {"kind": {"nowhere": "x"}}}, "'nowhere' is no total of a line"),
    ],
)
def test_harmless_lines_that_cannot_hold_are_refused(rules: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ordered(SIDES, **rules)


@pytest.fixture(scope="module")
def musterstadt_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root over the invented town."""
    root = tmp_path_factory.mktemp("musterstadt") / "root"
    paths = Settings.from_environment({"PLANSTAT_DATA": str(root)}).paths
    make_root(paths)
    musterstadt.fill(paths.warehouse, (2023, 2024), blocks=False)
    return root


def test_a_minimum_denominator_is_asked_where_the_product_says_that_people_are_counted(
    musterstadt_root: Path,
) -> None:
    """J14 is a share of assessments, which are no residents; where nobody lives no rate is printed."""
    universe = load_universe("child_protection")
    rules = universe.policy.rules.model_copy(update={"minimum_denominator": 400, "group_disclosure": ()})
    decided = universe.policy.model_copy(update={"rules": rules})
    asked = universe.model_copy(update={"policy": decided})
    planned = plan(
        musterstadt_root / "warehouse.duckdb",
        Context.of(asked, tuple(load_products().values()), (), secret=b"a secret of the office"),
    ).protected
    low = {
        planned.system.keys[cell]
        for cell, reason in planned.primaries.reasons.items()
        if reason == "denominator below 400"
    }
    assert low
    place = planned.system.dimensions.index("procedure")
    assert {key[place] for key in low} <= {"ASSESSMENTS", "S42", "S42A"}
    assert not [key for key in low if "9999@" in "".join(key)]


def test_an_officer_compares_at_the_prompt(musterstadt_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command over the invented town: every line has a plan, and says what it costs and gives away."""
    monkeypatch.setenv("PLANSTAT_DATA", str(musterstadt_root))
    paths = Settings.from_environment().paths
    answer = CliRunner().invoke(main, ["disclosure", "plan", "--compare", "child_protection"])
    assert answer.exit_code == 0, answer.output
    lines = [line.split() for line in answer.output.splitlines()]
    numbers = {" ".join(words[:-6]): words[-6:] for words in lines if words and words[-1].isdigit()}
    decided, plain = numbers["as decided"], numbers["minimum alone, K1 and K5"]
    assert decided[4:] == ["0", "0"]
    assert float(plain[3]) < float(decided[3])
    assert int(plain[4]) > 0, "hidden cells that an attacker of the policy as decided computes"
    takings = numbers["but for its lines TAKINGS"]
    assert float(takings[3]) < float(decided[3])
    page = paths.disclosure / "child_protection" / "vergleich.md"
    assert page.stat().st_mode & 0o077 == 0
    text = page.read_text(encoding="utf-8")
    assert "Gruppenschutz, doch nicht für Zeilen von procedure TAKINGS" in text
    assert f"| {decided[3].replace('.', ',')} % |" in text
    assert not paths.releases.exists(), "nothing is published by comparing"


def test_two_policies_over_the_same_cases_must_say_so() -> None:
    """A copy for another audience that forgets `same_cases_as` would be attacked with nothing else."""
    youth = load_universe("youth_service")
    office = youth.model_copy(update={"name": "youth_office"})
    with pytest.raises(DeclarationError, match="youth_service and youth_office are about the same cases"):
        check_families([youth, office])
    told = office.model_copy(update={"same_cases_as": "youth_service"})
    check_families([youth, told, load_universe("child_protection"), load_universe("sgb2_small_area")])
    misspelt = office.model_copy(update={"same_cases_as": "youth_servise"})
    with pytest.raises(DeclarationError, match="there is no such policy"):
        check_families([youth, misspelt])
    third = youth.model_copy(update={"name": "third", "same_cases_as": "youth_office"})
    with pytest.raises(DeclarationError, match="youth_office itself names another"):
        check_families([youth, told, third])
    others = youth.cases.model_copy(update={"where": {**youth.cases.where, "dataset_id": ("another",)}})
    check_families([youth, office.model_copy(update={"cases": others})])
    load_universes()
