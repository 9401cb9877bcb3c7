"""Attacks a product's files as they would be published, together with all that is public already.

Reads the candidate's Parquet file, its `disclosure.json`, and the released editions of all products over the
same cases. Writes the certificate into the candidate; gate and release refuse a candidate without one for
exactly its bytes, and a release refuses one that was issued before another edition came out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from exports import files
from exports.disclosure.auditor.attack import Finding, Result, attack, known_before, set_aside
from exports.disclosure.auditor.certificate import Certificate, Risk, remaining_risks
from exports.disclosure.auditor.earlier import (
    DECLARATION,
    Cells,
    Key,
    Public,
    fingerprints,
    layers,
    read_declaration,
    released,
)
from exports.disclosure.auditor.knowledge import gather, read_published
from exports.disclosure.declaration import DeclarationError, Demand, fitted_axes

CERTIFICATE = "disclosure_certificate.json"

LATER = frozenset({CERTIFICATE, "gate.json", "gate_report.html", "receipt.json", "release.json"})
"""Files that are written after the attack: they speak about the others."""

Outdated = Iterable[tuple[str, Key, float | None]]


def audit_edition(
    folder: Path,
    releases: Sequence[Path],
    demand: Demand,
    outdated: Outdated = (),
    shown: Mapping[Key, float] | None = None,
) -> tuple[Result, Certificate]:
    """Attack the candidate (or release) in `folder`, knowing every other edition below `releases`.

    How strong the attack is says `demand`, the policy as decided; the folder's own `disclosure.json` only
    says what is printed there and which boundaries it knows.

    `outdated` are numbers of earlier editions that were revised since (product, cell, number): they tell
    nothing about today. `shown` are hidden numbers to be taken as printed. Writes nothing. Raises
    DeclarationError when files contradict each other.
    """
    content, written = read_declaration(folder / DECLARATION)
    product = str(content["product"])
    written = written.model_copy(update={"safety": demand.safety})
    cells = read_published(folder / f"{product}.parquet", written.tables[0], written)
    own = demand.applied(written, cells.values())
    table = own.tables[0]
    published: dict[str, Cells] = {product: cells}
    published[product] |= dict(shown or {})
    public = _others(folder, releases, str(content["universe"]))
    before = layers(public, own) if "K5" in own.safety.withstand else []
    gone = set(outdated)
    revised = 0
    tables = [table]
    for earlier, known in before:
        name = earlier.name.split("@")[0]
        kept = {key: number for key, number in known.items() if (name, key, number) not in gone}
        revised += len(known) - len(kept)
        published[earlier.name] = kept
        tables.append(earlier)
    declared = own.model_copy(update={"tables": fitted_axes(tables, own, published)})
    result = attack(gather(declared, published), declared.safety)
    lost = set_aside(result, known_before(declared, published)) if result.findings else 0
    risks = remaining_risks(declared, result)
    if lost:
        risks.append(
            Risk(
                f"{lost} hidden cells can be computed from earlier editions alone; "
                "whoever kept these knows them",
                f"{lost} gesperrte Felder sind allein aus früheren Ausgaben zu errechnen; "
                "wer diese hat, kennt sie",
            )
        )
    if revised:
        risks.append(
            Risk(
                f"{revised} numbers of earlier editions were revised since and tell nothing about today's",
                f"{revised} Zahlen früherer Ausgaben wurden seither berichtigt und sagen nichts über heutige",
            )
        )
    certificate = Certificate(
        name=product,
        passed=result.passed,
        levels=dict(result.levels),
        withstand=declared.safety.withstand,
        files=_hashes(folder),
        declaration_sha256=files.sha256_of(folder / DECLARATION),
        policy_sha256=demand.sha256,
        cells=sum(len(cells) for cells in published.values()),
        hidden=sum(number is None for number in published[product].values()),
        findings=len(result.findings),
        remaining_risks=tuple(risks),
        earlier=fingerprints(public),
    )
    return result, certificate


def certify(
    folder: Path, releases: Sequence[Path], demand: Demand, outdated: Outdated = ()
) -> tuple[bool, list[Finding], str]:
    """Attack a candidate and write its certificate. Returns whether it passed, what broke, and in words why.

    Files that cannot be read, contradict each other, or ask for less than was decided give no certificate.
    """
    target = folder / CERTIFICATE
    try:
        content, written = read_declaration(folder / DECLARATION)
        differs = demand.weakened(content, written)
        if differs:
            raise DeclarationError(
                f"{folder / DECLARATION}: does not ask for what the policy {demand.universe} decides "
                f"({', '.join(differs)}); build the candidate anew"
            )
        result, certificate = audit_edition(folder, releases, demand, outdated)
    except DeclarationError as error:
        target.unlink(missing_ok=True)
        return False, [], str(error)
    files.write_text(
        target,
        json.dumps(certificate.as_dict(), ensure_ascii=False, indent=1, sort_keys=True) + "\n",
    )
    words = "; ".join(finding.derivation for finding in result.findings[:3])
    return result.passed, result.findings, words


def is_current(folder: Path, releases: Sequence[Path]) -> bool:
    """Whether the certificate knew every edition that is public now."""
    try:
        content, _ = read_declaration(folder / DECLARATION)
        certificate = json.loads((folder / CERTIFICATE).read_text(encoding="utf-8"))
        known = certificate["earlier"]
    except (OSError, ValueError, KeyError, TypeError, DeclarationError):
        return False
    return bool(known == fingerprints(_others(folder, releases, str(content["universe"]))))


def certificate_problems(folder: Path) -> list[str]:
    """Why the files in a folder may not be published as protected; empty when the certificate covers them."""
    path = folder / CERTIFICATE
    if not (folder / DECLARATION).is_file():
        return [f"{folder / DECLARATION} is not there: nothing says how the product is protected"]
    try:
        certificate: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        recorded: dict[str, str] = dict(certificate["files"])
        passed = certificate["passed"]
    except FileNotFoundError:
        return [f"{path} is not there: the files were not attacked yet"]
    except (ValueError, KeyError, TypeError) as error:
        return [f"{path} is no disclosure certificate: {error!r}"]
    problems = [] if passed is True else [f"{path}: the attack succeeded"]
    found = _hashes(folder)
    problems += [f"{name} was not attacked" for name in sorted(found.keys() - recorded.keys())]
    problems += [f"{name} was attacked, but is not there" for name in sorted(recorded.keys() - found.keys())]
    problems += [
        f"{name} was changed after the attack"
        for name in sorted(found.keys() & recorded.keys())
        if found[name] != recorded[name]
    ]
    return problems


def _others(folder: Path, releases: Sequence[Path], universe: str) -> list[Public]:
    here = folder.resolve()
    return [public for public in released(releases, universe) if public.folder.resolve() != here]


def _hashes(folder: Path) -> dict[str, str]:
    return {
        name: files.sha256_of(path)
        for name, path in files.regular_files(folder).items()
        if name not in LATER and not name.startswith(".")
    }


__all__ = [
    "CERTIFICATE",
    "audit_edition",
    "certificate_problems",
    "certify",
    "is_current",
]
