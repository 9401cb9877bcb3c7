"""A connection that holds the lock of a push, and what the server refuses, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sources.foundation.exits import FAILED
from sources.foundation.told import Told

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

LOCK = 7_224_163_190_115
"""Key of the advisory lock of a push: two at once would wait for each other's tables."""


class PostgresError(RuntimeError):
    """The database did not do what it was asked; the message says what to do, and nothing is claimed."""

    exit_code = FAILED


@contextmanager
def connected(address: str) -> Iterator[Connection]:
    """A connection that holds the lock of a push; errors without address and password."""
    import psycopg

    try:
        psycopg.conninfo.conninfo_to_dict(address)
    except psycopg.ProgrammingError:
        raise PostgresError(_NO_ADDRESS) from None  # the driver repeats the address, with the password in it
    try:
        with psycopg.connect(address, autocommit=True, connect_timeout=20) as connection:
            connection.execute("set lock_timeout = '60s'")
            connection.execute("set client_encoding = 'UTF8'")
            connection.execute("set timezone = 'UTC'")
            row = connection.execute("select pg_try_advisory_lock(%s)", [LOCK]).fetchone()
            if row is None or not row[0]:
                raise PostgresError(_BUSY)
            yield connection
    except psycopg.errors.LockNotAvailable:
        raise PostgresError(_IN_USE) from None
    except psycopg.errors.InsufficientPrivilege as problem:
        raise PostgresError(_refused(problem)) from None
    except psycopg.Error as problem:
        raise PostgresError(_failed(problem)) from None


def words_of(problem: psycopg.Error) -> str:
    """The server's own sentence, without what the driver says of the connection."""
    return problem.diag.message_primary or type(problem).__name__


def _refused(problem: psycopg.Error) -> Told:
    return Told(
        f"the database refuses: {words_of(problem)}. The role needs `create` on the database",
        f"die Datenbank verweigert: {words_of(problem)}. Die Rolle braucht das Recht `create` auf der "
        "Datenbank",
    )


def _failed(problem: psycopg.Error) -> Told:
    return Told(
        f"the database cannot be reached or broke off ({words_of(problem)}); views lead to what was there "
        "before, the next push goes on",
        f"die Datenbank ist nicht zu erreichen oder hat abgebrochen ({words_of(problem)}); die Sichten "
        "führen zum vorigen Stand, der nächste Aufruf macht weiter",
    )


_NO_ADDRESS = Told(
    "PLANSTAT_POSTGRES is no connection string, such as `host=db.example dbname=planung user=planstat`",
    "PLANSTAT_POSTGRES ist keine Verbindungsangabe wie `host=db.example dbname=planung user=planstat`",
)
_BUSY = Told(
    "another push is writing to this database; wait for it",
    "ein anderer Aufruf schreibt gerade in diese Datenbank; auf sein Ende warten",
)
_IN_USE = Told(
    "somebody holds a table of ours for more than a minute; the push ended, what was there is whole. Run it "
    "again",
    "jemand hält eine der Tabellen länger als eine Minute fest; abgebrochen, der Stand ist heil. Noch einmal "
    "aufrufen",
)
