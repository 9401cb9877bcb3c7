"""In which language the prompt answers: as asked with `--lang`, else that of the terminal's locale.

A sentence stands in both languages where it is said (`Phrase`); what codes mean comes from the vocabularies.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from sources.foundation.told import Language as Language

Command = TypeVar("Command", bound=Callable[..., Any])


def language_here(environment: Mapping[str, str] = os.environ) -> Language:
    """German where the terminal's locale is German (LC_ALL before LC_MESSAGES before LANG), else English."""
    locale = next(
        (environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), ""
    )
    return "de" if locale.lower().startswith("de") else "en"


def lang(command: Command) -> Command:
    """The option `--lang de|en` of a command; its parameter `language` is never empty."""
    return click.option(
        "--lang",
        "language",
        type=click.Choice(["de", "en"]),
        default=language_here,
        help="Language of the answer; without it that of the terminal's locale.",
    )(command)
