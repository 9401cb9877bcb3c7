"""The command line. Thin: every command calls one plain function, and imports what it needs only then.

Exit codes: 0 released or unchanged, 1 refused or failed (nothing of it was released), 2 usage, 3 source
trouble (a file was set aside or a source could not be reached; everything else went on).
"""

from __future__ import annotations

import contextlib
import getpass
import re
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

import click

from sources.foundation.exits import REFUSED, SOURCE_TROUBLE, USAGE, exit_code_of
from sources.foundation.told import Told, said

from ..speed.programs import run_program
from .interrupts import interruptible
from .language import Language, lang

if TYPE_CHECKING:
    from rich.console import Console

    from exports.extract import Form
    from sources.arrival.landing import Landing
    from sources.arrival.snapshots import Origin
    from sources.declared.needs import NeedId

    from ..resources import Settings


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


def _years(_context: click.Context, _option: click.Parameter, given: str | None) -> tuple[int, int] | None:
    """`2015-2020`, or one year, as first and last year."""
    if given is None:
        return None
    matched = re.fullmatch(r"(\d{4})(?:-(\d{4}))?", given, re.ASCII)
    first, last = (int(matched[1]), int(matched[2] or matched[1])) if matched else (1, 0)
    if last < first:
        raise click.BadParameter(f"{given!r} is no period; give 2020, or 2015-2020")
    return first, last


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
            raise Trouble(said(_STOPPED, language), 130, language) from None
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
    from ..resources import Settings

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


@main.command()
@click.option(
    "--from",
    "folders",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of published files, searched with its subfolders; may be given several times.",
)
@click.option("--live", is_flag=True, help="Fetch from the publishers over the network.")
@click.option("--inbox", is_flag=True, help="Take what lies in the inbox of the data root.")
@click.option("--only", multiple=True, metavar="DATASET", help="With --live or --from: take no others.")
def run(folders: tuple[Path, ...], live: bool, inbox: bool, only: tuple[str, ...]) -> None:
    """Land, build, check and release. Without options: the sample that comes with planstat, in a data root
    of its own (.sample in the current folder, unless PLANSTAT_DATA names one).

    Only what changed is done. Ends with 0 when released or unchanged, 1 when something was refused,
    3 when a source was in trouble and the rest went on.
    """
    if bool(folders) + live + inbox > 1:
        raise click.UsageError("--from, --live and --inbox exclude each other")
    if only and not (folders or live):
        raise click.UsageError("--only belongs to --live or --from")
    origin: Origin = "folder" if folders else "live" if live else "drop" if inbox else "sample"
    with in_words() as interrupted:
        from .display import Display
        from .running import run_main

        if only:
            from sources.declared.catalogue import load_catalog

            if unknown := sorted(set(only) - load_catalog().keys()):
                raise Trouble(f"there is no dataset {', '.join(unknown)}; `planstat sources list`", USAGE)
        settings = settings_here(of_sample=origin == "sample")
        with Display(console()) as display:
            delivered = tuple(folder.resolve() for folder in folders)
            outcome, log = run_main(settings, origin, delivered, display.say, interrupted, only)
        display.summarise(outcome, settings.paths, log)
    sys.exit(outcome.exit_code)


@main.command("settings")
def show_settings() -> None:
    """Show every setting: whether it is set here, and what it is for. Secrets are not shown."""
    with in_words():
        from .settings import print_settings

        print_settings(console())


@main.command()
def status() -> None:
    """Say in words what a run would do and why, and which dataset is old."""
    with in_words():
        from .status import print_status

        print_status(settings_here(), console())


@main.group()
def sources() -> None:
    """The declared datasets."""


@sources.command("list")
def list_sources() -> None:
    """List every declared dataset with its newest accepted snapshot."""
    with in_words():
        from .status import print_sources

        print_sources(settings_here(), console())


@sources.command("check")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def check_sources(folder: Path | None) -> None:
    """Check all declarations; with FOLDER also which of its files belong to which dataset."""
    with in_words():
        from .status import print_matches

        found_trouble = print_matches(folder, console())
    sys.exit(SOURCE_TROUBLE if found_trouble else 0)


@sources.command("describe")
@click.argument("dataset")
def describe_source(dataset: str) -> None:
    """Tell in plain words what DATASET is, where it comes from and what to mind."""
    with in_words():
        from sources.declared.catalogue import load_catalog
        from sources.declared.describe import describe

        catalog = load_catalog()
        try:
            click.echo(describe(catalog, dataset))
        except KeyError as unknown:
            raise Trouble(str(unknown.args[0]), USAGE) from None


@sources.command("withdraw")
@click.argument("snapshot")
@click.option("--because", "reason", required=True, help="Why it must not count, for those who ask later.")
@click.option("--person", default=getpass.getuser, show_default="your user name", help="Who decides so.")
def withdraw_snapshot(snapshot: str, reason: str, person: str) -> None:
    """Take the delivery SNAPSHOT out of the count: what was delivered before counts again.

    Rows of released products that go with it, and no others, are explained by it.

    Its files stay in landing/, and the same file delivered again stays out, until it is reinstated. The next
    run builds and releases what changes by it.
    """
    with in_words():
        _with_landing(lambda landing: landing.withdraw(snapshot, reason, person))
        click.echo(f"{snapshot} does not count any more; `planstat run --inbox` goes on from here")


@sources.command("reinstate")
@click.argument("snapshot")
@click.option("--because", "reason", required=True, help="Why it counts after all, for those who ask later.")
def reinstate_snapshot(snapshot: str, reason: str) -> None:
    """Let the withdrawn delivery SNAPSHOT count again."""
    with in_words():
        _with_landing(lambda landing: landing.reinstate(snapshot, reason))
        click.echo(f"{snapshot} counts again; `planstat run --inbox` goes on from here")


def _with_landing(change: Callable[[Landing], None]) -> None:
    """Change what counts in this data root while no run goes on. A snapshot that there is not is told."""
    from sources.arrival.landing import Landing

    from ..resources import only_run

    paths = settings_here().paths
    with only_run(paths):
        try:
            change(Landing(paths.root))
        except KeyError as unknown:
            raise Trouble(f"{unknown.args[0]} in {paths.landing}", USAGE) from None


@sources.command("new")
@click.argument("file_or_id")
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    help="Write it to this file, or into this folder, whole or not at all.",
)
def new_source(file_or_id: str, into: Path | None) -> None:
    """Print a declaration to fill in, as YAML: drafted from the table in a file, or a commented
    template for a dataset of that id. Write it with --into: a redirected file would be empty while the
    declarations are read.
    """
    with in_words():
        from sources.declared.drafting import write_draft

        if Path(file_or_id).is_file():
            from sources.declared.catalogue import load_catalog
            from sources.declared.drafting import draft

            folder = into.parent if into is not None and into.suffix else into
            catalog = load_catalog()
            known = folder is not None and folder.name in catalog.publishers
            text = draft(catalog, Path(file_or_id), *([folder.name] if folder and known else []))
        else:
            from sources.declared.describe import template

            try:
                text = template(file_or_id)
            except ValueError as problem:
                raise Trouble(str(problem), USAGE) from None
        if into is None:
            click.echo(text, nl=False)
            return
        try:
            click.echo(write_draft(text, into))
        except FileExistsError as there:
            raise Trouble(str(there), USAGE) from None


@sources.command("try")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "dataset", help="Read it as this dataset; without it the file says which it is.")
def try_source(file: Path, dataset: str | None) -> None:
    """Read FILE without landing it, and show what it would become: ten cells with their places.

    Ends with 3 when it is not as declared, and says where and what to do.
    """
    with in_words():
        from .status import print_trial

        try:
            print_trial(settings_here().paths.root, file, dataset, console())
        except KeyError as unknown:
            raise Trouble(str(unknown.args[0]), USAGE) from None


@main.command()
@click.argument("name", required=False)
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Folder to write to (default: the current one).",
)
def form(name: str | None, into: Path) -> None:
    """Write the empty form NAME as workbook and CSV; without NAME list the forms there are."""
    with in_words():
        from sources.declared.catalogue import load_catalog
        from sources.forms.blank import forms, write_forms

        given = {one.id: one for one in forms(load_catalog())}
        if name is None:
            for one in given.values():
                click.echo(f"{one.id:<30} {one.title_de}")
        elif name in given:
            for file in write_forms(load_catalog(), given[name], into):
                click.echo(file)
        else:
            raise Trouble(f"there is no form {name!r}; `planstat form` lists them", USAGE)


@main.group()
def releases() -> None:
    """What was published."""


@releases.command("list")
@click.argument("product", required=False)
@lang
def list_releases(product: str | None, language: Language) -> None:
    """List editions, of one PRODUCT or of all; `*` marks the current one, and internal ones are marked."""
    with in_words():
        from .display import print_releases

        print_releases(settings_here().paths, product, console(), language)


@releases.command("show")
@click.argument("product")
@click.argument("version", required=False)
@lang
def show_release(product: str, version: str | None, language: Language) -> None:
    """Show one edition of PRODUCT (the current one without VERSION): files, datasets, checks, changes."""
    with in_words():
        from .display import print_release

        print_release(settings_here().paths, product, version, console(), language)


@releases.command("diff")
@click.argument("product")
@click.argument("before")
@click.argument("after", required=False)
@click.option(
    "--lines",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write every changed value to this CSV file.",
)
@lang
def diff_releases(
    product: str, before: str, after: str | None, lines: Path | None, language: Language
) -> None:
    """Show what changed in PRODUCT from edition BEFORE to edition AFTER (the current one without it)."""
    with in_words():
        from .display import print_difference

        place = settings_here().paths
        print_difference(place, product, before, after or "current", lines, console(), language)


@releases.command("export")
@click.argument("product")
@click.argument("version", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(
        (
            *("csv-excel", "csv", "xlsx", "parquet", "gpkg", "geojson", "geoparquet"),
            *("sdmx-csv", "json-stat", "stata", "spss"),
        )
    ),
    default="csv-excel",
    show_default=True,
    help="csv-excel opens right in a German Excel, gpkg as a coloured map in QGIS, csv is for programs.",
)
@click.option(
    "--area",
    "areas",
    multiple=True,
    metavar="CODE",
    help="Only this area and those whose codes begin so (a Kreis with its Gemeinden); may be repeated.",
)
@click.option(
    "--indicator", "indicators", multiple=True, metavar="ID", help="Only this one; may be repeated."
)
@click.option(
    "--period", callback=_years, metavar="YEAR[-YEAR]", help="Only dates from this year on, up to the other."
)
@click.option(
    "--level",
    "levels",
    multiple=True,
    metavar="LEVEL",
    help="Only areas of this level (KREIS); may be repeated.",
)
@click.option(
    "--outlines", type=int, metavar="YEAR", help="Of a map: only outlines of the Gebietsstand of this year."
)
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write."
)
@lang
def export_release(
    product: str,
    version: str | None,
    form: Form,
    areas: tuple[str, ...],
    indicators: tuple[str, ...],
    period: tuple[int, int] | None,
    levels: tuple[str, ...],
    outlines: int | None,
    out: Path,
    language: Language,
) -> None:
    """Write an edition of PRODUCT (the current one without VERSION), or a part of it, as one file.

    For formats that the product's editions do not hold, and for readers who need one Kreis. A map has the
    newest value of each measure in the part, and opens coloured in QGIS. Beside the file lies its receipt:
    edition, part, hash and licences.
    """
    with in_words():
        from exports.extract import Part

        from .exporting import print_extract

        part = Part(areas, indicators, period, levels, outlines)
        print_extract(settings_here(), product, version, form, part, out, console(), language)


@releases.command("workbook")
@click.argument("area")
@click.option("--ring", help="The ring that stands beside; without it the one ring that the area is in.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The workbook to write."
)
@lang
def workbook_of_area(area: str, ring: str | None, out: Path, language: Language) -> None:
    """Write the indicators of AREA (a code) as a workbook to read and print, a sheet per policy field.

    From the current releases: years as columns, Land and ring beside, with definitions and sources.
    """
    with in_words():
        from .exporting import print_workbook

        print_workbook(settings_here(), area, ring, out, console(), language)


@releases.command("letter")
@click.argument("product")
@click.argument("version", required=False)
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The page to write (HTML)."
)
@lang
def letter_with_release(product: str, version: str | None, out: Path, language: Language) -> None:
    """Write what is new in an edition of PRODUCT (the current one without VERSION) as a German letter.

    New values, revisions with their cause, what is withdrawn, what is overdue.
    """
    with in_words():
        from .exporting import print_letter

        print_letter(settings_here(), product, version, out, console(), language)


@releases.command("star")
@lang
def star_of_releases(language: Language) -> None:
    """Publish the star for Power BI and the like: facts and dimensions of the current public editions.

    It becomes an edition of its own (`star`) when an edition that it is made from is new.
    """
    with in_words():
        from .exporting import print_star

        print_star(settings_here(), console(), language)


@releases.command("atlas")
@lang
def atlas_of_releases(language: Language) -> None:
    """Publish the atlas: maps, developments and profiles of the current public editions.

    It becomes an edition of its own (`atlas`) when an edition that it is made from is new.
    """
    with in_words():
        from .atlas import print_atlas

        print_atlas(settings_here(), console(), language)


@releases.command("catalogue")
@lang
def catalogue_of_releases(language: Language) -> None:
    """Write the catalogue for portals of open data (DCAT-AP.de) beside the public releases.

    A release does so by itself when `office.yml` has the section `catalogue:`.
    """
    with in_words():
        from .exporting import print_catalogue

        print_catalogue(settings_here(), console(), language)


@releases.command("kommonitor")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder to write."
)
@lang
def kommonitor_of_releases(out: Path, language: Language) -> None:
    """Write the current indicators as a package for KomMonitor: outlines, metadata, values, import tables.

    From the public releases. What `planstat push kommonitor` would send, as files to import by hand.
    """
    with in_words():
        from .pushing import print_kommonitor_package

        print_kommonitor_package(settings_here(), out, console(), language)


@releases.command("verify")
@click.argument("product", required=False)
@click.argument("version", required=False)
@click.option("--all", "every", is_flag=True, help="Every edition that was ever published, of all products.")
@click.option("--head", help="A head of the history noted before: nothing may be missing since.")
def verify_releases(product: str | None, version: str | None, every: bool, head: str | None) -> None:
    """Compare editions with their receipts and with what is remembered as published, byte by byte.

    Without arguments the current edition of every product. Ends with 1 when anything differs.
    """
    if every and product:
        raise click.UsageError("give a product or --all, not both")
    with in_words():
        from .history import print_verification

        whole = print_verification(settings_here(), product, version, every, head, console())
    sys.exit(0 if whole else REFUSED)


@releases.command("adopt")
def adopt_releases() -> None:
    """Begin the history anew with the editions that lie here, signed with the office's key if there is one.

    For releases from before the history, and after a new key. Look at the editions first.
    """
    with in_words():
        from .history import print_adoption

        print_adoption(settings_here(), console())


@releases.command("sign")
def sign_releases() -> None:
    """Sign the editions that have no signature yet with the office's SSH key (PLANSTAT_OFFICE_SSH_KEY).

    For editions from before the key; new ones are signed when they are published. Look at the editions first.
    """
    with in_words():
        from .history import print_signing

        print_signing(settings_here(), console())


@releases.command("lost")
@click.argument("product")
@click.argument("version")
@click.option("--reason", required=True, help="What happened, and who decided to go on without it.")
def lose_release(product: str, version: str, reason: str) -> None:
    """Remember that an edition is gone or damaged and cannot be restored.

    The edition before it becomes the current one, and the next run publishes anew. Attacks go on without it
    and say in the certificate that they are not complete.
    """
    with in_words():
        from .history import print_loss

        print_loss(settings_here(), product, version, reason, console())


@main.command("indicators")
@click.option("--field", "policy_field", help="Only one policy field, such as Kita or Armut.")
@lang
@click.option(
    "--page", type=click.Path(dir_okay=False, path_type=Path), help="Write all of it as a page in Markdown."
)
def list_indicators(policy_field: str | None, page: Path | None, language: Language) -> None:
    """List every indicator: how many values it has, or which input it waits for and why."""
    with in_words():
        from .answers import print_indicators

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
        from .agreeing import AGREED, print_agreed
        from .answers import ask, csv_of, print_answer
        from .projecting import ASKED

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


@main.command("chart")
@click.argument("indicator")
@click.option(
    "--area", "areas", multiple=True, required=True, help="Code or name; may be given up to five times."
)
@click.option("--ring", help="The ring whose median stands beside; without it the one of a single area.")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The picture to write: FILE.svg or FILE.png.",
)
@lang
def chart_of_indicator(
    indicator: str, areas: tuple[str, ...], ring: str | None, out: Path, language: Language
) -> None:
    """Draw the years of INDICATOR for areas, from the current releases, to print or to put on a page.

    Breaks are upright lines with their text, intervals are bands, Land and ring stand beside, and missing
    values say why. Source, licence and edition stand inside the picture; its words are German.
    """
    with in_words():
        from .picturing import print_chart

        print_chart(settings_here(), indicator, areas, ring, out, console(), language)


@main.command("map")
@click.argument("indicator")
@click.option("--period", required=True, help="2015, 2015-12-31 or 2010-2015: its newest day is drawn.")
@click.option("--level", default="KREIS", show_default=True, help="LAND, KREIS, GEMEINDE, PLANUNGSRAUM, …")
@click.option("--within", metavar="AREA", help="Only what lies in this Land or area, by code or name.")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The picture to write: FILE.svg or FILE.png.",
)
@lang
def map_of_indicator(
    indicator: str, period: str, level: str, within: str | None, out: Path, language: Language
) -> None:
    """Draw INDICATOR on outlines, from the current releases, to print or to put on a page.

    Classes are the same in all years and can be told apart without colour; missing and hidden values are
    classes of their own with their reason. Values stand on outlines of their own Gebietsstand, or are marked.
    """
    with in_words():
        from .picturing import print_map

        print_map(settings_here(), indicator, period, level, within, out, console(), language)


@main.command("profile")
@click.argument("area", required=False)
@click.option("--all", "of_all", is_flag=True, help="The profiles of all areas, into the folder --out.")
@click.option(
    "--level", "levels", multiple=True, help="With --all: only KREIS, GEMEINDE, …; may be repeated."
)
@click.option("--ring", help="The ring that stands beside; without it the one ring that an area is in.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The PDF to write; with --all a folder."
)
@lang
def profile_of_area(
    area: str | None,
    of_all: bool,
    levels: tuple[str, ...],
    ring: str | None,
    out: Path,
    language: Language,
) -> None:
    """Write two pages about AREA (a code or a name) as PDF, from the current releases.

    Its indicators by policy field with interval, course of the years, Land, ring and verdict; how to read
    them, sources, and how to cite. Tagged for screen readers (PDF/UA-1). Name and logo: see `office.yml`.
    """
    if (area is None) != of_all:
        raise click.UsageError("give an area, or --all")
    if levels and not of_all:
        raise click.UsageError("--level belongs to --all")
    with in_words():
        from .picturing import print_profile, print_profiles

        if area is None:
            print_profiles(settings_here(), levels, ring, out, console(), language)
        else:
            print_profile(settings_here(), area, ring, out, console(), language)


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
        from .agreeing import AGREED, print_agreed
        from .answers import print_receipt
        from .projecting import ASKED

        if indicator in AGREED:
            print_agreed(indicator, settings_here().paths, (area,), period, False, console(), language)
            return
        if indicator in ASKED:
            ASKED[indicator](settings_here().paths, area, "trend", False, console(), language, period)
            return

        print_receipt(
            settings_here().paths, indicator, area, period, as_of, gebietsstand, console(), language
        )


@main.group()
def projection() -> None:
    """Children and young people in the years to come: tested on the past, and ahead."""


@projection.command("backtest")
@click.option("--level", help="Only areas of this level: KREIS, PLANUNGSRAUM, …")
@click.option("--by-size", is_flag=True, help="Also by size class of the areas (thousand inhabitants).")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values instead of a table.")
@lang
def projection_backtest(level: str | None, by_size: bool, as_csv: bool, language: Language) -> None:
    """Show how far off projections from every past edition would have been, for all data at hand."""
    with in_words():
        from .projecting import print_backtest

        print_backtest(settings_here().paths, level, by_size, as_csv, console(), language)


@projection.command("show")
@click.argument("area")
@click.option("--scenario", default="trend", show_default=True, help="Name of a scenario of the office.")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values instead of a table.")
@lang
def projection_show(area: str, scenario: str, as_csv: bool, language: Language) -> None:
    """Show what is projected for AREA (code or name), with interval, method and what it rests on."""
    with in_words():
        from .projecting import print_ahead

        print_ahead(settings_here().paths, area, scenario, as_csv, console(), language)


@projection.command("need")
@click.argument("area")
@click.option("--scenario", default="trend", show_default=True, help="Name of a scenario of the office.")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values instead of a table.")
@click.option(
    "--kind",
    type=click.Choice(["childcare", "school", "care"]),
    default="childcare",
    show_default=True,
    help="Day care, school or care of old people.",
)
@lang
def projection_need(area: str, scenario: str, as_csv: bool, kind: NeedId, language: Language) -> None:
    """Show need and places of AREA (code or name) in day care, school or care, at every rate, and the gap."""
    with in_words():
        from .projecting import print_need

        print_need(settings_here().paths, area, scenario, as_csv, console(), language, kind=kind)


@main.group()
def ring() -> None:
    """Vergleichsringe: an area beside the others of its ring, and the form that the ring asks for."""


@ring.command("show")
@click.argument("name")
@click.option("--area", help="The member whose values stand beside the ring's (code or name).")
@lang
def ring_show(name: str, area: str | None, language: Language) -> None:
    """Show the ring NAME: own values, median, quartiles, trend and number of values.

    `structural-peers` is the ring of the districts most similar to the one of `--area`.
    """
    with in_words():
        from .ringing import print_ring

        print_ring(settings_here(), name, area, console(), language)


@ring.command("form")
@click.argument("name")
@click.option("--area", help="The member that fills it in (code or name).")
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Folder for the workbook.",
)
@lang
def ring_form(name: str, area: str | None, folder: Path, language: Language) -> None:
    """Write the form of the ring NAME as a workbook, filled from the warehouse.

    Own value, definition, source and remark by indicator and date; what is lacking; the ring's values.
    """
    with in_words():
        from .ringing import write_form

        console().print(f"{write_form(settings_here(), name, area, folder)}", markup=False)


@main.group()
def atlas() -> None:
    """Maps, developments and profiles: a site of its own that opens by a double click, too."""


@atlas.command("open")
@click.option("--port", default=3001, show_default=True, help="Port of the site on 127.0.0.1.")
@lang
def open_atlas(port: int, language: Language) -> None:
    """Serve the current atlas at an address that only this computer can reach."""
    with in_words():
        from .atlas import serve_atlas

        serve_atlas(settings_here(), port, console(), language)


@main.group()
def report() -> None:
    """Pages to read and print, from the current releases: integration, one agreement."""


@report.command("integration")
@click.option("--kreis", help="Code of the town in published tables: its distance measures (I06) beside.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The page to write (HTML)."
)
@lang
def report_integration(kreis: str | None, out: Path, language: Language) -> None:
    """Write the committee's page of integration: arrivals, guidance, plans, courses, volunteers, goals."""
    with in_words():
        from .reporting import print_integration

        print_integration(settings_here(), kreis, out, console(), language)


@report.command("agreement")
@click.argument("agreement_id")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The page to write (HTML)."
)
@lang
def report_agreement(agreement_id: str, out: Path, language: Language) -> None:
    """Write the page of the agreement AGREEMENT_ID: what was done, who was reached, what changed."""
    with in_words():
        from .reporting import print_agreement

        print_agreement(settings_here(), agreement_id, out, console(), language)


@main.group()
def town() -> None:
    """What the office decides: the files in town/ of the data root."""


@town.command("check")
@lang
def town_check(language: Language) -> None:
    """Check every file in town/; ends with 1 when something is wrong, with file, line and key."""
    with in_words():
        from .town import print_check

        is_good = print_check(settings_here().paths.town, console(), language)
    sys.exit(0 if is_good else REFUSED)


@town.command("new")
@lang
def town_new(language: Language) -> None:
    """Write the files that town/ does not have yet, each with an example to fill in."""
    with in_words():
        from .town import print_new

        print_new(settings_here().paths.town, console(), language)


@main.group()
def disclosure() -> None:
    """Disclosure control: what is hidden, why, and whether it can be computed back."""


@disclosure.command("plan")
@click.argument("product", nargs=-1)
@click.option(
    "--compare", "side_by_side", is_flag=True, help="Tell what each demand of the policy costs, side by side."
)
@lang
def plan_disclosure(product: tuple[str, ...], side_by_side: bool, language: Language) -> None:
    """Plan the protection of every PRODUCT with a policy (all without one named) over the present warehouse.

    Nothing is published. The confidential report lies in the data root under disclosure/.
    """
    with in_words():
        from .secrecy import print_plans

        print_plans(settings_here(), product, console(), language, side_by_side=side_by_side)


@disclosure.command("audit")
@click.argument("what")
@click.option(
    "--declaration",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The declaration of published tables; for a product it lies in its folder.",
)
@click.option(
    "--certificate",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the certificate of the attack on published tables to this file.",
)
@lang
def audit_disclosure(
    what: str, declaration: Path | None, certificate: Path | None, language: Language
) -> None:
    """Attack WHAT: a product (its candidate, else its current edition), or a published file or folder.

    Ends with 1 when a hidden value can be computed, and says how.
    """
    with in_words():
        from .secrecy import print_audit

        held = print_audit(settings_here(), what, declaration, certificate, console(), language)
    sys.exit(0 if held else REFUSED)


@disclosure.command("explain")
@click.argument("what")
@click.argument("cell", nargs=-1, required=True)
@lang
def explain_disclosure(what: str, cell: tuple[str, ...], language: Language) -> None:
    """Say why a CELL (dimension=code …) of WHAT is hidden: a product, or a folder that `protect` wrote.

    Confidential: the answer can name true values.
    """
    with in_words():
        from .secrecy import print_reason

        print_reason(settings_here(), what, cell, console(), language)


@disclosure.command("protect")
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@lang
def protect_disclosure(table: Path, config: Path, out: Path, language: Language) -> None:
    """Protect a CSV TABLE of leaf counts as configured; needs no warehouse.

    Writes OUT/published (tables, declaration, certificate) and OUT/confidential (pattern, summary, attacks).
    """
    with in_words():
        from .secrecy import print_protection

        print_protection(settings_here(), table, config, out, console(), language)


@disclosure.command("coarsen")
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
@lang
def coarsen_disclosure(table: Path, config: Path, language: Language) -> None:
    """Try coarser versions of a CSV TABLE that is too detailed to be protected by hiding, and rank them.

    Every version is planned and attacked as configured; nothing is written. Confidential: hidden
    cells are counted.
    """
    with in_words():
        from .secrecy import print_coarser

        print_coarser(settings_here(), table, config, console(), language)


@disclosure.command("check")
@click.argument("published", type=click.Path(exists=True, file_okay=False, path_type=Path))
@lang
def check_disclosure(published: Path, language: Language) -> None:
    """Compare the certificate in a folder that `protect` or a product wrote with the files beside it."""
    with in_words():
        from .secrecy import print_certificate

        fits = print_certificate(published, console(), language)
    sys.exit(0 if fits else REFUSED)


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
        from .pushing import print_kommonitor_push

        whole = print_kommonitor_push(settings_here(), dry_run, console(), language)
    sys.exit(0 if whole else REFUSED)


@push.command("postgres")
@lang
def push_to_postgres(language: Language) -> None:
    """Load the current public editions into PostgreSQL, and read them back.

    PLANSTAT_POSTGRES says where; schema and reading roles stand in `office.yml` (section `postgres:`).
    """
    with in_words():
        from .pushing import print_postgres_push

        print_postgres_push(settings_here(), console(), language)


@main.command()
@click.option("--port", default=3000, show_default=True, help="Port of the web page on 127.0.0.1.")
def dev(port: int) -> None:
    """Open the Dagster web page over this data root. Only this computer can reach it."""
    with in_words():
        from .running import serve

        serve(settings_here(), port)


def program() -> NoReturn:
    """`planstat`, as the shell starts it."""
    run_program(main)


if __name__ == "__main__":
    program()
