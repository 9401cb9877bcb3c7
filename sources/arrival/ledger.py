"""The ledger: which snapshots there are and which of them count, and what follows from those that do.

    landing/ledger.parquet                one row per snapshot
    landing/text_corrections.parquet      one row per corrected text of an accepted snapshot
    landing/area_names.parquet            the areas that accepted tables name

All of it is derived from the snapshot folders and can be made again from them at any time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa

from sources.areas.area_names import area_names, names_areas, read_areas
from sources.arrival.snapshots import (
    About,
    Readings,
    Snapshot,
    date_of,
    snapshots_in,
    time_of,
    write_table,
)
from sources.declared.declaration import Declaration

Row = dict[str, Any]
"""A row of the ledger, with the columns of `LEDGER`."""

LEDGER = pa.schema(
    [
        ("snapshot_id", pa.string()),
        ("publisher", pa.string()),
        ("dataset_id", pa.string()),
        ("table_code", pa.string()),
        ("origin", pa.string()),
        ("retrieved_at", pa.timestamp("us")),
        ("published_at", pa.timestamp("us")),
        ("file_name", pa.string()),
        ("source_uri", pa.string()),
        ("sha256", pa.string()),
        ("size_bytes", pa.int64()),
        ("row_count", pa.int64()),
        ("declaration_sha256", pa.string()),
        ("reader", pa.string()),
        ("reader_version", pa.string()),
        ("status", pa.string()),
        ("status_reason", pa.string()),
        ("notes", pa.string()),
        ("period_min", pa.date32()),
        ("period_max", pa.date32()),
    ]
)
TEXT_CORRECTIONS = pa.schema(
    [
        ("dataset_id", pa.string()),
        ("snapshot_id", pa.string()),
        ("line", pa.int32()),
        ("column_no", pa.int32()),
        ("correction_id", pa.string()),
        ("printed", pa.string()),
        ("text", pa.string()),
        ("is_applied", pa.bool_()),
        ("reason", pa.string()),
        ("person", pa.string()),
        ("corrected_on", pa.date32()),
    ]
)


class Ledger:
    """The snapshots of one landing folder, read when first asked for, and what counts among them."""

    def __init__(self, folder: Path, readings: Readings) -> None:
        self.folder = folder
        self.is_fresh = False
        self._readings = readings
        self._snapshots: dict[str, Snapshot] | None = None
        self._areas: dict[str, dict[str, tuple[str, ...]]] = {}

    # --- snapshots --------------------------------------------------------------------------------

    def _by_id(self) -> dict[str, Snapshot]:
        if self._snapshots is None:
            self._snapshots = {one.snapshot_id: one for one in snapshots_in(self.folder)}
        return self._snapshots

    def snapshots(self) -> list[Snapshot]:
        """All snapshots, ordered by publisher, dataset, time of retrieval and id."""
        return sorted(
            self._by_id().values(),
            key=lambda one: (
                one.about["publisher"],
                one.dataset_id,
                one.about["retrieved_at"],
                one.snapshot_id,
            ),
        )

    def named(self, snapshot_id: str) -> Snapshot:
        """A snapshot by its id. Raises KeyError."""
        try:
            return self._by_id()[snapshot_id]
        except KeyError:
            raise KeyError(f"no snapshot {snapshot_id}") from None

    def add(self, snapshot: Snapshot) -> None:
        """Take a snapshot up that has just landed."""
        self._by_id()[snapshot.snapshot_id] = snapshot
        self.write()

    def read_anew(self) -> None:
        """Look at the folders again: what counts was changed in them."""
        self._snapshots = None
        self.write()

    # --- what counts ------------------------------------------------------------------------------

    def rows(self) -> list[Row]:
        """One row per snapshot, in a fixed order.

        A snapshot is `superseded` when the same bytes were read again by a newer declaration or reader,
        `withdrawn` when a person said so of any reading of these bytes, else `accepted`.
        """
        snapshots = self.snapshots()
        withdrawn = {one.content: one.withdrawn for one in snapshots if one.withdrawn is not None}
        by_age = sorted(snapshots, key=lambda one: (self._readings.is_current(one), one.about["landed_at"]))
        counting = {one.content: one for one in by_age}
        rows = []
        for snapshot in snapshots:
            reading_that_counts = counting[snapshot.content]
            status, reason = "accepted", None
            if snapshot.content in withdrawn:
                status, reason = "withdrawn", withdrawn[snapshot.content]
            elif reading_that_counts is not snapshot:
                status, reason = "superseded", f"read again as {reading_that_counts.snapshot_id}"
            row = {name: snapshot.about.get(name) for name in LEDGER.names}
            row |= {"status": status, "status_reason": reason}
            row |= {name: time_of(row[name]) for name in ("retrieved_at", "published_at")}
            row |= {name: date_of(row[name]) for name in ("period_min", "period_max")}
            rows.append(row)
        return rows

    def accepted(self, dataset_id: str, *, of_sample: bool) -> list[Row]:
        """The rows of a dataset that count, of the sample or of real deliveries."""
        return [
            row
            for row in self.rows()
            if row["dataset_id"] == dataset_id
            and row["status"] == "accepted"
            and (row["origin"] == "sample") == of_sample
        ]

    def newest_records(self, dataset_id: str, *, of_sample: bool) -> Path | None:
        """The newest accepted register of the same kind of origin, as it was read."""
        rows = self.accepted(dataset_id, of_sample=of_sample)
        if not rows:
            return None
        newest = max(rows, key=_known_at)
        folder = self.folder / str(newest["publisher"]) / dataset_id
        return folder / f"snapshot={newest['snapshot_id']}" / "records.parquet"

    def newer(self, declaration: Declaration, known: Snapshot) -> Row | None:
        """The newest accepted delivery after a known one for the same time; None: the known one counts."""
        rows = self.accepted(declaration.id, of_sample=known.is_sample)
        mine = next((row for row in rows if row["snapshot_id"] == known.snapshot_id), None)
        if mine is None:
            return None
        later = [
            row
            for row in rows
            if _known_at(row) > _known_at(mine)
            and (
                declaration.shape == "records"
                or None in (mine["period_min"], row["period_min"])
                or (row["period_min"] <= mine["period_max"] and mine["period_min"] <= row["period_max"])
            )
        ]
        return max(later, key=_known_at, default=None)

    def of_same_time(self, declaration: Declaration, about: About) -> list[str]:
        """Ids of accepted deliveries of the same time; another reading of the same bytes is none."""
        moment = time_of(about["published_at"] or about["retrieved_at"])
        return [
            row["snapshot_id"]
            for row in self.accepted(declaration.id, of_sample=about["origin"] == "sample")
            if row["sha256"] != about["sha256"] and (row["published_at"] or row["retrieved_at"]) == moment
        ]

    # --- tables -----------------------------------------------------------------------------------

    def write(self) -> None:
        """Write the three tables; a file that would hold the same stays as it is."""
        rows = self.rows()
        table = pa.Table.from_pylist(rows, schema=LEDGER)
        changed = write_table(table, self.folder / "ledger.parquet")
        if changed or not (self.folder / "area_names.parquet").exists():
            self._write_area_names(rows)
        self._write_text_corrections(rows)
        self.is_fresh = True

    def _write_text_corrections(self, rows: Iterable[Row]) -> None:
        accepted = {row["snapshot_id"] for row in rows if row["status"] == "accepted"}
        found = [
            {
                "dataset_id": one.dataset_id,
                "snapshot_id": one.snapshot_id,
                **corrected,
                "corrected_on": date_of(corrected["corrected_on"]),
            }
            for one in self.snapshots()
            if one.snapshot_id in accepted
            for corrected in one.about.get("text_corrections", ())
        ]
        table = pa.Table.from_pylist(found, schema=TEXT_CORRECTIONS)
        write_table(table, self.folder / "text_corrections.parquet")

    def _write_area_names(self, rows: Iterable[Row]) -> None:
        deliveries = []
        for row in rows:
            declaration = self._readings.catalog.get(row["dataset_id"])
            if row["status"] != "accepted" or declaration is None or not names_areas(declaration):
                continue
            name = row["snapshot_id"]
            if name not in self._areas:
                self._areas[name] = read_areas(self._by_id()[name].folder)
            deliveries.append((row, self._areas[name]))
        write_table(area_names(deliveries), self.folder / "area_names.parquet")


def _known_at(row: Row) -> tuple[dt.datetime, str]:
    """Since when the figures of a delivery are known; of one time the id decides."""
    return (row["published_at"] or row["retrieved_at"], row["snapshot_id"])
