"""The folder of what an office decides: begun with examples, checked as a whole, nothing passed over."""

from __future__ import annotations

import re
from pathlib import Path

from sources.declared.catalogue import load_catalog
from sources.declared.catalogue_tables import catalogue_tables
from sources.declared.town import FILES, check_town, new_town


def test_a_town_begins_with_examples_that_say_nothing_yet(tmp_path: Path) -> None:
    town = tmp_path / "town"
    assert check_town(town) == ({}, [])
    written = list(new_town(town))
    assert {file.name for file in written} == set(FILES)
    assert check_town(town) == ({file.name: 0 for file in written}, [])
    assert list(new_town(town)) == [], "nothing is overwritten"


def test_every_example_holds_once_its_comment_signs_are_gone(tmp_path: Path) -> None:
    town = tmp_path / "town"
    for file in new_town(town):
        kept = file.read_text(encoding="utf-8").splitlines()[2:]
        file.write_text("\n".join(re.sub("^# ", "", line) for line in kept) + "\n", encoding="utf-8")
    found, problems = check_town(town)
    assert problems == []
    assert all(found.values())
    tables = catalogue_tables(load_catalog(), town=town)
    for name in (
        "scenarios", "demand_rates", "planned_places", "rings", "ring_members", "ring_indicators", "goals",
        "index_editions", "index_components", "index_classes",
    ):  # fmt: skip
        assert tables[name].num_rows, name


def test_everything_wrong_is_told_at_once_and_a_file_that_nobody_reads_too(tmp_path: Path) -> None:
    town = tmp_path / "town"
    town.mkdir()
    (town / "ringe.yml").write_text("a: b\n", encoding="utf-8")
    (town / "rings.yml").write_text("nord:\n  ranking: vielleicht\n", encoding="utf-8")
    (town / "places.yml").write_text("- 3\n", encoding="utf-8")
    found, problems = check_town(town)
    assert found == {}
    said = [f"{Path(one.file).name}:{one.line}: {one.key}: {one.message}" for one in problems]
    assert "rings.yml:2: nord.ranking: muss true oder false sein (gefunden: 'vielleicht')" in said
    assert "places.yml:1: : erwartet werden Plätze: Name, darunter Angaben" in said
    assert any(one.startswith("ringe.yml:1: : diese Datei liest niemand") for one in said)
