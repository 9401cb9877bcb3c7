"""What all commands share: the group `planstat`, errors in words, the settings and the terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING, Any

import click

from sources.foundation.exits import INTERRUPTED, exit_code_of
from sources.foundation.told import Told, said

from ..interrupts import interruptible
from ..language import Language

if TYPE_CHECKING:
    from rich.console import Console

    from ...resources import Settings


class Trouble(click.ClickException):
    """An error in words, with the exit code that says of what kind it is."""

    def __init__(self, message: str, exit_code: int, language: Language = "en") -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click reads it from the instance
        self.language = language

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the error, headed in the language of the command."""
        if self.language == "en":
            super().show(file)
        else:
            click.echo(f"Fehler: {self.format_message()}", file=file, err=file is None)


@contextlib.contextmanager
def in_words() -> Iterator[Callable[[], bool]]:
    """Turn errors into words without a trace; `--debug` shows the trace instead.

    Gives a function that tells whether Ctrl-C was heard, see `interrupts.interruptible`.
    """
    context = click.get_current_context(silent=True)
    language: Language = (context.params.get("language") if context is not None else None) or "en"
    if context is not None and context.find_root().params.get("debug"):
        with interruptible() as interrupted:
            yield interrupted
        return
    try:
        with interruptible() as interrupted:
            yield interrupted
    except (click.ClickException, click.exceptions.Exit):
        raise
    except BaseException as problem:
        if isinstance(problem, KeyboardInterrupt):
            raise Trouble(said(_STOPPED, language), INTERRUPTED, language) from None
        if not isinstance(problem, Exception):
            raise
        words = problem.args[0] if problem.args and isinstance(problem.args[0], Told) else problem
        text = said(words, language) or type(problem).__name__
        raise Trouble(text, exit_code_of(problem), language) from problem


_STOPPED = Told(
    "stopped; what was released before stands, the next run goes on",
    "abgebrochen; was veröffentlicht war, bleibt, der nächste Lauf macht weiter",
)


def settings_here(*, of_sample: bool | None = None) -> Settings:
    """The settings of this process; `of_sample` says for a run whether it is one of the sample."""
    from ...resources import Settings

    return Settings.from_environment(of_sample=of_sample)


def console() -> Console:
    """The terminal, or a plain stream when it is none."""
    from rich.console import Console

    return Console(file=sys.stdout, soft_wrap=True, highlight=False)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--debug", is_flag=True, help="Show the whole trace of an error.")
@click.version_option(package_name="planstat", message="%(version)s")
def main(debug: bool) -> None:
    """Municipal planning data: from published files to checked releases.

    Everything lies under PLANSTAT_DATA (default: .data in the current folder; the sample: .sample).
    """
