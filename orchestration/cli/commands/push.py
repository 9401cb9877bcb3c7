"""`planstat push`: releases in other programs."""

from __future__ import annotations

import sys

import click

from sources.foundation.exits import FAILED

from ..language import Language, lang
from .frame import console, in_words, main, settings_here


@main.group()
def push() -> None:
    """Send releases to other programs: what is sent is what was released."""


@push.command("kommonitor")
@click.option("--dry-run", is_flag=True, help="Ask no server: say what would be sent and what is refused.")
@lang
def push_to_kommonitor(dry_run: bool, language: Language) -> None:
    """Bring KomMonitor to the state of the current public indicators, and read it back.

    The server stands in `office.yml` (section `kommonitor:`), the secret in PLANSTAT_KOMMONITOR_SECRET.
    Ends with 1 when the state was not proved, or when numbers were refused that 32 bits would change.
    """
    with in_words():
        from ..pushing import print_kommonitor_push

        whole = print_kommonitor_push(settings_here(), dry_run, console(), language)
    sys.exit(0 if whole else FAILED)


@push.command("postgres")
@lang
def push_to_postgres(language: Language) -> None:
    """Load the current public editions into PostgreSQL, and read them back.

    PLANSTAT_POSTGRES says where; schema and reading roles stand in `office.yml` (section `postgres:`).
    """
    with in_words():
        from ..pushing import print_postgres_push

        print_postgres_push(settings_here(), console(), language)
