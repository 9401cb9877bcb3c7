"""What a person asks of a folder of releases: repair, a new history, an edition given up, signatures."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from exports.history import BESIDE, HistoryError, Memory, lost_by, out_by
from exports.release.derived import derive
from exports.release.edition import SIGNED, ReleaseError, ReleaseRefused, utc
from exports.release.remembering import completed_history, editions_found
from exports.release.verification import difference_of
from exports.signing import SigningError, signature_of
from sources.foundation.files import locked


def sign_all(releases_root: Path, memory: Memory) -> list[str]:
    """Sign every edition that has no signature yet and is whole; the ids of those that were signed.

    For editions from before the key. Raises `ReleaseRefused` without a key, or when it does not sign.
    """
    signer = memory.signer
    if signer is None:
        raise ReleaseRefused("there is no SSH key to sign with: PLANSTAT_OFFICE_SSH_KEY names none")
    signed = []
    with locked(releases_root / ".lock"):
        history = memory.of(releases_root)
        for name in sorted(completed_history(releases_root, history)):
            product, _, version = name.partition("/")
            edition = releases_root / product / version
            blank = [
                edition / part
                for part in SIGNED
                if (edition / part).is_file() and not signature_of(edition / part).exists()
            ]
            if not blank or difference_of(edition, history):
                continue
            edition.chmod(0o755)
            try:
                for path in blank:
                    signer.sign(path).chmod(0o444)
            except SigningError as problem:
                raise ReleaseRefused(f"{edition} could not be signed: {problem}") from None
            finally:
                edition.chmod(0o555)
            signed.append(name)
    return signed


def repair(releases_root: Path, memory: Memory = BESIDE, *, database: bool = True) -> None:
    """Remove leftovers, complete the history, and derive links, catalog and database where they differ.

    Without `database` that is left as it is: a later repair brings it up to date.
    """
    with locked(releases_root / ".lock"):
        derive(releases_root, memory.of(releases_root), database=database)


def adopt(releases_root: Path, memory: Memory, now: datetime) -> list[str]:
    """Begin a history anew with what lies here, after a person has looked at it: the ids of its editions.

    For releases from before the history, and for a new key. What an unsigned history remembers and the folder
    does not hold stays remembered; of a damaged one, what can be read of it. The old file stays beside it.
    """
    history = memory.of(releases_root)
    with locked(releases_root / ".lock"):
        before = replace(history, key=b"")
        try:
            events = before.events() if before.path.is_file() else []
        except HistoryError:
            events = before.salvaged()
        remembered, lost = out_by(events), lost_by(events)
        if history.exists:
            number = 1
            while history.path.with_name(f"{history.path.name}.{number}").exists():
                number += 1
            history.path.rename(history.path.with_name(f"{history.path.name}.{number}"))
        found = {event.id: event for event in editions_found(releases_root, now) if event.id not in lost}
        for event in {**remembered, **found}.values():
            history.append(replace(event, event="adopted"))
        for event in lost.values():
            history.append(event)
        derive(releases_root, history)
        return sorted({**remembered, **found})


def give_up(
    releases_root: Path, product: str, version: str, reason: str, memory: Memory, now: datetime
) -> None:
    """Remember that an edition is lost or damaged and cannot be restored, with the reason.

    `current` then leads to the edition before it; attacks go on without it and say so. Raises `ReleaseError`
    for an edition that was never published.
    """
    history = memory.of(releases_root)
    with locked(releases_root / ".lock"):
        known = history.editions().get(f"{product}/{version}")
        if known is None:
            raise ReleaseError(f"{product} has no edition {version} in {history.path}")
        history.append(replace(known, event="lost", at=utc(now).isoformat(), reason=reason))
        derive(releases_root, history)
