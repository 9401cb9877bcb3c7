"""What a run would do and why, and how old everything is, in words. Starts neither Dagster nor a build."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import lineage
from ..currency import Currency, Late, currency
from ..healing import look
from ..health import lock_held
from ..plan import Plan, make_plan
from ..project import Manifest, Project
from ..publication import Publication
from ..resources import NotBuilt, Paths, Settings, Warehouse, notices
from ..unplaced import unplaced
from .display import WIDE, plain_table
from .doctoring import damages, print_damages
from .stating import State

if TYPE_CHECKING:
    from rich.console import Console

    from sources.declared.catalogue import Catalog


def status_of(settings: Settings, today: dt.date) -> dict[str, Any]:
    """What holds, what would be built, and which dataset is old.

    Where something is damaged so that the rest cannot be read, `damaged` tells it and the rest is None.
    """
    paths = settings.paths
    lock = lock_held(paths)
    # what a run is writing is not whole yet
    damaged = damages(look(settings)) if lock is None else []
    first = {"data_root": paths.root, "notices": notices(settings), "lock": lock, "damaged": damaged}
    try:
        return first | _rest_of(settings, today)
    except Exception:
        if not damaged:
            raise
        return first | dict.fromkeys(REST)


REST = ("inbox", "datasets", "unplaced", "newest", "overdue", "plan", "products")
"""What is told of a root that can be read."""


def _rest_of(settings: Settings, today: dt.date) -> dict[str, Any]:
    from sources.declared.catalogue import load_catalog

    paths = settings.paths
    catalog = load_catalog()
    project = Project(settings)
    manifest = project.manifest()
    plan = make_plan(manifest, project, paths)
    known = currency(paths, manifest)
    return {
        "inbox": _inbox(paths),
        "datasets": _datasets(paths, catalog),
        "unplaced": _unplaced(paths),
        "newest": _newest(known),
        "overdue": known.late(today),
        "plan": _plan(plan),
        "products": _products(settings, manifest, catalog, plan),
    }


def print_status(state: State, console: Console) -> None:
    """Print what `status_of` found."""
    console.print(f"data root {state['data_root']}", markup=False)
    for seen in state["notices"]:
        console.print(seen, markup=False)
    if lock := state["lock"]:
        since = f"{lock['since']:%d.%m.%Y %H:%M} UTC"
        console.print(f"a run is going on right now: process {lock['process']}, since {since}", markup=False)
    print_damages(state["damaged"], console)
    if state["plan"] is None:
        return
    _print_inbox(state["inbox"], console)
    _print_datasets(state["datasets"], console)
    for line in state["unplaced"]:
        console.print(f"  {line}", markup=False)
    _print_currency(state["newest"], state["overdue"], console)
    _print_plan(state["plan"], console)
    console.print()
    table = plain_table("product", "current", "a run would")
    for one in state["products"]:
        table.add_row(one["product"], one["current"] or "none", one["next_step"])
    console.print(table)


def print_health(state: State, console: Console) -> None:
    """Print what `health.health_of` found: what is wrong first, then what there is to know."""
    for one in state["findings"]:
        console.print(f"{one['kind']}: {one['subject']}: {one['words']}", markup=False)
        console.print(f"  {one['remedy']}", markup=False)
    if not state["findings"]:
        console.print("all is well")
    console.print()
    table = plain_table("", "")
    table.show_header = False
    if last := state["last_run"]:
        ended = f", ended {last['ended']:%d.%m.%Y %H:%M} UTC" if last["ended"] else ""
        table.add_row(
            "last run", f"{last['end']}: {last['origin']}, began {last['began']:%d.%m.%Y %H:%M} UTC{ended}"
        )
    else:
        table.add_row("last run", "none yet")
    lock = state["lock"]
    held = f"process {lock['process']}, since {lock['since']:%d.%m.%Y %H:%M} UTC" if lock else "nobody"
    table.add_row("data root held by", held)
    disk = state["disk"]
    table.add_row("disk", f"{disk['free'] / 1e6:,.0f} MB free, a run needs {disk['needed'] / 1e6:,.0f} MB")
    ages = [one["age_days"] for one in state["editions"].values()]
    spread = f", {min(ages)} to {max(ages)} days old" if ages else ""
    table.add_row("current editions", f"{len(ages)}{spread}")
    console.print(table)


def _inbox(paths: Paths) -> dict[str, list[str]]:
    """What lies in the drop folder: files that wait, and of these the ones that wait to be corrected."""
    from sources.arrival.inbox import REFUSED, listing

    waiting = sorted(listing(paths.inbox))
    return {
        "waiting": waiting,
        "refused": [name for name in waiting if (paths.inbox / f"{name}{REFUSED}").exists()],
    }


def _print_inbox(inbox: State, console: Console) -> None:
    from sources.arrival.inbox import REFUSED

    waiting = inbox["waiting"]
    if waiting:
        lie = "1 file lies" if len(waiting) == 1 else f"{len(waiting)} files lie"
        console.print(f"\n{lie} in the inbox: `planstat run --inbox` takes them")
    for name in inbox["refused"]:
        console.print(f"  {name} was refused: {name}{REFUSED} says why", markup=False)


def _datasets(paths: Paths, catalog: Catalog) -> list[dict[str, Any]]:
    """The declared datasets, each with its newest accepted snapshot and the file that was set aside since."""
    found = []
    for state in lineage.dataset_states(paths, catalog, catalog):
        declaration = catalog[state["dataset_id"]]
        aside = lineage.set_aside(paths, state["dataset_id"])
        waits = aside is not None and (state["is_old"] or not state["snapshot_id"])
        found.append(
            {
                **state,
                "set_aside": asdict(aside) if aside is not None and waits else None,
                "publisher_id": declaration.publisher,
                "makes_figures": not declaration.unused,
                "is_verified": not declaration.unverified,
            }
        )
    return found


def _print_datasets(states: list[dict[str, Any]], console: Console) -> None:
    delivered = [state for state in states if state["snapshot_id"]]
    console.print(f"\n{len(delivered)} of {len(states)} declared datasets are landed")
    for state in states:
        aside = state["set_aside"]
        if state["is_old"]:
            words = aside["reason"] if aside else ""
            console.print(f"  {state['dataset_id']} is old: {state['note']} {words}", markup=False)
        elif aside:
            console.print(
                f"  {state['dataset_id']} has never landed: {aside['file_name']} was set aside on "
                f"{aside['at']:%d.%m.%Y}. {aside['reason']}",
                markup=False,
            )
    for kind, words in (
        ("resaved", "stored anew by a spreadsheet"),
        ("derivative", "made by others from the publisher's"),
    ):
        if names := [state["dataset_id"] for state in delivered if state["provenance"] == kind]:
            console.print(f"  not the publisher's own file, {words}: {', '.join(names)}", markup=False)
    if unused := [state["dataset_id"] for state in delivered if not state["makes_figures"]]:
        console.print(
            f"  no figure is made of {', '.join(unused)}: `planstat sources describe` says why", markup=False
        )
    if 0 < len(delivered) < len(states):
        console.print("  `planstat sources list` shows which, and of which no file has come yet")


def _unplaced(paths: Paths) -> list[str]:
    """The rows that are no figures yet, because nothing names their areas."""
    if not paths.warehouse.exists():
        return []
    with Warehouse(paths.warehouse).reading() as warehouse:
        return unplaced(warehouse)


def _newest(known: Currency) -> list[dict[str, Any]]:
    """Which indicators have their newest value on which day, the newest day first."""
    newest: dict[str, list[str]] = {}
    for name, one in known.indicators.items():
        newest.setdefault(str(one["newest_date"]), []).append(name)
    return [{"date": day, "indicators": sorted(newest[day])} for day in sorted(newest, reverse=True)]


def _print_currency(newest: list[dict[str, Any]], overdue: list[Late], console: Console) -> None:
    """The newest period of every indicator, and what is overdue by the publishers' calendars."""
    if newest:
        console.print("\nnewest values of the indicators")
    for one in newest:
        console.print(f"  {_day(one['date'])} {', '.join(one['indicators'])}", markup=False)
    if overdue:
        console.print("overdue by the publishers' calendars")
    for late in overdue:
        goes_on = f", goes on in {late['successors']}" if late["successors"] else ""
        of = f": {', '.join(late['indicators'])}" if late["indicators"] else ""
        console.print(
            f"  {late['dataset_id']} of {_day(late['next_date'])} was due by {_day(late['due_on'])}"
            f"{goes_on}{of}",
            markup=False,
        )


def _day(text: object) -> str:
    return f"{dt.date.fromisoformat(str(text)):%d.%m.%Y}"


def _plan(plan: Plan) -> dict[str, Any]:
    """How many models and checks a run would build, and why: reasons with a number and an example."""
    return {
        "models": len(plan.models) if plan.reasons else 0,
        "checks": len(plan.checks) if plan.reasons else 0,
        "reasons": [
            {
                "reason": reason,
                "number": number,
                "example": next(node.split(".")[2] for node, why in plan.reasons.items() if why == reason),
            }
            for reason, number in Counter(plan.reasons.values()).most_common()
        ],
    }


def _print_plan(plan: State, console: Console) -> None:
    if not plan["reasons"]:
        console.print("\nall models and checks hold: dbt would have nothing to do")
        return
    console.print(f"\na run would build {plan['models']} models and make {plan['checks']} checks:")
    for one in plan["reasons"]:
        more = f" and {one['number'] - 1} more" if one["number"] > 1 else ""
        console.print(f"  {one['example']}{more}: {one['reason']}", markup=False)


def _products(settings: Settings, manifest: Manifest, catalog: Catalog, plan: Plan) -> list[dict[str, Any]]:
    """Every product with its current edition, and what a run would do for it."""
    from exports.products import load_products
    from exports.release import current_release

    found = []
    for name in load_products():
        publication = Publication(settings.paths, manifest, catalog, name, memory=settings.memory)
        release = current_release(publication.releases, name)
        current = release.version if release else None
        found.append({"product": name, "current": current, "next_step": _next_step(publication, plan)})
    return found


def _next_step(publication: Publication, plan: Plan) -> str:
    relation = publication.product.relation
    if lineage.relation_id(publication.manifest, relation) in plan.reasons:
        return "build it anew: its models change"
    try:
        return publication.next_step()
    except NotBuilt as problem:
        return f"build it: {problem}"


def sources_of(settings: Settings) -> dict[str, Any]:
    """The declared datasets with their newest accepted snapshot."""
    from sources.declared.catalogue import load_catalog

    return {"datasets": _datasets(settings.paths, load_catalog())}


def print_sources(state: State, console: Console) -> None:
    """Print what `sources_of` found."""
    is_wide = console.width >= WIDE
    table = plain_table(
        "dataset", "title", "newest", "figures", *(["publisher", "layout"] if is_wide else [])
    )
    longest = max(len(one["dataset_id"]) for one in state["datasets"])
    room = console.width - longest - (56 if is_wide else 26)  # what the other columns leave
    for one in state["datasets"]:
        newest = (one["retrieved_at"] or "none")[:10]
        title = one["title_de"]
        table.add_row(
            one["dataset_id"],
            title if len(title) <= room else f"{title[: room - 1]}…",
            f"{newest} old" if one["is_old"] else newest,
            "" if one["makes_figures"] else "none",
            *([one["publisher_id"], "" if one["is_verified"] else "not verified"] if is_wide else []),
        )
    console.print(table)


def matches_of(folder: Path | None) -> dict[str, Any]:
    """How many declarations there are, and which files of a folder belong to which dataset (null: to none).

    Raises DeclarationError with file, line and key of everything that is wrong in a declaration.
    """
    from sources.declared.catalogue import PUBLISHER_FILE, load_catalog
    from sources.declared.drafting import placeholders
    from sources.foundation.located_yaml import DeclarationError

    catalog = load_catalog()
    files = {*catalog.files.values(), *(file.parent / PUBLISHER_FILE for file in catalog.files.values())}
    drafts = [draft for file in sorted(files) for draft in placeholders(file)]
    if drafts:
        raise DeclarationError(drafts)
    if folder is None:
        return {"declarations": len(catalog), "files": None}
    from sources.arrival.folder import match_folder  # brings the readers with it

    found = [
        {"file": str(one.files[0].relative_to(folder)), "dataset_id": one.dataset_id}
        for one in match_folder(catalog, folder)
    ]
    return {"declarations": len(catalog), "files": found}


def none_matches(state: State) -> bool:
    """Whether a folder was looked at, and no file in it belongs to a dataset."""
    return state["files"] is not None and not any(one["dataset_id"] for one in state["files"])


def print_matches(state: State, console: Console) -> None:
    """Print what `matches_of` found."""
    console.print(f"{state['declarations']} declarations are in order")
    if state["files"] is None:
        return
    table = plain_table("file", "dataset")
    for one in state["files"]:
        table.add_row(one["file"], one["dataset_id"] or "not declared: is left out")
    console.print(table)
    if none_matches(state):
        console.print("no file belongs to a declared dataset; `planstat sources list` shows what is declared")


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
