"""Whether editions, and the files derived from them, are still what was published."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from exports.history import BESIDE, History, Memory
from exports.release import shelf
from exports.release.derived import catalog_of, tables_behind, tables_that_differ
from exports.release.edition import (
    CATALOG,
    DATABASE,
    INDEX,
    SIGNED,
    Release,
    ReleaseError,
    ReleaseRefused,
    homes,
    list_releases,
    named_release,
    release_of,
    versions,
)
from exports.release.index import index_page
from exports.release.receipt import compare_hashes
from exports.signing import Signer
from sources.foundation.editions import RECEIPT, RELEASE
from sources.foundation.files import sha256_of


def verify(
    releases_root: Path,
    product: str,
    version: str | None = None,
    memory: Memory = BESIDE,
) -> Release:
    """Compare a published edition with its receipt and the history; raises `ReleaseRefused` when they differ.

    Every file is hashed; `release.json` must say what the history remembers.
    """
    release = named_release(releases_root, product, version)
    problem = difference_of(release.path, memory.of(releases_root), memory.signer)
    if problem:
        raise ReleaseRefused(problem)
    return release


def verify_files(
    releases_root: Path, release: Release, names: Sequence[str], memory: Memory = BESIDE
) -> None:
    """Compare some files of an edition with its receipt, and that with the history.

    Raises `ReleaseRefused` when they differ; for those who read a part of an edition.
    """
    known = memory.of(releases_root).editions().get(release.id)
    if known is None or sha256_of(release.path / RECEIPT) != known.receipt_sha256:
        raise ReleaseRefused(f"{release.path}: is not what was published; restore it from a backup")
    wrong = [
        name for name in names if sha256_of(release.path / name) != release.files.get(name, {}).get("sha256")
    ]
    if wrong:
        raise ReleaseRefused(
            f"{release.path}: {', '.join(wrong)} was changed after publication; restore it from a backup"
        )


def verify_all(releases_root: Path, memory: Memory) -> dict[str, str]:
    """Every edition that was ever published, by id, with what is wrong with it; '' for one that is whole."""
    history = memory.of(releases_root)
    known = history.editions()
    there = {f"{home.name}/{version}" for home in homes(releases_root) for version in versions(home)}
    found: dict[str, str] = {}
    for name in sorted({*known, *there} - set(history.lost())):
        product, _, version = name.partition("/")
        found[name] = difference_of(releases_root / product / version, history, memory.signer) or ""
    return found


def foreign_editions(releases_root: Path, memory: Memory) -> list[Path]:
    """Folders named like editions that were never published; [] where no history says which were.

    Raises HistoryError when nobody can say.
    """
    history = memory.of(releases_root)
    if not history.exists or history.open_intent() is not None:
        return []
    known = {event.id for event in history.events()}
    if not known:
        return []
    return [
        home / version
        for home in homes(releases_root)
        for version in versions(home)
        if f"{home.name}/{version}" not in known
    ]


def quick_problems(releases_root: Path, memory: Memory) -> dict[str, str]:
    """Editions that were published and cannot be read, or with another receipt than then: id -> in words.

    Their other files are not hashed; `verify_all` does that.
    """
    found = {}
    for name, event in memory.of(releases_root).editions().items():
        edition = releases_root / event.product / event.version
        if not edition.is_dir():
            found[name] = f"{edition}: was published and is gone; restore it from a backup"
            continue
        try:
            release_of(edition.parent, edition.name)
        except ReleaseError as problem:
            found[name] = str(problem)
            continue
        if sha256_of(edition / RECEIPT) != event.receipt_sha256:
            found[name] = f"{edition}: its receipt was changed after publication; restore it from a backup"
    return found


def derived_problems(releases_root: Path, memory: Memory) -> list[str]:
    """What is wrong with the files that are derived from the editions and stand in no receipt, in words.

    Compares every row of `planstat.duckdb` with the editions it says it holds, the catalog, its page, and
    what lies beside for readers.
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
        if listed != catalog_of(editions)["products"] and whole == known.keys():
            problems.append(f"{catalog}: does not say what the editions are; {again}")
    index = releases_root / INDEX
    text = index.read_text(encoding="utf-8") if index.is_file() and whole == known.keys() else None
    if text is not None and text != index_page(releases_root, editions):
        problems.append(f"{index}: does not say what the editions are; {again}")
    problems += shelf.problems(releases_root)
    database = releases_root / DATABASE
    if database.is_file():
        shown = [one for one in editions if not one.compiled_from]
        differs = tables_that_differ(database, shown)
        if differs:
            problems.append(f"{database}: {', '.join(differs)} differs from the edition; {again}")
        behind = set(tables_behind(database, [one for one in shown if one.is_current])).difference(differs)
        if behind and differs != ["everything"]:
            problems.append(
                f"{database}: lacks the current edition of {', '.join(sorted(behind))}; a run brings it up "
                "to date at its end: wait for the one that goes on, or start one after one was stopped"
            )
    return problems


def unsigned_part(edition: Path, signer: Signer | None) -> str | None:
    """Which signature of an edition is missing or wrong, in words; None without a key too."""
    if signer is None:
        return None
    problems = (signer.problem(edition / name) for name in SIGNED if (edition / name).is_file())
    return next(filter(None, problems), None)


def difference_of(edition: Path, history: History, signer: Signer | None = None) -> str | None:
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
        compare_hashes(edition, receipt["files"], of_edition=True)
        note = json.loads((edition / RELEASE).read_text(encoding="utf-8"))
    except (OSError, ValueError, ReleaseRefused) as problem:
        return f"{problem}; restore it from a backup"
    said = note.get("product"), note.get("version"), note.get("receipt_sha256")
    if said != (known.product, known.version, known.receipt_sha256):
        return f"{edition / RELEASE}: was changed after publication; restore it from a backup"
    unsigned = unsigned_part(edition, signer)
    if unsigned:
        return (
            f"{unsigned}; restore it from a backup, or, when it is from before the key, look at it and run "
            "`planstat releases sign`"
        )
    return None
