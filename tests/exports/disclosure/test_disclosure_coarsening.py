"""Coarser versions of a table that is too detailed: tried, ranked, and noise beside them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from exports.disclosure.auditor.verdict import attack_all
from exports.disclosure.cell_key import make_noise_table
from exports.disclosure.coarsening import NOISE, Attempt, attempts, coarser_versions, uppermost, with_noise
from exports.disclosure.constraints import Leaves
from exports.disclosure.declaration import Declaration, DeclarationError
from exports.disclosure.policy import CellKey, Data, Policy
from exports.disclosure.standalone import coarsen
from tests.benchmarks.disclosure_tables import areas, flat, table

POLICY = Policy(legal_basis="test", decided_by="test", decided_on=dt.date(2026, 1, 1), withstand=("K1", "K2"))

SECRET = b"a secret of this test alone"


@pytest.fixture(scope="module")
def small() -> tuple[Declaration, Leaves]:
    """12 areas in two levels by 4 by 2: sparse, so that some versions are refused."""
    return table((areas(12, 4, 2), flat(4, "k"), flat(2, "s")), 1.0, seed=3)


@pytest.fixture(scope="module")
def tried(small: tuple[Declaration, Leaves]) -> list[Attempt]:
    return attempts(*small, Data(value="n"), POLICY)


def test_every_dimension_is_left_out_and_every_level_cut(tried: list[Attempt]) -> None:
    assert {attempt.change: attempt.cells for attempt in tried} == {
        "without d0": 5 * 3,
        "d0 without its finest codes": 7 * 5 * 3,
        "d0 with its uppermost codes alone": 3 * 5 * 3,
        "without d1": 19 * 3,
        "without d2": 19 * 5,
    }


def test_versions_that_show_most_come_first_and_refused_ones_say_why(tried: list[Attempt]) -> None:
    assert [attempt.shown for attempt in tried] == sorted((attempt.shown for attempt in tried), reverse=True)
    safe = [attempt for attempt in tried if not attempt.refused]
    assert safe
    assert tried[: len(safe)] == safe
    for attempt in safe:
        assert attempt.hidden is not None
        assert attempt.hidden >= attempt.sensitive
        assert f"safe, {attempt.hidden} hidden" in str(attempt)
    assert all("refused: " in str(attempt) for attempt in tried[len(safe) :])


def test_uppermost_codes_lie_directly_over_their_leaves() -> None:
    tree = {"_T": ("u",), "u": ("m", "n"), "m": ("a", "b"), "n": ("c",)}
    assert uppermost(tree, "_T") == {"u": ("a", "b", "c")}


def test_a_coarser_version_changes_one_dimension_only(small: tuple[Declaration, Leaves]) -> None:
    declaration, _ = small
    for change, coarser in coarser_versions(declaration):
        (before,), (after,) = declaration.tables, coarser.tables
        differing = [
            name
            for name, axis in before.dimensions.items()
            if after.dimensions.get(name) != axis
            or coarser.dimensions[name].hierarchies != declaration.dimensions[name].hierarchies
        ]
        assert len(differing) == 1
        assert differing[0] in change


def test_every_noise_that_is_offered_can_be_made() -> None:
    for deviation, variance in NOISE:
        table = make_noise_table(CellKey(deviation=deviation, variance=variance, small=1))
        assert table.behind(deviation + 1)[1] >= deviation


def test_answers_are_in_german_where_asked(tried: list[Attempt]) -> None:
    for attempt in tried:
        told = attempt.say("de")
        assert " empfindlich; " in told
        assert ("abgelehnt: " if attempt.refused else "sicher, ") in told
        assert attempt.change.de != attempt.change


def test_the_whole_table_with_noise_withstands_the_attack(small: tuple[Declaration, Leaves]) -> None:
    declaration, leaves = small
    attempt, protected = with_noise(declaration, leaves, Data(value="n"), POLICY, SECRET)
    assert protected is not None
    assert (attempt.cells, attempt.hidden, attempt.refused) == (19 * 5 * 3, 0, "")
    assert attempt.change.startswith("cell-key noise")
    assert attack_all(protected.declaration, protected.published).passed


def test_earlier_releases_cannot_be_coarsened_away(tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text(
        "name: t\ndata: {value: n}\ndimensions: {a: {}}\n"
        "earlier_releases: [{file: old.csv, table: {name: old, dimensions: {a: {}}}}]\n"
        "policy: {legal_basis: x, decided_by: x, decided_on: 2026-01-01}\n",
        encoding="utf-8",
    )
    with pytest.raises(DeclarationError, match="earlier releases show finer cells already"):
        coarsen(tmp_path / "table.csv", config)
