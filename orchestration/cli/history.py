"""`planstat releases verify | adopt | sign | lost`: what was published, compared with what lies there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..resources import Settings

if TYPE_CHECKING:
    from rich.console import Console


def print_verification(
    settings: Settings,
    product: str | None,
    version: str | None,
    every: bool,
    head: str | None,
    console: Console,
) -> bool:
    """Compare editions with receipt and history, and say what differs; True when nothing does.

    `head` is one that was noted before; it must be part of one of the histories.
    """
    from exports.release import current_release, derived_problems, verify_all

    whole, heads, looked = True, [], 0
    for root in _roots(settings):
        history = settings.memory.of(root)
        heads.append((root, history))
        found = verify_all(root, settings.memory)
        for name, problem in found.items():
            owner, _, edition = name.partition("/")
            if not every:
                if product is not None and owner != product:
                    continue
                current = current_release(root, owner)
                wanted = version or (current.version if current else None)
                if edition != wanted and not (problem and current is None):
                    continue
            looked += 1
            if problem:
                whole = False
                console.print(f"{name}: {problem}", markup=False)
        for problem in derived_problems(root, settings.memory) if every else ():
            whole = False
            console.print(problem, markup=False)
        for name, event in history.lost().items():
            console.print(f"{name}: lost since {event.at[:10]}: {event.reason}", markup=False)
    if head is not None and not any(history.contains(head) for _, history in heads):
        whole = False
        console.print(
            f"the history does not hold {head}: lines were cut off since it was noted", markup=False
        )
    for root, history in heads:
        signed = "signed" if settings.key else "not signed: PLANSTAT_OFFICE_KEY is not set"
        console.print(f"{root}: head of the history {history.head() or '(none)'} ({signed})", markup=False)
    if settings.signer is None:
        console.print("signatures by SSH key: not compared, PLANSTAT_OFFICE_SSH_KEY is not set")
    console.print(f"{looked} editions compared: " + ("all as published" if whole else "NOT as published"))
    return whole and looked > 0


def print_adoption(settings: Settings, console: Console) -> None:
    """Begin the histories anew with what lies here."""
    from exports.release import adopt

    for root in _roots(settings):
        names = adopt(root, settings.memory, datetime.now(UTC))
        console.print(f"{root}: {len(names)} editions adopted", markup=False)


def print_signing(settings: Settings, console: Console) -> None:
    """Sign what is not signed yet."""
    from exports.release import sign_all

    for root in _roots(settings):
        names = sign_all(root, settings.memory)
        console.print(f"{root}: {len(names)} editions signed", markup=False)


def print_loss(settings: Settings, product: str, version: str, reason: str, console: Console) -> None:
    """Give an edition up."""
    from exports.release import ReleaseError, current_release, give_up

    for root in _roots(settings):
        if f"{product}/{version}" in settings.memory.of(root).editions():
            give_up(root, product, version, reason, settings.memory, datetime.now(UTC))
            current = current_release(root, product)
            now = current.version if current else "none"
            console.print(f"{product}/{version} is given up; current is {now}", markup=False)
            return
    raise ReleaseError(f"{product} has no edition {version} in the history")


def _roots(settings: Settings) -> list[Path]:
    """The folders of releases that there are."""
    paths = settings.paths
    found = [
        root for root in (paths.releases, paths.internal) if root.is_dir() or settings.memory.of(root).exists
    ]
    return found or [paths.releases]
