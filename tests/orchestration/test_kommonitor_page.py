"""The page on KomMonitor: its commands are there, its `office.yml` is one, its settings are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbt_project.indicators.specification import load_specifications
from exports.products import KomMonitor, ProductError, load_office
from orchestration.cli.pushing import _kind
from orchestration.cli.settings import settings_known
from tests.orchestration.pages import commands_of, office_of

PAGE = (Path(__file__).parents[2] / "docs" / "kommonitor.md").read_text(encoding="utf-8")


def test_every_command_of_the_page_is_there() -> None:
    assert len(commands_of(PAGE)) == 3


def test_the_office_of_the_page_is_one_and_explains_every_key(tmp_path: Path) -> None:
    file = tmp_path / "office.yml"
    file.write_text(office_of(PAGE), encoding="utf-8")
    about = load_office(file).kommonitor
    assert about is not None
    assert (about.region, about.levels, about.units) == (
        "01",
        {"KREIS": "Kreise und kreisfreie Städte"},
        {"D01": "Tsd."},
    )
    assert [
        name for name in KomMonitor.model_fields if f"`{name}" not in PAGE and f" {name}:" not in PAGE
    ] == []


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("client_id: planstat", "client_secret: geheim", "client_secret"),
        ("{D01: Tsd.}", "{D01: Mrd.}", "units"),
        ("{KREIS:", "{KREISE:", "levels"),
        ('"01"  ', "1  ", "region"),
        ("address: https://", "address: ", "address"),
    ],
)
def test_a_slip_in_the_office_names_the_key(before: str, after: str, named: str, tmp_path: Path) -> None:
    file = tmp_path / "office.yml"
    text = office_of(PAGE)
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ProductError, match=named):
        load_office(file)


def test_the_secret_is_a_setting_that_is_not_shown() -> None:
    (secret,) = (one for one in settings_known() if one.name == "PLANSTAT_KOMMONITOR_SECRET")
    assert secret.secret
    assert secret.name in PAGE


def test_only_counts_of_something_are_added_up_beside() -> None:
    """What stands as total of a region must add up over its areas: heads, not rates, means or indices."""
    known = load_specifications()
    kinds = {name: _kind(one, known.facts) for name, one in known.indicators.items()}
    assert {name: known[name].unit for name, kind in kinds.items() if kind == "absolute"} == {
        "D01": "Personen",
        "D01-census2022": "Personen",
    }
    assert {kinds[name] for name in ("P07", "D03", "D07", "K01", "P15", "Z01")} == {"relative"}
    assert kinds["X01"] == "standardized"
