"""The landing folder: immutable snapshots of published files, the ledger of them, and what was set aside.

    landing/<publisher>/<dataset>/snapshot=<id>/     original/…, cells.parquet | records.parquet,
    snapshot.json
    landing/<publisher>/<dataset>/snapshot=none/     the same columns without rows
    landing/ledger.parquet                           one row per snapshot
    landing/text_corrections.parquet                 one row per corrected text of an accepted snapshot
    landing/datasets.parquet, missing_symbols.parquet, …   the catalogue as tables
    quarantine/<dataset or unknown>/<stamp>-<sha8>/  the file as delivered, reason.json, reason.txt

Everything is written under a temporary name beside its place and renamed once whole, so a kill at any point
leaves a readable state. The ledger is derived from the snapshot folders and can be rebuilt from them at any
time.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from sources.areas.area_names import SIDECAR, area_names, names_areas, read_areas, write_sidecar
from sources.areas.divisions import check_areas
from sources.areas.reforms import reforms
from sources.areas.territory import REGISTER, OwnAreas, Territory
from sources.arrival.vintages import refuse_same_time
from sources.declared.catalogue import Catalog, load_catalog
from sources.declared.catalogue_tables import write_catalogue_tables
from sources.declared.declaration import Declaration
from sources.errors import SourceError, problem
from sources.forms.consistency import check_line_sums
from sources.foundation.exits import USAGE
from sources.foundation.files import leftover_beside, replacing, sha256_of, sha256_of_text, sweep, write_text
from sources.foundation.told import Told
from sources.readers import cases
from sources.readers.reading import Reading, empty_table, reader_of

Origin = Literal["sample", "folder", "live", "drop"]

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
WITHDRAWN = "withdrawn.json"
"""Beside a snapshot: that it does not count and why, and why it does again."""

NO_SNAPSHOT = "snapshot=none"


class LandingRefused(Exception):
    """A delivery that must not land here at all, in words for a person."""

    exit_code = USAGE


def refuse_mixing(root: Path, origin: str, samples: Iterable[bool]) -> None:
    """Keep the sample and published files apart: each has a data root of its own.

    `samples` says of every snapshot in the root whether it is of the sample. Raises LandingRefused.
    """
    held = set(samples)
    if len(held) == 2:
        raise LandingRefused(
            f"{root} holds the sample and published files together; nothing made from both can be relied on. "
            "Set PLANSTAT_DATA to a new folder and deliver your files there."
        )
    if held == {False} and origin == "sample":
        raise LandingRefused(
            f"{root} holds published files; the sample must not mix with them. Set PLANSTAT_DATA to another "
            "folder for the sample."
        )
    if held == {True} and origin != "sample":
        raise LandingRefused(
            f"{root} holds the sample that comes with planstat; your own files must not mix with it. Set "
            "PLANSTAT_DATA to another folder for them, or delete this one: nothing in it is yours."
        )


@dataclass(frozen=True)
class Snapshot:
    """What `snapshot.json` says of one landed file (times: UTC without zone), and whether it was withdrawn
    by hand.
    """

    folder: Path
    about: dict[str, Any]
    withdrawn: str | None = None

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


@dataclass(frozen=True)
class Outcome:
    """What became of one delivery.

    status `landed`: a new snapshot; `unchanged`: these bytes are known; `withdrawn`: they are known and a
    person took them out of the count, see `error`; `set_aside`: see `error` and `quarantine`. cases: the file
    held cases; their counts are what landed. newer: of an unchanged delivery, the accepted one that came
    later for the same time: that one counts.
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


class Landing:
    """The landing and quarantine folders below one data root."""

    def __init__(self, root: Path, catalog: Catalog | None = None) -> None:
        self.root = root
        declared = catalog if catalog is not None else load_catalog()
        self.catalog = declared.corrected_by(root / "town")
        self.folder = root / "landing"
        self.quarantine = root / "quarantine"
        self._snapshots: dict[str, Snapshot] | None = None
        self._readings: dict[str, tuple[str, str, str]] = {}
        self._areas: dict[str, dict[str, tuple[str, ...]]] = {}
        self._ledger_is_fresh = False

    # --- the state --------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Make the folder ready: sweep what a killed run left, write catalogue tables, empty partitions,
        ledger.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        for place in (self.folder, self.quarantine):
            sweep(place, depth=3)
        write_catalogue_tables(self.catalog, self.folder)
        for declaration in self.catalog.values():
            target = self._dataset_folder(declaration) / NO_SNAPSHOT / f"{declaration.shape}.parquet"
            table = empty_table(declaration)
            if not (target.exists() and pq.read_schema(target).equals(table.schema)):
                target.parent.mkdir(parents=True, exist_ok=True)
                _write_table(table, target)
        self._snapshots = None
        self._write_ledger()

    def snapshots(self) -> list[Snapshot]:
        """All snapshots, ordered by publisher, dataset, time of retrieval and id."""
        if self._snapshots is None:
            self._snapshots = {}
            for file in self.folder.glob("*/*/snapshot=*/snapshot.json"):
                snapshot = _snapshot(file.parent)
                self._snapshots[snapshot.snapshot_id] = snapshot
        return sorted(
            self._snapshots.values(),
            key=lambda one: (
                one.about["publisher"],
                one.dataset_id,
                one.about["retrieved_at"],
                one.snapshot_id,
            ),
        )

    def ledger(self) -> list[dict[str, Any]]:
        """One row per snapshot with the columns of `LEDGER`, in a fixed order.

        Status: a snapshot is `superseded` when the same bytes were read again by a newer declaration or
        reader,
        `withdrawn` when a person said so of any reading of these bytes, else `accepted`.
        """
        snapshots = self.snapshots()
        withdrawn = {one.content: one.withdrawn for one in snapshots if one.withdrawn is not None}
        counting: dict[tuple[str, str, bool], Snapshot] = {}
        for snapshot in sorted(snapshots, key=lambda one: (self._is_current(one), one.about["landed_at"])):
            counting[snapshot.content] = snapshot
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
            row["retrieved_at"] = _time(row["retrieved_at"])
            row["published_at"] = _time(row["published_at"])
            row["period_min"] = _date(row["period_min"])
            row["period_max"] = _date(row["period_max"])
            rows.append(row)
        return rows

    def withdraw(self, snapshot_id: str, reason: str, person: str) -> None:
        """Take a snapshot out of the count until it is reinstated, with a reason and who says so. Its files
        stay.

        Raises KeyError for a snapshot that there is not.
        """
        write_text(self._named(snapshot_id).folder / WITHDRAWN, _json({"reason": reason, "person": person}))
        self._snapshots = None
        self._write_ledger()

    def reinstate(self, snapshot_id: str, reason: str) -> None:
        """Let a withdrawn snapshot count again; why it was withdrawn and why it counts again stay on record.

        Raises:
            KeyError: there is no such snapshot, or it was not withdrawn.
            SourceError: a delivery of the same time that says something else counts meanwhile.
        """
        snapshot = self._named(snapshot_id)
        readings = [one for one in self.snapshots() if one.content == snapshot.content and one.withdrawn]
        if not readings:
            raise KeyError(f"{snapshot_id} was not withdrawn")
        declaration = self.catalog.get(snapshot.dataset_id)
        if declaration is not None:
            table = snapshot.folder / f"{declaration.shape}.parquet"
            self._refuse_same_time(declaration, snapshot.about, table)
        for one in readings:
            kept = _read_json(one.folder / WITHDRAWN) | {"reinstated": reason}
            write_text(one.folder / WITHDRAWN, _json(kept))
        self._snapshots = None
        self._write_ledger()

    def _named(self, snapshot_id: str) -> Snapshot:
        snapshot = next((one for one in self.snapshots() if one.snapshot_id == snapshot_id), None)
        if snapshot is None:
            raise KeyError(f"no snapshot {snapshot_id}")
        return snapshot

    # --- deliveries -------------------------------------------------------------------------------

    def land(
        self,
        declaration: Declaration,
        files: Sequence[Path],
        *,
        origin: Origin,
        source_uri: str | None = None,
        now: dt.datetime | None = None,
    ) -> Outcome:
        """Take in one delivery of a dataset: its file, or the files that belong together (the main one
        first).

        `now` is the time of retrieval (aware, default: now). A file that is not as declared is set aside
        whole and reported in the outcome, not raised.

        A form that may hold cases is looked at where it lies: cases are counted in memory and their counts
        land in place of the file; when it is not as declared nothing of it is copied (`readers.cases`).

        Raises:
            LandingRefused: sample data beside published files, or the other way round.
        """
        if not cases.may_hold_cases(declaration):
            return self._take_in(declaration, files, origin, source_uri, now)
        try:
            counted = cases.counts(self.catalog, declaration, files[0], self._own_areas(declaration, origin))
        except SourceError as error:
            return self._keep_out(declaration, error, _utc(now))
        except Exception as error:  # its words may quote the file, so only its kind is told
            failed = problem("reader_failed", files[0].name, reason=type(error).__name__)
            return self._keep_out(declaration, failed, _utc(now))
        if counted is None:
            return self._take_in(declaration, files, origin, source_uri, now)
        scratch = _scratch(self.folder)
        try:
            counts = scratch / f"{declaration.id}.csv"  # not the file's own name: it could tell a case
            counts.write_bytes(counted)
            outcome = self._take_in(declaration, [counts], origin, None, now, cases.COUNTED)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        return replace(outcome, cases=True)

    def _take_in(
        self,
        declaration: Declaration,
        files: Sequence[Path],
        origin: Origin,
        source_uri: str | None,
        now: dt.datetime | None,
        remark: str | None = None,
    ) -> Outcome:
        retrieved_at = _utc(now)
        refuse_mixing(self.root, origin, (one.is_sample for one in self.snapshots()))
        try:
            sha256, _ = _hash(files)
        except OSError as error:
            gone = problem("missing_file", files[0].name, reason=error.strerror or str(error))
            return Outcome("set_aside", declaration.id, files[0].name, error=gone)
        known = [
            one for one in self.snapshots() if one.content == (declaration.id, sha256, origin == "sample")
        ]
        withdrawn = next((one for one in known if one.withdrawn is not None), None)
        if withdrawn is not None:
            told = problem(
                "withdrawn_before",
                files[0].name,
                reason=withdrawn.withdrawn,
                snapshot=withdrawn.snapshot_id,
            )
            return replace(_outcome("withdrawn", withdrawn), error=told)
        current = next((one for one in known if self._is_current(one)), None)
        if current is not None:
            if not self._ledger_is_fresh:  # a declaration may have gone back to what it was
                self._write_ledger()
            return replace(_outcome("unchanged", current), newer=self._newer(declaration, current))
        if known:
            retrieved_at = min(_time(one.about["retrieved_at"]) or retrieved_at for one in known)
        return self._read_in(declaration, files, origin, source_uri, retrieved_at, _utc(now), remark)

    def _newer(self, declaration: Declaration, known: Snapshot) -> Newer | None:
        """The newest accepted delivery after a known one for the same time; None: the known one counts."""

        def order(row: dict[str, Any]) -> tuple[dt.datetime, str]:
            return (row["published_at"] or row["retrieved_at"], row["snapshot_id"])

        rows = [
            row
            for row in self.ledger()
            if row["dataset_id"] == declaration.id and row["status"] == "accepted"
        ]
        mine = next((row for row in rows if row["snapshot_id"] == known.snapshot_id), None)
        if mine is None:
            return None
        later = [
            row
            for row in rows
            if order(row) > order(mine)
            and (row["origin"] == "sample") == known.is_sample
            and (
                declaration.shape == "records"
                or None in (mine["period_min"], row["period_min"])
                or (row["period_min"] <= mine["period_max"] and mine["period_min"] <= row["period_max"])
            )
        ]
        if not later:
            return None
        newest = max(later, key=order)
        return Newer(newest["snapshot_id"], newest["file_name"], newest["retrieved_at"])

    def refresh(self, now: dt.datetime | None = None) -> list[Outcome]:
        """Read again, from the stored originals, what was read by an older declaration or reader.

        When that fails the old reading goes on counting; the outcome says why.
        """
        outcomes = []
        rows = {row["snapshot_id"] for row in self.ledger() if row["status"] == "accepted"}
        for snapshot in self.snapshots():
            declaration = self.catalog.get(snapshot.dataset_id)
            if snapshot.snapshot_id not in rows or declaration is None or self._is_current(snapshot):
                continue
            about = snapshot.about
            files = [snapshot.folder / "original" / entry["name"] for entry in about["files"]]
            retrieved_at = _time(about["retrieved_at"]) or _utc(now)
            outcomes.append(
                self._read_in(
                    declaration, files, about["origin"], about["source_uri"], retrieved_at, _utc(now),
                    about.get("remark"),
                )
            )  # fmt: skip
        return outcomes

    def set_aside(
        self,
        files: Sequence[Path],
        error: SourceError,
        *,
        dataset_id: str | None = None,
        now: dt.datetime | None = None,
    ) -> Outcome:
        """Put a copy of the delivery into quarantine with its reason; the same finding is kept once only."""
        return self._put_aside(files, error, dataset_id, _utc(now))

    # --- inside -----------------------------------------------------------------------------------

    def _keep_out(self, declaration: Declaration, error: SourceError, now: dt.datetime) -> Outcome:
        """Set aside a finding without its file: its reason is kept, the bytes stay where they are."""
        return self._put_aside([], error, declaration.id, now)

    def _put_aside(
        self, files: Sequence[Path], error: SourceError, dataset_id: str | None, now: dt.datetime
    ) -> Outcome:
        declaration = self.catalog.get(dataset_id or "")
        if declaration is not None and declaration.form is not None:
            error = error.of_form()
        parent = self.quarantine / (dataset_id or "unknown")
        reason = error.as_dict() | {"dataset_id": dataset_id, "files": [file.name for file in files]}
        sha256, size = _hash(files) if files else (sha256_of_text(_json(reason)), 0)
        reason |= {"sha256": sha256 if files else None, "size_bytes": size}
        place = next(
            (
                folder
                for folder in sorted(parent.glob(f"*-{sha256[:8]}*"))
                if _read_json(folder / "reason.json") == reason
            ),
            None,
        )
        if place is None:
            stamp = f"{now:%Y%m%dT%H%M%SZ}-{sha256[:8]}"
            place = parent / stamp
            number = 1
            while place.exists():
                number += 1
                place = parent / f"{stamp}-{number}"
            scratch = _scratch(parent)
            for file in files:
                shutil.copyfile(file, scratch / file.name)
            (scratch / "reason.json").write_text(_json(reason), encoding="utf-8")
            text = f"{error.sentence_de}\n\n{error.sentence_en}\n"
            (scratch / "reason.txt").write_text(text, encoding="utf-8")
            scratch.replace(place)
        return Outcome(
            "set_aside",
            dataset_id,
            error.file,
            sha256=sha256 if files else None,
            size_bytes=size,
            error=error,
            quarantine=place,
        )

    def _read_in(
        self,
        declaration: Declaration,
        files: Sequence[Path],
        origin: Origin,
        source_uri: str | None,
        retrieved_at: dt.datetime,
        now: dt.datetime,
        remark: str | None = None,
    ) -> Outcome:
        parent = self._dataset_folder(declaration)
        scratch = _scratch(parent)
        try:
            originals = scratch / "original"
            originals.mkdir()
            copies = [Path(shutil.copyfile(file, originals / file.name)) for file in files]
            reader = reader_of(declaration)
            try:
                reading = reader.read(self.catalog, declaration, copies[0])
                period = reading.period(declaration)
                if declaration.shape == "cells" and "area_code" in reading.columns:
                    self._territory(origin).check(reading.areas(), copies[0].name)
                    own = self._own_areas(declaration, origin)
                    if own is not None:
                        own.check(reading.areas(), copies[0].name)
                if declaration.form is not None:
                    _refuse_future(declaration, reading, now.date(), copies[0].name)
                    check_line_sums(declaration, reading.table, copies[0].name)
                if declaration.division or declaration.crosswalk:
                    check_areas(declaration, reading.table, copies[0].name)
            except SourceError as error:
                return self._put_aside(copies, error, declaration.id, now)
            except Exception as error:  # a defect of the reader must not stop the other datasets
                reason = f"{type(error).__name__}: {error}"
                failed = problem("reader_failed", copies[0].name, reason=reason)
                return self._put_aside(copies, failed, declaration.id, now)
            about = self._about(declaration, reading, copies, period, origin, source_uri, retrieved_at, now)
            about |= {"remark": remark, "notes": "\n".join(filter(None, (remark, reading.notes))) or None}
            table = scratch / f"{declaration.shape}.parquet"
            reading.write(table)
            if names_areas(declaration):
                write_sidecar(reading.areas(), scratch / SIDECAR)
            try:
                self._refuse_same_time(declaration, about, table)
            except SourceError as error:
                return self._put_aside(copies, error, declaration.id, now)
            (scratch / "snapshot.json").write_text(_json(about), encoding="utf-8")
            place = parent / f"snapshot={about['snapshot_id']}"
            if not place.exists():
                scratch.replace(place)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        snapshot = _snapshot(place)
        self.snapshots()
        assert self._snapshots is not None
        self._snapshots[snapshot.snapshot_id] = snapshot
        self._write_ledger()
        return _outcome("landed", snapshot)

    def _refuse_same_time(self, declaration: Declaration, about: dict[str, Any], table: Path) -> None:
        """Compare with accepted deliveries of the same time; another reading of the same bytes is none."""
        if declaration.shape != "cells":
            return
        moment = about["published_at"] or about["retrieved_at"]
        rows = [
            row
            for row in self.ledger()
            if row["dataset_id"] == declaration.id
            and row["status"] == "accepted"
            and row["sha256"] != about["sha256"]
            and (row["origin"] == "sample") == (about["origin"] == "sample")
            and (row["published_at"] or row["retrieved_at"]) == _time(moment)
        ]
        folder = self._dataset_folder(declaration)
        others = [folder / f"snapshot={row['snapshot_id']}" / table.name for row in rows]
        refuse_same_time(table, others, about["file_name"], moment)

    def _territory(self, origin: Origin) -> Territory:
        """The areas on record: the reforms, and the newest register of the same kind of origin."""
        return Territory.known(self._newest_records(REGISTER, origin), own=reforms(self.root / "town"))

    def _own_areas(self, declaration: Declaration, origin: Origin) -> OwnAreas | None:
        """The publisher's own list of areas, for a form about them; None when no list has landed."""
        if declaration.form is None or declaration.area_levels != ("SMALL_AREA",):
            return None
        for one in self.catalog.values():
            if one.publisher == declaration.publisher and one.division is not None:
                records = self._newest_records(one.id, origin)
                return OwnAreas.known(records, one.division) if records else None
        return None

    def _newest_records(self, dataset_id: str, origin: Origin) -> Path | None:
        """The newest accepted register of the same kind of origin, as it was read."""
        rows = [
            row
            for row in self.ledger()
            if row["dataset_id"] == dataset_id
            and row["status"] == "accepted"
            and (row["origin"] == "sample") == (origin == "sample")
        ]
        if not rows:
            return None
        newest = max(rows, key=lambda row: (row["published_at"] or row["retrieved_at"], row["snapshot_id"]))
        snapshot = f"snapshot={newest['snapshot_id']}"
        return self.folder / str(newest["publisher"]) / dataset_id / snapshot / "records.parquet"

    def _about(
        self,
        declaration: Declaration,
        reading: Reading,
        files: Sequence[Path],
        period: tuple[dt.date | None, dt.date | None],
        origin: Origin,
        source_uri: str | None,
        retrieved_at: dt.datetime,
        now: dt.datetime,
    ) -> dict[str, Any]:
        sha256, size = _hash(files)
        fingerprint, reader, version = self._current_reading(declaration)
        # the sample and a delivery of the same bytes are two snapshots, even of the same second
        of_sample = " sample" if origin == "sample" else ""
        stamp = sha256_of_text(f"{fingerprint} {reader} {version}{of_sample}")[:8]
        licence = self.catalog.licence(declaration)
        return {
            "snapshot_id": f"{retrieved_at:%Y%m%dT%H%M%SZ}-{sha256[:8]}-{stamp}",
            "publisher": declaration.publisher,
            "dataset_id": declaration.id,
            "table_code": declaration.table_code,
            "origin": origin,
            "retrieved_at": retrieved_at.isoformat(),
            "landed_at": now.isoformat(),
            "published_at": reading.published_at.isoformat() if reading.published_at else None,
            "file_name": files[0].name,
            "source_uri": source_uri,
            "sha256": sha256,
            "size_bytes": size,
            "files": [
                {"name": file.name, "sha256": _hash([file])[0], "size_bytes": file.stat().st_size}
                for file in files
            ],
            "row_count": reading.row_count,
            "columns": reading.columns,
            "declaration_sha256": fingerprint,
            "reader": reader,
            "reader_version": version,
            "layout": reading.layout,
            "text_corrections": [one.about() for one in reading.corrected],
            "notes": reading.notes,
            "period_min": period[0].isoformat() if period[0] else None,
            "period_max": period[1].isoformat() if period[1] else None,
            "licence": licence.id,
            "licence_url": licence.url,
            "attribution": licence.attribution,
        }

    def _current_reading(self, declaration: Declaration) -> tuple[str, str, str]:
        known = self._readings.get(declaration.id)
        if known is None:
            reader = reader_of(declaration)
            known = (self.catalog.fingerprint(declaration), declaration.format.kind, reader.VERSION)
            self._readings[declaration.id] = known
        return known

    def _is_current(self, snapshot: Snapshot) -> bool:
        declaration = self.catalog.get(snapshot.dataset_id)
        return declaration is not None and snapshot.reading == self._current_reading(declaration)

    def _dataset_folder(self, declaration: Declaration) -> Path:
        return self.folder / declaration.publisher / declaration.id

    def _write_ledger(self) -> None:
        target = self.folder / "ledger.parquet"
        rows = self.ledger()
        table = pa.Table.from_pylist(rows, schema=LEDGER)
        if not (target.exists() and pq.read_table(target).equals(table)):
            _write_table(table, target)
            self._write_area_names(rows)
        elif not (self.folder / "area_names.parquet").exists():
            self._write_area_names(rows)
        self._write_text_corrections(rows)
        self._ledger_is_fresh = True

    def _write_text_corrections(self, rows: Iterable[dict[str, Any]]) -> None:
        accepted = {row["snapshot_id"] for row in rows if row["status"] == "accepted"}
        found = [
            {
                "dataset_id": one.dataset_id,
                "snapshot_id": one.snapshot_id,
                **corrected,
                "corrected_on": _date(corrected["corrected_on"]),
            }
            for one in self.snapshots()
            if one.snapshot_id in accepted
            for corrected in one.about.get("text_corrections", ())
        ]
        table = pa.Table.from_pylist(found, schema=TEXT_CORRECTIONS)
        target = self.folder / "text_corrections.parquet"
        if not (target.exists() and pq.read_table(target).equals(table)):
            _write_table(table, target)

    def _write_area_names(self, rows: Iterable[dict[str, Any]]) -> None:
        """The areas that accepted tables name; the file is left alone when nothing new is among them."""
        deliveries = []
        for row in rows:
            declaration = self.catalog.get(row["dataset_id"])
            if row["status"] != "accepted" or declaration is None or not names_areas(declaration):
                continue
            name = row["snapshot_id"]
            if name not in self._areas:
                self._areas[name] = read_areas(self._dataset_folder(declaration) / f"snapshot={name}")
            deliveries.append((row, self._areas[name]))
        table = area_names(deliveries)
        target = self.folder / "area_names.parquet"
        if not (target.exists() and pq.read_table(target).equals(table)):
            _write_table(table, target)


FAR_AHEAD = 20
"""Years ahead that a town may decide on its areas; a later day is a slip of the pen."""


def _refuse_future(declaration: Declaration, reading: Reading, today: dt.date, file_name: str) -> None:
    """Refuse figures of a time that has not begun, and areas that begin or end in a far future.

    Raises `SourceError` with the line of the first one.
    """
    table = reading.table
    if declaration.shape == "cells":
        ahead = {
            text: declaration.reference_time.period(text)[0] for text in reading.times() if text is not None
        }
        late = {"time_text": {text for text, first in ahead.items() if first > today}}
    elif declaration.division is not None:
        limit = today.replace(year=today.year + FAR_AHEAD, day=1)
        late = {
            column: {
                text
                for text in table.column(column).unique().to_pylist()
                if text and dt.datetime.strptime(text, "%d.%m.%Y").date() > limit
            }
            for column in (declaration.division.valid_from, declaration.division.valid_to)
        }
        late["time_text"] = {
            text
            for text in table.column("time_text").unique().to_pylist()
            if text and dt.datetime.strptime(text, "%d.%m.%Y").date() > today
        }
    else:
        return
    found = [
        (line, text)
        for column, texts in late.items()
        if texts
        for line, text in zip(table.column("line").to_pylist(), table.column(column).to_pylist(), strict=True)
        if text in texts
    ]
    if found:
        line, text = min(found)
        raise problem("not_yet", file_name, line=line, found=text)


def _outcome(status: Literal["landed", "unchanged", "withdrawn"], snapshot: Snapshot) -> Outcome:
    about = snapshot.about
    return Outcome(
        status,
        snapshot.dataset_id,
        about["file_name"],
        snapshot_id=snapshot.snapshot_id,
        rows=about["row_count"],
        sha256=about["sha256"],
        size_bytes=about["size_bytes"],
        published_at=_time(about["published_at"]),
        period=(_date(about["period_min"]), _date(about["period_max"])),
    )


def _snapshot(folder: Path) -> Snapshot:
    withdrawn = _read_json(folder / WITHDRAWN)
    about = json.loads((folder / "snapshot.json").read_text(encoding="utf-8"))
    is_out = bool(withdrawn) and "reinstated" not in withdrawn
    return Snapshot(folder, about, _said(withdrawn) if is_out else None)


def _said(withdrawn: dict[str, Any]) -> str:
    """Why a snapshot does not count, and who says so (not recorded of old withdrawals)."""
    return f"{withdrawn['reason']} ({withdrawn['person']})" if "person" in withdrawn else withdrawn["reason"]


def _hash(files: Sequence[Path]) -> tuple[str, int]:
    """sha256 (hex) and size in bytes of a delivery: of its one file, or of the list of its files with their
    hashes.
    """
    digests = []
    size = 0
    for file in files:
        digests.append(sha256_of(file))
        size += file.stat().st_size
    if len(files) == 1:
        return digests[0], size
    lines = sorted(f"{file.name} {digest}\n" for file, digest in zip(files, digests, strict=True))
    return sha256_of_text("".join(lines)), size


def _scratch(parent: Path) -> Path:
    """A new temporary folder beside its final place, named for this process."""
    parent.mkdir(parents=True, exist_ok=True)
    scratch = leftover_beside(parent / "delivery")
    scratch.mkdir()
    return scratch


def _write_table(table: pa.Table, target: Path) -> None:
    with replacing(target) as beside:
        pq.write_table(table, beside, compression="zstd", store_schema=False)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _utc(now: dt.datetime | None) -> dt.datetime:
    """UTC without zone, whole seconds."""
    now = now or dt.datetime.now(dt.UTC)
    if now.tzinfo is None:
        raise ValueError("the time of retrieval needs a time zone")
    return now.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0)


def _time(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
