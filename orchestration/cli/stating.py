"""One way to tell state: a command collects plain data, and prints it in words or, with `--json`, as it is.

The words are made from the same data, so the two cannot differ. The shape: one object with `command` and
`shape` (`SHAPE`, which goes up when a key is renamed or leaves), beside the keys of the command. Moments
are ISO 8601 in UTC, days `YYYY-MM-DD`, what there is not is null.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console

SHAPE = 1

State = Mapping[str, Any]
"""What a command tells, as plain data."""

Command = TypeVar("Command", bound=Callable[..., Any])


def json_option(command: Command) -> Command:
    """The option `--json` of a command, as its parameter `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="The same as one JSON object.")(command)


def show(state: State, in_words: Callable[[State, Console], None], *, as_json: bool) -> None:
    """Print the state of the command that is running."""
    from .commands.frame import console

    if not as_json:
        in_words(state, console())
        return
    head = {"command": " ".join(_names(click.get_current_context())), "shape": SHAPE}
    click.echo(json.dumps({**head, **state}, ensure_ascii=False, indent=2, default=_plain))


def _names(context: click.Context) -> list[str]:
    """The names of group and command, however the program was started."""
    if context.parent is None:
        return []
    return [*_names(context.parent), context.info_name or ""]


def _plain(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{value!r} is no plain data")
