"""`planstat doctor`: what keeps a data root in order."""

from __future__ import annotations

import sys

import click

from sources.foundation.exits import FAILED

from .frame import console, in_words, main, settings_here


@main.command()
@click.option("--mend", is_flag=True, help="Mend what can be mended; what is damaged is moved to damaged/.")
def doctor(mend: bool) -> None:
    """Look at every byte of the data root: deliveries, states, warehouse, Dagster's history, editions.

    Without --mend nothing is changed. Ends with 0 when all is whole or was mended, 1 when something is left.
    A run mends the same by itself, as far as it follows from other files.
    """
    with in_words():
        from ..doctoring import print_doctored

        whole = print_doctored(settings_here(), mend, console())
    sys.exit(0 if whole else FAILED)
