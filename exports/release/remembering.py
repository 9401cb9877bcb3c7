"""What was ever published, as the history remembers it; what the attack and a later run need of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from exports.history import Event, History, Memory, Remembered
from exports.release.edition import ReleaseError, ReleaseRefused, homes, release_of, utc, versions
from sources.foundation.editions import RECEIPT
from sources.foundation.files import locked, sha256_of


def event_of(kind: str, edition: Path, product: str, version: str, now: datetime) -> Event:
    """An event about an edition, with what the attack needs to know of it when it is gone."""
    declared = edition / "disclosure.json"
    content = json.loads(declared.read_text(encoding="utf-8")) if declared.is_file() else {}
    return Event(
        event=kind,
        product=product,
        version=version,
        receipt_sha256=sha256_of(edition / RECEIPT),
        at=utc(now).isoformat(),
        universe=content.get("family", content.get("universe")),
        parquet_sha256=sha256_of(edition / f"{product}.parquet") if content else None,
    )


def unremembered(releases_root: Path, memory: Memory) -> str | None:
    """What the next publication adopts without anybody having looked, in words; None with a history.

    Told before, since afterwards nothing tells these editions from others.
    """
    history = memory.of(releases_root)
    if history.exists:
        return None
    found = editions_found(releases_root, datetime.now(UTC))
    if not found:
        return None
    return (
        f"{releases_root} holds {len(found)} editions and there is no history of them ({history.path}): they "
        "are taken for what was published, as they lie here now. If there was a history before, somebody "
        "deleted it: stop, and restore it from a backup"
    )


def editions_found(releases_root: Path, now: datetime) -> list[Event]:
    """The readable editions in the folders."""
    found = []
    for home in homes(releases_root):
        for version in versions(home):
            try:
                release_of(home, version)
                found.append(event_of("adopted", home / version, home.name, version, now))
            except (ReleaseError, OSError, ValueError):
                continue
    return found


def completed_history(releases_root: Path, history: History) -> dict[str, Event]:
    """The editions that are out, after completing what a killed publication left open; the lock is held.

    Releases without any history are from before it, and are adopted; with the office's key a person must say
    so, since whoever deletes a history together with an edition would have both forgotten.
    """
    if not history.exists:
        found = editions_found(releases_root, datetime.now(UTC))
        if found and history.key:
            raise ReleaseRefused(
                f"{history.path} is not there, but {releases_root} holds {len(found)} editions: restore it "
                "from a backup, or look at the editions and run `planstat releases adopt`"
            )
        for event in found:
            history.append(event)
    intent = history.open_intent()
    if intent is not None:
        receipt = releases_root / intent.product / intent.version / RECEIPT
        came = receipt.is_file() and sha256_of(receipt) == intent.receipt_sha256
        history.append(replace(intent, event="published" if came else "abandoned"))
    return history.editions()


def remembered(roots: Sequence[Path], universe: str, memory: Memory) -> Remembered:
    """What was ever published about the cases of a universe below these folders, as their histories say."""
    editions: dict[str, str | None] = {}
    lost: list[str] = []
    for root in dict.fromkeys(roots):
        history = memory.of(root)
        if not history.exists and not homes(root):
            continue
        if not history.exists or history.open_intent() is not None:
            with locked(root / ".lock"):
                completed_history(root, history)
        editions |= {
            event.id: event.parquet_sha256 if _reads_as_published(root, event) else CHANGED
            for event in history.editions().values()
            if event.universe == universe
        }
        lost += [event.id for event in history.lost().values() if event.universe == universe]
    return Remembered(editions, tuple(lost))


CHANGED = "changed since it was published"
"""In place of a hash, which no file has: of an edition that is not to be read as it was published."""


def _reads_as_published(root: Path, event: Event) -> bool:
    """Whether an edition says as it did when it was published how its cells are to be read.

    Whoever changes `disclosure.json` of an earlier edition could make the attack read less out of it.
    """
    edition = root / event.product / event.version
    try:
        if sha256_of(edition / RECEIPT) != event.receipt_sha256:
            return False
        recorded = json.loads((edition / RECEIPT).read_text(encoding="utf-8"))["files"]
        return bool(recorded["disclosure.json"]["sha256"] == sha256_of(edition / "disclosure.json"))
    except (OSError, ValueError, KeyError, TypeError):
        return False
