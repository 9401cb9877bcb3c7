"""The page on pictures and profiles: its commands are there, its `office.yml` is one with a logo."""

from __future__ import annotations

from pathlib import Path

from exports.pictures.profile import logo_of
from exports.products import load_office
from tests.orchestration.pages import commands_of, office_of

PAGE = (Path(__file__).parents[2] / "docs" / "bilder.md").read_text(encoding="utf-8")


def test_every_command_of_the_page_is_there() -> None:
    assert [line.split()[0] for line in commands_of(PAGE)] == ["chart"] * 2 + ["map"] * 2 + ["profile"] * 2


def test_the_office_of_the_page_is_one(tmp_path: Path) -> None:
    file = tmp_path / "office.yml"
    file.write_text(office_of(PAGE), encoding="utf-8")
    office = load_office(file)
    assert office.name == "Stadt Kiel, Sozialplanung"
    (tmp_path / (office.logo or "")).write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    assert logo_of(file.parent / (office.logo or "")).startswith("<svg")
