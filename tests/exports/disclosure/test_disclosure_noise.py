"""Noise over several editions and boundaries: the attack against brute force over all possible tables."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from exports.disclosure.auditor.attack import attack
from exports.disclosure.auditor.earlier import Public, layers
from exports.disclosure.auditor.knowledge import Key, gather
from exports.disclosure.declaration import Axis, Declaration, Dimension, Hierarchy, Safety, Table, resolve

NOW = {"x": ("a", "b"), "y": ("c", "d")}
BEFORE = {"u": ("a",), "v": ("b", "c"), "w": ("d",)}
LEAVES = ("a", "b", "c", "d")


def declared(now: int, before: int | None) -> Declaration:
    """A town of four blocks on two divisions; `before` None: the earlier edition printed exact numbers."""
    axis = {name: Axis(hierarchies=(name,), leaves=False) for name in ("now", "before")}
    return resolve(
        Declaration(
            name="town",
            dimensions={
                "area": Dimension(
                    leaves=LEAVES,
                    hierarchies={"now": Hierarchy(children=NOW), "before": Hierarchy(children=BEFORE)},
                )
            },
            tables=(
                Table(name="now", dimensions={"area": axis["now"]}, perturbation=now),
                Table(name="old", dimensions={"area": axis["before"]}, perturbation=before, earlier=True),
            ),
            safety=Safety(withstand=("K1", "K5"), minimum_frequency=3),
        ),
        Path(),
    )


def below(code: str) -> tuple[str, ...]:
    return LEAVES if code == "_T" else NOW.get(code) or BEFORE.get(code) or (code,)


def brute_force(declaration: Declaration, published: dict[str, dict[Key, float | None]]) -> set[str]:
    """Codes of the cells of 1 or 2 cases that are the same in every table that fits the noise."""
    tables = {table.name: table for table in declaration.tables}
    most = int(max(tables[n].behind(v)[1] for n, cells in published.items() for v in cells.values() if v))
    seen: dict[str, set[int]] = {}
    for counts in itertools.product(range(most + 1), repeat=len(LEAVES)):
        true = dict(zip(LEAVES, counts, strict=True))
        sums = {code: sum(true[leaf] for leaf in below(code)) for code in ("_T", *NOW, *BEFORE, *LEAVES)}
        if all(
            number is None or low <= sums[key[0]] <= high
            for name, cells in published.items()
            for key, number in cells.items()
            for low, high in [tables[name].behind(number or 0.0)]
        ):
            for code, number in sums.items():
                seen.setdefault(code, set()).add(number)
    return {code for code, numbers in seen.items() if len(numbers) == 1 and numbers <= {1, 2}}


def random_town(generator: np.random.Generator) -> tuple[Declaration, dict[str, dict[Key, float | None]]]:
    """A town with noise, or an exact earlier edition, and what it printed."""
    reach = int(generator.integers(1, 3))
    before = [None, 0, 1, 2][int(generator.integers(0, 4))]
    true = dict(zip(LEAVES, generator.choice([0, 0, 1, 1, 2, 3], size=4).tolist(), strict=True))
    published: dict[str, dict[Key, float | None]] = {}
    for name, codes, width in (("now", ("_T", *NOW), reach), ("old", ("_T", *BEFORE), before or 0)):
        published[name] = {
            (code,): float(
                max(0, sum(true[leaf] for leaf in below(code)) + generator.integers(-width, width + 1))
            )
            for code in codes
        }
    return declared(reach, before), published


def test_noise_over_two_divisions_is_undone_exactly_where_brute_force_undoes_it() -> None:
    generator = np.random.default_rng(11)
    broken = 0
    for _ in range(120):
        declaration, published = random_town(generator)
        found = {
            finding.cell[0] for finding in attack(gather(declaration, published), declaration.safety).findings
        }
        expected = brute_force(declaration, published)
        # a is the same cell as u, and d the same as w
        same = {"u": "a", "w": "d"}
        assert {same.get(code, code) for code in found} == {same.get(code, code) for code in expected}, (
            published
        )
        broken += bool(expected)
    assert broken > 20, "the tables are small enough that noise is often undone"


def test_noise_in_sets_too_large_for_one_program_is_never_judged_too_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The search around single cells on small tables: it finds every table that brute force breaks."""
    monkeypatch.setattr("exports.disclosure.auditor.noise.WIDE", 0)
    generator = np.random.default_rng(12)
    broken = alarms = 0
    for _ in range(60):
        declaration, published = random_town(generator)
        found = attack(gather(declaration, published), declaration.safety).findings
        expected = brute_force(declaration, published)
        assert found or not expected, published
        broken += bool(expected)
        alarms += bool(found) and not expected
    assert broken > 10
    assert alarms == 0, "on tables this small a second table is found wherever there is one"


def test_editions_printed_in_another_way_are_read_by_their_own_declaration(tmp_path: Path) -> None:
    """One product: first exact, then noise of 1, then of 2; each layer keeps its own reading."""
    import duckdb

    declaration = declared(2, None)
    editions = []
    for number, (perturbation, shown) in enumerate([(None, 5), (1, 6), (2, 7), (2, 7)], start=1):
        folder = tmp_path / f"2026-01-0{number}.1"
        folder.mkdir()
        with duckdb.connect() as connection:
            connection.execute(
                "copy (select '_T' as area, cast($n as double) as value) to $file (format parquet)",
                {"n": shown, "file": str(folder / "p.parquet")},
            )
        table = declaration.tables[0].model_copy(update={"name": "p", "perturbation": perturbation})
        editions.append(Public("p", folder.name, folder, table))
    found = layers(editions, declaration)
    assert [(table.name, table.perturbation, cells) for table, cells in found] == [
        ("p@1", None, {("_T",): 5.0}),
        ("p@2", 1, {("_T",): 6.0}),
        ("p@3", 2, {("_T",): 7.0}),
    ]
    with pytest.raises(ValueError, match="a revised cell needs a key of its own"):
        far = {"p@1": {("_T",): 5.0}, "now": {("_T",): 9.0}}
        gather(declaration.model_copy(update={"tables": (declaration.tables[0], found[0][0])}), far)
