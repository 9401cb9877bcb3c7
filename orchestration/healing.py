"""What is damaged in a data root, and what mends it: a run mends what follows from other files, and says so.

| damaged | mended by |
|---|---|
| what follows from other files: ledger, catalogue, states, lineage, links | a run: moved aside, made anew |
| a warehouse that cannot be opened | a run: taken away, built anew |
| a snapshot's table or `snapshot.json` | a run: read again from what was delivered |
| Dagster's history | a run: moved aside, begun anew; only the list of runs is lost |
| a folder where a file belongs, or the other way round | a run: moved aside |
| values in a warehouse that opens; foreign folders among editions | on word: `planstat doctor --mend` |
| what was delivered, an edition, the history of editions | a person, as the finding says |

What is moved aside lies in `damaged/` then. `look` finds, `heal` mends what a run mends, and `planstat
doctor` looks at every byte.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sources.foundation.files import LEFTOVER, move_aside, sweep
from sources.foundation.sql import is_held, quoted

from .resources import Paths, Settings, Warehouse

if TYPE_CHECKING:
    from sources.arrival.mending import Broken


@dataclass(frozen=True)
class Finding:
    """One damage: where, what it is, and what mends it or what a person has to do, in words.

    `mend` does it, and returns what it could not do, in words; None where a person has to. `by_run`: a run
    does it by itself.
    """

    place: Path
    what: str
    remedy: str
    mend: Callable[[], str | None] | None = None
    by_run: bool = True

    @property
    def words(self) -> str:
        return f"{self.place}: {self.what}"


def look(settings: Settings, *, thoroughly: bool = False) -> list[Finding]:
    """What is damaged, by what can be seen quickly; `thoroughly` every byte is read."""
    paths = settings.paths
    if not paths.root.is_dir():
        return []
    return [
        *_places(paths),
        *_states(paths),
        *_tables(paths),
        *_snapshots(paths, thoroughly),
        *_warehouse(paths, thoroughly),
        *_dagster(paths),
        *_editions(settings, thoroughly),
        *_leftovers(paths),
    ]


def heal(settings: Settings) -> list[str]:
    """Mend what a run mends, while nobody else works in the root: what was done, and what stays, in words.

    What only a person can mend is told and does not keep the rest from being done.
    """
    told = []
    for finding in look(settings):
        if finding.mend is None or not finding.by_run:
            told.append(f"{finding.words}; {finding.remedy}")
            continue
        left = finding.mend()
        told.append(f"{finding.words}; {left or finding.remedy}")
    return told


# -- files that follow from others ---------------------------------------------------------------------

ANEW = "moved aside, made anew"


def _aside(paths: Paths, place: Path) -> Callable[[], None]:
    """Mends by moving away: what belongs there is made by the run."""

    def mend() -> None:
        move_aside(place, paths.aside)

    return mend


def _places(paths: Paths) -> Iterator[Finding]:
    """Files where folders belong, and folders where files belong."""
    folders = [
        *(paths.landing, paths.quarantine, paths.inbox, paths.candidates, paths.releases, paths.internal),
        *(paths.disclosure, paths.dagster_home, paths.dbt, paths.dbt / "build", paths.logs, paths.town),
    ]
    for place in folders:
        if os.path.lexists(place) and not place.is_dir():
            yield Finding(place, "is no folder", "moved aside", _aside(paths, place))
    files = [
        *(paths.warehouse, paths.warehouse_state, paths.candidate_state, paths.landing / "fetched.json"),
        *(place for place in _glob(paths.landing, "*.parquet")),
        *(place for place in _glob(paths.candidates, "*.parquet", "*.json")),
        *(root / name for root in _releases(paths) for name in DERIVED),
    ]
    for place in files:
        if place.is_dir():
            yield Finding(place, "is a folder", ANEW, _aside(paths, place))


DERIVED = ("catalog.json", "index.html", "planstat.duckdb")
"""What lies beside the editions and is derived from them."""


def _glob(folder: Path, *patterns: str) -> list[Path]:
    return sorted(found for pattern in patterns for found in folder.glob(pattern))


def _releases(paths: Paths) -> list[Path]:
    return [root for root in (paths.releases, paths.internal) if root.is_dir()]


def _states(paths: Paths) -> Iterator[Finding]:
    """States that are no JSON, or say what no state says."""
    known: list[tuple[Path, Mapping[str, type]]] = [
        (paths.warehouse_state, {"nodes": dict, "mark": dict}),
        (paths.candidate_state, {}),
        (paths.landing / "fetched.json", {}),
        *((place, {}) for place in _glob(paths.candidates, "*.json")),
    ]
    for place, parts in known:
        if place.is_file() and not _is_state(place, parts):
            yield Finding(place, "cannot be read", ANEW, _aside(paths, place))


def _is_state(place: Path, parts: Mapping[str, type]) -> bool:
    try:
        content = json.loads(place.read_bytes())
    except ValueError:
        return False
    return isinstance(content, dict) and all(
        isinstance(content.get(name), one) for name, one in parts.items()
    )


def _tables(paths: Paths) -> Iterator[Finding]:
    """Derived tables that are no Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    derived = [
        *_glob(paths.landing, "*.parquet", "*/*/snapshot=none/*.parquet"),
        *_glob(paths.candidates, "*.parquet"),
    ]
    for place in derived:
        if not place.is_file():
            continue
        try:
            pq.read_metadata(place)
        except (OSError, pa.ArrowException):
            yield Finding(place, "cannot be read", ANEW, _aside(paths, place))


# -- what was delivered --------------------------------------------------------------------------------


def _snapshots(paths: Paths, thoroughly: bool) -> Iterator[Finding]:
    if not paths.landing.is_dir():
        return
    from sources.arrival.mending import broken_snapshots

    for broken in broken_snapshots(paths.landing, originals=thoroughly):
        again = "read again from what was delivered"
        if broken.files:
            yield Finding(broken.folder, broken.what, again, partial(_read_again, broken, paths))
        elif broken.is_only_original:
            remedy = "what was read of it is whole and counts on; restore it from a backup"
            yield Finding(broken.folder, broken.what, remedy)
        else:
            yield Finding(
                broken.folder,
                broken.what,
                _deliver_again(broken),
                partial(_read_again, broken, paths),
            )
    from sources.arrival.snapshots import NOT_SAID, folders_in, withdrawn_in

    for folder in folders_in(paths.landing):
        if withdrawn_in(folder) == NOT_SAID:
            name = folder.name.removeprefix("snapshot=")
            yield Finding(
                folder / "withdrawn.json",
                "cannot be read",
                f"the delivery stays out; say so anew, `planstat sources withdraw {name} --because …`, or "
                f"`planstat sources reinstate {name} --because …`",
            )


def _deliver_again(broken: Broken) -> str:
    return (
        f"what was delivered is damaged too: deliver the file again, restore {broken.folder} from a backup, "
        f"or `planstat sources withdraw {broken.snapshot_id} --because …`; until then nothing made from "
        f"{broken.dataset_id} is released"
    )


def _read_again(broken: Broken, paths: Paths) -> str | None:
    from sources.arrival.landing import Landing

    why = Landing(paths.root).mend(broken, paths.aside)
    return None if why is None else f"{why}; {_deliver_again(broken)}"


# -- the warehouse and Dagster -------------------------------------------------------------------------


def _warehouse(paths: Paths, thoroughly: bool) -> Iterator[Finding]:
    """A warehouse that cannot be opened, or not read to its end."""
    import duckdb

    warehouse = Warehouse(paths.warehouse)
    if not warehouse.file.is_file():
        return

    def mend() -> None:
        paths.warehouse_state.unlink(missing_ok=True)
        warehouse.remove()

    remedy = "taken away; nothing in it is lost, the next run builds it anew from landing/"
    try:
        with duckdb.connect(str(warehouse.file), read_only=True) as connection:
            connection.execute("select count(*) from duckdb_tables()").fetchall()
            if not thoroughly:
                return
            try:
                _read_all(connection)
            except duckdb.Error as problem:
                yield Finding(warehouse.file, f"is damaged ({_first(problem)})", remedy, mend, by_run=False)
    except duckdb.Error as problem:
        if not is_held(problem):
            yield Finding(warehouse.file, f"is damaged ({_first(problem)})", remedy, mend)


def _read_all(connection: object) -> None:
    """Read every value of every table. Raises duckdb.Error where that cannot be done."""
    import duckdb

    assert isinstance(connection, duckdb.DuckDBPyConnection)
    tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    for schema, table in tables:
        connection.execute(f"select max(hash(t)) from {quoted(schema)}.{quoted(table)} as t").fetchall()


def _first(problem: Exception) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0]


def _dagster(paths: Paths) -> Iterator[Finding]:
    """Databases of Dagster's history that are none."""
    for place in _glob(paths.dagster_home, "**/*.db"):
        if place.is_file() and not _is_sqlite(place):

            def mend(place: Path = place) -> None:
                for part in (place, *(place.with_name(place.name + end) for end in ("-wal", "-shm"))):
                    if part.exists():
                        move_aside(part, paths.aside)

            yield Finding(place, "is no database of Dagster's", "moved aside, its history begins anew", mend)


def _is_sqlite(place: Path) -> bool:
    try:
        with contextlib.closing(sqlite3.connect(f"{place.absolute().as_uri()}?mode=ro", uri=True)) as found:
            pages = found.execute("pragma page_count").fetchone()[0]
            size = found.execute("pragma page_size").fetchone()[0]
            found.execute("select count(*) from sqlite_master").fetchone()
    except sqlite3.OperationalError as problem:
        return "unable to open" in str(problem) or "locked" in str(problem)
    except sqlite3.DatabaseError:
        return False
    # what is not in the file yet stands in the log beside it
    return place.with_name(f"{place.name}-wal").exists() or place.stat().st_size >= pages * size


# -- editions ------------------------------------------------------------------------------------------


def _editions(settings: Settings, thoroughly: bool) -> Iterator[Finding]:
    """What is wrong among the editions: links that are folders, foreign folders, changed editions."""
    from exports.history import HistoryError
    from exports.release import foreign_editions, quick_problems, verify_all

    for root in _releases(settings.paths):
        for home in sorted(root.iterdir()):
            link = home / "current"
            if link.is_dir() and not link.is_symlink():
                yield Finding(
                    link,
                    "is a folder and no link to an edition",
                    "moved aside, linked anew",
                    _aside(settings.paths, link),
                )
        history = settings.memory.of(root)
        try:
            events = history.events()
        except HistoryError as problem:
            yield Finding(history.path, str(problem).removeprefix(f"{history.path}: "), HISTORY)
            continue
        if not events and (history.exists or thoroughly):
            if next(root.glob("*/*/release.json"), None) is not None:
                gone = "is empty" if history.exists else "is gone"
                yield Finding(history.path, f"{gone}, and {root} holds editions", HISTORY)
            continue
        foreign = foreign_editions(root, settings.memory)
        for place in foreign:
            yield Finding(
                place,
                "was never published here: a copy that was broken off, or somebody put it there",
                "moved aside",
                _aside(settings.paths, place),
                by_run=False,
            )
        found = verify_all(root, settings.memory) if thoroughly else quick_problems(root, settings.memory)
        for name, words in found.items():
            if words and root / name not in foreign:
                product, _, version = name.partition("/")
                yield Finding(
                    root / name,
                    words.removeprefix(f"{root / name}: "),
                    f"if there is no backup: `planstat releases lost {product} {version} --reason …`, and "
                    "the next run publishes anew",
                )


HISTORY = (
    "nothing is published until it is whole: restore it from a backup, or look at the editions and begin it "
    "anew with `planstat releases adopt`"
)


# -- what killed processes left ------------------------------------------------------------------------


def _leftovers(paths: Paths) -> Iterator[Finding]:
    """Half-written files and folders of processes that are gone."""
    for folder, depth in ((paths.root, 0), (paths.candidates, 1), (paths.disclosure, 1)):
        found = list(folder.glob(f"{LEFTOVER}*")) if folder.is_dir() else []
        if found:

            def mend(folder: Path = folder, depth: int = depth) -> None:
                sweep(folder, depth=depth)

            yield Finding(folder, f"{len(found)} leftovers of runs that were killed", "removed", mend)
