"""What the pages of the docs show: commands to type, and an `office.yml` to copy."""

from __future__ import annotations

import re

import click

from orchestration.cli.commands import main


def commands_of(page: str) -> list[str]:
    """The commands of a page, each looked up with its options in the command line; a slip fails here."""
    found: list[str] = re.findall(r"^\.venv/bin/planstat ([^#\n]+)", page, re.MULTILINE)
    for line in found:
        words = line.split()
        command: click.Command = main
        while isinstance(command, click.Group):
            command = command.commands[words.pop(0)]
        known = {name for one in command.params for name in one.opts}
        assert {word for word in words if word.startswith("--")} <= known, line
    return found


def office_of(page: str) -> str:
    """The `office.yml` that a page shows."""
    (block,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    return "\n".join(line.removeprefix("   ") for line in str(block).splitlines())
