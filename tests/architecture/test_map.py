"""The map of the house names every room, and nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "development.md").read_text(encoding="utf-8")


def test_every_room_has_a_line() -> None:
    """A room is a folder of modules; parts of a room need no line of their own."""
    lines = set(re.findall(r"^\| `([a-z_/]+)/` \|", PAGE, re.MULTILINE))
    rooms = {
        file.parent.relative_to(ROOT).as_posix()
        for package in ("sources", "expectations", "exports", "orchestration", "dbt_project")
        for file in (ROOT / package).rglob("__init__.py")
    }
    below = {"sources/twins/sample"}
    assert rooms - lines - below == {"sources", "dbt_project"}


def test_what_the_page_names_is_there() -> None:
    named = re.findall(r"`((?:sources|expectations|exports|orchestration|dbt_project|tests)/[\w./-]*)`", PAGE)
    assert len(named) > 25
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_targets_and_modules_that_the_page_calls_are_there() -> None:
    targets = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"\bmake ([a-z-]+)", PAGE)) <= set(targets)
    for module in re.findall(r"python -m ([a-z_.]+)", PAGE):
        file = ROOT / module.replace(".", "/")
        assert module == "pytest" or file.with_suffix(".py").is_file() or (file / "__main__.py").is_file()


def test_pictures_of_the_readme_are_small_and_name_their_sources() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    pictures = [ROOT / name for name in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)]
    assert {picture.name for picture in pictures} == {"map.svg", "chart.svg", "atlas.png", "report.png"}
    assert [picture.name for picture in pictures if picture.stat().st_size > 200_000] == []
    for picture in pictures:
        if picture.suffix == ".svg":
            assert "dl-de/by-2-0" in picture.read_text(encoding="utf-8"), picture.name
    assert "dl-de/by-2-0" in text
