"""Texts made from templates: Jinja2 (BSD licence, kept by Pallets; dbt and Great Expectations bring it).

A template lies in the folder `templates` of the package that fills it. A name that the template asks for and
nobody gives is an error. In HTML what is filled in is escaped; in other texts it stands as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2


@cache
def _environment(folder: Path) -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",)),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def fill(package_file: str, name: str, values: Mapping[str, Any]) -> str:
    """The text of the template `name` beside the module `package_file` (its `__file__`).

    `values` are what the template may name: values, and the functions that write them as a reader needs them.
    Raises `jinja2.UndefinedError` for a name that is not given.
    """
    return _environment(Path(package_file).parent / "templates").get_template(name).render(values)
