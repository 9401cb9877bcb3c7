"""Contracts of models written by hand: one each, and what a column holds is said once."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from dbt_project.contracts.contract import compile_files, load_contracts
from dbt_project.vocabulary import columns_declared
from sources.foundation.located_yaml import DeclarationError

PROJECT = Path(__file__).parents[2] / "dbt_project"
BY_HAND = {model: one for room in load_contracts().values() for model, one in room.items()}


def test_every_model_of_core_and_marts_written_by_hand_has_its_contract() -> None:
    written = {
        file.stem
        for layer in ("core", "marts")
        for file in (PROJECT / "models" / layer).rglob("*")
        if file.suffix in (".sql", ".py")
    }
    assert len(written) > 40
    assert set(BY_HAND) == written


def test_what_is_said_of_a_column_is_used() -> None:
    told = "".join(
        file.read_text(encoding="utf-8")
        for file in sorted((*PROJECT.glob("compiled/**/*.yml"), PROJECT / "seeds" / "seeds.yml"))
    )
    used = set(re.findall(r"doc\('(\w+)'\)", told))
    assert len(used) > 100
    assert {name for name, one in columns_declared().items() if one.about} == used


def test_no_contract_says_what_stands_for_all_columns_of_the_name() -> None:
    """A text that all contracts of a name repeat belongs in `columns.yml`."""
    about = {name: one.about for name, one in columns_declared().items()}
    texts: dict[str, list[str | None]] = {}
    for contract in BY_HAND.values():
        for name, one in contract.columns.items():
            texts.setdefault(name, []).append(one.text)
    assert {name for name, found in texts.items() if about.get(name) and about[name] in found} == set()
    repeated = {name for name, found in texts.items() if len(found) > 1 and set(found) == {found[0]}}
    assert {name for name in repeated if texts[name][0] and "doc(" not in str(texts[name][0])} == set()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what contracts are made of."""
    for room in ("contracts", "models"):
        shutil.copytree(PROJECT / room, tmp_path / room)
    shutil.copyfile(PROJECT / "columns.yml", tmp_path / "columns.yml")
    return tmp_path


@pytest.mark.parametrize(
    ("room", "line", "instead", "words"),
    [
        ("core/bridges", "bridge_area_hierarchy:", "bridge_nowhere:", "no bridge_nowhere.sql is written"),
        ("core/bridges", "one_row_per:", "one_row:", "unknown key"),
        ("core/bridges", "area_code: varchar", "area_code:", "a column has a type"),
        ("marts/small_areas", "+small_area_place:", "+small_area:", "no group 'small_area'"),
        ("core/dimensions", "area_key: varchar", "area_key: VARCHAR", "should match pattern"),
    ],
)
def test_a_contract_that_does_not_fit_is_named_with_its_file(
    project: Path, room: str, line: str, instead: str, words: str
) -> None:
    file = project / "contracts" / f"{room}.yml"
    text = file.read_text(encoding="utf-8")
    assert line in text
    file.write_text(text.replace(line, instead, 1), encoding="utf-8")
    with pytest.raises(DeclarationError, match=words) as refused:
        compile_files(project)
    assert file.name in str(refused.value)
