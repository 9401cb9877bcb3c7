"""Candidates: the files of a product as they would be released, written from the warehouse in one go.

`build` copies the product's rows out of the warehouse (read-only, opened late, closed at once), writes every
format into a folder beside the target, and renames that folder into place. Same content gives the same bytes;
nothing in a candidate carries a wall clock.

`fingerprint` says cheaply whether building would give anything new: it hashes rows, outlines, description and
the versions of the writers without writing the candidate.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports import difference, files
from exports.browser import PAGES, page
from exports.csvw import METADATA, csvw
from exports.datapackage import datapackage
from exports.describe import Description, parse
from exports.products import Product
from exports.readme import readme
from exports.rows import Rows, RowsError, staged
from exports.writers import FORMATS, csv_machine
from sources.foundation.editions import DESCRIPTION
from sources.foundation.exits import FAILED
from sources.foundation.files import (
    canonical_json,
    leftover_beside,
    locked,
    readable_json,
    remove,
    sha256_of,
    sweep,
)

if TYPE_CHECKING:
    from exports.disclosure.planning import Context, Planned

COMPANIONS = {
    "README.html": "Diese Beschreibung, für den Browser",
    "README.md": "Diese Beschreibung als Text",
    "LICENCES.html": "Lizenzen und Quellenvermerke, für den Browser",
    "datapackage.json": "Maschinenlesbare Beschreibung (Data Package)",
    METADATA: "Maschinenlesbare Beschreibung der CSV-Dateien (CSVW)",
    DESCRIPTION: "Wie die Zahlen beschrieben und bezeichnet sind, für spätere Auszüge",
    "diff.csv": "Änderungen gegenüber der vorigen Ausgabe, Wert für Wert",
    "diff.json": "Änderungen gegenüber der vorigen Ausgabe, zusammengefasst",
}
"""Files that are about the data files; written last."""

COMPANION_VERSION = 11
"""Edition of README, data package and diff; raise it when their text changes for the same rows."""


class CandidateError(ValueError):
    """A candidate that cannot be built or read; the message says why and what to do."""

    exit_code = FAILED


@dataclass(frozen=True)
class Candidate:
    """A finished candidate folder: what it holds, and the hash that tells whether it is new.

    `decision`: `protected` by disclosure control, `exempt`, or None when nobody decided.
    """

    product: str
    path: Path
    rows: int
    fingerprint: str
    description_sha256: str
    files: dict[str, Path]
    notes: dict[str, str]
    difference: dict[str, Any]
    decision: str | None = None
    audience: str = "public"

    @property
    def parquet(self) -> Path:
        """The candidate's Parquet file."""
        return self.path / f"{self.product}.parquet"


def build(
    warehouse: Path,
    product: Product | str,
    description: Mapping[str, Any],
    target: Path,
    previous: Path | None = None,
    progress: Callable[[str], None] | None = None,
    disclosure: Context | None = None,
) -> Candidate:
    """Write the candidate of a product into the folder `target` (whose name is the product's).

    `description` is what `describe.describe` gives, `previous` the folder of the release to compare with (the
    link `current` will do; a folder that does not exist counts as none). `progress` is told each file's name
    before it is written. `disclosure` is needed by a product with a policy: its rows are protected before any
    writer sees them. An earlier candidate in `target` is replaced whole at the end; on any error it stays.
    Raises `CandidateError`, `RowsError`, `DescriptionError`, or what `disclosure.planning.plan` raises.
    """
    described = _checked(product, description, target)
    planned = _planned(warehouse, described, disclosure)
    tell = progress or (lambda name: None)
    target.parent.mkdir(parents=True, exist_ok=True)
    with locked(target.parent / f".lock-{target.name}"):
        sweep(target.parent, of=target.name)
        work = leftover_beside(target)
        work.mkdir()
        try:
            with staged(warehouse, described, work) as rows:
                _protect(rows, described, planned, work)
                notes = _write(rows, described, work, tell)
                lines = work / f"{described.product}.csv"
                fingerprint_ = _fingerprint(rows, described, lines, work)
                if "csv" not in described.formats:
                    lines.unlink()
                tell("diff.csv")
                changes = _difference(described, work, previous)
                (work / "diff.json").write_text(readable_json(changes.as_plain()), encoding="utf-8")
                titles = {
                    form.path(work, described).name: form.title_de
                    for form in FORMATS
                    if form.path(work, described).is_file()
                }
                if planned is not None:
                    titles["disclosure.json"] = "Wie geheim gehalten wird: Regel, Gliederung, Angreiferstufen"
                (work / "README.md").write_text(
                    readme(
                        rows,
                        described,
                        changes,
                        titles | COMPANIONS,
                        notes,
                        planned.universe.policy.method if planned is not None else None,
                    ),
                    encoding="utf-8",
                )
                for text, beside in PAGES.items():
                    words = (work / text).read_text(encoding="utf-8")
                    (work / beside).write_text(page(described.title_de, words), encoding="utf-8")
                (work / DESCRIPTION).write_text(readable_json(described.as_kept()), encoding="utf-8")
                (work / METADATA).write_text(readable_json(csvw(rows, described, work)), encoding="utf-8")
                (work / "datapackage.json").write_text(
                    readable_json(datapackage(rows, described, work, fingerprint_, notes)),
                    encoding="utf-8",
                )
            if planned is not None and disclosure is not None and disclosure.confidential is not None:
                from exports.disclosure.record import keep_record

                keep_record(planned, disclosure.confidential)
            files.replace_folder(work, target)
        except BaseException:
            remove(work)
            raise
    return read(target)


def _write(rows: Rows, description: Description, folder: Path, tell: Callable[[str], None]) -> dict[str, str]:
    """Write every format of the product and give the notes of those that have one.

    The CSV for programs is written in any case: its hash is that of the content. What is written beside the
    others has a thread and a connection of its own: database and compression leave Python's lock.
    """
    notes: dict[str, str | None] = {}
    forms = [form for form in FORMATS if form.name == "csv" or form.is_offered(description)]
    with rows.another_reader() as reader, ThreadPoolExecutor(max_workers=1) as thread:
        beside = {
            form.name: thread.submit(form.write, reader, description, form.path(folder, description))
            for form in forms
            if form.is_beside
        }
        try:
            for form in forms:
                path = form.path(folder, description)
                tell(path.name)
                if not form.is_beside:
                    notes[form.name] = form.write(rows, description, path)
            notes |= {name: written.result() for name, written in beside.items()}
        except BaseException:
            reader.connection.interrupt()
            raise
    return {form.name: note for form in forms if (note := notes[form.name])}


def fingerprint(
    warehouse: Path,
    product: Product | str,
    description: Mapping[str, Any],
    scratch: Path,
    disclosure: Context | None = None,
) -> str:
    """The fingerprint that `build` would give now, for a fraction of its time.

    Equal to that of the current release: building, checking and publishing would change nothing.
    `scratch` is a folder in which temporary files may be written.
    """
    described = _checked(product, description, None)
    planned = _planned(warehouse, described, disclosure)
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        work = Path(folder)
        with staged(warehouse, described, work) as rows:
            _protect(rows, described, planned, work)
            lines = work / f"{described.product}.csv"
            csv_machine.write(rows, described, lines)
            return _fingerprint(rows, described, lines, work)


def read(folder: Path) -> Candidate:
    """Read a finished candidate (or a release) from its folder; raises `CandidateError` when it is none."""
    try:
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        changes = json.loads((folder / "diff.json").read_text(encoding="utf-8"))
        own = package["planstat"]
        return Candidate(
            product=own["product"],
            path=folder,
            rows=own["rows"],
            fingerprint=own["fingerprint"],
            description_sha256=own["description_sha256"],
            files=files.regular_files(folder),
            notes=own["notes"],
            difference=changes,
            decision=own.get("disclosure"),
            audience=own.get("audience", "public"),
        )
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise CandidateError(f"{folder}: is no finished candidate ({problem}); build it again") from problem


def _checked(product: Product | str, description: Mapping[str, Any], target: Path | None) -> Description:
    """Description read strictly, and product, description and folder all of one name."""
    described = parse(description)
    name = product if isinstance(product, str) else product.product
    if described.product != name:
        raise CandidateError(f"the description is of {described.product!r}, but {name!r} was to be built")
    if target is not None and target.name != name:
        raise CandidateError(f"{target}: the candidate of {name!r} belongs into a folder called {name!r}")
    return described


def _planned(warehouse: Path, description: Description, disclosure: Context | None) -> Planned | None:
    """The plan for a product with a policy, None for one without. Raises `CandidateError` without context."""
    if description.disclosure is None or description.disclosure.policy is None:
        return None
    if disclosure is None or disclosure.universe.name != description.disclosure.policy:
        raise CandidateError(
            f"product {description.product} is protected by the policy {description.disclosure.policy}; it "
            "cannot be built without it"
        )
    from exports.disclosure.planning import plan

    return plan(warehouse, disclosure)


def _protect(rows: Rows, description: Description, planned: Planned | None, folder: Path) -> None:
    """Take out of the staged rows what must not leave."""
    if planned is not None:
        from exports.disclosure.applying import apply

        apply(rows, description, planned, folder)


def _fingerprint(rows: Rows, description: Description, machine_csv: Path, folder: Path) -> str:
    """Hash of everything a reader of the product would notice: rows, outlines, description, writers."""
    policy = folder / "disclosure.json"
    parts = {
        "content_sha256": sha256_of(machine_csv),
        "kinds": [field.kind for field in rows.fields],
        "labels": [dataclasses.astuple(label) for label in rows.labels],
        "geometry_sha256": rows.geometry_sha256,
        "description_sha256": description.content_sha256(),
        "formats": {form.name: form.version for form in FORMATS},
        "companions": COMPANION_VERSION,
        **({"disclosure_sha256": sha256_of(policy)} if policy.is_file() else {}),
    }
    return hashlib.sha256(canonical_json(parts).encode()).hexdigest()


def _difference(description: Description, work: Path, previous: Path | None) -> difference.Difference:
    """Compare with the previous release and write `diff.csv`."""
    before = previous / f"{description.product}.parquet" if previous else None
    version = previous.resolve().name if previous and before and before.is_file() else None
    return difference.compare(
        description.product,
        description.grain,
        work / f"{description.product}.parquet",
        before,
        version,
        work / "diff.csv",
        protected=description.disclosure is not None and description.disclosure.policy is not None,
        words=difference.Words.read(work / "dictionary.csv"),
    )


__all__ = ["Candidate", "CandidateError", "RowsError", "build", "fingerprint", "read"]
