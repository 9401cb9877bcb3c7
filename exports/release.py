"""Releases: a checked candidate becomes an edition that never changes.

What leaves are the bytes that were checked. `look` takes hash and identity of every file before attack and
gate read them; `write_receipt` compares afterwards, so that a file which changed in between, even there and
back, is no part of a receipt. The receipt names the edition before it: an older one cannot be published
again as the newest. With the office's key it is signed.

The order of a publication is what makes it safe to kill at any point:

1. Under the lock: re-hash every file of the candidate and compare with its receipt; refuse anything else.
2. Copy the files into a new folder beside the editions, hashing what is copied: whoever holds a candidate's
   file open, or under another name, holds another file than the one that is published.
3. Write `release.json` (version, time), write-protect and flush everything, remember the intent in the
   history.
4. Rename the new folder to `releases/<product>/<version>/`. This one rename is the publication.
5. Hash once more, remember it as published, take the candidate away.
6. Derive the rest from the folders: link `current`, `catalog.json`, `planstat.duckdb`, each replaced whole.

Killed before 4: nothing was published, the candidate is still there. Killed after 4: the edition is
published, and `repair` (run first by every publication, and callable by itself) completes the history and
derives the rest again. Editions that the history does not know, or knows otherwise, are named in the
catalog, and `current` never leads to them.

`planstat.duckdb` holds the data itself: one table per product, the rows of its current release, plus the
table `planstat_releases`. It names no place, so it may be copied alone, moved, and opened on any machine; a
reader keeps what he opened while a newer one is put in its place. Only products with a new release are
written anew, into a copy. Open it read-only: `duckdb.connect("planstat.duckdb", read_only=True)`,
`duckdb -readonly planstat.duckdb`.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
import shutil
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports import candidate as candidates
from exports import difference, files
from exports.candidate import Candidate
from exports.describe import Description, parse
from exports.history import BESIDE, Event, History, Memory, Remembered, is_signed, signature
from exports.signing import SUFFIX, Signer, SigningError, signature_of
from sources.foundation.editions import AFTERWARDS, CERTIFICATE, RECEIPT, RELEASE
from sources.foundation.exits import USAGE
from sources.foundation.files import (
    canonical_json,
    flush_to_disk,
    leftover_beside,
    locked,
    readable_json,
    remove,
    replacing,
    sha256_of,
    sweep,
    write_text,
)
from sources.foundation.sql import quoted, text_literal
from sources.foundation.told import Told

if TYPE_CHECKING:
    import duckdb

PACKAGE = "datapackage.json"
CATALOG = "catalog.json"
DATABASE = "planstat.duckdb"
CURRENT = "current"
RECEIPT_FORMAT = 2

SIGNED = (RELEASE, RECEIPT, CERTIFICATE)
"""What an SSH key of the office signs, as far as it is there; each vouches for other files by their hash."""

SIGNATURES = frozenset(f"{name}{SUFFIX}" for name in SIGNED)

_VERSION = re.compile(r"(\d{4}-\d{2}-\d{2})\.([1-9]\d*)")


class ReleaseRefused(RuntimeError):
    """These bytes may not be published; the message says why and what to do."""


class ReleaseError(RuntimeError):
    """A release or product that is asked for is not there or damaged."""

    exit_code = USAGE


@dataclass(frozen=True)
class Release:
    """One published edition."""

    product: str
    version: str
    path: Path
    published_at: datetime
    fingerprint: str
    rows: int
    is_current: bool
    title_de: str
    files: dict[str, dict[str, Any]] = field(repr=False)
    datasets: tuple[dict[str, Any], ...] = field(repr=False)

    @property
    def id(self) -> str:
        """The edition's name in citations: `<product>/<version>`."""
        return f"{self.product}/{self.version}"


@dataclass(frozen=True)
class Unchanged:
    """Nothing was published, because the current release already says exactly this."""

    product: str
    release: Release


def planstat_version() -> str:
    """The installed version of planstat; `0` where it runs uninstalled."""
    try:
        return importlib.metadata.version("planstat")
    except importlib.metadata.PackageNotFoundError:
        return "0"


@dataclass(frozen=True)
class Seen:
    """A file as it was looked at: hash, and what changes when anybody writes to it (inode, change time)."""

    sha256: str
    bytes: int
    inode: int
    changed_ns: int


def look(folder: Path) -> dict[str, Seen]:
    """Every file of a candidate by name, before it is checked; what the check writes itself is left out.

    Raises `ReleaseRefused` for a file that is no ordinary one or has a second name, under which it could be
    written to at any time.
    """
    found = {}
    for name, path in _ordinary(folder).items():
        if name not in AFTERWARDS:
            before = path.stat()
            digest = sha256_of(path)
            found[name] = Seen(digest, before.st_size, before.st_ino, before.st_ctime_ns)
    return found


def write_receipt(
    candidate: Candidate,
    verdict: Mapping[str, Any],
    description: Mapping[str, Any],
    seen: Mapping[str, Seen],
    *,
    written: Mapping[str, str] | None = None,
    previous: Path | None = None,
    held: Sequence[Mapping[str, Any]] | None = (),
    key: bytes = b"",
) -> dict[str, Any]:
    """Write `receipt.json` into the candidate: the gate's verdict bound to the hash of every file.

    `held` are findings about other products whose cells this one carries too; None when that is not known
    yet, see `record_holds`. Either keeps it from being published.

    `verdict` is the gate's answer as plain data with at least `product`, `passed` and `checks`; a failed
    verdict is written down too (`publish` refuses it). `seen` is what `look` gave before the check,
    `written` the files that attack and gate wrote, by the SHA-256 of what they wrote, `previous` the folder
    of the edition that is current, `key` the office's. Raises `ReleaseRefused` when a file is not the one
    that was looked at or written, when verdict, description and candidate are not of the same product, or
    when the candidate was built from another description.
    """
    described = parse(description)
    if not candidate.product == described.product == verdict.get("product"):
        raise ReleaseRefused(
            f"receipt of {candidate.path}: candidate is {candidate.product!r}, description "
            f"{described.product!r}, verdict {verdict.get('product')!r}; give those of one product"
        )
    if candidate.description_sha256 != described.content_sha256():
        raise ReleaseRefused(
            f"receipt of {candidate.path}: the candidate was built from another description; build it again"
        )
    secret = [one.dataset_id for one in described.datasets if one.is_confidential]
    if secret and (described.disclosure is None or described.disclosure.policy is None):
        raise ReleaseRefused(
            f"{candidate.path}: stands on confidential data ({', '.join(secret)}) and has no policy, "
            "whatever the verdict says; write one (exports/products/policies)"
        )
    now = look(candidate.path)
    changed = sorted(name for name in now.keys() | seen.keys() if now.get(name) != seen.get(name))
    if changed:
        (candidate.path / RECEIPT).unlink(missing_ok=True)
        raise ReleaseRefused(
            f"{candidate.path}: {', '.join(changed)} changed while the candidate was checked; find out who "
            "writes there, then build and check it again"
        )
    # each file by the hash that was compared: a second reading could be of other bytes
    hashes = {name: {"sha256": one.sha256, "bytes": one.bytes} for name, one in now.items()}
    hashes |= {name: entry for name, entry in _hashes(candidate.path).items() if name in AFTERWARDS}
    if written is not None:
        about = {name: entry["sha256"] for name, entry in hashes.items() if name in AFTERWARDS}
        foreign = sorted(n for n in about.keys() | written.keys() if about.get(n) != written.get(n))
        if foreign:
            (candidate.path / RECEIPT).unlink(missing_ok=True)
            raise ReleaseRefused(
                f"{candidate.path}: {', '.join(foreign)} is not what attack and gate wrote; find out "
                "who writes there, then check it again"
            )
    receipt = {
        "format": RECEIPT_FORMAT,
        "product": candidate.product,
        "planstat": planstat_version(),
        "fingerprint": candidate.fingerprint,
        "description_sha256": candidate.description_sha256,
        "demands_sha256": demands_sha256(described),
        "previous": _named_predecessor(previous),
        "passed": verdict.get("passed") is True,
        "verdict": dict(verdict),
        "awaits": [awaited.model_dump(mode="json") for awaited in described.awaits],
        "held": None if held is None else [dict(entry) for entry in held],
        "files": dict(sorted(hashes.items())),
    }
    receipt["signature"] = signature(key, RECEIPT, receipt)
    write_text(candidate.path / RECEIPT, readable_json(receipt))
    return receipt


def record_holds(folder: Path, held: Sequence[Mapping[str, Any]], key: bytes = b"") -> None:
    """Write into a candidate's receipt what was found about its cells in other products; [] for nothing.

    Each entry has at least the `product` whose gate refused the cells. Nothing else of the receipt changes.
    Raises `ReleaseRefused` for a receipt that the office's key did not sign: it gets no signature here.
    """
    path = folder / RECEIPT
    receipt = json.loads(path.read_text(encoding="utf-8"))
    _check_signature(path, receipt, key)
    if receipt.get("held") != list(held):
        unsigned = _unsigned(receipt) | {"held": [dict(entry) for entry in held]}
        signed = unsigned | {"signature": signature(key, RECEIPT, unsigned)}
        write_text(path, readable_json(signed))


def is_genuine(receipt: Mapping[str, Any], key: bytes) -> bool:
    """Whether the office's key signed a receipt; without a key nothing can be said, so it holds."""
    return is_signed(key, RECEIPT, _unsigned(receipt), receipt.get("signature"))


def _unsigned(receipt: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in receipt.items() if name != "signature"}


def _check_signature(path: Path, receipt: Mapping[str, Any], key: bytes) -> None:
    if not is_genuine(receipt, key):
        raise ReleaseRefused(
            f"{path}: is not signed with the office's key, so the gate of this office did not write it; let "
            "it check again"
        )


def demands_sha256(described: Description) -> str:
    """A hash over what gate and attack were told to demand: checks, decision and policy."""
    demands = described.model_dump(mode="json", include={"checks", "disclosure", "policy"})
    return hashlib.sha256(canonical_json(demands).encode()).hexdigest()


def _named_predecessor(folder: Path | None) -> dict[str, str] | None:
    """How a receipt names the edition before it: version, and the hash of its receipt."""
    if folder is None or not (folder / RECEIPT).is_file():
        return None
    return {"version": folder.resolve().name, "receipt_sha256": sha256_of(folder / RECEIPT)}


def _ordinary(folder: Path) -> dict[str, Path]:
    """The files of a candidate, none of which has a second name."""
    try:
        found = files.regular_files(folder)
    except files.UnsafeName as problem:
        raise ReleaseRefused(str(problem)) from None
    for name, path in found.items():
        if name in SIGNATURES:
            raise ReleaseRefused(
                f"{folder}: {name} is not for a candidate to bring; the release signs, with the office's key"
            )
        if path.stat().st_nlink > 1:
            raise ReleaseRefused(
                f"{folder}: {name} has a second name (hard link), under which it could be changed at any "
                "time; build the candidate again"
            )
    return found


def publish(
    product: str,
    candidate: Candidate | Path,
    releases_root: Path,
    now: datetime,
    *,
    audience: str = "public",
    known: Sequence[Path] = (),
    memory: Memory = BESIDE,
) -> Release | Unchanged:
    """Publish a candidate, or say that it brings nothing new.

    `candidate` is the candidate or its folder; afterwards it is gone. `now` is the time of publication (UTC)
    and gives the version `YYYY-MM-DD.N`; a version never sorts before an earlier one, whatever the clock
    says. `audience` says whom `releases_root` is for; a product for another audience is refused. `known` are
    further folders of releases that an attacker of a protected product knows: its certificate must have been
    issued with all that was ever published there. `memory` says where that is remembered, and holds the
    office's key. Raises `ReleaseRefused` without a passing receipt for exactly these bytes and this
    predecessor, `Busy` when another publication runs too long.
    """
    files.product_name(product)
    folder = candidate.path if isinstance(candidate, Candidate) else candidate
    history = memory.of(releases_root)
    with locked(releases_root / ".lock"):
        _repair(releases_root, history)
        sweep(folder)
        receipt = verified_receipt(product, folder, history.key)
        _refuse_held(folder, receipt)
        _check_destination(folder, audience, (*known, releases_root), memory)
        current = current_release(releases_root, product)
        if current is not None and current.fingerprint == receipt["fingerprint"]:
            return Unchanged(product, current)
        if receipt.get("previous") != _named_predecessor(current.path if current else None):
            raise ReleaseRefused(
                f"{folder}: was checked as the successor of another edition than the current one; check it "
                "again"
            )
        home = releases_root / product
        files.open_folder(home)
        version = _next_version(home, now)
        work = leftover_beside(home / version)
        _copy(folder, work, receipt)
        (work / RELEASE).unlink(missing_ok=True)
        write_text(
            work / RELEASE,
            readable_json(
                {
                    "product": product,
                    "version": version,
                    "published_at": _utc(now).isoformat(),
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
        event = _event("intends", work, product, version, now)
        history.append(event)
        work.chmod(0o755)  # a folder that is write-protected cannot be renamed by everybody
        work.rename(home / version)
        (home / version).chmod(0o555)
        flush_to_disk(home)
        _check_moved(home / version, receipt, event, history, memory.signer)
        history.append(replace(event, event="published"))
        _take_away(folder, home)
        _repair(releases_root, history)
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
        for name, path in _ordinary(folder).items():
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
        for name in sorted(_remembered(releases_root, history)):
            product, _, version = name.partition("/")
            edition = releases_root / product / version
            blank = [
                edition / part
                for part in SIGNED
                if (edition / part).is_file() and not signature_of(edition / part).exists()
            ]
            if not blank or _differs(edition, history):
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


def _check_moved(
    edition: Path, receipt: Mapping[str, Any], event: Event, history: History, signer: Signer | None
) -> None:
    """Hash an edition in its place; one that is not what the receipt says is taken away again."""
    try:
        _compare_hashes(edition, receipt["files"], of_edition=True)
        problem = _unsigned_part(edition, signer)
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


def _event(kind: str, edition: Path, product: str, version: str, now: datetime) -> Event:
    """An event about an edition, with what the attack needs to know of it when it is gone."""
    declared = edition / "disclosure.json"
    content = json.loads(declared.read_text(encoding="utf-8")) if declared.is_file() else {}
    return Event(
        event=kind,
        product=product,
        version=version,
        receipt_sha256=sha256_of(edition / RECEIPT),
        at=_utc(now).isoformat(),
        universe=content.get("family", content.get("universe")),
        parquet_sha256=sha256_of(edition / f"{product}.parquet") if content else None,
    )


def repair(releases_root: Path, memory: Memory = BESIDE) -> None:
    """Remove leftovers, complete the history, and derive links, catalog and database where they differ."""
    with locked(releases_root / ".lock"):
        _repair(releases_root, memory.of(releases_root))


def adopt(releases_root: Path, memory: Memory, now: datetime) -> list[str]:
    """Begin a history anew with what lies here, after a person has looked at it: the ids of its editions.

    For releases from before the history, and for a new key. What an unsigned history remembers and the folder
    does not hold stays remembered. The old file is kept beside the new one.
    """
    history = memory.of(releases_root)
    with locked(releases_root / ".lock"):
        before = replace(history, key=b"")
        remembered = before.editions() if before.exists else {}
        lost = before.lost() if before.exists else {}
        if history.exists:
            number = 1
            while history.path.with_name(f"{history.path.name}.{number}").exists():
                number += 1
            history.path.rename(history.path.with_name(f"{history.path.name}.{number}"))
        found = {event.id: event for event in _present(releases_root, now) if event.id not in lost}
        for event in {**remembered, **found}.values():
            history.append(replace(event, event="adopted"))
        for event in lost.values():
            history.append(event)
        _repair(releases_root, history)
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
        history.append(replace(known, event="lost", at=_utc(now).isoformat(), reason=reason))
        _repair(releases_root, history)


def unremembered(releases_root: Path, memory: Memory) -> str | None:
    """What the next publication adopts without anybody having looked, in words; None with a history.

    Told before, since afterwards nothing tells these editions from others.
    """
    history = memory.of(releases_root)
    if history.exists:
        return None
    found = _present(releases_root, datetime.now(UTC))
    if not found:
        return None
    return (
        f"{releases_root} holds {len(found)} editions and there is no history of them ({history.path}): they "
        "are taken for what was published, as they lie here now. If there was a history before, somebody "
        "deleted it: stop, and restore it from a backup"
    )


def _present(releases_root: Path, now: datetime) -> list[Event]:
    """The readable editions in the folders."""
    found = []
    for home in _homes(releases_root):
        for version in _versions(home):
            try:
                _release(home, version)
                found.append(_event("adopted", home / version, home.name, version, now))
            except (ReleaseError, OSError, ValueError):
                continue
    return found


def _remembered(releases_root: Path, history: History) -> dict[str, Event]:
    """The editions that are out, after completing what a killed publication left open; the lock is held.

    Releases without any history are from before it, and are adopted; with the office's key a person must say
    so, since whoever deletes a history together with an edition would have both forgotten.
    """
    if not history.exists:
        found = _present(releases_root, datetime.now(UTC))
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
        if not history.exists and not _homes(root):
            continue
        if not history.exists or history.open_intent() is not None:
            with locked(root / ".lock"):
                _remembered(root, history)
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


def verified_receipt(product: str, folder: Path, key: bytes = b"") -> dict[str, Any]:
    """The receipt of a folder, after re-hashing everything in it; raises `ReleaseRefused` otherwise."""
    if not folder.is_dir():
        raise ReleaseRefused(f"{folder}: there is no candidate of {product!r}; build one first")
    path = folder / RECEIPT
    try:
        receipt = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ReleaseRefused(f"{folder}: has no receipt; let the gate check the candidate first") from None
    except ValueError as problem:
        raise ReleaseRefused(
            f"{path}: is no readable receipt ({problem}); let the gate check again"
        ) from None
    if not isinstance(receipt, dict) or receipt.get("format") != RECEIPT_FORMAT:
        raise ReleaseRefused(f"{path}: is no receipt of format {RECEIPT_FORMAT}; let the gate check again")
    _check_signature(path, receipt, key)
    if receipt.get("product") != product:
        raise ReleaseRefused(f"{path}: is for {receipt.get('product')!r}, not for {product!r}")
    failed = _failed_checks(receipt.get("verdict"))
    if receipt.get("passed") is not True or failed:
        raise ReleaseRefused(
            f"{folder}: the gate did not pass this candidate"
            + (f"; failed: {', '.join(failed)}" if failed else "")
            + ". See gate_report.html there; the current release stays as it is"
        )
    _compare_hashes(folder, receipt.get("files"))
    package = candidates.read(folder)
    _check_protection(folder, package)
    if package.product != product or package.fingerprint != receipt.get("fingerprint"):
        raise ReleaseRefused(
            f"{folder}: data package and receipt differ in product or fingerprint; build again"
        )
    return receipt


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


def _check_protection(folder: Path, package: Candidate) -> None:
    """Refuse a protected product without a certificate of the attack for exactly its files."""
    if package.decision != "protected" and not (folder / "disclosure.json").exists():
        return
    from exports.disclosure.auditor.edition import certificate_problems

    problems = certificate_problems(folder)
    if problems:
        raise ReleaseRefused(
            f"{folder}: disclosure control does not vouch for these files: {'; '.join(problems)}. Build and "
            "check it again"
        )


def list_releases(releases_root: Path, product: str | None = None) -> list[Release]:
    """All editions, by product and then oldest first; of one product when named."""
    if product is not None:
        files.product_name(product)
    homes = [releases_root / product] if product else _homes(releases_root)
    return [_release(home, version) for home in homes for version in _versions(home)]


def current_release(releases_root: Path, product: str) -> Release | None:
    """The edition that `current` leads to; None before the first."""
    home = releases_root / files.product_name(product)
    version = _linked_version(home)
    return _release(home, version) if version else None


def show(releases_root: Path, product: str, version: str | None = None) -> dict[str, Any]:
    """Everything about one edition (the current one by default) as plain data for people.

    Raises `ReleaseError` when there is none of that name.
    """
    release = _named(releases_root, product, version)
    edition = candidates.read(release.path)
    receipt = json.loads((release.path / RECEIPT).read_text(encoding="utf-8"))
    return _entry(release) | {
        "product": release.product,
        "path": str(release.path),
        "is_current": release.is_current,
        "notes": edition.notes,
        "difference": edition.difference,
        "verdict": receipt["verdict"],
    }


def diff(releases_root: Path, product: str, a: str, b: str, lines: Path) -> difference.Difference:
    """What changed from edition `a` to edition `b`; every changed value goes to the CSV `lines`."""
    before, after = _named(releases_root, product, a), _named(releases_root, product, b)
    package = json.loads((after.path / PACKAGE).read_text(encoding="utf-8"))
    grain = next(item for item in package["resources"] if item["name"] == "parquet")["schema"]["primaryKey"]
    return difference.compare(
        product,
        grain,
        after.path / f"{product}.parquet",
        before.path / f"{product}.parquet",
        before.version,
        lines,
        protected=candidates.read(after.path).decision == "protected",
        words=difference.Words.read(after.path / "dictionary.csv"),
    )


def verify(
    releases_root: Path,
    product: str,
    version: str | None = None,
    memory: Memory = BESIDE,
) -> Release:
    """Compare a published edition with its receipt and the history; raises `ReleaseRefused` when they differ.

    Every file is hashed; `release.json` must say what the history remembers.
    """
    release = _named(releases_root, product, version)
    problem = _differs(release.path, memory.of(releases_root), memory.signer)
    if problem:
        raise ReleaseRefused(problem)
    return release


def verify_all(releases_root: Path, memory: Memory) -> dict[str, str]:
    """Every edition that was ever published, by id, with what is wrong with it; '' for one that is whole."""
    history = memory.of(releases_root)
    known = history.editions()
    there = {f"{home.name}/{version}" for home in _homes(releases_root) for version in _versions(home)}
    found: dict[str, str] = {}
    for name in sorted({*known, *there} - set(history.lost())):
        product, _, version = name.partition("/")
        found[name] = _differs(releases_root / product / version, history, memory.signer) or ""
    return found


def derived_problems(releases_root: Path, memory: Memory) -> list[str]:
    """What is wrong with the files that are derived from the editions and stand in no receipt, in words.

    Compares every row of `planstat.duckdb` with the editions it says it holds, and the catalog.
    """
    known = memory.of(releases_root).editions()
    whole = {name for name, problem in verify_all(releases_root, memory).items() if not problem}
    editions = [edition for edition in list_releases(releases_root) if edition.id in whole & known.keys()]
    again = "delete it, the next run writes it anew, and tell whoever has read it"
    problems = []
    catalog = releases_root / CATALOG
    if catalog.is_file():
        try:
            listed = json.loads(catalog.read_text(encoding="utf-8"))["products"]
        except (ValueError, KeyError, TypeError):
            listed = None
        if listed != _catalog(editions)["products"] and whole == known.keys():
            problems.append(f"{catalog}: does not say what the editions are; {again}")
    database = releases_root / DATABASE
    if database.is_file():
        current = [edition for edition in editions if edition.is_current]
        differs = _tables_that_differ(database, current)
        if differs:
            problems.append(f"{database}: {', '.join(differs)} differs from the edition; {again}")
    return problems


def _tables_that_differ(database: Path, current: Sequence[Release]) -> list[str]:
    """Products whose table in the database has not exactly the rows of the edition it names."""
    import duckdb

    held = _held(database)
    if held is None:
        return ["everything"]
    differs = []
    with duckdb.connect(str(database), read_only=True) as connection:
        for edition in current:
            if held.get(edition.product) != edition.version:
                differs.append(edition.product)
                continue
            table, file = quoted(edition.product), str(edition.path / f"{edition.product}.parquet")
            try:
                row = connection.execute(
                    f"select (select count(*) from {table}) <> (select count(*) from read_parquet($file)) or "
                    f"exists (from read_parquet($file) except all from {table})",
                    {"file": file},
                ).fetchone()
            except duckdb.Error:
                row = (True,)
            if row is None or row[0]:
                differs.append(edition.product)
    return differs


def _unsigned_part(edition: Path, signer: Signer | None) -> str | None:
    """Which signature of an edition is missing or wrong, in words; None without a key too."""
    if signer is None:
        return None
    problems = (signer.problem(edition / name) for name in SIGNED if (edition / name).is_file())
    return next(filter(None, problems), None)


def _differs(edition: Path, history: History, signer: Signer | None = None) -> str | None:
    """What is wrong with an edition, in words; None when receipt, files, history and signatures agree."""
    name = f"{edition.parent.name}/{edition.name}"
    known = history.editions().get(name)
    if known is None:
        return f"{edition}: is not in the history of what was published ({history.path}); who put it there?"
    if not edition.is_dir():
        return f"{edition}: was published and is gone; restore it from a backup"
    try:
        if sha256_of(edition / RECEIPT) != known.receipt_sha256:
            return f"{edition}: its receipt was changed after publication; restore it from a backup"
        receipt = json.loads((edition / RECEIPT).read_text(encoding="utf-8"))
        _compare_hashes(edition, receipt["files"], of_edition=True)
        note = json.loads((edition / RELEASE).read_text(encoding="utf-8"))
    except (OSError, ValueError, ReleaseRefused) as problem:
        return f"{problem}; restore it from a backup"
    said = note.get("product"), note.get("version"), note.get("receipt_sha256")
    if said != (known.product, known.version, known.receipt_sha256):
        return f"{edition / RELEASE}: was changed after publication; restore it from a backup"
    unsigned = _unsigned_part(edition, signer)
    if unsigned:
        return (
            f"{unsigned}; restore it from a backup, or, when it is from before the key, look at it and run "
            "`planstat releases sign`"
        )
    return None


def _hashes(folder: Path) -> dict[str, dict[str, Any]]:
    """SHA-256 and size of every file except receipt and release note, which speak about the others."""
    return {
        name: {"sha256": sha256_of(path), "bytes": path.stat().st_size}
        for name, path in files.regular_files(folder).items()
        if name not in (RECEIPT, RELEASE)
    }


def _compare_hashes(folder: Path, recorded: Any, *, of_edition: bool = False) -> None:
    """Refuse a folder whose files are not exactly those of the receipt; an edition may be signed beside."""
    try:
        found = _hashes(folder)
        if of_edition:
            found = {name: entry for name, entry in found.items() if name not in SIGNATURES}
    except files.UnsafeName as problem:
        raise ReleaseRefused(str(problem)) from None
    expected = recorded if isinstance(recorded, dict) else {}
    reasons = (
        [f"{name} is not in the receipt" for name in sorted(found.keys() - expected.keys())]
        + [f"{name} is in the receipt but not there" for name in sorted(expected.keys() - found.keys())]
        + [
            f"{name} was changed after the check"
            for name in sorted(found.keys() & expected.keys())
            if found[name] != expected[name]
        ]
    )
    if not found:
        reasons = ["it holds no files"]
    if reasons:
        raise ReleaseRefused(
            f"{folder}: differs from what the gate checked: {'; '.join(reasons)}. Build and check it again"
        )


def _failed_checks(verdict: Any) -> list[str]:
    """Ids of checks that stop a release; a verdict without checks proves nothing and counts as failed."""
    if not isinstance(verdict, dict) or not isinstance(verdict.get("checks"), list) or not verdict["checks"]:
        return ["(the verdict names no checks)"]
    return [
        str(check.get("id"))
        for check in verdict["checks"]
        if check.get("outcome") == "error"
        or (check.get("severity") == "fail" and check.get("outcome") == "failed")
    ]


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _order(version: str) -> tuple[date, int]:
    """Date and number of a version, for sorting."""
    matched = _VERSION.fullmatch(version)
    if not matched:
        raise ReleaseError(
            Told(
                f"{version!r} is no version; versions look like 2026-11-22.1",
                f"{version!r} ist keine Ausgabe; Ausgaben heißen wie 2026-11-22.1",
            )
        )
    return date.fromisoformat(matched[1]), int(matched[2])


def _versions(home: Path) -> list[str]:
    """Names of a product's editions, oldest first."""
    if not home.is_dir():
        return []
    names = [entry.name for entry in home.iterdir() if entry.is_dir() and not entry.is_symlink()]
    return sorted((name for name in names if _VERSION.fullmatch(name)), key=_order)


def _next_version(home: Path, now: datetime) -> str:
    """`YYYY-MM-DD.N`: today's next number; the newest day's next number when the clock was set back."""
    today = _utc(now).date()
    taken = [_order(version) for version in _versions(home)]
    day = max([today, *(when for when, _ in taken)])
    number = max((count for when, count in taken if when == day), default=0) + 1
    return f"{day.isoformat()}.{number}"


def _homes(releases_root: Path) -> list[Path]:
    """Folders of products that have releases."""
    if not releases_root.is_dir():
        return []
    return sorted(
        entry
        for entry in releases_root.iterdir()
        if entry.is_dir() and not entry.is_symlink() and files.PRODUCT_NAME.fullmatch(entry.name)
    )


def _linked_version(home: Path) -> str | None:
    """The version that `current` names; None when there is no link or it leads nowhere."""
    link = home / CURRENT
    if not link.is_symlink():
        return None
    version = str(link.readlink())
    return version if version in _versions(home) else None


def _release(home: Path, version: str) -> Release:
    """Read one edition from its folder. Raises ReleaseError when it is damaged."""
    path = home / version
    try:
        parts = tuple((path / name).stat() for name in (RELEASE, RECEIPT, PACKAGE))
        release = _edition(path, tuple((part.st_mtime_ns, part.st_size, part.st_ino) for part in parts))
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ReleaseError(
            Told(
                f"{path}: is no readable release ({problem}); restore it from a backup",
                f"{path}: ist keine lesbare Ausgabe ({problem}); aus der Sicherung wiederherstellen",
            )
        ) from problem
    return replace(release, is_current=_linked_version(home) == version)


@cache
def _edition(path: Path, _stamps: tuple[tuple[int, ...], ...]) -> Release:
    """What an edition's files say; they do not change, and a run asks for all of them many times."""
    note, receipt, package = (
        json.loads((path / name).read_text(encoding="utf-8")) for name in (RELEASE, RECEIPT, PACKAGE)
    )
    own = package["planstat"]
    return Release(
        product=path.parent.name,
        version=path.name,
        path=path,
        published_at=datetime.fromisoformat(note["published_at"]),
        fingerprint=note["fingerprint"],
        rows=own["rows"],
        is_current=False,
        title_de=package["title"],
        files=receipt["files"],
        datasets=tuple(own["datasets"]),
    )


def _named(releases_root: Path, product: str, version: str | None) -> Release:
    """An edition by product and version; the current one without a version."""
    home = releases_root / files.product_name(product)
    if version is None or version == CURRENT:
        release = current_release(releases_root, product)
        if release is None:
            there = [one.name for one in _homes(releases_root)]
            raise ReleaseError(
                Told(
                    f"{product} has no release yet; there are: {', '.join(there) or 'none'}",
                    f"{product} hat noch keine Ausgabe; es gibt: {', '.join(there) or 'keine'}",
                )
            )
        return release
    _order(version)
    if version not in _versions(home):
        known = ", ".join(_versions(home))
        raise ReleaseError(
            Told(
                f"{product} has no release {version}; there are: {known or 'none'}",
                f"{product} hat keine Ausgabe {version}; es gibt: {known or 'keine'}",
            )
        )
    return _release(home, version)


def _repair(releases_root: Path, history: History) -> None:
    """Derive everything beside the release folders from them; the lock is held.

    An edition that cannot be read, or that the history does not know, is left alone and named in the catalog:
    it must not keep the others from being published, and `current` never leads to it.
    """
    files.open_folder(releases_root)
    sweep(releases_root)
    known = _remembered(releases_root, history)
    damaged: list[dict[str, str]] = []
    for home in _homes(releases_root):
        sweep(home)
        whole = []
        for version in _versions(home):
            try:
                _release(home, version)
                _check_remembered(home / version, known)
                whole.append(version)
            except ReleaseError as problem:
                damaged.append({"path": f"{home.name}/{version}", "reason": str(problem)})
            if stat.S_IMODE((home / version).stat().st_mode) != 0o555:
                (home / version).chmod(0o555)
        if whole and _linked_version(home) != whole[-1]:
            _point(home, whole[-1])
    broken = {entry["path"] for entry in damaged}
    editions = [
        _release(home, version)
        for home in _homes(releases_root)
        for version in _versions(home)
        if f"{home.name}/{version}" not in broken
    ]
    catalog = readable_json(_catalog(editions) | ({"damaged": damaged} if damaged else {}))
    path = releases_root / CATALOG
    if not path.is_file() or path.read_text(encoding="utf-8") != catalog:
        write_text(path, catalog, mode=files.OPEN_FILE)
    _refresh_database(releases_root, [edition for edition in editions if edition.is_current])


def _check_remembered(edition: Path, known: Mapping[str, Event]) -> None:
    """Raises ReleaseError for a folder that is not the edition that was published under this name."""
    event = known.get(f"{edition.parent.name}/{edition.name}")
    if event is None:
        raise ReleaseError(f"{edition}: is not in the history of what was published, or was given up")
    found = (edition / RECEIPT).stat()
    stamp = (found.st_ctime_ns, found.st_mtime_ns, found.st_size, found.st_ino)
    if _receipt_hash(edition, stamp) != event.receipt_sha256:
        raise ReleaseError(f"{edition}: its receipt was changed after publication; restore it from a backup")


@cache
def _receipt_hash(edition: Path, _stamp: tuple[int, ...]) -> str:
    """The hash of an edition's receipt; a run asks for those of all editions many times."""
    return sha256_of(edition / RECEIPT)


def _point(home: Path, version: str) -> None:
    """Switch the link `current` in one step; the link is relative, so that the root may be moved."""
    with replacing(home / CURRENT) as link:
        link.symlink_to(version)
    flush_to_disk(home)


def _entry(release: Release) -> dict[str, Any]:
    """One edition in the catalog."""
    return {
        "version": release.version,
        "published_at": release.published_at.isoformat(),
        "rows": release.rows,
        "fingerprint": release.fingerprint,
        "files": release.files,
        "datasets": [
            {
                key: dataset[key]
                for key in (
                    "dataset_id",
                    "title_de",
                    "snapshot_id",
                    "retrieved_at",
                    "published_at",
                    "is_old",
                    "note",
                )
            }
            for dataset in release.datasets
        ],
    }


def _catalog(editions: list[Release]) -> dict[str, Any]:
    """The catalog: every product with its editions, newest first, and the path of each."""
    products: dict[str, dict[str, Any]] = {}
    for edition in reversed(editions):
        product = products.setdefault(
            edition.product, {"title_de": edition.title_de, "current": None, "releases": []}
        )
        if edition.is_current:
            product["current"] = edition.version
        product["releases"].append(_entry(edition) | {"path": edition.id})
    return {"format": 1, "products": dict(sorted(products.items()))}


def _refresh_database(releases_root: Path, current: list[Release]) -> None:
    """Write the products of `planstat.duckdb` anew of which it does not hold the current release."""
    path = releases_root / DATABASE
    wanted = {edition.product: edition.version for edition in current}
    held = _held(path)
    if not wanted or held == wanted:
        return
    with replacing(path, lasting=True, mode=0o444) as beside:
        if held and not _is_worn(path):
            shutil.copyfile(path, beside)
        else:
            held = {}
        _write_database(beside, current, held)


def _write_database(database: Path, current: list[Release], held: Mapping[str, str]) -> None:
    """Bring a database that holds the releases `held` (version by product) up to `current`."""
    import duckdb

    with duckdb.connect(str(database)) as connection:
        connection.begin()  # one for all: hundreds of comments follow
        connection.execute(
            "create table if not exists planstat_releases (product varchar, version varchar, folder varchar, "
            "published_at timestamp, row_count bigint)"
        )
        wanted = {edition.product: edition for edition in current}
        for product, version in held.items():
            if product not in wanted or wanted[product].version != version:
                connection.execute(f"drop table {quoted(product)}")
                connection.execute("delete from planstat_releases where product = ?", [product])
        for edition in current:
            if held.get(edition.product) == edition.version:
                continue
            table = quoted(edition.product)
            parquet = edition.path / f"{edition.product}.parquet"
            connection.execute(
                f"create table {table} as select * from read_parquet(?)", [str(parquet.resolve())]
            )
            package = json.loads((edition.path / PACKAGE).read_text(encoding="utf-8"))
            note = text_literal(f"{package['title']} ({edition.id}). {package['description']}")
            connection.execute(f"comment on table {table} is {note}")
            described = next(item for item in package["resources"] if item["name"] == "parquet")["schema"]
            for column in described["fields"]:
                words = text_literal(column["description"])
                connection.execute(f"comment on column {table}.{quoted(column['name'])} is {words}")
            connection.execute(
                "insert into planstat_releases values (?, ?, ?, ?, ?)",
                [
                    edition.product,
                    edition.version,
                    edition.id,
                    edition.published_at.replace(tzinfo=None),
                    edition.rows,
                ],
            )
        _write_sums(connection, current)
        connection.commit()


def _write_sums(connection: duckdb.DuckDBPyConnection, current: list[Release]) -> None:
    """Write the schema `sums` anew: views whose rows may be added up, as the products declare them."""
    connection.execute("drop schema if exists sums cascade")
    connection.execute("create schema sums")
    for edition in current:
        package = json.loads((edition.path / PACKAGE).read_text(encoding="utf-8"))
        for name, where in package["planstat"].get("sums", {}).items():
            chosen = {"area_level": "KREIS", **where}
            condition = " and ".join(
                f"{quoted(column)} = {text_literal(code)}" for column, code in sorted(chosen.items())
            )
            view = f"sums.{quoted(name)}"
            connection.execute(
                f"create view {view} as select * from main.{quoted(edition.product)} "
                f"where {condition} and not is_backcast"
            )
            note = f"{package['title']}: Kreise, je Stichtag zum Aufsummieren ({edition.id})"
            connection.execute(f"comment on view {view} is {text_literal(note)}")


def _held(database: Path) -> dict[str, str] | None:
    """The version of each product that the database holds; None when it is not there or not of this kind."""
    import duckdb

    if not database.is_file():
        return None
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            return dict(
                connection.execute(
                    "select product, version from planstat_releases where folder is not null"
                ).fetchall()
            )
    except duckdb.Error:
        return None


def _is_worn(database: Path) -> bool:
    """Whether more of the file is empty than full, after many releases."""
    import duckdb

    with duckdb.connect(str(database), read_only=True) as connection:
        row = connection.execute("select free_blocks, used_blocks from pragma_database_size()").fetchone()
    return row is not None and row[0] > row[1]
