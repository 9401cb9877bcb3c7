"""A publication: from the checked candidate to the edition in its place, safe to kill at any point."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from exports import candidate as candidates
from exports import files
from exports.candidate import Candidate
from exports.history import BESIDE, Event, History, Memory
from exports.release.derived import derive
from exports.release.edition import (
    CURRENT,
    SIGNED,
    Release,
    ReleaseError,
    ReleaseRefused,
    Unchanged,
    current_release,
    next_version,
    planstat_version,
    utc,
)
from exports.release.receipt import compare_hashes, named_predecessor, ordinary, verified_receipt
from exports.release.remembering import event_of, remembered
from exports.release.verification import unsigned_part
from exports.signing import Signer, SigningError
from sources.foundation.editions import RECEIPT, RELEASE
from sources.foundation.files import (
    flush_to_disk,
    leftover_beside,
    locked,
    readable_json,
    remove,
    sha256_of,
    sweep,
    write_text,
)


def publish(
    product: str,
    candidate: Candidate | Path,
    releases_root: Path,
    now: datetime,
    *,
    audience: str = "public",
    known: Sequence[Path] = (),
    memory: Memory = BESIDE,
    database: bool = True,
) -> Release | Unchanged:
    """Publish a candidate, or say that it brings nothing new.

    `candidate` is the candidate or its folder; afterwards it is gone. `now` is the time of publication (UTC)
    and gives the version `YYYY-MM-DD.N`; a version never sorts before an earlier one, whatever the clock
    says. `audience` says whom `releases_root` is for; a product for another audience is refused. `known` are
    further folders of releases that an attacker of a protected product knows: its certificate must have been
    issued with all that was ever published there. `memory` says where that is remembered, and holds the
    office's key. Without `database` the caller brings that up to date, by `repair`, after the last of several
    publications: each would copy all of it. Raises `ReleaseRefused` without a passing receipt for exactly
    these bytes and this predecessor, `Busy` when another publication runs too long.
    """
    files.product_name(product)
    folder = candidate.path if isinstance(candidate, Candidate) else candidate
    history = memory.of(releases_root)
    with locked(releases_root / ".lock"):
        derive(releases_root, history, database=database)
        sweep(folder)
        receipt = verified_receipt(product, folder, history.key)
        _refuse_held(folder, receipt)
        _check_destination(folder, audience, (*known, releases_root), memory)
        current = current_release(releases_root, product)
        if current is not None and current.fingerprint == receipt["fingerprint"]:
            return Unchanged(product, current)
        if receipt.get("previous") != named_predecessor(current.path if current else None):
            raise ReleaseRefused(
                f"{folder}: was checked as the successor of another edition than the current one; check it "
                "again"
            )
        home = releases_root / product
        files.open_folder(home)
        version = next_version(home, now)
        work = leftover_beside(home / version)
        _copy(folder, work, receipt)
        (work / RELEASE).unlink(missing_ok=True)
        write_text(
            work / RELEASE,
            readable_json(
                {
                    "product": product,
                    "version": version,
                    "published_at": utc(now).isoformat(),
                    "fingerprint": receipt["fingerprint"],
                    "previous": current.version if current else None,
                    "receipt_sha256": sha256_of(work / RECEIPT),
                    "planstat": planstat_version(),
                }
            ),
        )
        if memory.signer is not None:
            _sign(work, memory.signer)
        for path in files.regular_files(work).values():
            path.chmod(0o444)
            flush_to_disk(path)
        work.chmod(0o555)
        flush_to_disk(work)
        event = event_of("intends", work, product, version, now)
        history.append(event)
        work.chmod(0o755)  # a folder that is write-protected cannot be renamed by everybody
        work.rename(home / version)
        (home / version).chmod(0o555)
        flush_to_disk(home)
        _check_moved(home / version, receipt, event, history, memory.signer)
        history.append(replace(event, event="published"))
        _take_away(folder, home)
        derive(releases_root, history, database=database)
        published = current_release(releases_root, product)
        if published is None or published.version != version:
            raise ReleaseError(
                f"{home / version} was moved into place, but {home / CURRENT} does not lead to it"
            )
        return published


def _copy(folder: Path, work: Path, receipt: Mapping[str, Any]) -> None:
    """Copy a candidate into a new folder, each file into a new one that nobody else has open.

    Raises `ReleaseRefused`, and leaves nothing, when what is copied is not what the receipt says.
    """
    recorded = receipt["files"]
    work.mkdir(mode=0o700)
    try:
        for name, path in ordinary(folder).items():
            target = work / name
            target.parent.mkdir(parents=True, exist_ok=True)
            digest = files.copy_hashed(path, target)
            if name == RECEIPT:
                copied = json.loads(target.read_text(encoding="utf-8"))
                intact = copied == receipt
            else:
                intact = name == RELEASE or digest == recorded[name]["sha256"]
            if not intact:
                raise ReleaseRefused(
                    f"{folder}: {name} was changed after the check. Build and check it again"
                )
    except BaseException:
        remove(work)
        raise


def _sign(edition: Path, signer: Signer) -> None:
    """Sign an edition that nobody sees yet; raises `ReleaseRefused`, and leaves nothing, when that fails."""
    try:
        for name in SIGNED:
            if (edition / name).is_file():
                signer.sign(edition / name)
    except (SigningError, OSError) as problem:
        remove(edition)
        raise ReleaseRefused(f"not published, because it could not be signed: {problem}") from None


def _check_moved(
    edition: Path, receipt: Mapping[str, Any], event: Event, history: History, signer: Signer | None
) -> None:
    """Hash an edition in its place; one that is not what the receipt says is taken away again."""
    try:
        compare_hashes(edition, receipt["files"], of_edition=True)
        problem = unsigned_part(edition, signer)
        if problem:
            raise ReleaseRefused(f"{problem}; it was changed while it was published")
        if sha256_of(edition / RECEIPT) != event.receipt_sha256:
            raise ReleaseRefused(f"{edition}: its receipt was changed while it was published")
    except (ReleaseRefused, OSError) as problem:
        remove(edition)
        history.append(replace(event, event="abandoned", reason=str(problem)))
        raise


def _take_away(folder: Path, home: Path) -> None:
    """Remove a candidate that was published, by one rename where a killed process leaves nothing to clean."""
    aside = leftover_beside(home / folder.name)
    try:
        folder.rename(aside)
    except OSError:  # another file system, or a mount
        aside = leftover_beside(folder)
        folder.rename(aside)
    remove(aside)
    flush_to_disk(folder.parent)


def _refuse_held(folder: Path, receipt: Mapping[str, Any]) -> None:
    """Refuse a candidate that carries what the gate refused in another product, or of which nobody knows."""
    held = receipt.get("held")
    if not isinstance(held, list):
        raise ReleaseRefused(
            f"{folder}: nobody has compared it yet with what the gate refused in other products; "
            "`planstat run` does"
        )
    if held:
        products = ", ".join(str(entry.get("product")) for entry in held)
        raise ReleaseRefused(
            f"{folder}: is held back, because it carries figures made from cells that the gate refused in "
            f"{products}"
        )


def _check_destination(folder: Path, audience: str, known: Sequence[Path], memory: Memory) -> None:
    """Refuse a product for another audience, and a certificate that did not know what is public by now."""
    package = candidates.read(folder)
    if package.audience != audience:
        raise ReleaseRefused(
            f"{folder}: this product is {package.audience}; it does not belong among {audience} releases"
        )
    if package.decision == "protected":
        from exports.disclosure.auditor.edition import is_current, universe_of

        if not is_current(folder, known, remembered(known, universe_of(folder), memory)):
            raise ReleaseRefused(
                f"{folder}: the attack did not know all editions about the same cases: one was released "
                "after it, or is missing or changed; check it again"
            )
