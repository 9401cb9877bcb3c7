"""Renders a model or macro file without dbt: `ref` and `source` become table names of a DuckDB connection."""

from __future__ import annotations

import ast
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2

PROJECT = Path(__file__).parents[2] / "dbt_project"


def environment(**variables: Any) -> jinja2.Environment:
    """Jinja with `ref('x')` as `x`, `source('s', 't')` as `t`, and `var` out of `variables`."""
    made = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=False)
    made.globals.update(
        ref=lambda name: name,
        source=lambda _, table: table,
        var=lambda name, default=None: variables.get(name, default),
        target=SimpleNamespace(schema="main"),
        execute=True,
    )
    made.globals["return"] = lambda value: value
    return made


def model(path: str, **variables: Any) -> str:
    """SQL of a model, its path below `models/`."""
    text = (PROJECT / "models" / path).read_text(encoding="utf-8")
    return environment(**variables).from_string(text).render()


def macros(name: str) -> Any:
    """The macros of a file below `macros/`, to be called from Python."""
    text = (PROJECT / "macros" / name).read_text(encoding="utf-8")
    return environment().from_string(text).module


def warehouse_macros() -> list[str]:
    """Statements that give a warehouse its table macros for indicators (as known, on a territory)."""
    folder = PROJECT / "macros"
    facts = environment().from_string((folder / "indicator_facts.sql").read_text(encoding="utf-8")).module
    files = ("status.sql", "territory.sql", "indicators.sql")
    made = environment()
    made.globals["indicator_facts"] = lambda: ast.literal_eval(facts.indicator_facts().strip())
    text = "\n".join((folder / name).read_text(encoding="utf-8") for name in files)
    module = made.from_string(text).module
    return [module.indicator_as_known(), module.indicator_on()]


def generic_test(name: str, **arguments: Any) -> str:
    """SQL of a generic test below `tests/generic/`; its rows are what breaks the rule."""
    text = (PROJECT / "tests" / "generic" / f"{name}.sql").read_text(encoding="utf-8")
    as_macro = text.replace("{% test ", "{% macro ").replace("{% endtest %}", "{% endmacro %}")
    return str(getattr(environment().from_string(as_macro).module, name)(**arguments))
