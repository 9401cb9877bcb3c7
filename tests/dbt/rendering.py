"""Renders a model or macro file without dbt: `ref` and `source` become table names of a DuckDB connection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
import jinja2.runtime

PROJECT = Path(__file__).parents[2] / "dbt_project"


class Returned(Exception):
    """What `return(…)` in a macro hands over; dbt has it, Jinja does not."""

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.value = value


class ReturningContext(jinja2.runtime.Context):
    """A macro that returns a list or mapping gives it to its caller, as in dbt."""

    def call(self, called: Any, *arguments: Any, **named: Any) -> Any:
        if called is _give_back:
            raise Returned(*arguments)
        try:
            return super().call(called, *arguments, **named)
        except Returned as returned:
            return returned.value


def _give_back(value: Any) -> None:
    raise Returned(value)


class Relation(str):
    """What `ref('x')` gives: `x`."""

    __slots__ = ()

    def include(self, **_: bool) -> Relation:
        """The name has one part only, so there is nothing to leave out."""
        return self


def environment(**variables: Any) -> jinja2.Environment:
    """Jinja with `ref('x')` as `x`, `source('s', 't')` as `t`, and `var` out of `variables`."""
    made = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=False)
    made.context_class = ReturningContext
    made.globals.update(
        ref=Relation,
        source=lambda _, table: table,
        var=lambda name, default=None: variables.get(name, default),
    )
    made.globals["return"] = _give_back
    return made


def read(path: str) -> str:
    """A file of the project, written by hand or generated: `macros/status.sql`."""
    [file] = [one for one in (PROJECT / path, PROJECT / "compiled" / path) if one.exists()]
    return file.read_text(encoding="utf-8")


def _macro_text(*names: str) -> str:
    return "".join(read(f"macros/{name}") for name in names)


def model(path: str, *macro_files: str, **variables: Any) -> str:
    """SQL of a model, its path below `models/`, with the macros of these files."""
    text = read(f"models/{path}")
    return environment(**variables).from_string(_macro_text(*macro_files) + text).render()


def macros(*names: str) -> Any:
    """The macros of files below `macros/`, to be called from Python."""
    return environment().from_string(_macro_text(*names)).module


def function(name: str) -> str:
    """The statement that gives a warehouse a function of `models/territory`."""
    said: dict[str, Any] = {}
    made = environment()
    made.globals["config"] = lambda **given: said.update(given) or ""
    files = sorted(
        file.name for file in (*PROJECT.glob("macros/*.sql"), *PROJECT.glob("compiled/macros/*.sql"))
    )
    text = read(f"models/territory/{name}.sql")
    body = made.from_string(_macro_text(*files) + text).render()
    return f"create or replace function {name}({', '.join(said['parameters'])}) as table ({body})"


def count_functions(*marts: str) -> list[str]:
    """Statements for the functions of these marts of counts (none named: all)."""
    names = marts or tuple(returned("count_marts", "facts.sql"))
    return [function(f"{name}_{kind}") for name in names for kind in ("on", "up")]


def returned(name: str, *files: str) -> Any:
    """What a macro of these files hands over with `return(…)`, such as a list or mapping."""
    try:
        getattr(macros(*files), name)()
    except Returned as found:
        return found.value
    raise LookupError(f"the macro {name} returns nothing")


def singular_test(name: str) -> str:
    """SQL of a test below `tests/`; its rows are what breaks the rule."""
    made = environment()
    made.globals["config"] = lambda **_: ""
    text = (PROJECT / "tests" / f"{name}.sql").read_text(encoding="utf-8")
    return made.from_string(_macro_text("facts.sql", "breaks.sql") + text).render()


def generic_test(name: str, **arguments: Any) -> str:
    """SQL of a generic test below `tests/generic/`; its rows are what breaks the rule."""
    text = (PROJECT / "tests" / "generic" / f"{name}.sql").read_text(encoding="utf-8")
    as_macro = text.replace("{% test ", "{% macro ").replace("{% endtest %}", "{% endmacro %}")
    return str(
        getattr(environment().from_string(_macro_text("vocabulary.sql") + as_macro).module, name)(**arguments)
    )
