"""Renders the project's SQL macros without dbt, so that formulas can be tried on numbers in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jinja2
import pytest

MACROS = Path(__file__).resolve().parent.parent.parent / "dbt_project" / "macros"


@pytest.fixture(scope="session")
def render_macro() -> Callable[[str, str], str]:
    """The SQL that `{{ call }}` gives with the macros of one file."""
    environment = jinja2.Environment(autoescape=False, extensions=["jinja2.ext.do"])

    def render(file: str, call: str) -> str:
        source = (MACROS / file).read_text(encoding="utf-8")
        return environment.from_string(source + "\n{{ " + call + " }}").render().strip()

    return render
