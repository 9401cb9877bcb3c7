"""The receipt: the gate's verdict bound to the bytes that were checked.

`look` takes hash and identity of every file before attack and gate read them; `write_receipt` compares
afterwards, so that a file which changed in between, even there and back, is no part of a receipt. The receipt
names the edition before it: an older one cannot be published again as the newest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exports import candidate as candidates
from exports import files
from exports.candidate import Candidate
from exports.describe import Description, parse
from exports.history import is_signed, signature
from exports.release.edition import SIGNATURES, ReleaseRefused, planstat_version
from sources.foundation.editions import AFTERWARDS, RECEIPT, RELEASE
from sources.foundation.files import canonical_json, readable_json, sha256_of, write_text

RECEIPT_FORMAT = 2


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
    for name, path in ordinary(folder).items():
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
    hashes |= {name: entry for name, entry in hashes_of(candidate.path).items() if name in AFTERWARDS}
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
        "previous": named_predecessor(previous),
        "passed": verdict.get("passed") is True,
        "verdict": dict(verdict),
        "awaits": [awaited.model_dump(mode="json") for awaited in described.awaits],
        "held": None if held is None else [dict(entry) for entry in held],
        "files": dict(sorted(hashes.items())),
    }
    receipt["signature"] = signature(key, RECEIPT, receipt)
    write_text(candidate.path / RECEIPT, readable_json(receipt))
    return receipt


def write_compiled_receipt(
    folder: Path,
    product: str,
    fingerprint: str,
    checks: Sequence[Mapping[str, Any]],
    compiled_from: Mapping[str, str],
    previous: Path | None = None,
    key: bytes = b"",
) -> dict[str, Any]:
    """Write the receipt of a compilation: what was checked, and the editions (`compiled_from`) it is made of.

    `checks` are entries of a verdict, `previous` is the edition that is current, `key` the office's. No gate
    and no attack is asked: every figure is one of an edition that they passed, which `checks` have to show.
    """
    failed = _failed_checks({"checks": list(checks)})
    receipt = {
        "format": RECEIPT_FORMAT,
        "product": product,
        "planstat": planstat_version(),
        "fingerprint": fingerprint,
        "previous": named_predecessor(previous),
        "passed": not failed,
        "verdict": {"product": product, "passed": not failed, "checks": [dict(check) for check in checks]},
        "compiled_from": dict(sorted(compiled_from.items())),
        "awaits": [],
        "held": [],
        "files": dict(sorted(hashes_of(folder).items())),
    }
    receipt["signature"] = signature(key, RECEIPT, receipt)
    write_text(folder / RECEIPT, readable_json(receipt))
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


def named_predecessor(folder: Path | None) -> dict[str, str] | None:
    """How a receipt names the edition before it: version, and the hash of its receipt."""
    if folder is None or not (folder / RECEIPT).is_file():
        return None
    return {"version": folder.resolve().name, "receipt_sha256": sha256_of(folder / RECEIPT)}


def ordinary(folder: Path) -> dict[str, Path]:
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
    compare_hashes(folder, receipt.get("files"))
    package = candidates.read(folder)
    _check_protection(folder, package)
    if package.product != product or package.fingerprint != receipt.get("fingerprint"):
        raise ReleaseRefused(
            f"{folder}: data package and receipt differ in product or fingerprint; build again"
        )
    return receipt


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


def hashes_of(folder: Path) -> dict[str, dict[str, Any]]:
    """SHA-256 and size of every file except receipt and release note, which speak about the others."""
    return {
        name: {"sha256": sha256_of(path), "bytes": path.stat().st_size}
        for name, path in files.regular_files(folder).items()
        if name not in (RECEIPT, RELEASE)
    }


def compare_hashes(folder: Path, recorded: Any, *, of_edition: bool = False) -> None:
    """Refuse a folder whose files are not exactly those of the receipt; an edition may be signed beside."""
    try:
        found = hashes_of(folder)
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
