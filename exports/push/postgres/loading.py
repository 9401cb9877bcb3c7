"""Brings a database to the state of the current editions: load, read back, compare, switch, all or nothing.

Every edition is loaded in one transaction of its own: new tables with keys and comments, the rows by COPY,
the same rows read back and compared with the released file, the views switched, the tables of the edition
before dropped. Whatever ends a push, the views lead to whole editions, and the next push goes on.

Readers use the views of the schema `<schema>` (`planstat`), those of the star in `<schema>_star`; tables lie
in `<schema>_editions`. A schema that somebody else made is not touched. No value becomes SQL text: names are
quoted by the driver, values travel by COPY.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.history import BESIDE, Memory
from exports.push.postgres.connecting import PostgresError, connected, words_of
from exports.push.postgres.tables import Table, stored_name, tables_of
from exports.release import Release, current_releases
from exports.release.verification import verify_files
from sources.foundation.editions import RECEIPT
from sources.foundation.files import sha256_of
from sources.foundation.sql import quoted, text_literal
from sources.foundation.told import Told

if TYPE_CHECKING:
    import duckdb
    import psycopg
    from psycopg import sql

    Connection = psycopg.Connection[tuple[Any, ...]]

OURS = "planstat: veröffentlichte Ausgaben. Wird von `planstat push postgres` geschrieben."
"""The comment by which a schema is known as ours."""

STAR = "star"
OUTLINES = "outlines"
AREAS = "areas"

BLOCK = 1 << 20


@dataclass(frozen=True)
class Target:
    """Where to: schema, and the roles that may read."""

    schema: str = "planstat"
    readers: tuple[str, ...] = ()

    @property
    def editions(self) -> str:
        return f"{self.schema}_editions"

    @property
    def star(self) -> str:
        return f"{self.schema}_star"

    @property
    def all(self) -> tuple[str, str, str]:
        return (self.schema, self.editions, self.star)

    def of(self, release: Release) -> str:
        """The schema whose views lead to an edition."""
        return self.star if release.product == STAR else self.schema


@dataclass
class Loaded:
    """What a push did: editions loaded, as before and taken away, rows sent, and what to know of it."""

    loaded: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    rows: int = 0
    notes: list[Told] = field(default_factory=list)


def push_postgres(
    address: str,
    target: Target,
    releases_root: Path,
    say: Callable[[str], None] = lambda words: None,
    memory: Memory = BESIDE,
) -> Loaded:
    """Bring the database at `address` (libpq's connection string) to the current public editions.

    Raises `PostgresError` when it cannot be reached, a schema belongs to somebody else, another push is
    running, or what is read back is not what was sent; `exports.release.ReleaseRefused` for an edition that
    is not what was published. Address and password stand in no message.
    """
    done = Loaded()
    current = current_releases(releases_root)
    with connected(address) as connection:
        _prepare(connection, target)
        has_postgis = _has_postgis(connection)
        if not has_postgis:
            done.notes.append(_NO_POSTGIS)
        for release in sorted(current, key=lambda one: one.product):
            tables = tables_of(release)
            with_outlines = has_postgis and release.product == AREAS and _gpkg(release).is_file()
            if _is_there(connection, target, release, tables, with_outlines=with_outlines):
                done.unchanged.append(release.id)
                continue
            read = [*(table.file.name for table in tables), *([_gpkg(release).name] if with_outlines else [])]
            verify_files(releases_root, release, read, memory)
            say(release.id)
            with connection.transaction():
                done.rows += _load(connection, target, release, tables, with_outlines=with_outlines)
            done.loaded.append(release.id)
        with connection.transaction():
            done.removed += _remove_others(connection, target, current)
            _grant(connection, target)
    return done


_NO_POSTGIS = Told(
    "the database has no PostGIS, so that outlines are left out; an administrator says "
    "`create extension postgis`, the next push loads them",
    "die Datenbank hat kein PostGIS, die Umrisse bleiben weg; mit `create extension postgis` (durch die "
    "Verwaltung der Datenbank) kommen sie beim nächsten Mal mit",
)


def _prepare(connection: Connection, target: Target) -> None:
    """Make the schemas and the register of editions; refuse a schema that somebody else made."""
    from psycopg import sql

    with connection.transaction():
        for schema in target.all:
            row = connection.execute(
                "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = %s", [schema]
            ).fetchone()
            if row is not None and row[0] != OURS:
                raise PostgresError(
                    Told(
                        f"the schema {schema} is there and was not made by planstat; name another one in "
                        "office.yml (`postgres: {schema: …}`)",
                        f"das Schema {schema} gibt es schon, und es ist nicht von planstat; in office.yml "
                        "ein anderes nennen (`postgres: {schema: …}`)",
                    )
                )
            if row is None:
                connection.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
                connection.execute(
                    sql.SQL("comment on schema {} is {}").format(sql.Identifier(schema), sql.Literal(OURS))
                )
        connection.execute(
            sql.SQL(
                "create table if not exists {}.editions (product text primary key, version text not null, "
                "published_at timestamptz not null, title_de text not null, row_count bigint not null, "
                "receipt_sha256 text not null, tables jsonb not null, attributions text not null, "
                "loaded_at timestamptz not null default now())"
            ).format(sql.Identifier(target.schema))
        )


def _has_postgis(connection: Connection) -> bool:
    row = connection.execute("select 1 from pg_extension where extname = 'postgis'").fetchone()
    return row is not None


def _gpkg(release: Release) -> Path:
    return release.path / f"{release.product}.gpkg"


def _is_there(
    connection: Connection, target: Target, release: Release, tables: Sequence[Table], *, with_outlines: bool
) -> bool:
    """Whether the register names this edition, and its tables and views are there with all their rows."""
    from psycopg import sql

    row = connection.execute(
        sql.SQL("select receipt_sha256, tables from {}.editions where product = %s").format(
            sql.Identifier(target.schema)
        ),
        [release.product],
    ).fetchone()
    if row is None or row[0] != sha256_of(release.path / RECEIPT):
        return False
    kept: dict[str, int] = row[1]
    if (OUTLINES in kept) != with_outlines and release.product == AREAS:
        return False
    for name, rows in kept.items():
        view = sql.Identifier(target.of(release), name)
        there = connection.execute("select to_regclass(%s)", [view.as_string(connection)]).fetchone()
        if there is None or there[0] is None:
            return False
        count = connection.execute(sql.SQL("select count(*) from {}").format(view)).fetchone()
        if count is None or count[0] != rows:
            return False
    return True


def _load(
    connection: Connection, target: Target, release: Release, tables: Sequence[Table], *, with_outlines: bool
) -> int:
    """Load an edition and switch its views; the transaction is the caller's. Gives the rows sent."""
    from psycopg import sql
    from psycopg.types.json import Jsonb

    before = _tables_before(connection, target, release.product)
    rows: dict[str, int] = {}
    made: dict[str, sql.Identifier] = {}
    for table in tables:
        stored = sql.Identifier(
            target.editions, _free_name(connection, target, stored_name(table.name, release))
        )
        made[table.name] = stored
        _create(connection, stored, table, made)
        rows[table.name] = _copy(connection, stored, table)
        connection.execute(sql.SQL("comment on table {} is {}").format(stored, sql.Literal(table.words)))
        _point(connection, target.of(release), table, stored)
    if with_outlines:
        stored = sql.Identifier(
            target.editions, _free_name(connection, target, stored_name(OUTLINES, release))
        )
        rows[OUTLINES] = _load_outlines(connection, target, stored, _gpkg(release))
    package = json.loads((release.path / "datapackage.json").read_text(encoding="utf-8"))
    connection.execute(
        sql.SQL(
            "insert into {}.editions (product, version, published_at, title_de, row_count, receipt_sha256, "
            "tables, attributions) values (%s, %s, %s, %s, %s, %s, %s, %s) "
            "on conflict (product) do update set version = excluded.version, "
            "published_at = excluded.published_at, title_de = excluded.title_de, "
            "row_count = excluded.row_count, receipt_sha256 = excluded.receipt_sha256, "
            "tables = excluded.tables, attributions = excluded.attributions, loaded_at = now()"
        ).format(sql.Identifier(target.schema)),
        [
            release.product,
            release.version,
            release.published_at,
            package["title"],
            release.rows,
            sha256_of(release.path / RECEIPT),
            Jsonb(rows),
            "; ".join(sorted({str(one["attribution"]) for one in package["planstat"]["datasets"]})),
        ],
    )
    _drop_views(connection, target.of(release), set(before) - set(rows))
    _drop(connection, [name for name in before.values() if name is not None])
    return sum(rows.values())


def _free_name(connection: Connection, target: Target, name: str) -> str:
    """A name for a new table; the same edition may be loaded anew while its old table is still there."""
    free, number = name, 1
    while (
        connection.execute(
            "select 1 from pg_class as c join pg_namespace as n on n.oid = c.relnamespace "
            "where n.nspname = %s and c.relname = %s",
            [target.editions, free],
        ).fetchone()
        is not None
    ):
        number += 1
        free = f"{name}_{number}"
    return free


def _tables_before(connection: Connection, target: Target, product: str) -> dict[str, tuple[str, str] | None]:
    """View -> the table that it leads to now, of the edition that is loaded; None where it is gone."""
    from psycopg import sql

    row = connection.execute(
        sql.SQL("select tables from {}.editions where product = %s").format(sql.Identifier(target.schema)),
        [product],
    ).fetchone()
    schema = target.star if product == STAR else target.schema
    found: dict[str, tuple[str, str] | None] = {}
    for name in row[0] if row else ():
        uses = connection.execute(
            "select distinct table_schema, table_name from information_schema.view_table_usage "
            "where view_schema = %s and view_name = %s and table_schema = %s",
            [schema, name, target.editions],
        ).fetchone()
        found[name] = None if uses is None else (uses[0], uses[1])
    return found


def _create(
    connection: Connection, stored: sql.Identifier, table: Table, made: dict[str, sql.Identifier]
) -> None:
    """A table with its keys; comments on every column."""
    from psycopg import sql

    parts: list[sql.Composable] = [
        sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.type)) for column in table.columns
    ]
    if table.key:
        parts.append(sql.SQL("primary key ({})").format(_names(table.key)))
    parts += [
        sql.SQL("foreign key ({}) references {} ({})").format(
            _names(pointer.columns), made[pointer.table], _names(pointer.targets)
        )
        for pointer in table.pointers
    ]
    connection.execute(sql.SQL("create table {} ({})").format(stored, sql.SQL(", ").join(parts)))
    for column in table.columns:
        if column.words:
            connection.execute(
                sql.SQL("comment on column {}.{} is {}").format(
                    stored, sql.Identifier(column.name), sql.Literal(column.words)
                )
            )


def _names(columns: Sequence[str]) -> sql.Composed:
    from psycopg import sql

    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _copy(connection: Connection, stored: sql.Identifier, table: Table) -> int:
    """Send the rows of a file, read them back and compare; gives their number."""
    import duckdb
    from psycopg import sql

    texts = [column.name for column in table.columns if column.type == "text"]
    forced = f", force_quote ({', '.join(map(quoted, texts))})" if texts else ""
    columns = ", ".join(map(quoted, table.names))
    with tempfile.TemporaryDirectory(prefix="planstat-push-") as folder, duckdb.connect() as reader:
        reader.execute("set TimeZone = 'UTC'")
        sent, back = Path(folder) / "sent.csv", Path(folder) / "back.csv"
        reader.execute(
            f"copy (select {columns} from read_parquet({text_literal(str(table.file))})) "
            f"to {text_literal(str(sent))} (format csv, header false, nullstr ''{forced})"
        )
        with (
            connection.cursor() as cursor,
            cursor.copy(
                sql.SQL("copy {} ({}) from stdin (format csv)").format(stored, _names(table.names))
            ) as copy,
            sent.open("rb") as lines,
        ):
            while block := lines.read(BLOCK):
                copy.write(block)
        sent.unlink()
        quote = sql.SQL(", force_quote ({})").format(_names(texts)) if texts else sql.SQL("")
        with (
            connection.cursor() as cursor,
            cursor.copy(
                sql.SQL("copy (select {} from {}) to stdout (format csv{})").format(
                    _names(table.names), stored, quote
                )
            ) as copy,
            back.open("wb") as lines,
        ):
            for part in copy:
                lines.write(part)
        return _compared(reader, table, back)


_READ = {
    "text": "VARCHAR",
    "bigint": "BIGINT",
    "double precision": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp without time zone": "TIMESTAMP",
}


def _compared(reader: duckdb.DuckDBPyConnection, table: Table, back: Path) -> int:
    """The number of rows, when those read back are those of the file; raises `PostgresError` otherwise."""
    types = ", ".join(f"{text_literal(one.name)}: {text_literal(_READ[one.type])}" for one in table.columns)
    columns = ", ".join(map(quoted, table.names))
    reader.execute(
        f"create or replace temp view came as select * from read_csv({text_literal(str(back))}, "
        f"header = false, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
        "allow_quoted_nulls = false, "
        f"auto_detect = false, columns = {{{types}}})"
    )
    reader.execute(
        f"create or replace temp view went as select {columns} "
        f"from read_parquet({text_literal(str(table.file))})"
    )
    row = reader.execute(
        "select (select count(*) from (from came except all from went)) + "
        "(select count(*) from (from went except all from came)), (select count(*) from went)"
    ).fetchone()
    if row is None or row[0] != 0:
        raise PostgresError(
            Told(
                f"{table.name}: what the database gives back is not what was sent; nothing of it is kept",
                f"{table.name}: die Datenbank gibt anderes zurück, als gesendet wurde; nichts davon gilt",
            )
        )
    return int(row[1])


def _point(connection: Connection, schema: str, table: Table, stored: sql.Identifier) -> None:
    """Let the view of a table lead to its new edition; who reads it goes on without noticing."""
    from psycopg import sql

    view = sql.Identifier(schema, table.name)
    _switch(connection, view, sql.SQL("select {} from {}").format(_names(table.names), stored))
    connection.execute(sql.SQL("comment on view {} is {}").format(view, sql.Literal(table.words)))
    for column in table.columns:
        if column.words:
            connection.execute(
                sql.SQL("comment on column {}.{} is {}").format(
                    view, sql.Identifier(column.name), sql.Literal(column.words)
                )
            )


def _switch(connection: Connection, view: sql.Identifier, query: sql.Composable) -> None:
    """Replace a view; with other columns it is made anew, unless somebody's view stands on it."""
    import psycopg
    from psycopg import sql

    try:
        with connection.transaction():
            connection.execute(sql.SQL("create or replace view {} as {}").format(view, query))
    except psycopg.errors.InvalidTableDefinition:
        try:
            with connection.transaction():
                connection.execute(sql.SQL("drop view {}").format(view))
        except psycopg.errors.DependentObjectsStillExist as problem:
            name = view.as_string(connection)
            raise PostgresError(
                Told(
                    f"{name} has other columns now, and something of yours stands on it: "
                    f"{words_of(problem)}. Drop that first, push, and make it anew",
                    f"{name} hat jetzt andere Spalten, und etwas Eigenes baut darauf auf: "
                    f"{words_of(problem)}. Dieses zuerst löschen, senden, dann neu anlegen",
                )
            ) from None
        connection.execute(sql.SQL("create view {} as {}").format(view, query))


def _load_outlines(connection: Connection, target: Target, stored: sql.Identifier, file: Path) -> int:
    """The outlines, one row per layer and area version, in the coordinates they were released in."""
    import pyogrio
    from psycopg import sql

    found: dict[tuple[str, str], tuple[str, str, str, bytes]] = {}
    systems = set()
    for layer, kind in pyogrio.list_layers(file):
        if kind is None:
            continue
        about, _, outlines, values = pyogrio.raw.read(
            file, layer=layer, columns=["area_key", "area_code", "area_level", "area_name"]
        )
        systems.add(str(about["crs"]).rpartition(":")[2])
        named = dict(zip(about["fields"], values, strict=True))
        for row, outline in enumerate(outlines):
            key, code, level, name = (
                str(named[one][row]) for one in ("area_key", "area_code", "area_level", "area_name")
            )
            found[str(layer), key] = (code, level, name, bytes(outline))
    [system] = systems
    connection.execute(
        sql.SQL(
            "create table {} (layer text not null, area_key text not null, area_code text not null, "
            "area_level text not null, area_name text not null, outline geometry(MultiPolygon, {}) not null, "
            "primary key (layer, area_key))"
        ).format(stored, sql.Literal(int(system)))
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("copy {} from stdin").format(stored)) as copy,
    ):
        for (layer, key), (code, level, name, outline) in found.items():
            copy.write_row((layer, key, code, level, name, outline.hex()))
    back = connection.execute(
        sql.SQL("select layer, area_key, st_asbinary(outline, 'NDR') from {}").format(stored)
    ).fetchall()
    if {(layer, key): bytes(outline) for layer, key, outline in back} != {
        names: said[3] for names, said in found.items()
    }:
        raise PostgresError(
            Told(
                "the outlines that the database gives back are not those that were sent; nothing of them is "
                "kept",
                "die Datenbank gibt andere Umrisse zurück, als gesendet wurden; nichts davon gilt",
            )
        )
    connection.execute(sql.SQL("create index on {} using gist (outline)").format(stored))
    view = sql.Identifier(target.schema, OUTLINES)
    _switch(connection, view, sql.SQL("select * from {}").format(stored))
    words = (
        "Umrisse je Ebene und Gebietsstand; area_key führt zum Gebiet. Quellenvermerk: editions.attributions."
    )
    for kind, what in (("view", view), ("table", stored)):
        connection.execute(sql.SQL(f"comment on {kind} {{}} is {{}}").format(what, sql.Literal(words)))
    return len(found)


def _drop_views(connection: Connection, schema: str, names: set[str]) -> None:
    from psycopg import sql

    for name in sorted(names):
        connection.execute(sql.SQL("drop view if exists {}").format(sql.Identifier(schema, name)))


def _drop(connection: Connection, tables: Sequence[tuple[str, str]]) -> None:
    """Drop tables of an earlier edition, those that point to others with them."""
    from psycopg import sql

    if tables:
        listed = sql.SQL(", ").join(sql.Identifier(*names) for names in tables)
        connection.execute(sql.SQL("drop table {}").format(listed))


def _remove_others(connection: Connection, target: Target, current: Sequence[Release]) -> list[str]:
    """Take away products that have no edition any more; their numbers must not stay readable."""
    from psycopg import sql

    kept = [release.product for release in current]
    editions = sql.Identifier(target.schema, "editions")
    gone = connection.execute(
        sql.SQL("select product, version from {} where product <> all(%s) order by product").format(editions),
        [kept],
    ).fetchall()
    for product, _ in gone:
        before = _tables_before(connection, target, product)
        _drop_views(connection, target.star if product == STAR else target.schema, set(before))
        _drop(connection, [name for name in before.values() if name is not None])
        connection.execute(sql.SQL("delete from {} where product = %s").format(editions), [product])
    return [f"{product}/{version}" for product, version in gone]


def _grant(connection: Connection, target: Target) -> None:
    """Let the readers look at the views; tables stay with the role that pushes."""
    from psycopg import sql

    for reader in target.readers:
        if connection.execute("select 1 from pg_roles where rolname = %s", [reader]).fetchone() is None:
            raise PostgresError(
                Told(
                    f"there is no role {reader}; an administrator says `create role`, or take it out of "
                    "office.yml",
                    f"die Rolle {reader} gibt es nicht; anlegen lassen (`create role`) oder aus office.yml "
                    "nehmen",
                )
            )
        for schema in (target.schema, target.star):
            for right in ("usage on schema", "select on all tables in schema"):
                connection.execute(
                    sql.SQL(f"grant {right} {{}} to {{}}").format(
                        sql.Identifier(schema), sql.Identifier(reader)
                    )
                )
