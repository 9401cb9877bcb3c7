"""Releases in a real PostgreSQL: what readers see there is what was released, whatever ends a push."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from exports import release
from exports.compilations import compile_edition
from exports.products import Office
from exports.push.postgres import PostgresError, Target, connecting, loading, push_postgres
from exports.push.postgres.tables import tables_of
from sources.foundation.told import said
from tests.exports.conftest import NOW, Editions, publish
from tests.exports.small_warehouse import description_of

PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
"""Where Debian puts the programs of the server."""


def _as_server(command: list[str | Path]) -> None:
    """PostgreSQL does not run as root; as anybody else it does, where the machine lets them work."""
    who = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **who)  # type: ignore[call-overload]
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip().splitlines()
        pytest.skip(f"PostgreSQL does not start for its own user here: {' / '.join(said[-3:])}")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server of its own on a socket; gives its folder, which is the host to connect to."""
    found = next((place for place in PLACES if (place / "initdb").exists()), None)
    if found is None:
        pytest.skip("PostgreSQL is not installed here: apt-get install postgresql postgresql-postgis")
    folder = Path(subprocess.check_output(["mktemp", "-d", "/tmp/planstat-pg-XXXX"], text=True).strip())
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    try:
        data = folder / "data"
        _as_server([found / "initdb", "-D", data, "-A", "trust", "-U", "planstat", "-E", "UTF8", "--no-sync"])
        settings = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        log = folder / "log"
        _as_server([found / "pg_ctl", "-D", data, "-o", settings, "-l", log, "-w", "start"])
        try:
            yield str(folder)
        finally:
            _as_server([found / "pg_ctl", "-D", data, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def address(server: str) -> Iterator[str]:
    """An empty database."""
    name = "planung"
    with psycopg.connect(f"host={server} user=planstat dbname=postgres", autocommit=True) as admin:
        admin.execute(f"drop database if exists {name} with (force)")
        admin.execute(f"create database {name}")
        yield f"host={server} user=planstat dbname={name}"
        admin.execute(f"drop database {name} with (force)")


def asked(address: str, query: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(address) as connection:
        return connection.execute(query, values).fetchall()


def in_file(root: Path, product: str, columns: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(
            f"select {columns} from '{root}/{product}/current/{product}.parquet' order by all"
        ).fetchall()


def state(address: str) -> dict[str, tuple[str, int]]:
    """What readers see: product -> version and rows of the view, for every product of the register."""
    found = {}
    with psycopg.connect(address) as connection:
        if connection.execute("select to_regclass('planstat.editions')").fetchone() == (None,):
            return {}
        for product, version, tables in connection.execute(
            "select product, version, tables from planstat.editions"
        ).fetchall():
            for name, rows in tables.items():
                schema = "planstat_star" if product == "star" else "planstat"
                counted = connection.execute(f'select count(*) from {schema}."{name}"').fetchone()
                assert counted == (rows,), f"{name}: a view leads to a part of an edition"
            found[product] = (version, sum(tables.values()))
    return found


def test_readers_see_what_was_released_with_keys_and_words(address: str, two_released: Path) -> None:
    done = push_postgres(address, Target(), two_released)
    assert done.loaded == ["areas/2026-11-30.1", "population/2026-11-30.1"]
    columns = "area_key, area_code, area_name, reference_date, age_group_code, value, raw_symbol, is_backcast"
    found = asked(address, f"select {columns} from planstat.population")
    assert sorted(found, key=repr) == sorted(in_file(two_released, "population", columns), key=repr)
    assert done.rows == len(found) + len(in_file(two_released, "areas", "area_code"))
    key = asked(
        address,
        "select a.attname from pg_index as i join pg_attribute as a on a.attrelid = i.indrelid "
        "and a.attnum = any(i.indkey) where i.indisprimary "
        "and i.indrelid = 'planstat_editions.population_2026_11_30_1'::regclass",
    )
    assert {name for (name,) in key} == set(description_of("population")["grain"])
    [(words,)] = asked(address, "select obj_description('planstat.population'::regclass)")
    assert words.startswith("Bevölkerung nach Alter")
    assert "Quellen: " in words
    [(column,)] = asked(
        address,
        "select col_description(attrelid, attnum) from pg_attribute "
        "where attrelid = 'planstat.population'::regclass and attname = 'value'",
    )
    assert column.startswith("Wert. ")
    again = push_postgres(address, Target(), two_released)
    assert (again.loaded, again.rows) == ([], 0)
    assert len(again.unchanged) == 2


def test_a_new_edition_takes_the_place_of_the_one_before(
    address: str, two_released: Path, editions: Editions
) -> None:
    push_postgres(address, Target(), two_released)
    with psycopg.connect(address, autocommit=True) as reader:
        reader.execute("create view public.own as select area_name, area_sqkm from planstat.areas")
    before = asked(address, "select * from public.own order by 1")
    publish(editions, two_released, "areas", 2)
    done = push_postgres(address, Target(), two_released)
    assert (done.loaded, done.unchanged) == (["areas/2026-11-30.2"], ["population/2026-11-30.1"])
    after = asked(address, "select * from public.own order by 1")
    assert after == in_file(two_released, "areas", "area_name, area_sqkm")
    assert after != before
    tables = asked(
        address, "select tablename from pg_tables where schemaname = 'planstat_editions' order by 1"
    )
    assert tables == [("areas_2026_11_30_2",), ("population_2026_11_30_1",)]


def test_what_somebody_took_out_comes_back(address: str, two_released: Path) -> None:
    push_postgres(address, Target(), two_released)
    whole = state(address)
    with psycopg.connect(address, autocommit=True) as vandal:
        vandal.execute("delete from planstat_editions.population_2026_11_30_1 where sex_code = '_T'")
        vandal.execute("drop table planstat_editions.areas_2026_11_30_1 cascade")
    done = push_postgres(address, Target(), two_released)
    assert done.loaded == ["areas/2026-11-30.1", "population/2026-11-30.1"]
    assert state(address) == whole
    assert len(asked(address, "select 1 from planstat.population")) == len(
        in_file(two_released, "population", "area_code")
    )


def test_a_product_without_an_edition_is_taken_away(
    address: str, two_released: Path, editions: Editions, tmp_path: Path
) -> None:
    push_postgres(address, Target(), two_released)
    other = tmp_path / "other" / "releases"
    publish(editions, other, "areas", 1)
    done = push_postgres(address, Target(), other)
    assert done.removed == ["population/2026-11-30.1"]
    assert set(state(address)) == {"areas"}
    assert asked(address, "select to_regclass('planstat.population')") == [(None,)]


def test_other_columns_wait_for_views_that_stand_on_the_old_ones(
    address: str, two_released: Path, editions: Editions
) -> None:
    push_postgres(address, Target(), two_released)
    with psycopg.connect(address, autocommit=True) as reader:
        reader.execute("drop view planstat.areas")
        reader.execute("create view planstat.areas as select 1 as something_else")
        reader.execute("create view public.own as select something_else from planstat.areas")
    publish(editions, two_released, "areas", 2)
    with pytest.raises(PostgresError) as refused:
        push_postgres(address, Target(), two_released)
    assert "hat jetzt andere Spalten" in said(refused.value.args[0], "de")
    assert asked(address, "select * from public.own") == [(1,)]
    with psycopg.connect(address, autocommit=True) as reader:
        reader.execute("drop view public.own")
    push_postgres(address, Target(), two_released)
    assert state(address)["areas"][0] == "2026-11-30.2"


def test_a_schema_of_somebody_else_is_not_touched(address: str, two_released: Path) -> None:
    with psycopg.connect(address, autocommit=True) as owner:
        owner.execute("create schema planstat create table theirs (a int)")
    with pytest.raises(PostgresError) as refused:
        push_postgres(address, Target(), two_released)
    assert "nicht von planstat" in said(refused.value.args[0], "de")
    push_postgres(address, Target(schema="sozialplanung"), two_released)
    assert asked(address, "select count(*) from sozialplanung.editions") == [(2,)]
    assert asked(address, "select count(*) from planstat.theirs") == [(0,)]


def test_readers_look_and_do_not_write(address: str, two_released: Path) -> None:
    with psycopg.connect(address, autocommit=True) as admin:
        admin.execute("drop role if exists superset")
    with pytest.raises(PostgresError) as refused:
        push_postgres(address, Target(readers=("superset",)), two_released)
    assert "die Rolle superset gibt es nicht" in said(refused.value.args[0], "de")
    with psycopg.connect(address, autocommit=True) as admin:
        admin.execute("create role superset login")
    push_postgres(address, Target(readers=("superset",)), two_released)
    theirs = address.replace("user=planstat", "user=superset")
    assert asked(theirs, "select count(*) from planstat.population")[0][0] > 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        asked(theirs, "delete from planstat.population returning 1")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        asked(theirs, "select * from planstat_editions.population_2026_11_30_1")


@pytest.mark.parametrize(
    "wrong",
    [
        "postgresql//planstat:geheim@db.example/planung",
        "host=/nowhere user=planstat password=geheim dbname=planung",
        "host=127.0.0.1 port=1 user=planstat password=geheim dbname=planung connect_timeout=2",
    ],
)
def test_no_message_holds_the_password(
    wrong: str, two_released: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(PostgresError) as refused:
        push_postgres(wrong, Target(), two_released)
    text = f"{refused.value!r} {refused.value.__cause__!r} {said(refused.value.args[0], 'de')} {caplog.text}"
    assert "geheim" not in text
    assert "PLANSTAT_POSTGRES" in text or "nicht zu erreichen" in text


def test_two_pushes_at_once_are_one_too_many(address: str, two_released: Path) -> None:
    with psycopg.connect(address, autocommit=True) as other:
        other.execute("select pg_advisory_lock(%s)", [connecting.LOCK])
        with pytest.raises(PostgresError) as refused:
            push_postgres(address, Target(), two_released)
    assert "ein anderer Aufruf" in said(refused.value.args[0], "de")


def test_an_edition_that_was_changed_is_not_loaded(address: str, two_released: Path) -> None:
    file = (two_released / "population" / "current").resolve() / "population.parquet"
    file.parent.chmod(0o755)
    file.chmod(0o644)
    with duckdb.connect() as connection:
        connection.execute(f"create table rows as from '{file}'")
        connection.execute("update rows set value = value + 1")
        connection.execute(f"copy rows to '{file}' (format parquet)")
    with pytest.raises(release.ReleaseRefused):
        push_postgres(address, Target(), two_released)
    assert set(state(address)) == {"areas"}


def test_what_comes_back_otherwise_is_not_kept(
    address: str, two_released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that rounds, as a column of another type does."""
    types = dict(loading._READ)
    monkeypatch.setattr(loading, "_READ", {**types, "numeric(20, 0)": "DOUBLE"})
    made = tables_of

    def rounding(one: release.Release) -> list[Any]:
        return [
            type(table)(
                **{
                    **vars(table),
                    "columns": tuple(
                        type(column)(
                            column.name,
                            column.type.replace("double precision", "numeric(20, 0)"),
                            column.words,
                        )
                        for column in table.columns
                    ),
                }
            )
            for table in made(one)
        ]

    monkeypatch.setattr(loading, "tables_of", rounding)
    with pytest.raises(PostgresError) as refused:
        push_postgres(address, Target(), two_released)
    assert "gibt anderes zurück" in said(refused.value.args[0], "de")
    assert state(address) == {}


class Cut:
    """Counts what is said to the server, and lets the server end the connection before a given one."""

    def __init__(self, address: str, at: int) -> None:
        self.address, self.at, self.said = address, at, 0

    def __call__(self, connection: psycopg.Connection[Any]) -> None:
        self.said += 1
        if self.said == self.at:
            with psycopg.connect(self.address, autocommit=True) as killer:
                killer.execute("select pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])


def cutting(monkeypatch: pytest.MonkeyPatch, cut: Callable[[psycopg.Connection[Any]], None]) -> None:
    execute, copy = psycopg.Connection.execute, psycopg.Cursor.copy

    def executed(self: Any, *given: Any, **named: Any) -> Any:
        cut(self)
        return execute(self, *given, **named)

    def copied(self: Any, *given: Any, **named: Any) -> Any:
        cut(self.connection)
        return copy(self, *given, **named)

    monkeypatch.setattr(psycopg.Connection, "execute", executed)
    monkeypatch.setattr(psycopg.Cursor, "copy", copied)


def test_wherever_a_push_is_cut_readers_see_whole_editions_and_the_next_one_ends_in_the_same_state(
    address: str, two_released: Path, editions: Editions
) -> None:
    push_postgres(address, Target(), two_released)
    first = state(address)
    publish(editions, two_released, "areas", 2)
    push_postgres(address, Target(), two_released)
    second = state(address)
    assert first != second
    seen = set()
    reset(address)
    with pytest.MonkeyPatch.context() as patch:
        counting = Cut(address, 0)
        cutting(patch, counting)
        push_postgres(address, Target(), two_released)
    total = counting.said
    assert total > 60
    for at in range(1, total + 1, 4):
        reset(address)
        with pytest.MonkeyPatch.context() as patch:
            cutting(patch, Cut(address, at))
            with pytest.raises(PostgresError):
                push_postgres(address, Target(), two_released)
        left = state(address)
        assert left.items() <= second.items(), at
        seen.add(len(left))
        push_postgres(address, Target(), two_released)
        assert state(address) == second, at
    assert seen >= {0, 1}, "some cuts came between two editions"


def reset(address: str) -> None:
    """The database as before the first push."""
    with psycopg.connect(address, autocommit=True) as admin:
        for schema in Target().all:
            admin.execute(f"drop schema if exists {schema} cascade")


def test_the_star_has_its_relations_as_foreign_keys(address: str, two_released: Path) -> None:
    compile_edition(two_released, two_released.parent / "scratch", {}, Office(name="Stadt Musterstadt"), NOW)
    done = push_postgres(address, Target(), two_released)
    assert "star/2026-11-30.1" in done.loaded
    keys = asked(address, "select count(*) from pg_constraint where contype = 'f'")
    assert keys[0][0] >= 5
    found = asked(
        address,
        "select area_name, sum(value) from planstat_star.fact_population "
        "join planstat_star.dim_area using (area_sk) group by 1 order by 1",
    )
    with duckdb.connect() as connection:
        printed = connection.execute(
            f"select area_name, sum(value) from '{two_released}/population/current/population.parquet' "
            "group by 1 order by 1"
        ).fetchall()
    assert found == printed
    assert state(address)["star"][0] == "2026-11-30.1"


def test_outlines_are_those_that_were_released(address: str, two_released: Path) -> None:
    with psycopg.connect(address, autocommit=True) as admin:
        try:
            admin.execute("create extension postgis")
        except (psycopg.errors.UndefinedFile, psycopg.errors.FeatureNotSupported):
            pytest.skip("PostGIS is not installed here: apt-get install postgresql-postgis")
    done = push_postgres(address, Target(), two_released)
    assert done.notes == []
    import pyogrio

    file = two_released / "areas" / "current" / "areas.gpkg"
    layers = [str(name) for name, kind in pyogrio.list_layers(file) if kind is not None]
    released = sum(int(pyogrio.read_info(file, layer=name)["features"]) for name in layers)
    found = asked(
        address,
        "select o.layer, a.area_name, st_srid(outline), st_isvalid(outline) from planstat.outlines as o "
        "join planstat.areas as a using (area_key)",
    )
    assert len(found) == released > 0
    assert {row[2:] for row in found} == {(25832, True)}
    assert push_postgres(address, Target(), two_released).loaded == []


def test_without_postgis_it_says_what_lacks(address: str, two_released: Path) -> None:
    done = push_postgres(address, Target(), two_released)
    assert ["create extension postgis" in note.say("de") for note in done.notes] == [True]
