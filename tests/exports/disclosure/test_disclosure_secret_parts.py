"""Counts that the source keeps secret: planned around, never shown, and checked by brute force."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest

from exports.disclosure.constraints import Leaves
from exports.disclosure.declaration import Axis, Declaration, DeclarationError, Dimension, Table, resolve
from exports.disclosure.policy import Data, Policy
from exports.disclosure.protect import protect_tables
from exports.disclosure.protected import Protected
from exports.disclosure.standalone import audit, explain, protect

AREAS, AGES = ("A", "B", "C"), ("young", "old")
Counts = dict[tuple[str, str], int]


def policy(**rules: object) -> Policy:
    return Policy.model_validate(
        {
            "legal_basis": "test",
            "decided_by": "test",
            "decided_on": "2026-01-01",
            "withstand": ("K1", "K2"),
            "effort": "quick",
            "rules": {"minimum_frequency": 3, "secret_between": (1, 5), **rules},
        }
    )


def plan(
    true: Counts, secret: set[tuple[str, str]], decided: Policy, given: Counts | None = None
) -> Protected:
    """Protect a table of areas by ages whose secret counts are not told."""
    declaration = resolve(
        Declaration(
            name="t",
            dimensions={"area": Dimension(leaves=AREAS), "age": Dimension(leaves=AGES)},
            tables=(Table(name="t", dimensions={"area": Axis(), "age": Axis()}),),
        ),
        Path(),
    )
    keys = list(true)
    leaves = Leaves(
        {"area": [key[0] for key in keys], "age": [key[1] for key in keys]},
        {"n": np.array([0.0 if key in secret else float(true[key]) for key in keys])},
        np.array([float(key in secret) for key in keys]),
    )
    return protect_tables(declaration, leaves, Data(value="n"), decided, given={"t": given or {}})


def cells(counts: Counts) -> Counts:
    """All cells with their totals."""
    return {
        (area, age): sum(n for (a, b), n in counts.items() if area in ("_T", a) and age in ("_T", b))
        for area in ("_T", *AREAS)
        for age in ("_T", *AGES)
    }


def possible(published: dict[tuple[str, ...], float | None]) -> dict[tuple[str, str], set[int]]:
    """Values of every cell over all tables of at most 9 per leaf that fit, hidden cells being at least 1."""
    keys = list(itertools.product(AREAS, AGES))
    ranges = [np.arange(1, 10) if published[key] is None else np.array([published[key]]) for key in keys]
    grids = dict(zip(keys, np.meshgrid(*ranges, indexing="ij"), strict=True))
    sums = {}
    for area, age in itertools.product(("_T", *AREAS), ("_T", *AGES)):
        sums[area, age] = sum(
            grid.reshape(-1) for (a, b), grid in grids.items() if area in ("_T", a) and age in ("_T", b)
        )
    fits = np.ones(grids[keys[0]].size, dtype=bool)
    for key, number in published.items():
        fits &= sums[key] == number if number is not None else sums[key] >= 1  # type: ignore[index]
    return {key: set(np.unique(total[fits]).tolist()) for key, total in sums.items()}


def test_what_the_source_keeps_secret_is_neither_shown_nor_computable() -> None:
    generator = np.random.default_rng(3)
    planned_around = 0
    for _ in range(30):
        true = {key: int(generator.integers(0, 9)) for key in itertools.product(AREAS, AGES)}
        small = [key for key, n in true.items() if 1 <= n <= 5]
        if len(small) < 2:
            continue
        secret = set(small[:: int(generator.integers(1, 3))])
        given = {}
        whole = cells(true)
        if generator.random() < 0.6:  # the source tells the totals of the areas, secret parts or not
            given = {(area, "_T"): whole[area, "_T"] for area in AREAS}
        done = plan(true, secret, policy(), given)
        published = done.published["t"]
        for key, number in published.items():
            within = {k for k in secret if key[0] in ("_T", k[0]) and key[1] in ("_T", k[1])}
            parts = {k for k in true if key[0] in ("_T", k[0]) and key[1] in ("_T", k[1])}
            if key not in given and (within == parts or (within and not given)):
                assert number is None, "secret at the source, and nobody here knows it"
            if number is not None:
                assert number == whole[key], key  # type: ignore[index]
        values = possible(published)
        for key, number in published.items():
            assert whole[key] in values[key], "the true table fits what is printed"  # type: ignore[index]
            if number is None:
                assert len(values[key]) > 1, f"{key} can be computed"  # type: ignore[index]
        planned_around += 1
    assert planned_around > 15


def test_a_total_that_the_source_tells_is_shown_and_fitted() -> None:
    true = {
        ("A", "young"): 4,
        ("A", "old"): 4,
        ("B", "young"): 30,
        ("B", "old"): 20,
        ("C", "young"): 25,
        ("C", "old"): 9,
    }
    secret = {("A", "young"), ("A", "old")}
    done = plan(true, secret, policy(), {("A", "_T"): 8})
    published = done.published["t"]
    assert published["A", "_T"] == 8
    assert published["A", "young"] is None
    assert done.system.values[done.system.find({"area": "A", "age": "_T"})] == 8
    blind = plan(true, secret, policy())
    assert blind.published["t"]["A", "_T"] is None
    assert blind.published["t"]["_T", "_T"] is None, "a sum with a secret part is not known"
    status = blind.status(blind.system.find({"area": "_T", "age": "_T"}))
    assert status == "unknown"


@pytest.mark.parametrize(
    ("rules", "given", "words"),
    [
        ({"secret_between": None}, {}, "say under policy.rules.secret_between"),
        ({}, {("A", "_T"): 11}, "area=.*: the number given does not fit its parts"),
        ({}, {("A", "_T"): 1}, "area=A: the number given does not fit its parts"),
        ({}, {("A", "_T"): 10, ("_T", "young"): 57}, "contradict each other"),
    ],
)
def test_secret_counts_that_cannot_be_are_refused_in_words(
    rules: dict[str, object], given: Counts, words: str
) -> None:
    true = {
        ("A", "young"): 4,
        ("A", "old"): 4,
        ("B", "young"): 30,
        ("B", "old"): 20,
        ("C", "young"): 25,
        ("C", "old"): 9,
    }
    with pytest.raises(DeclarationError, match=words):
        plan(true, {("A", "young"), ("A", "old")}, policy(**rules), given)


def test_a_range_from_zero_contradicts_an_attacker_who_takes_hidden_cells_for_at_least_1() -> None:
    with pytest.raises(ValueError, match="contradicts secret_between from 0"):
        policy(secret_between=(0, 9))


def test_stars_in_a_table_are_planned_around(tmp_path: Path) -> None:
    """As the Federal Employment Agency delivers small areas: a star for figures below 10."""
    (tmp_path / "t.csv").write_text(
        "area,age,persons\nA,young,*\nA,old,31\nB,young,44\nB,old,*\nC,young,18\nC,old,25\nD,young,61\nD,old,70\n",
        encoding="utf-8",
    )
    config = """name: stars
data: {value: persons}
dimensions: {area: {}, age: {}}
policy:
  legal_basis: test
  decided_by: test
  decided_on: 2026-01-15
  effort: optimal
  rules: {minimum_frequency: 10, secret_marks: ["*"]RANGE}
"""
    path = tmp_path / "t.yml"
    path.write_text(config.replace("RANGE", ""), encoding="utf-8")
    with pytest.raises(DeclarationError, match="2 counts are secret at the source, first area=A, age=young"):
        protect(tmp_path / "t.csv", path, tmp_path / "out")
    path.write_text(config.replace("RANGE", ", secret_between: [1, null]"), encoding="utf-8")
    summary = protect(tmp_path / "t.csv", path, tmp_path / "out")
    assert summary["unknown"] > 0
    with (tmp_path / "out" / "published" / "stars.csv").open(encoding="utf-8", newline="") as handle:
        shown = {(row["area"], row["age"]): row["value"] for row in csv.DictReader(handle)}
    assert shown["A", "young"] == shown["B", "old"] == shown["_T", "_T"] == "."
    assert shown["D", "_T"] == "131"
    assert audit(tmp_path / "out" / "published", tmp_path / "out" / "published" / "declaration.json").passed
    assert "nobody here knows it" in explain(tmp_path / "out", {})
    assert "secret at the source" in explain(tmp_path / "out", {"area": "A", "age": "young"})
    pattern = (tmp_path / "out" / "confidential" / "pattern.csv").read_text(encoding="utf-8")
    assert "A,young,,primary,secret at the source" in pattern, "a stand-in is no true value"
