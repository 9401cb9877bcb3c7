"""What a run would do and why, and how old everything is, in words. Starts neither Dagster nor a build."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from .. import lineage
from ..currency import Currency, currency, is_overdue
from ..plan import Plan, make_plan
from ..project import Manifest, Project
from ..publication import Publication
from ..resources import NotBuilt, Paths, Settings, Warehouse, is_running, notices
from ..unplaced import unplaced
from .display import WIDE, plain_table

if TYPE_CHECKING:
    from rich.console import Console

    from sources.declared.catalogue import Catalog


def print_status(settings: Settings, console: Console) -> None:
    """Say what holds, what would be built, and which dataset is old."""
    paths = settings.paths
    from sources.declared.catalogue import load_catalog

    catalog = load_catalog()
    console.print(f"data root {paths.root}", markup=False)
    for seen in notices(settings):
        console.print(seen, markup=False)
    if is_running(paths):
        console.print("a run is going on right now")
    manifest = Project(settings).manifest()
    plan = make_plan(manifest, Project(settings), paths)
    _print_inbox(paths, console)
    _print_datasets(paths, catalog, console)
    _print_unplaced(paths, console)
    _print_currency(currency(paths, manifest), dt.date.today(), console)
    _print_models(plan, console)
    _print_products(settings, manifest, catalog, plan, console)


def _print_inbox(paths: Paths, console: Console) -> None:
    """What lies in the drop folder: files that wait, and those that wait to be corrected."""
    from sources.arrival.inbox import REFUSED, listing

    waiting = listing(paths.inbox)
    refused = [name for name in waiting if (paths.inbox / f"{name}{REFUSED}").exists()]
    if waiting:
        lie = "1 file lies" if len(waiting) == 1 else f"{len(waiting)} files lie"
        console.print(f"\n{lie} in the inbox: `planstat run --inbox` takes them")
    for name in refused:
        console.print(f"  {name} was refused: {name}{REFUSED} says why", markup=False)


def _print_datasets(paths: Paths, catalog: Catalog, console: Console) -> None:
    states = lineage.dataset_states(paths, catalog, catalog)
    delivered = [state for state in states if state["snapshot_id"]]
    console.print(f"\n{len(delivered)} of {len(states)} declared datasets are landed")
    for state in states:
        if state["is_old"]:
            aside = lineage.set_aside(paths, state["dataset_id"])
            words = aside.reason if aside else ""
            console.print(f"  {state['dataset_id']} is old: {state['note']} {words}", markup=False)
        elif not state["snapshot_id"] and (aside := lineage.set_aside(paths, state["dataset_id"])):
            console.print(
                f"  {state['dataset_id']} has never landed: {aside.file_name} was set aside on "
                f"{aside.at:%d.%m.%Y}. {aside.reason}",
                markup=False,
            )
    for kind, words in (
        ("resaved", "stored anew by a spreadsheet"),
        ("derivative", "made by others from the publisher's"),
    ):
        if names := [state["dataset_id"] for state in delivered if state["provenance"] == kind]:
            console.print(f"  not the publisher's own file, {words}: {', '.join(names)}", markup=False)
    if unused := [state["dataset_id"] for state in delivered if catalog[state["dataset_id"]].unused]:
        console.print(
            f"  no figure is made of {', '.join(unused)}: `planstat sources describe` says why", markup=False
        )
    if 0 < len(delivered) < len(states):
        console.print("  `planstat sources list` shows which, and of which no file has come yet")


def _print_unplaced(paths: Paths, console: Console) -> None:
    """The rows that are no figures yet, because nothing names their areas."""
    if not paths.warehouse.exists():
        return
    with Warehouse(paths.warehouse).reading() as warehouse:
        for line in unplaced(warehouse):
            console.print(f"  {line}", markup=False)


def _print_currency(known: Currency, today: dt.date, console: Console) -> None:
    """The newest period of every indicator, and what is overdue by the publishers' calendars."""
    newest: dict[str, list[str]] = {}
    for name, one in known.indicators.items():
        newest.setdefault(str(one["newest_date"]), []).append(name)
    if newest:
        console.print("\nnewest values of the indicators")
    for day in sorted(newest, reverse=True):
        console.print(f"  {_day(day)} {', '.join(sorted(newest[day]))}", markup=False)
    waiting = known.overdue(today)
    late = {name: one for name, one in known.datasets.items() if is_overdue(one, today)}
    if waiting or late:
        console.print("overdue by the publishers' calendars")
    for dataset_id in sorted({*waiting, *late}):
        one = late.get(dataset_id) or known.indicators[waiting[dataset_id][0]]
        goes_on = f", goes on in {one['successors']}" if one.get("successors") else ""
        of = f": {', '.join(sorted(waiting[dataset_id]))}" if dataset_id in waiting else ""
        console.print(
            f"  {dataset_id} of {_day(one['next_date'])} was due by {_day(one['due_on'])}{goes_on}{of}",
            markup=False,
        )


def _day(text: object) -> str:
    return f"{dt.date.fromisoformat(str(text)):%d.%m.%Y}"


def _print_models(plan: Plan, console: Console) -> None:
    if not plan.reasons:
        console.print("\nall models and checks hold: dbt would have nothing to do")
        return
    console.print(f"\na run would build {len(plan.models)} models and make {len(plan.checks)} checks:")
    for reason, number in Counter(plan.reasons.values()).most_common():
        example = next(node.split(".")[2] for node, why in plan.reasons.items() if why == reason)
        more = f" and {number - 1} more" if number > 1 else ""
        console.print(f"  {example}{more}: {reason}", markup=False)


def _print_products(
    settings: Settings, manifest: Manifest, catalog: Catalog, plan: Plan, console: Console
) -> None:
    from exports.products import load_products
    from exports.release import current_release

    console.print()
    table = plain_table("product", "current", "a run would")
    for name in load_products():
        publication = Publication(settings.paths, manifest, catalog, name, memory=settings.memory)
        release = current_release(publication.releases, name)
        step = _next_step(publication, plan)
        table.add_row(name, release.version if release else "none", step)
    console.print(table)


def _next_step(publication: Publication, plan: Plan) -> str:
    relation = publication.product.relation
    if lineage.relation_id(publication.manifest, relation) in plan.reasons:
        return "build it anew: its models change"
    try:
        return publication.next_step()
    except NotBuilt as problem:
        return f"build it: {problem}"


def print_sources(settings: Settings, console: Console) -> None:
    """List the declared datasets with their newest accepted snapshot."""
    from sources.declared.catalogue import load_catalog

    catalog = load_catalog()
    is_wide = console.width >= WIDE
    table = plain_table(
        "dataset", "title", "newest", "figures", *(["publisher", "layout"] if is_wide else [])
    )
    room = console.width - max(map(len, catalog)) - (56 if is_wide else 26)  # what the other columns leave
    for state in lineage.dataset_states(settings.paths, catalog, catalog):
        declaration = catalog[state["dataset_id"]]
        newest = (state["retrieved_at"] or "none")[:10]
        title = state["title_de"]
        table.add_row(
            state["dataset_id"],
            title if len(title) <= room else f"{title[: room - 1]}…",
            f"{newest} old" if state["is_old"] else newest,
            "none" if declaration.unused else "",
            *([declaration.publisher, "not verified" if declaration.unverified else ""] if is_wide else []),
        )
    console.print(table)


def print_matches(folder: Path | None, console: Console) -> bool:
    """Check the declarations; say which files of a folder belong to which dataset. True: something is wrong.

    Raises DeclarationError with file, line and key of everything that is wrong in a declaration.
    """
    from sources.declared.catalogue import PUBLISHER_FILE, load_catalog
    from sources.declared.drafting import placeholders
    from sources.foundation.located_yaml import DeclarationError

    catalog = load_catalog()
    files = {*catalog.files.values(), *(file.parent / PUBLISHER_FILE for file in catalog.files.values())}
    drafts = [found for file in sorted(files) for found in placeholders(file)]
    if drafts:
        raise DeclarationError(drafts)
    console.print(f"{len(catalog)} declarations are in order")
    if folder is None:
        return False
    from sources.arrival.folder import match_folder  # brings the readers with it

    deliveries = match_folder(catalog, folder)
    table = plain_table("file", "dataset")
    for delivery in deliveries:
        name = str(delivery.files[0].relative_to(folder))
        table.add_row(name, delivery.dataset_id or "not declared: is left out")
    console.print(table)
    if not any(delivery.dataset_id for delivery in deliveries):
        console.print("no file belongs to a declared dataset; `planstat sources list` shows what is declared")
        return True
    return False


ABREAST = 6
"""Columns of a trial that fit side by side on a screen; else what a row is of stands in one of them."""


def print_trial(root: Path, file: Path, dataset: str | None, console: Console) -> None:
    """Read a file without landing it, and show what it would become, by the areas known in a data root.

    Raises SourceError when it is not as declared, UnknownName when nobody knows the dataset or the file.
    """
    from sources.arrival.landing import Landing
    from sources.arrival.trial import try_file

    trial = try_file(Landing(root), file, dataset)
    first, last = trial.period
    period = f", {first} to {last}" if first and last else ""
    layout = f", layout {trial.layout}" if trial.layout else ""
    console.print(f"{file.name}: {trial.dataset_id}{layout}, {trial.rows} rows{period}; nothing was landed")
    is_wide = len(trial.columns) > ABREAST
    aside = ("value_text",) if is_wide and "value_text" in trial.columns else ()
    beside = [name for name in trial.columns if name not in aside]
    table = plain_table("place", *(("; ".join(beside), *aside) if is_wide else trial.columns))
    for place, texts in trial.shown:
        row = dict(zip(trial.columns, texts, strict=True))
        cells = ("; ".join(row[name].strip() for name in beside), *(row[name] for name in aside))
        table.add_row(place, *(cells if is_wide else texts))
    console.print(table)
    for place, printed, text, reason in trial.corrected:
        console.print(f"{place}: {printed!r} would land as {repr(text) if text else 'missing'}: {reason}")
