"""A snapshot: one delivery as it landed, in a folder of its own that never changes.

    <publisher>/<dataset>/snapshot=<id>/     original/…, cells.parquet | records.parquet, snapshot.json

Beside them `withdrawn.json` says that it does not count and why, and why it does again. `snapshot.json` holds
the hash of every file, so that a damaged one is noticed (`mending`). A folder without a readable
`snapshot.json` or without its table is no snapshot, and leaves the others alone.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.foundation.files import leftover_beside, replacing, sha256_of, sha256_of_text, write_text
from sources.foundation.tables import holds
from sources.foundation.told import Told
from sources.readers.reading import Reading, reader_of

Origin = Literal["sample", "folder", "live", "drop"]
About = dict[str, Any]
"""What `snapshot.json` says; times are UTC without zone, as text."""

NO_SNAPSHOT = "snapshot=none"
"""Beside the snapshots of a dataset: the columns of its table without rows."""

WITHDRAWN = "withdrawn.json"

ABOUT = "snapshot.json"

TABLES = ("cells.parquet", "records.parquet")
"""What a delivery is read to, one of these, by the shape of its dataset."""

NOT_SAID = Told(
    "it was withdrawn; by whom and why cannot be read any more",
    "sie wurde zurückgezogen; von wem und warum, ist nicht mehr zu lesen",
)
"""Why a snapshot does not count whose note is damaged: to count it again takes a person."""


@dataclass(frozen=True)
class Snapshot:
    """One landed delivery: its folder, what `snapshot.json` says, and why it was withdrawn by hand."""

    folder: Path
    about: About
    withdrawn: str | None = None

    @classmethod
    def read(cls, folder: Path) -> Snapshot:
        """The snapshot in a folder. Raises ValueError when it holds none that can be read."""
        about = read_json(folder / ABOUT)
        if not isinstance(about, dict) or folder.name != f"snapshot={about.get('snapshot_id')}":
            raise ValueError(f"{folder / ABOUT} cannot be read")
        withdrawn = withdrawn_in(folder)
        if withdrawn is None and not any((folder / table).is_file() for table in TABLES):
            raise ValueError(f"{folder} lacks the table that was read")
        return cls(folder, about, withdrawn)

    @property
    def snapshot_id(self) -> str:
        return str(self.about["snapshot_id"])

    @property
    def dataset_id(self) -> str:
        return str(self.about["dataset_id"])

    @property
    def is_sample(self) -> bool:
        return bool(self.about["origin"] == "sample")

    @property
    def reading(self) -> tuple[str, str, str]:
        """Declaration fingerprint, reader and reader version it was read with."""
        return (self.about["declaration_sha256"], self.about["reader"], self.about["reader_version"])

    @property
    def content(self) -> tuple[str, str, bool]:
        """What must be equal for two snapshots to be readings of the same delivery."""
        return (self.dataset_id, self.about["sha256"], self.is_sample)

    def withdraw(self, reason: str, person: str) -> None:
        """Record that it does not count. Its files stay."""
        write_text(self.folder / WITHDRAWN, sorted_json({"reason": reason, "person": person}))

    def reinstate(self, reason: str) -> None:
        """Record that it counts again; why it was withdrawn stays on record."""
        kept = read_json(self.folder / WITHDRAWN) or {"reason": NOT_SAID}
        kept |= {"reinstated": reason}
        write_text(self.folder / WITHDRAWN, sorted_json(kept))


@dataclass(frozen=True)
class Incoming:
    """One delivery on its way in: the main file first. Times are UTC without zone.

    remark: what is told beside the publisher's own notes.
    """

    declaration: Declaration
    files: tuple[Path, ...]
    origin: Origin
    source_uri: str | None
    retrieved_at: dt.datetime
    landed_at: dt.datetime
    remark: str | None = None

    @property
    def file_name(self) -> str:
        return self.files[0].name

    @property
    def is_sample(self) -> bool:
        return self.origin == "sample"


class Readings:
    """How each dataset is read now: fingerprint of its declaration, reader and reader version."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._known: dict[str, tuple[str, str, str]] = {}

    def now(self, declaration: Declaration) -> tuple[str, str, str]:
        known = self._known.get(declaration.id)
        if known is None:
            version = reader_of(declaration).VERSION
            known = (self.catalog.fingerprint(declaration), declaration.format.kind, version)
            self._known[declaration.id] = known
        return known

    def is_current(self, snapshot: Snapshot) -> bool:
        """Whether a snapshot was read as it would be read now."""
        declaration = self.catalog.get(snapshot.dataset_id)
        return declaration is not None and snapshot.reading == self.now(declaration)


def describe(
    incoming: Incoming,
    reading: Reading,
    period: tuple[dt.date | None, dt.date | None],
    readings: Readings,
) -> About:
    """What `snapshot.json` says of a delivery that was read."""
    declaration = incoming.declaration
    sha256, size = hash_of(incoming.files)
    fingerprint, reader, version = readings.now(declaration)
    # the sample and a delivery of the same bytes are two snapshots, even of the same second
    of_sample = " sample" if incoming.is_sample else ""
    stamp = sha256_of_text(f"{fingerprint} {reader} {version}{of_sample}")[:8]
    licence = readings.catalog.licence(declaration)
    return {
        "snapshot_id": f"{incoming.retrieved_at:%Y%m%dT%H%M%SZ}-{sha256[:8]}-{stamp}",
        "publisher": declaration.publisher,
        "dataset_id": declaration.id,
        "table_code": declaration.table_code,
        "origin": incoming.origin,
        "retrieved_at": incoming.retrieved_at.isoformat(),
        "landed_at": incoming.landed_at.isoformat(),
        "published_at": reading.published_at.isoformat() if reading.published_at else None,
        "file_name": incoming.file_name,
        "source_uri": incoming.source_uri,
        "sha256": sha256,
        "size_bytes": size,
        "files": [
            {"name": file.name, "sha256": sha256_of(file), "size_bytes": file.stat().st_size}
            for file in incoming.files
        ],
        "row_count": reading.row_count,
        "columns": reading.columns,
        "declaration_sha256": fingerprint,
        "reader": reader,
        "reader_version": version,
        "layout": reading.layout,
        "text_corrections": [one.about() for one in reading.corrected],
        "remark": incoming.remark,
        "notes": "\n".join(filter(None, (incoming.remark, reading.notes))) or None,
        "period_min": period[0].isoformat() if period[0] else None,
        "period_max": period[1].isoformat() if period[1] else None,
        "licence": licence.id,
        "licence_url": licence.url,
        "attribution": licence.attribution,
    }


def withdrawn_in(folder: Path) -> str | None:
    """Why a person took the snapshot in a folder out of the count; None when it counts.

    A note that cannot be read any more still says that somebody did.
    """
    note = folder / WITHDRAWN
    if not os.path.lexists(note):
        return None
    said = read_json(note)
    if not isinstance(said, dict) or "reason" not in said:
        return NOT_SAID
    if "reinstated" in said:
        return None
    # who says so was not recorded at first
    return f"{said['reason']} ({said['person']})" if "person" in said else str(said["reason"])


def folders_in(landing: Path) -> list[Path]:
    """The folders of all snapshots below a landing folder, whole or not."""
    return sorted(folder for folder in landing.glob("*/*/snapshot=*") if folder.name != NO_SNAPSHOT)


def snapshots_in(landing: Path) -> Iterator[Snapshot]:
    """All snapshots below a landing folder that can be read; `mending` finds the others."""
    for folder in folders_in(landing):
        with contextlib.suppress(ValueError):
            yield Snapshot.read(folder)


def hashes_in(folder: Path) -> dict[str, str]:
    """SHA-256 of each table that lies in a snapshot's folder."""
    return {file.name: sha256_of(file) for file in sorted(folder.glob("*.parquet")) if file.is_file()}


def hash_of(files: Sequence[Path]) -> tuple[str, int]:
    """sha256 (hex) and size in bytes of a delivery: of its one file, or of its files with their hashes."""
    digests = [sha256_of(file) for file in files]
    size = sum(file.stat().st_size for file in files)
    if len(files) == 1:
        return digests[0], size
    lines = sorted(f"{file.name} {digest}\n" for file, digest in zip(files, digests, strict=True))
    return sha256_of_text("".join(lines)), size


def scratch_in(parent: Path) -> Path:
    """A new temporary folder beside its final place, named for this process."""
    parent.mkdir(parents=True, exist_ok=True)
    scratch = leftover_beside(parent / "delivery")
    scratch.mkdir()
    return scratch


def write_table(table: pa.Table, target: Path) -> bool:
    """Write a table as Parquet unless the file holds it already; whether it was written."""
    if holds(target, table):
        return False
    with replacing(target) as beside:
        pq.write_table(table, beside, compression="zstd", store_schema=False)
    return True


def sorted_json(value: Any) -> str:
    """JSON for people with sorted keys."""
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def read_json(file: Path) -> Any:
    """What a JSON file holds; None without one that can be read."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def time_of(text: str | None) -> dt.datetime | None:
    """A time of `snapshot.json`."""
    return dt.datetime.fromisoformat(text) if text else None


def date_of(text: str | None) -> dt.date | None:
    """A day of `snapshot.json`."""
    return dt.date.fromisoformat(text) if text else None
