"""`planstat query`, `explain` and `indicators`: one number, and where it comes from."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from sources.foundation.exits import USAGE

from ..language import Language, lang
from .frame import Trouble, console, in_words, main, settings_here


@main.command("indicators")
@click.option("--field", "policy_field", help="Only one policy field, such as Kita or Armut.")
@lang
@click.option(
    "--page", type=click.Path(dir_okay=False, path_type=Path), help="Write all of it as a page in Markdown."
)
def list_indicators(policy_field: str | None, page: Path | None, language: Language) -> None:
    """List every indicator: how many values it has, or which input it waits for and why."""
    with in_words():
        from ..answers import print_indicators

        print_indicators(settings_here(), policy_field, console(), language, page)


AS_OF = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"])


@main.command()
@click.argument("indicator")
@click.option("--area", "areas", multiple=True, help="Code or name; may be given several times.")
@click.option("--level", help="All areas of a level: DE, LAND, REGBEZ, KREIS, GEMEINDE, …")
@click.option("--period", help="2015, 2010-2015, 2015-12-31 or 2014/15; all without it.")
@click.option("--as-of", type=AS_OF, help="What was known on that day, computed again from the cells.")
@click.option(
    "--gebietsstand", metavar="DATE", help="On the boundaries of that year-end: 2022-12-31 or 2022."
)
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values instead of a table.")
@lang
def query(
    indicator: str,
    areas: tuple[str, ...],
    level: str | None,
    period: str | None,
    as_of: datetime | None,
    gebietsstand: str | None,
    as_csv: bool,
    language: Language,
) -> None:
    """Show the values of INDICATOR as a table with a chart; `projection` shows the years ahead of an area.

    Also: `need_childcare`, `need_school`, `need_care`; `agreement`, `goals` and `offers`, whose --area may be
    an agreement or a goal by its number.

    Estimated values are marked, breaks of the series stand between the rows they part, and where a value is
    missing the reason is named.
    """
    with in_words():
        from ..agreeing import AGREED, print_agreed
        from ..answers import ask, csv_of, print_answer
        from ..projecting import ASKED

        if indicator in AGREED:
            print_agreed(indicator, settings_here().paths, areas, period, as_csv, console(), language)
            return
        if indicator in ASKED:
            for area in areas:
                ASKED[indicator](settings_here().paths, area, "trend", as_csv, console(), language, period)
            if not areas:
                raise Trouble(f"`planstat query {indicator}` needs an area: --area NAME", USAGE, language)
            return

        answer = ask(settings_here().paths, indicator, areas, level, period, as_of, gebietsstand)
        if as_csv:
            click.echo(csv_of(answer), nl=False)
        else:
            print_answer(answer, console(), language)


@main.command()
@click.argument("indicator")
@click.argument("area")
@click.argument("period")
@click.option("--as-of", type=AS_OF, help="As it was known on that day.")
@click.option(
    "--gebietsstand", metavar="DATE", help="On the boundaries of that year-end: 2022-12-31 or 2022."
)
@lang
def explain(
    indicator: str,
    area: str,
    period: str,
    as_of: datetime | None,
    gebietsstand: str | None,
    language: Language,
) -> None:
    """Show the receipt of one number: the newest of INDICATOR for AREA in PERIOD.

    Formula and edition, every cell it is made of with table, line, field and file hash, status, rounding.
    """
    with in_words():
        from ..agreeing import AGREED, print_agreed
        from ..answers import print_receipt
        from ..projecting import ASKED

        if indicator in AGREED:
            print_agreed(indicator, settings_here().paths, (area,), period, False, console(), language)
            return
        if indicator in ASKED:
            ASKED[indicator](settings_here().paths, area, "trend", False, console(), language, period)
            return

        print_receipt(
            settings_here().paths, indicator, area, period, as_of, gebietsstand, console(), language
        )
