"""`planstat releases verify | adopt | sign | lost`: what was published, compared with what lies there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..resources import Settings
from .stating import State

if TYPE_CHECKING:
    from rich.console import Console


def verification_of(
    settings: Settings, product: str | None, version: str | None, every: bool, head: str | None
) -> dict[str, Any]:
    """Editions compared with receipt and history: what differs, what is given up, the heads of the histories.

    `head` is one that was noted before; it must be part of one of the histories. `whole`: something
    was compared, and nothing differs.
    """
    from exports.release import current_release, derived_problems, verify_all

    problems: list[dict[str, str | None]] = []
    heads, lost, looked = [], [], 0
    histories = {root: settings.memory.of(root) for root in _roots(settings)}
    for root, history in histories.items():
        heads.append({"folder": root, "head": history.head(), "is_signed": bool(settings.key)})
        for name, problem in verify_all(root, settings.memory).items():
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
                problems.append({"edition": name, "words": problem})
        for problem in derived_problems(root, settings.memory) if every else ():
            problems.append({"edition": None, "words": problem})
        lost += [
            {"edition": name, "on": event.at[:10], "reason": event.reason}
            for name, event in history.lost().items()
        ]
    if head is not None and not any(history.contains(head) for history in histories.values()):
        words = f"the history does not hold {head}: lines were cut off since it was noted"
        problems.append({"edition": None, "words": words})
    return {
        "compared": looked,
        "whole": looked > 0 and not problems,
        "problems": problems,
        "lost": lost,
        "heads": heads,
        "are_signatures_compared": settings.signer is not None,
    }


def print_verification(state: State, console: Console) -> None:
    """Print what `verification_of` found."""
    for one in state["problems"]:
        named = f"{one['edition']}: " if one["edition"] else ""
        console.print(f"{named}{one['words']}", markup=False)
    for one in state["lost"]:
        console.print(f"{one['edition']}: lost since {one['on']}: {one['reason']}", markup=False)
    for one in state["heads"]:
        signed = "signed" if one["is_signed"] else "not signed: PLANSTAT_OFFICE_KEY is not set"
        head = one["head"] or "(none)"
        console.print(f"{one['folder']}: head of the history {head} ({signed})", markup=False)
    if not state["are_signatures_compared"]:
        console.print("signatures by SSH key: not compared, PLANSTAT_OFFICE_SSH_KEY is not set")
    held = "NOT as published" if state["problems"] else "all as published"
    console.print(f"{state['compared']} editions compared: {held}")


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
