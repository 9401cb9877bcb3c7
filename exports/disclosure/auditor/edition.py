"""Attacks a product's files as they would be published, together with all that is public already.

Reads the candidate's Parquet file, its `disclosure.json`, and the released editions of all products over the
same cases. Writes the certificate into the candidate; gate and release refuse a candidate without one for
exactly its bytes, and a release refuses one that was issued before another edition came out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exports import files
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
from exports.disclosure.auditor.findings import Finding, Result
from exports.disclosure.auditor.knowledge import gather, read_published
from exports.disclosure.auditor.verdict import attack_all
from exports.disclosure.declaration import Declaration, DeclarationError, Demand, Table, fitted_axes
from exports.files import SIGNATURE_SUFFIX
from exports.history import Remembered
from sources.foundation.editions import AFTERWARDS, CERTIFICATE
from sources.foundation.files import sha256_of, write_text
from sources.foundation.told import Told

Outdated = Iterable[tuple[str, Key, float | None]]


def audit_edition(
    folder: Path,
    releases: Sequence[Path],
    demand: Demand,
    outdated: Outdated = (),
    shown: Mapping[Key, float] | None = None,
    remembered: Remembered | None = None,
) -> tuple[Result, Certificate]:
    """Attack the candidate (or release) in `folder`, knowing every other edition below `releases`.

    How strong the attack is says `demand`, the policy as decided; the folder's own `disclosure.json` only
    says what is printed there and which boundaries it knows.

    `outdated` are numbers of earlier editions that are said to be revised since (product, cell, number).
    Whoever says so may be wrong or lie: such a number is left out only where the files themselves show that
    it cannot hold. `shown` are hidden numbers to be taken as printed. `remembered` says what was ever
    published; without it, and when an edition is missing or changed, the attack does not call itself
    complete. Writes nothing. Raises DeclarationError when files contradict each other.
    """
    content, written = read_declaration(folder / DECLARATION)
    product = str(content["product"])
    written = written.model_copy(update={"safety": demand.safety})
    cells = read_published(folder / f"{product}.parquet", written.tables[0], written)
    own = demand.applied(written, cells.values())
    table = own.tables[0]
    published: dict[str, Cells] = {product: cells}
    published[product] |= dict(shown or {})
    public = _others(folder, releases, demand.family)
    found = fingerprints(public)
    gaps = [] if remembered is None else remembered.gaps(found | _own(folder, releases))
    before = layers(public, own) if "K5" in own.safety.withstand else []
    gone = set(outdated)
    if gone:
        gone &= refuted(own, published[product], before)
    revised = 0
    tables = [table]
    for earlier, known in before:
        name = earlier.name.split("@")[0]
        kept = {key: number for key, number in known.items() if (name, key, number) not in gone}
        revised += len(known) - len(kept)
        published[earlier.name] = kept
        tables.append(earlier)
    declared = own.model_copy(update={"tables": fitted_axes(tables, own, published)})
    result = attack_all(declared, published)
    risks = remaining_risks(declared, result)
    if revised:
        risks.append(
            Risk(
                f"{revised} numbers of earlier editions were revised since and reveal nothing about today's",
                f"{revised} Zahlen früherer Ausgaben wurden seither berichtigt und sagen nichts über heutige",
            )
        )
    if remembered is not None and remembered.lost:
        names = ", ".join(remembered.lost)
        risks.append(
            Risk(
                f"editions that are lost could not be used in the attack: {names}",
                f"verlorene Ausgaben konnten für den Angriff nicht benutzt werden: {names}",
            )
        )
    certificate = Certificate(
        name=product,
        passed=result.passed and not gaps,
        complete=remembered is not None and not gaps and not remembered.lost,
        missing=tuple(gaps),
        levels=dict(result.levels),
        withstand=declared.safety.withstand,
        files=_hashes(folder),
        declaration_sha256=sha256_of(folder / DECLARATION),
        policy_sha256=demand.sha256,
        cells=sum(len(cells) for cells in published.values()),
        hidden=sum(number is None for number in published[product].values()),
        findings=len(result.findings),
        remaining_risks=tuple(risks),
        earlier=found,
    )
    return result, certificate


@dataclass(frozen=True)
class Attacked:
    """What came of the attack on a candidate: whether it passed, what broke, in words why.

    `sha256`: of the certificate as it was written, None without one.
    """

    passed: bool
    findings: tuple[Finding, ...]
    words: str
    sha256: str | None = None


def certify(
    folder: Path,
    releases: Sequence[Path],
    demand: Demand,
    remembered: Remembered,
    outdated: Outdated = (),
) -> Attacked:
    """Attack a candidate and write its certificate.

    Files that cannot be read, contradict each other, or ask for less than was decided give no certificate.
    """
    target = folder / CERTIFICATE
    target.unlink(missing_ok=True)  # whatever ends this attack, an older one does not speak for it
    try:
        content, written = read_declaration(folder / DECLARATION)
        differs = demand.weakened(content, written)
        if differs:
            raise DeclarationError(
                Told(
                    f"{folder / DECLARATION}: does not ask for what the policy {demand.universe} decides "
                    f"({', '.join(differs)}); build the candidate anew",
                    f"{folder / DECLARATION}: verlangt nicht, was die Festlegung {demand.universe} "
                    f"beschließt ({', '.join(differs)}); den Kandidaten neu bauen",
                )
            )
        result, certificate = audit_edition(folder, releases, demand, outdated, remembered=remembered)
    except DeclarationError as error:
        return Attacked(False, (), str(error))
    text = json.dumps(certificate.as_dict(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    write_text(target, text)
    words = "; ".join(finding.derivation for finding in result.findings[:3])
    if certificate.missing:
        names = ", ".join(certificate.missing)
        words = f"the attack is not complete: {names} was published and is missing or changed; restore it"
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Attacked(certificate.passed, tuple(result.findings), words, digest)


def universe_of(folder: Path) -> str:
    """The cases that a product's candidate or edition is about. Raises DeclarationError."""
    content, _ = read_declaration(folder / DECLARATION)
    return str(content.get("family", content["universe"]))


def is_current(folder: Path, releases: Sequence[Path], remembered: Remembered) -> bool:
    """Whether the certificate knew every edition that is public now, and all that ever were."""
    try:
        content, _ = read_declaration(folder / DECLARATION)
        certificate = json.loads((folder / CERTIFICATE).read_text(encoding="utf-8"))
        known = certificate["earlier"]
        complete = not certificate["missing"]
    except (OSError, ValueError, KeyError, TypeError, DeclarationError):
        return False
    found = fingerprints(_others(folder, releases, str(content.get("family", content["universe"]))))
    return complete and known == found and not remembered.gaps(found)


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


def refuted(
    declared: Declaration, now: Cells, before: Sequence[tuple[Table, Cells]]
) -> set[tuple[str, Key, float | None]]:
    """Numbers of earlier editions that cannot hold today, as the published files alone show it.

    A number is refuted when the edition now prints another one for its cell, when two earlier editions print
    different ones (either may be the one that holds), or when it stands in a sum of which all numbers are
    known and that does not add up. That a cell is hidden is refuted when it is printed now.
    """
    gone: set[tuple[str, Key, float | None]] = set()
    first: dict[tuple[tuple[str, ...], Key], tuple[str, float]] = {}
    kept: list[tuple[Table, Cells]] = []
    own = declared.tables[0]
    for table, cells in before:
        product = table.name.split("@")[0]
        alike = list(table.dimensions) == list(own.dimensions)
        left: Cells = {}
        for key, number in cells.items():
            today = now.get(key) if alike else None
            if number is None:
                if today is not None:
                    gone.add((product, key, number))
                continue
            low, high = table.behind(number)
            if today is not None and not _meets((low, high), own.behind(today)):
                gone.add((product, key, number))
                continue
            place = (tuple(table.dimensions), key)
            other = first.setdefault(place, (product, number))
            if other[1] != number:
                gone |= {(product, key, number), (other[0], key, other[1])}
                continue
            left[key] = number
        kept.append((table, left))
    tables = [own, *(table for table, _ in kept)]
    published = {own.name: now, **{table.name: cells for table, cells in kept}}
    whole = declared.model_copy(update={"tables": fitted_axes(tables, declared, published)})
    knowledge = gather(whole, published)
    printed = {
        knowledge.index[key] for key in _full_keys(whole, own, [k for k, n in now.items() if n is not None])
    }
    suspects: set[int] = set()
    for total, parts in knowledge.equations:
        members = (total, *parts)
        if any(knowledge.shown[cell] is None or not knowledge.is_exact(cell) for cell in members):
            continue
        if abs(knowledge.low[total] - sum(knowledge.low[cell] for cell in parts)) > 1e-6:
            suspects |= set(members) - printed
    for table, cells in kept:
        product = table.name.split("@")[0]
        for key, number in cells.items():
            (full,) = _full_keys(whole, table, [key])
            if knowledge.index[full] in suspects:
                gone.add((product, key, number))
    return gone


def _full_keys(declared: Declaration, table: Table, keys: Iterable[Key]) -> list[Key]:
    """Keys of a table over all dimensions: those it does not show stand at their total."""
    places = {name: number for number, name in enumerate(table.dimensions)}
    return [
        tuple(
            key[places[name]] if name in places else (dimension.total or "")
            for name, dimension in declared.dimensions.items()
        )
        for key in keys
    ]


def _meets(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return max(one[0], other[0]) <= min(one[1], other[1])


def _own(folder: Path, releases: Sequence[Path]) -> dict[str, str]:
    """The edition in `folder` itself, when it is one of those below `releases`."""
    here = folder.resolve()
    if not any(here.is_relative_to(root.resolve()) for root in releases):
        return {}
    return {f"{here.parent.name}/{here.name}": sha256_of(here / f"{here.parent.name}.parquet")}


def _others(folder: Path, releases: Sequence[Path], universe: str) -> list[Public]:
    here = folder.resolve()
    return [public for public in released(releases, universe) if public.folder.resolve() != here]


def _hashes(folder: Path) -> dict[str, str]:
    return {
        name: sha256_of(path)
        for name, path in files.regular_files(folder).items()
        if name.removesuffix(SIGNATURE_SUFFIX) not in AFTERWARDS and not name.startswith(".")
    }


__all__ = [
    "Attacked",
    "audit_edition",
    "certificate_problems",
    "certify",
    "is_current",
    "refuted",
    "universe_of",
]
