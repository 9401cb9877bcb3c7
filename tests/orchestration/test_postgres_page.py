"""The page on PostgreSQL: its commands are there, its `office.yml` is one, its setting is known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from exports.products import ProductError, load_office
from exports.push.postgres import Target
from orchestration.cli.pushing import NoServer, print_postgres_push
from orchestration.cli.settings import settings_known
from orchestration.resources import Settings
from tests.orchestration.pages import commands_of, office_of

PAGE = (Path(__file__).parents[2] / "docs" / "postgres.md").read_text(encoding="utf-8")


def test_every_command_of_the_page_is_there() -> None:
    assert len(commands_of(PAGE)) == 2


def test_the_office_of_the_page_is_one(tmp_path: Path) -> None:
    file = tmp_path / "office.yml"
    text = office_of(PAGE)
    file.write_text(text, encoding="utf-8")
    about = load_office(file).postgres
    assert Target(about.schema_name, about.readers) == Target(readers=("superset",))
    file.write_text(text.replace("schema: planstat", 'schema: "Plan; drop"'), encoding="utf-8")
    with pytest.raises(ProductError, match="schema"):
        load_office(file)


def test_the_schemas_of_the_page_are_those_that_are_made() -> None:
    assert {f"`{name}`" for name in Target().all} <= set(re.findall(r"^\| (`\w+`) \|", PAGE, re.MULTILINE))


def test_without_an_address_it_says_which_setting_lacks(tmp_path: Path) -> None:
    from rich.console import Console

    assert "PLANSTAT_POSTGRES" in {setting.name for setting in settings_known()}
    with pytest.raises(NoServer, match="PLANSTAT_POSTGRES is not set"):
        print_postgres_push(Settings.from_environment({"PLANSTAT_DATA": str(tmp_path)}), Console())


def test_the_address_is_in_no_picture_of_the_settings() -> None:
    settings = Settings.from_environment({"PLANSTAT_POSTGRES": "host=db password=geheim"})
    assert "geheim" not in repr(settings)
    assert "geheim" not in str(settings.for_programs())
