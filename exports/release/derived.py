"""What is derived from the editions and written anew when it differs: links, catalog, its page, database.

`planstat.duckdb` holds the data itself: one table per product, the rows of its current release, plus the
table `planstat_releases`. It names no place, so it may be copied alone, moved, and opened on any machine; a
reader keeps what he opened while a newer one is put in its place. Only products with a new release are
written anew, into a copy; a run that releases many of them does so once, at its end. Open it read-only:
`duckdb.connect("planstat.duckdb", read_only=True)`,
`duckdb -readonly planstat.duckdb`.
"""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports import files
from exports.history import Event, History
from exports.release.edition import (
    CATALOG,
    CURRENT,
    DATABASE,
    PACKAGE,
    Release,
    ReleaseError,
    ReleaseRefused,
    entry_of,
    homes,
    linked_version,
    release_of,
    versions,
)
from exports.release.index import write_index
from exports.release.receipt import compare_hashes
from exports.release.remembering import completed_history
from sources.foundation.editions import RECEIPT
from sources.foundation.files import flush_to_disk, readable_json, replacing, sha256_of, sweep, write_text
from sources.foundation.sql import quoted, text_literal

if TYPE_CHECKING:
    import duckdb


def tables_behind(database: Path, current: Sequence[Release]) -> list[str]:
    """Products of which the database does not name the current edition: a run writes it at its end."""
    held = _held(database) or {}
    return [edition.product for edition in current if held.get(edition.product) != edition.version]


def tables_that_differ(database: Path, editions: Sequence[Release]) -> list[str]:
    """Products whose table in the database has not exactly the rows of the edition it names, one of these."""
    import duckdb

    held = _held(database)
    if held is None:
        return ["everything"]
    known = {(edition.product, edition.version): edition for edition in editions}
    differs = []
    with duckdb.connect(str(database), read_only=True) as connection:
        for product, version in held.items():
            edition = known.get((product, version))
            if edition is None:
                differs.append(product)
                continue
            table, file = quoted(edition.product), str(edition.path / f"{edition.product}.parquet")
            try:
                row = connection.execute(
                    f"select (select count(*) from {table}) <> (select count(*) from read_parquet($file)) or "
                    f"exists (from read_parquet($file) except all from {table})",
                    {"file": file},
                ).fetchone()
            except duckdb.Error:
                row = (True,)
            if row is None or row[0]:
                differs.append(edition.product)
    return differs


def derive(releases_root: Path, history: History, *, database: bool = True) -> None:
    """Derive everything beside the release folders from them; the lock is held.

    Without `database` that one stays as it is.

    An edition that cannot be read, or that the history does not know, is left alone and named in the catalog:
    it must not keep the others from being published, and `current` never leads to it. Before `current` turns
    to an edition, every file of that is hashed; it goes to the newest one that is as it was published.
    """
    files.open_folder(releases_root)
    sweep(releases_root)
    known = completed_history(releases_root, history)
    damaged: list[dict[str, str]] = []
    for home in homes(releases_root):
        sweep(home)
        whole = []
        for version in versions(home):
            try:
                release_of(home, version)
                _check_remembered(home / version, known)
                whole.append(version)
            except ReleaseError as problem:
                damaged.append({"path": f"{home.name}/{version}", "reason": str(problem)})
            if stat.S_IMODE((home / version).stat().st_mode) != 0o555:
                (home / version).chmod(0o555)
        linked = linked_version(home)
        while whole and whole[-1] != linked:
            changed = _changed(home / whole[-1])
            if changed is None:
                _point(home, whole[-1])
                break
            damaged.append({"path": f"{home.name}/{whole.pop()}", "reason": changed})
    broken = {entry["path"] for entry in damaged}
    editions = [
        release_of(home, version)
        for home in homes(releases_root)
        for version in versions(home)
        if f"{home.name}/{version}" not in broken
    ]
    catalog = readable_json(catalog_of(editions) | ({"damaged": damaged} if damaged else {}))
    path = releases_root / CATALOG
    if not path.is_file() or path.read_bytes() != catalog.encode():
        write_text(path, catalog, mode=files.OPEN_FILE)
    write_index(releases_root, editions)
    if database:
        shown = [one for one in editions if one.is_current and not one.compiled_from]
        _refresh_database(releases_root, shown)


def _check_remembered(edition: Path, known: Mapping[str, Event]) -> None:
    """Raises ReleaseError for a folder that is not the edition that was published under this name."""
    event = known.get(f"{edition.parent.name}/{edition.name}")
    if event is None:
        raise ReleaseError(f"{edition}: is not in the history of what was published, or was given up")
    found = (edition / RECEIPT).stat()
    stamp = (found.st_ctime_ns, found.st_mtime_ns, found.st_size, found.st_ino)
    if _receipt_hash(edition, stamp) != event.receipt_sha256:
        raise ReleaseError(f"{edition}: its receipt was changed after publication; restore it from a backup")


def _changed(edition: Path) -> str | None:
    """Why an edition is not what its receipt says, in words."""
    found = sorted(
        (path.name, stamp.st_ctime_ns, stamp.st_size, stamp.st_ino)
        for path in edition.rglob("*")
        for stamp in [path.lstat()]
    )
    return _changed_since(edition, tuple(found))


@cache
def _changed_since(edition: Path, _stamps: tuple[tuple[str, int, int, int], ...]) -> str | None:
    """The same of one state of the files; a run asks for every product."""
    try:
        recorded = json.loads((edition / RECEIPT).read_text(encoding="utf-8"))["files"]
        compare_hashes(edition, recorded, of_edition=True)
    except (OSError, ValueError, KeyError, ReleaseRefused) as problem:
        return f"{problem}; restore it from a backup"
    return None


@cache
def _receipt_hash(edition: Path, _stamp: tuple[int, ...]) -> str:
    """The hash of an edition's receipt; a run asks for those of all editions many times."""
    return sha256_of(edition / RECEIPT)


def _point(home: Path, version: str) -> None:
    """Switch the link `current` in one step; the link is relative, so that the root may be moved."""
    with replacing(home / CURRENT) as link:
        link.symlink_to(version)
    flush_to_disk(home)


def catalog_of(editions: list[Release]) -> dict[str, Any]:
    """The catalog: every product with its editions, newest first, and the path of each."""
    products: dict[str, dict[str, Any]] = {}
    for edition in reversed(editions):
        product = products.setdefault(
            edition.product, {"title_de": edition.title_de, "current": None, "releases": []}
        )
        if edition.is_current:
            product["current"] = edition.version
        product["releases"].append(entry_of(edition) | {"path": edition.id})
    return {"format": 1, "products": dict(sorted(products.items()))}


def _refresh_database(releases_root: Path, current: list[Release]) -> None:
    """Write the products of `planstat.duckdb` anew of which it does not hold the current release."""
    path = releases_root / DATABASE
    wanted = {edition.product: edition.version for edition in current}
    held = _held(path)
    if not wanted or held == wanted:
        return
    with replacing(path, lasting=True, mode=0o444) as beside:
        if held and not _is_worn(path):
            shutil.copyfile(path, beside)
        else:
            held = {}
        _write_database(beside, current, held)


def _write_database(database: Path, current: list[Release], held: Mapping[str, str]) -> None:
    """Bring a database that holds the releases `held` (version by product) up to `current`."""
    import duckdb

    with duckdb.connect(str(database)) as connection:
        connection.begin()  # one for all: hundreds of comments follow
        connection.execute(
            "create table if not exists planstat_releases (product varchar, version varchar, folder varchar, "
            "published_at timestamp, row_count bigint)"
        )
        wanted = {edition.product: edition for edition in current}
        for product, version in held.items():
            if product not in wanted or wanted[product].version != version:
                connection.execute(f"drop table {quoted(product)}")
                connection.execute("delete from planstat_releases where product = ?", [product])
        for edition in current:
            if held.get(edition.product) == edition.version:
                continue
            table = quoted(edition.product)
            parquet = edition.path / f"{edition.product}.parquet"
            connection.execute(
                f"create table {table} as select * from read_parquet(?)", [str(parquet.resolve())]
            )
            package = json.loads((edition.path / PACKAGE).read_text(encoding="utf-8"))
            note = text_literal(f"{package['title']} ({edition.id}). {package['description']}")
            connection.execute(f"comment on table {table} is {note}")
            described = next(item for item in package["resources"] if item["name"] == "parquet")["schema"]
            for column in described["fields"]:
                words = text_literal(column["description"])
                connection.execute(f"comment on column {table}.{quoted(column['name'])} is {words}")
            connection.execute(
                "insert into planstat_releases values (?, ?, ?, ?, ?)",
                [
                    edition.product,
                    edition.version,
                    edition.id,
                    edition.published_at.replace(tzinfo=None),
                    edition.rows,
                ],
            )
        _write_sums(connection, current)
        connection.commit()


def _write_sums(connection: duckdb.DuckDBPyConnection, current: list[Release]) -> None:
    """Write the schema `sums` anew: views whose rows may be added up, as the products declare them."""
    connection.execute("drop schema if exists sums cascade")
    connection.execute("create schema sums")
    for edition in current:
        package = json.loads((edition.path / PACKAGE).read_text(encoding="utf-8"))
        for name, where in package["planstat"].get("sums", {}).items():
            chosen = {"area_level": "KREIS", **where}
            condition = " and ".join(
                f"{quoted(column)} = {text_literal(code)}" for column, code in sorted(chosen.items())
            )
            view = f"sums.{quoted(name)}"
            connection.execute(
                f"create view {view} as select * from main.{quoted(edition.product)} "
                f"where {condition} and not is_backcast"
            )
            note = f"{package['title']}: Kreise, je Stichtag zum Aufsummieren ({edition.id})"
            connection.execute(f"comment on view {view} is {text_literal(note)}")


def _held(database: Path) -> Mapping[str, str] | None:
    """The version of each product that the database holds; None when it is not there or not of this kind."""
    if not database.is_file():
        return None
    found = database.stat()
    return _held_by(database, (found.st_ctime_ns, found.st_mtime_ns, found.st_size, found.st_ino))


@cache
def _held_by(database: Path, _stamp: tuple[int, ...]) -> Mapping[str, str] | None:
    """The same of one state of the file; a run asks for every product."""
    import duckdb

    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            return dict(
                connection.execute(
                    "select product, version from planstat_releases where folder is not null"
                ).fetchall()
            )
    except duckdb.Error:
        return None


def _is_worn(database: Path) -> bool:
    """Whether more of the file is empty than full, after many releases."""
    import duckdb

    with duckdb.connect(str(database), read_only=True) as connection:
        row = connection.execute("select free_blocks, used_blocks from pragma_database_size()").fetchone()
    return row is not None and row[0] > row[1]
