"""The landing folder: what arrives is read as declared, judged, and kept for good or set aside.

    landing/<publisher>/<dataset>/snapshot=<id>/     a delivery (`snapshots`)
    landing/<publisher>/<dataset>/snapshot=none/     the same columns without rows
    landing/ledger.parquet, …                        which deliveries count, and what follows (`ledger`)
    landing/datasets.parquet, …                      the catalogue as tables
    quarantine/                                      deliveries that are not as declared (`quarantine`)

Everything is written under a temporary name beside its place and renamed once whole, so a kill at any point
leaves a readable state.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from sources.areas.area_names import SIDECAR, names_areas, write_sidecar
from sources.arrival.admission import Admission
from sources.arrival.ledger import Ledger, Row
from sources.arrival.mending import ORIGINAL, Broken, written_rows
from sources.arrival.outcome import Newer, Outcome
from sources.arrival.quarantine import put_aside
from sources.arrival.snapshots import (
    ABOUT,
    NO_SNAPSHOT,
    WITHDRAWN,
    Incoming,
    Origin,
    Readings,
    Snapshot,
    describe,
    folders_in,
    hash_of,
    hashes_in,
    scratch_in,
    sorted_json,
    time_of,
    write_table,
)
from sources.declared.catalogue import Catalog, load_catalog
from sources.declared.catalogue_tables import write_catalogue_tables
from sources.declared.declaration import Declaration
from sources.errors import SourceError, problem
from sources.foundation.exits import USAGE
from sources.foundation.files import LEFTOVER, flush_to_disk, flush_tree, move_aside, sweep
from sources.readers import cases
from sources.readers.reading import Reading, empty_table, reader_of


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


class Landing:
    """The landing and quarantine folders below one data root."""

    def __init__(self, root: Path, catalog: Catalog | None = None) -> None:
        self.root = root
        declared = catalog if catalog is not None else load_catalog()
        self.catalog = declared.corrected_by(root / "town")
        self.folder = root / "landing"
        self.quarantine = root / "quarantine"
        self._readings = Readings(self.catalog)
        self._ledger = Ledger(self.folder, self._readings)
        self._admission = Admission(self.catalog, self._ledger, root / "town")

    # --- the state --------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Make the folder ready: sweep what a killed run left, write catalogue tables,
        empty partitions, ledger.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        for place in (self.folder, self.quarantine):
            sweep(place, depth=3)
        write_catalogue_tables(self.catalog, self.folder)
        for declaration in self.catalog.values():
            target = self._dataset_folder(declaration) / NO_SNAPSHOT / f"{declaration.shape}.parquet"
            table = empty_table(declaration)
            target.parent.mkdir(parents=True, exist_ok=True)
            write_table(table, target)
        self._ledger.read_anew()

    def snapshots(self) -> list[Snapshot]:
        """All snapshots, ordered by publisher, dataset, time of retrieval and id."""
        return self._ledger.snapshots()

    def ledger(self) -> list[Row]:
        """One row per snapshot with the columns of `LEDGER`, in a fixed order."""
        return self._ledger.rows()

    def withdraw(self, snapshot_id: str, reason: str, person: str) -> None:
        """Take a snapshot out of the count until it is reinstated, with a reason and who says so.
        Its files stay.

        Raises KeyError for a snapshot that there is not.
        """
        broken = [one for one in folders_in(self.folder) if one.name == f"snapshot={snapshot_id}"]
        if broken and snapshot_id not in {one.snapshot_id for one in self.snapshots()}:
            Snapshot(broken[0], {}).withdraw(reason, person)  # it cannot be read: nobody waits for it now
        else:
            self._ledger.named(snapshot_id).withdraw(reason, person)
        self._ledger.read_anew()

    def reinstate(self, snapshot_id: str, reason: str) -> None:
        """Let a withdrawn snapshot count again; why it was withdrawn and why it counts again stay on record.

        Raises:
            KeyError: there is no such snapshot, or it was not withdrawn.
            SourceError: a delivery of the same time that says something else counts meanwhile.
        """
        snapshot = self._ledger.named(snapshot_id)
        readings = [one for one in self.snapshots() if one.content == snapshot.content and one.withdrawn]
        if not readings:
            raise KeyError(f"{snapshot_id} was not withdrawn")
        declaration = self.catalog.get(snapshot.dataset_id)
        if declaration is not None:
            table = snapshot.folder / f"{declaration.shape}.parquet"
            self._admission.compare(declaration, snapshot.about, table)
        for one in readings:
            one.reinstate(reason)
        self._ledger.read_anew()

    # --- what is damaged --------------------------------------------------------------------------

    def mend(self, broken: Broken, aside: Path) -> str | None:
        """Make a snapshot again from what was delivered. Returns why that cannot be done, else None.

        A table that cannot be made again goes to the folder `aside`, so that no query stumbles over it; the
        dataset then has a gap (`mending.gaps`).
        """
        if broken.is_only_original:
            return "what was delivered cannot be read again; what was read of it is whole and counts on"
        declaration = self.catalog.get(broken.dataset_id)
        why: str | None = "what was delivered is damaged too"
        if declaration is None:
            why = "its dataset is not declared any more"
        elif broken.files:
            why = self._read_broken(declaration, broken, aside)
        if why is not None:
            for file in sorted(broken.folder.glob("*.parquet")):
                move_aside(file, aside / broken.folder.name)
            # a publisher that was asked before must not answer that nothing is new
            (self.folder / "fetched.json").unlink(missing_ok=True)
        return why

    def _read_broken(self, declaration: Declaration, broken: Broken, aside: Path) -> str | None:
        """Read a snapshot's original again, into its place where it is read as it was then."""
        incoming = self._as_it_came(declaration, broken)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=f"{LEFTOVER}{os.getpid()}-") as name:
            scratch = Path(name)
            try:
                reading = reader_of(declaration).read(self.catalog, declaration, incoming.files[0])
                about = describe(incoming, reading, reading.period(declaration), self._readings)
                _written(declaration, reading, scratch)
            except SourceError as error:
                return str(error)
            about |= {"tables": hashes_in(scratch)}
            (scratch / ABOUT).write_text(sorted_json(about), encoding="utf-8")
            flush_tree(scratch)
            place = broken.folder.parent / f"snapshot={about['snapshot_id']}"
            if place != broken.folder and not place.exists():
                # read otherwise by now: the new reading takes its place beside the old one, which goes
                whole = scratch_in(broken.folder.parent)
                shutil.copytree(broken.folder / ORIGINAL, whole / ORIGINAL)
                for file in (*scratch.iterdir(), broken.folder / WITHDRAWN):
                    if file.exists():
                        shutil.copyfile(file, whole / file.name)
                flush_tree(whole)
                whole.replace(place)
            if place != broken.folder:
                move_aside(broken.folder, aside)
            else:
                for file in sorted(scratch.iterdir(), key=lambda file: file.name == ABOUT):  # the word last
                    if (place / file.name).is_dir():
                        move_aside(place / file.name, aside / place.name)
                    file.replace(place / file.name)
            flush_to_disk(broken.folder.parent)
        return None

    def _as_it_came(self, declaration: Declaration, broken: Broken) -> Incoming:
        """A broken snapshot as the delivery that it was: as it says, else the ledger, else its name."""
        known = broken.about or written_rows(self.folder).get(broken.snapshot_id, {})
        kinds = {one.about["origin"] for one in self.snapshots()}
        retrieved = _moment(known.get("retrieved_at")) or broken.retrieved_at
        notes = str(known.get("notes") or "")
        return Incoming(
            declaration,
            broken.files,
            known.get("origin") or ("sample" if kinds == {"sample"} else "folder"),
            known.get("source_uri"),
            retrieved,
            _moment(known.get("landed_at")) or retrieved,
            known.get("remark") or (cases.COUNTED if notes.startswith(cases.COUNTED) else None),
        )

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
        """Land one delivery of a dataset: its file, or the files that belong together (the
        main one first).

        `now` is the time of retrieval (aware, default: now). A file that is not as declared is set aside
        whole and reported in the outcome, not raised.

        A form that may hold cases is looked at where it lies: cases are counted in memory and their counts
        land in place of the file; when it is not as declared nothing of it is copied (`readers.cases`).

        Raises:
            LandingRefused: sample data beside published files, or the other way round.
        """
        moment = _utc(now)
        incoming = Incoming(declaration, tuple(files), origin, source_uri, moment, moment)
        if not cases.may_hold_cases(declaration):
            return self._take_in(incoming)
        try:
            own = self._admission.own_areas(declaration, of_sample=incoming.is_sample)
            counted = cases.counts(self.catalog, declaration, files[0], own)
        except SourceError as error:
            return self._put_aside([], error, declaration.id, moment)
        except Exception as error:  # its words may quote the file, so only its kind is told
            failed = problem("reader_failed", files[0].name, reason=type(error).__name__)
            return self._put_aside([], failed, declaration.id, moment)
        if counted is None:
            return self._take_in(incoming)
        scratch = scratch_in(self.folder)
        try:
            counts = scratch / f"{declaration.id}.csv"  # not the file's own name: it could tell a case
            counts.write_bytes(counted)
            counted_cases = replace(incoming, files=(counts,), source_uri=None, remark=cases.COUNTED)
            return replace(self._take_in(counted_cases), cases=True)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def read(self, declaration: Declaration, file: Path, now: dt.datetime | None = None) -> Reading:
        """Read and judge a file as if it landed, and write nothing; cases are counted.

        Raises `SourceError` when it is not as declared.
        """
        moment = _utc(now)
        with tempfile.TemporaryDirectory() as scratch:
            try:
                if cases.may_hold_cases(declaration):
                    own = self._admission.own_areas(declaration, of_sample=False)
                    counted = cases.counts(self.catalog, declaration, file, own)
                    if counted is not None:
                        file = Path(scratch) / f"{declaration.id}.csv"
                        file.write_bytes(counted)
                reading = reader_of(declaration).read(self.catalog, declaration, file)
                self._admission.judge(Incoming(declaration, (file,), "folder", None, moment, moment), reading)
            except SourceError as error:
                raise (error if declaration.form is None else error.of_form()) from None
        return reading

    def refresh(self, now: dt.datetime | None = None) -> list[Outcome]:
        """Read again, from the stored originals, what was read by an older declaration or reader.

        When that fails the old reading goes on counting; the outcome says why.
        """
        outcomes = []
        accepted = {row["snapshot_id"] for row in self.ledger() if row["status"] == "accepted"}
        for snapshot in self.snapshots():
            declaration = self.catalog.get(snapshot.dataset_id)
            if (
                snapshot.snapshot_id not in accepted
                or declaration is None
                or self._readings.is_current(snapshot)
            ):
                continue
            about = snapshot.about
            stored = Incoming(
                declaration,
                tuple(snapshot.folder / ORIGINAL / entry["name"] for entry in about["files"]),
                about["origin"],
                about["source_uri"],
                time_of(about["retrieved_at"]) or _utc(now),
                _utc(now),
                about.get("remark"),
            )
            outcomes.append(self._read_in(stored))
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

    # --- stages of a delivery ---------------------------------------------------------------------

    def _take_in(self, incoming: Incoming) -> Outcome:
        """What is known already is said so; anything else is read."""
        refuse_mixing(self.root, incoming.origin, (one.is_sample for one in self.snapshots()))
        try:
            sha256, _ = hash_of(incoming.files)
        except OSError as error:
            gone = problem("missing_file", incoming.file_name, reason=error.strerror or str(error))
            return Outcome("set_aside", incoming.declaration.id, incoming.file_name, error=gone)
        content = (incoming.declaration.id, sha256, incoming.is_sample)
        known = [one for one in self.snapshots() if one.content == content]
        if known:
            outcome = self._known_before(incoming, known)
            if outcome is not None:
                return outcome
            first = min(time_of(one.about["retrieved_at"]) or incoming.retrieved_at for one in known)
            incoming = replace(incoming, retrieved_at=first)
        return self._read_in(incoming)

    def _known_before(self, incoming: Incoming, known: Sequence[Snapshot]) -> Outcome | None:
        """What is said of bytes that landed before; None: they are to be read as declared now."""
        withdrawn = next((one for one in known if one.withdrawn is not None), None)
        if withdrawn is not None:
            told = problem(
                "withdrawn_before",
                incoming.file_name,
                reason=withdrawn.withdrawn,
                snapshot=withdrawn.snapshot_id,
            )
            return replace(Outcome.of("withdrawn", withdrawn), error=told)
        current = next((one for one in known if self._readings.is_current(one)), None)
        if current is None:
            return None
        if not self._ledger.is_fresh:  # a declaration may have gone back to what it was
            self._ledger.write()
        row = self._ledger.newer(incoming.declaration, current)
        newer = Newer(row["snapshot_id"], row["file_name"], row["retrieved_at"]) if row else None
        return replace(Outcome.of("unchanged", current), newer=newer)

    def _read_in(self, incoming: Incoming) -> Outcome:
        """Copy, read, judge, write, compare, and only then give the snapshot its place."""
        declaration = incoming.declaration
        parent = self._dataset_folder(declaration)
        scratch = scratch_in(parent)
        try:
            incoming = replace(incoming, files=_copied(incoming.files, scratch / ORIGINAL))
            try:
                reading = reader_of(declaration).read(self.catalog, declaration, incoming.files[0])
                period = reading.period(declaration)
                self._admission.judge(incoming, reading)
            except SourceError as error:
                return self._put_aside(incoming.files, error, declaration.id, incoming.landed_at)
            except Exception as error:  # a defect of the reader must not stop the other datasets
                reason = f"{type(error).__name__}: {error}"
                failed = problem("reader_failed", incoming.file_name, reason=reason)
                return self._put_aside(incoming.files, failed, declaration.id, incoming.landed_at)
            about = describe(incoming, reading, period, self._readings)
            table = _written(declaration, reading, scratch)
            try:
                self._admission.compare(declaration, about, table)
            except SourceError as error:
                return self._put_aside(incoming.files, error, declaration.id, incoming.landed_at)
            about |= {"tables": hashes_in(scratch)}
            (scratch / ABOUT).write_text(sorted_json(about), encoding="utf-8")
            place = parent / f"snapshot={about['snapshot_id']}"
            if not place.exists():
                flush_tree(scratch)
                scratch.replace(place)
                flush_to_disk(parent)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        snapshot = Snapshot.read(place)
        self._ledger.add(snapshot)
        return Outcome.of("landed", snapshot)

    def _put_aside(
        self, files: Sequence[Path], error: SourceError, dataset_id: str | None, now: dt.datetime
    ) -> Outcome:
        """Set a finding aside; without files its reason alone is kept."""
        declaration = self.catalog.get(dataset_id or "")
        if declaration is not None and declaration.form is not None:
            error = error.of_form()
        place = put_aside(self.quarantine, files, error, dataset_id, now)
        sha256, size = hash_of(files) if files else (None, 0)
        return Outcome(
            "set_aside", dataset_id, error.file, sha256=sha256, size_bytes=size, error=error, quarantine=place
        )

    def _dataset_folder(self, declaration: Declaration) -> Path:
        return self.folder / declaration.publisher / declaration.id


def _copied(files: Sequence[Path], originals: Path) -> tuple[Path, ...]:
    """Copies of a delivery's files in a new folder."""
    originals.mkdir()
    return tuple(Path(shutil.copyfile(file, originals / file.name)) for file in files)


def _written(declaration: Declaration, reading: Reading, folder: Path) -> Path:
    """Write what was read, and the areas it names where they are told."""
    table = folder / f"{declaration.shape}.parquet"
    reading.write(table)
    if names_areas(declaration):
        write_sidecar(reading.areas(), folder / SIDECAR)
    return table


def _moment(said: object) -> dt.datetime | None:
    """A time as `snapshot.json` or the ledger say it."""
    return said if isinstance(said, dt.datetime) else time_of(str(said)) if said else None


def _utc(now: dt.datetime | None) -> dt.datetime:
    """UTC without zone, whole seconds."""
    now = now or dt.datetime.now(dt.UTC)
    if now.tzinfo is None:
        raise ValueError("the time of retrieval needs a time zone")
    return now.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0)
