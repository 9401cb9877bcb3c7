"""Snapshots that are not as they were written: found by their hashes, and read again from what was delivered.

Everything in a snapshot's folder but the original is made from the original, and that is known by its hash.
So a damaged table, or a damaged `snapshot.json`, is made again; a damaged original is told, and the file has
to be delivered again. Until then the dataset has a gap (`gaps`), and nothing made from it may be released:
what was delivered before would otherwise count as the newest.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sources.arrival.snapshots import (
    ABOUT,
    TABLES,
    About,
    Snapshot,
    folders_in,
    hash_of,
    hashes_in,
    read_json,
    withdrawn_in,
)
from sources.foundation.files import sha256_of

ORIGINAL = "original"


@dataclass(frozen=True)
class Broken:
    """A snapshot's folder that is not as it was written.

    `about` is what its `snapshot.json` says, None when that cannot be read. `files` are the originals, the
    main one first, when they are what was delivered; without them the snapshot cannot be made again.
    """

    folder: Path
    what: str
    about: About | None
    files: tuple[Path, ...]

    @property
    def dataset_id(self) -> str:
        return self.folder.parent.name

    @property
    def snapshot_id(self) -> str:
        return self.folder.name.removeprefix("snapshot=")

    @property
    def is_only_original(self) -> bool:
        """Whether what was read of it is whole and only what was delivered is not."""
        return self.about is not None and not self.files and ORIGINAL in self.what

    @property
    def retrieved_at(self) -> dt.datetime:
        """When it was retrieved, as its name says."""
        return dt.datetime.strptime(self.snapshot_id.split("-")[0], "%Y%m%dT%H%M%SZ")


def written_rows(landing: Path) -> dict[str, dict[str, Any]]:
    """The rows of the ledger as it was written last, by snapshot; {} when it cannot be read."""
    try:
        rows = pq.read_table(landing / "ledger.parquet").to_pylist()
    except (OSError, pa.ArrowException):
        return {}
    return {str(row.get("snapshot_id")): row for row in rows}


def broken_snapshots(landing: Path, *, originals: bool = False) -> Iterator[Broken]:
    """Snapshots that are not as they were written.

    Tables are compared by their hash; those from before hashes were kept by whether they can be read and have
    their rows. `originals`: what was delivered is compared too.
    """
    rows = written_rows(landing)
    for folder in folders_in(landing):
        counts = withdrawn_in(folder) is None
        if not folder.is_dir() or not (counts or any((folder / table).exists() for table in TABLES)):
            continue
        about = _about(folder)
        what = f"{ABOUT} cannot be read" if about is None else _table_trouble(folder, about)
        if what is None and originals and about is not None:
            what = _original_trouble(folder, about)
        if what is not None:
            row = rows.get(folder.name.removeprefix("snapshot="), {})
            yield Broken(folder, what, about, _originals(folder, about, row))


def gaps(landing: Path) -> dict[str, list[str]]:
    """Dataset -> snapshots of it that can neither be read nor made again, so that its newest is not known.

    A gap is closed by the same file delivered again, or by withdrawing the snapshot.
    """
    found: dict[str, list[str]] = {}
    for folder in folders_in(landing):
        try:
            Snapshot.read(folder)
        except ValueError:
            if withdrawn_in(folder) is None and not _came_again(folder):
                found.setdefault(folder.parent.name, []).append(folder.name.removeprefix("snapshot="))
    return found


def _came_again(folder: Path) -> bool:
    """Whether another snapshot of the same bytes can be read: a name holds the first of their hash."""
    parts = folder.name.split("-")
    for other in folder.parent.glob(f"snapshot=*-{parts[1]}-*") if len(parts) > 2 else ():
        if other != folder:
            try:
                Snapshot.read(other)
            except ValueError:
                continue
            return True
    return False


def _about(folder: Path) -> About | None:
    about = read_json(folder / ABOUT)
    is_whole = isinstance(about, dict) and folder.name == f"snapshot={about.get('snapshot_id')}"
    return about if is_whole else None


def _table_trouble(folder: Path, about: About) -> str | None:
    """What is wrong with the tables of a snapshot, in words."""
    there = [name for name in TABLES if os.path.lexists(folder / name)]
    if not there:
        return "its table is gone"
    if not (folder / there[0]).is_file():
        return f"{there[0]} is no file"
    written = about.get("tables")
    if written is not None:
        found = hashes_in(folder)
        wrong = sorted(name for name in written.keys() | found.keys() if written.get(name) != found.get(name))
        return f"{', '.join(wrong)} changed after it was written" if wrong else None
    try:
        rows = pq.read_metadata(folder / there[0]).num_rows
    except (OSError, pa.ArrowException):
        return f"{there[0]} cannot be read"
    return None if rows == about["row_count"] else f"{there[0]} has {rows} rows, not {about['row_count']}"


def _original_trouble(folder: Path, about: About) -> str | None:
    for entry in about.get("files", ()):
        file = folder / ORIGINAL / entry["name"]
        if not file.is_file() or sha256_of(file) != entry["sha256"]:
            return f"{ORIGINAL}/{entry['name']} is not what was delivered"
    return None


def _originals(folder: Path, about: About | None, row: Mapping[str, Any]) -> tuple[Path, ...]:
    """What was delivered, the main file first; () when it is not that any more."""
    if about is not None:
        files = tuple(folder / ORIGINAL / entry["name"] for entry in about.get("files", ()))
        return () if _original_trouble(folder, about) else files
    if not (folder / ORIGINAL).is_dir():
        return ()
    main = row.get("file_name")
    files = tuple(
        sorted(
            (file for file in (folder / ORIGINAL).iterdir() if file.is_file()),
            key=lambda file: (file.name != main, file.suffix.lower() != ".shp", file.name),
        )
    )
    if not files:
        return ()
    sha256, _ = hash_of(files)
    known = str(row.get("sha256") or folder.name.split("-")[1])
    return files if sha256.startswith(known) else ()
