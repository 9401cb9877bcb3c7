"""One edition and the editions there are, read from their folders."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from exports import candidate as candidates
from exports import difference, files
from exports.signing import SUFFIX
from sources.foundation.editions import CERTIFICATE, RECEIPT, RELEASE
from sources.foundation.exits import REFUSED, USAGE
from sources.foundation.told import Told

PACKAGE = "datapackage.json"


CATALOG = "catalog.json"


INDEX = "index.html"


READING = "zum-lesen"
"""Folder beside the editions: letters and workbooks made of them; no product can be called so."""


DATABASE = "planstat.duckdb"


CURRENT = "current"


SIGNED = (RELEASE, RECEIPT, CERTIFICATE)
"""What an SSH key of the office signs, as far as it is there; each vouches for other files by their hash."""


SIGNATURES = frozenset(f"{name}{SUFFIX}" for name in SIGNED)


_VERSION = re.compile(r"(\d{4}-\d{2}-\d{2})\.([1-9]\d*)")


class ReleaseRefused(RuntimeError):
    """These bytes may not be published; the message says why and what to do."""

    exit_code = REFUSED


class ReleaseError(RuntimeError):
    """A release or product that is asked for is not there or damaged."""

    exit_code = USAGE


@dataclass(frozen=True)
class Release:
    """One published edition; `compiled_from` names the editions that a compilation is put together from."""

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
    compiled_from: tuple[str, ...] = ()
    audience: str = "public"

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


def list_releases(releases_root: Path, product: str | None = None) -> list[Release]:
    """All editions that can be read, by product and then oldest first; of one product when named.

    A damaged one leaves the others alone; `unreadable` names it.
    """
    if product is not None:
        files.product_name(product)
    found = []
    for home in [releases_root / product] if product else homes(releases_root):
        for version in versions(home):
            with contextlib.suppress(ReleaseError):
                found.append(release_of(home, version))
    return found


def current_release(releases_root: Path, product: str) -> Release | None:
    """The edition that `current` leads to; None before the first."""
    home = releases_root / files.product_name(product)
    version = linked_version(home)
    return release_of(home, version) if version else None


def unreadable(releases_root: Path, product: str | None = None) -> list[ReleaseError]:
    """Why each edition that cannot be read is left out where editions are listed."""
    if product is not None:
        files.product_name(product)
    found = []
    for home in [releases_root / product] if product else homes(releases_root):
        for version in versions(home):
            try:
                release_of(home, version)
            except ReleaseError as problem:
                found.append(problem)
    return found


def current_releases(releases_root: Path) -> list[Release]:
    """The current edition of every product. Raises ReleaseError when one cannot be read: for those who pass
    all of them on, and would take a product away that is only damaged.
    """
    found = (current_release(releases_root, home.name) for home in homes(releases_root))
    return [release for release in found if release is not None]


def show(releases_root: Path, product: str, version: str | None = None) -> dict[str, Any]:
    """Everything about one edition (the current one by default) as plain data for people.

    Raises `ReleaseError` when there is none of that name.
    """
    release = named_release(releases_root, product, version)
    edition = candidates.read(release.path)
    receipt = json.loads((release.path / RECEIPT).read_text(encoding="utf-8"))
    return entry_of(release) | {
        "product": release.product,
        "path": str(release.path),
        "is_current": release.is_current,
        "notes": edition.notes,
        "difference": edition.difference,
        "verdict": receipt["verdict"],
    }


def diff(releases_root: Path, product: str, a: str, b: str, lines: Path) -> difference.Difference:
    """What changed from edition `a` to edition `b`; every changed value goes to the CSV `lines`."""
    before, after = named_release(releases_root, product, a), named_release(releases_root, product, b)
    if before.compiled_from or after.compiled_from:
        raise ReleaseError(
            Told(
                f"{product} is compiled from other editions; compare those",
                f"{product} ist aus anderen Ausgaben zusammengestellt; diese vergleichen",
            )
        )
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


def utc(moment: datetime) -> datetime:
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


def versions(home: Path) -> list[str]:
    """Names of a product's editions, oldest first."""
    if not home.is_dir():
        return []
    names = [entry.name for entry in home.iterdir() if entry.is_dir() and not entry.is_symlink()]
    return sorted((name for name in names if _VERSION.fullmatch(name)), key=_order)


def next_version(home: Path, now: datetime) -> str:
    """`YYYY-MM-DD.N`: today's next number; the newest day's next number when the clock was set back."""
    today = utc(now).date()
    taken = [_order(version) for version in versions(home)]
    day = max([today, *(when for when, _ in taken)])
    number = max((count for when, count in taken if when == day), default=0) + 1
    return f"{day.isoformat()}.{number}"


def homes(releases_root: Path) -> list[Path]:
    """Folders of products that have releases."""
    if not releases_root.is_dir():
        return []
    return sorted(
        entry
        for entry in releases_root.iterdir()
        if entry.is_dir() and not entry.is_symlink() and files.PRODUCT_NAME.fullmatch(entry.name)
    )


def linked_version(home: Path) -> str | None:
    """The version that `current` names; None when there is no link or it leads nowhere."""
    link = home / CURRENT
    if not link.is_symlink():
        return None
    version = str(link.readlink())
    return version if version in versions(home) else None


def release_of(home: Path, version: str) -> Release:
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
    return replace(release, is_current=linked_version(home) == version)


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
        compiled_from=tuple(f"{name}/{version}" for name, version in own.get("compiled_from", {}).items()),
        audience=own.get("audience", "public"),
    )


def named_release(releases_root: Path, product: str, version: str | None) -> Release:
    """An edition by product and version; the current one without a version."""
    home = releases_root / files.product_name(product)
    if version is None or version == CURRENT:
        release = current_release(releases_root, product)
        if release is None:
            there = [one.name for one in homes(releases_root)]
            raise ReleaseError(
                Told(
                    f"{product} has no release yet; there are: {', '.join(there) or 'none'}",
                    f"{product} hat noch keine Ausgabe; es gibt: {', '.join(there) or 'keine'}",
                )
            )
        return release
    _order(version)
    if version not in versions(home):
        known = ", ".join(versions(home))
        raise ReleaseError(
            Told(
                f"{product} has no release {version}; there are: {known or 'none'}",
                f"{product} hat keine Ausgabe {version}; es gibt: {known or 'keine'}",
            )
        )
    return release_of(home, version)


def entry_of(release: Release) -> dict[str, Any]:
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
