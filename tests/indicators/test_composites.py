"""Index editions, rings and goals: strict reading."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dbt_project.indicators import specification
from dbt_project.indicators.compiler import compile_files
from dbt_project.indicators.composites import load_goals, load_indices, load_rings
from dbt_project.indicators.specification import load_specifications
from sources.foundation.located_yaml import DeclarationError


@pytest.fixture(scope="module")
def specifications() -> specification.Specifications:
    return load_specifications()


def broken(tmp_path: Path, file: str, old: str, new: str) -> Path:
    for name in ("indices.yml", "rings.yml", "goals.yml"):
        shutil.copy(specification.FOLDER / name, tmp_path / name)
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return tmp_path


def test_committed_files_are_read(specifications: specification.Specifications) -> None:
    rings = load_rings(specifications)
    assert {one.index for one in load_indices(specifications).values()} == {"X01", "X02", "X03", "X05"}
    assert load_goals(specifications, rings)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("index: X02", "index: X99", "no indicator 'X99'"),
        ("upper: 1.0}", "upper: 0.9}", "classes must join without gap"),
        ("sd: 2.9439", "deviation: 2.9439", "unknown key"),
        ("component: P03", "component: P99", "no indicator 'P99'"),
        ("component: P03", "component: J01", "J01 is computed from a municipality's own forms"),
        (", sd: 7.15127", "", "given together"),
    ],
)
def test_a_broken_index_edition(
    specifications: specification.Specifications, tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(DeclarationError, match=message):
        load_indices(specifications, broken(tmp_path, "indices.yml", old, new))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("minimum_members: 4", "minimum_members: 1", "greater than or equal to 3"),
        ("indicators: [P03", "indicators: [P99", "no indicator 'P99'"),
        ("indicators: [P03", "indicators: [J13", "J13 is computed from a municipality's own forms"),
        ("  automatic: {", "  members: [{area: '01001'}]\n  automatic: {", "one of both"),
        ("context: [D13", "context: [D99", "no indicator 'D99'"),
    ],
)
def test_a_broken_ring(
    specifications: specification.Specifications, tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(DeclarationError, match=message):
        load_rings(specifications, broken(tmp_path, "rings.yml", old, new))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  baseline_date: 2014-07-31\n", "", "baseline_date: is missing"),
        ("due: 2025-07-31", "due: 2013-07-31", "due must lie after baseline_date"),
        ("baseline: 24.0", "baseline: 40.0", "nothing to reach"),
        ("ring: sh-kreisfreie-staedte", "ring: nowhere", "no ring 'nowhere'"),
    ],
)
def test_a_broken_goal(
    specifications: specification.Specifications, tmp_path: Path, old: str, new: str, message: str
) -> None:
    folder = broken(tmp_path, "goals.yml", old, new)
    with pytest.raises(DeclarationError, match=message):
        load_goals(specifications, load_rings(specifications, folder), folder)


def test_a_town_may_have_no_rings_and_no_goals(
    specifications: specification.Specifications, tmp_path: Path
) -> None:
    """The seeds keep their heading, so that everything still builds."""
    shutil.copy(specification.FOLDER / "indices.yml", tmp_path)
    for name in ("rings.yml", "goals.yml"):
        (tmp_path / name).write_text("# none\n", encoding="utf-8")
    files = compile_files(specifications, tmp_path)
    for name in ("peer_ring", "peer_ring_member", "peer_ring_indicator", "goal"):
        text = files[f"dbt_project/compiled/seeds/{name}.csv"]
        assert text.count("\n") == 1
        assert text.startswith("goal_id," if name == "goal" else "ring_id,")
    assert files["dbt_project/compiled/seeds/index_edition.csv"].count("\n") > 5
