"""`planstat sources` and `form`: what is declared, and what was delivered."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sources.foundation.exits import SOURCE_TROUBLE, USAGE

from ..stating import json_option, show
from .frame import Trouble, console, in_words, main, settings_here

if TYPE_CHECKING:
    from sources.arrival.landing import Landing


@main.group()
def sources() -> None:
    """The declared datasets."""


@sources.command("list")
@json_option
def list_sources(as_json: bool) -> None:
    """List every declared dataset with its newest accepted snapshot."""
    with in_words():
        from ..status import print_sources, sources_of

        show(sources_of(settings_here()), print_sources, as_json=as_json)


@sources.command("check")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
def check_sources(folder: Path | None, as_json: bool) -> None:
    """Check all declarations; with FOLDER also which of its files belong to which dataset."""
    with in_words():
        from ..status import matches_of, none_matches, print_matches

        state = matches_of(folder)
        show(state, print_matches, as_json=as_json)
    sys.exit(SOURCE_TROUBLE if none_matches(state) else 0)


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

    from ...resources import only_run

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
    declarations are read. A new folder of the catalog is a new publisher, drafted too. Areas that stand by
    name alone get the codes that the warehouse has for exactly these names.
    """
    with in_words():
        from sources.declared.drafting import write_draft, write_publisher

        folder = into.parent if into is not None and into.suffix else into
        is_publisher = False

        if Path(file_or_id).is_file():
            from sources.declared.catalogue import CATALOG, load_catalog
            from sources.declared.drafting import draft

            from ..asking.places import codes_by_name

            catalog = load_catalog()
            is_publisher = folder is not None and (
                folder.name in catalog.publishers or folder.resolve().parent == CATALOG.resolve()
            )
            with codes_by_name(settings_here().paths.warehouse) as code_of:
                publisher = folder.name if folder and is_publisher else "regionalstatistik"
                text = draft(catalog, Path(file_or_id), publisher, code_of)
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
        if is_publisher and folder is not None and (drafted := write_publisher(folder)) is not None:
            click.echo(drafted)


@sources.command("try")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "dataset", help="Read it as this dataset; without it the file says which it is.")
def try_source(file: Path, dataset: str | None) -> None:
    """Read FILE without landing it, and show what it would become: ten cells with their places.

    Ends with 3 when it is not as declared, and says where and what to do.
    """
    with in_words():
        from ..status import print_trial

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
