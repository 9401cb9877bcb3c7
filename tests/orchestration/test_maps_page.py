"""The page on maps: its commands are there, its formats are all, its numbers are those of the code."""

from __future__ import annotations

from pathlib import Path

from exports.classes import CLASSES, ONE_COLOUR, TWO_COLOURS
from exports.geojson import STEP
from exports.maps import MAPS
from exports.maps.formats import MOST_STYLES
from exports.maps.style import LABELLED
from exports.writers.geopackage import CRS, REMARK, STATUS
from tests.orchestration.pages import commands_of

PAGE = (Path(__file__).parents[2] / "docs" / "karten.md").read_text(encoding="utf-8")


def test_every_command_and_format_of_the_page_is_there() -> None:
    assert len(commands_of(PAGE)) == 4
    for form in MAPS:
        assert f"| `--format {form}` |" in PAGE


def test_the_page_says_what_the_code_does() -> None:
    assert (CLASSES, f"{STEP:.6f}") == (5, "0.000001")
    assert "fünf Klassen" in PAGE
    assert "sechs Nachkommastellen" in PAGE
    for said in (f"{MOST_STYLES} Merkmale", f"bis zu {LABELLED} Gebieten", CRS, ONE_COLOUR, TWO_COLOURS):
        assert str(said) in PAGE
    assert f"`…{STATUS}`, `…{REMARK}`" in PAGE
