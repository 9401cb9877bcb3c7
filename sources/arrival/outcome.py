"""What became of a delivery."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sources.arrival.snapshots import Snapshot, date_of, time_of
from sources.errors import SourceError
from sources.foundation.told import Told


@dataclass(frozen=True)
class Newer:
    """A later delivery of the same dataset and time, which counts in place of an earlier one."""

    snapshot_id: str
    file_name: str
    retrieved_at: dt.datetime

    @property
    def words(self) -> Told:
        """What that means, and how to make the earlier one count."""
        day = f"{self.retrieved_at:%d.%m.%Y %H:%M}"
        return Told(
            f"the later delivery {self.file_name} of {day} UTC counts; should this one count, withdraw that"
            f" one (planstat sources withdraw {self.snapshot_id})",
            f"es gilt die spätere Abgabe {self.file_name} vom {day} (UTC); soll diese gelten, jene"
            f" zurückziehen (planstat sources withdraw {self.snapshot_id})",
        )


@dataclass(frozen=True)
class Outcome:
    """What became of one delivery.

    status `landed`: a new snapshot; `unchanged`: these bytes are known; `withdrawn`: they are known and a
    person took them out of the count, see `error`; `set_aside`: see `error` and `quarantine`. cases: the file
    held cases; their counts are what landed. newer: of an unchanged delivery, the accepted one that came
    later for the same time: that one counts. corrected: what landed otherwise than it is printed.
    """

    status: Literal["landed", "unchanged", "withdrawn", "set_aside"]
    dataset_id: str | None
    file_name: str
    snapshot_id: str | None = None
    rows: int = 0
    sha256: str | None = None
    size_bytes: int = 0
    published_at: dt.datetime | None = None
    period: tuple[dt.date | None, dt.date | None] = (None, None)
    error: SourceError | None = None
    quarantine: Path | None = None
    cases: bool = False
    newer: Newer | None = None
    corrected: tuple[Told, ...] = ()

    @classmethod
    def of(cls, status: Literal["landed", "unchanged", "withdrawn"], snapshot: Snapshot) -> Outcome:
        """The outcome of a delivery that is a snapshot."""
        about = snapshot.about
        return cls(
            status,
            snapshot.dataset_id,
            about["file_name"],
            snapshot_id=snapshot.snapshot_id,
            rows=about["row_count"],
            sha256=about["sha256"],
            size_bytes=about["size_bytes"],
            published_at=time_of(about["published_at"]),
            period=(date_of(about["period_min"]), date_of(about["period_max"])),
            corrected=tuple(_corrected(one) for one in about["text_corrections"] if one["is_applied"]),
        )


def _corrected(one: Mapping[str, Any]) -> Told:
    """A corrected cell of a snapshot: where it stands, what is printed there, and what landed."""
    place_en = f"line {one['line']}, column {one['column_no']}"
    place_de = f"Zeile {one['line']}, Spalte {one['column_no']}"
    if one["text"]:
        return Told(
            f"{place_en}: {one['printed']!r} was read as {one['text']!r}",
            f"{place_de}: {one['printed']!r} wurde als {one['text']!r} gelesen",
        )
    return Told(
        f"{place_en}: {one['printed']!r} cannot be and was set aside, the value is missing",
        f"{place_de}: {one['printed']!r} kann nicht sein und wurde zurückgestellt, der Wert fehlt",
    )
