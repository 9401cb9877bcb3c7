"""Names and texts in SQL, where it takes no bound parameter; rows into a table; why a file is not read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.foundation.told import Told

if TYPE_CHECKING:
    import duckdb


def quoted(name: str) -> str:
    """A column, table or schema name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(text: str) -> str:
    """A text as an SQL literal: paths, options of COPY, comments, lists of codes."""
    return "'" + text.replace("'", "''") + "'"


def text_list(texts: Iterable[str]) -> str:
    """Texts as SQL literals separated by commas, for `in (…)`."""
    return ", ".join(text_literal(text) for text in texts)


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows, which name every column of the table in its order.

    One statement with a list for each column: row by row DuckDB takes a hundred times as long.
    """
    columns = [list(column) for column in zip(*rows, strict=True)]
    if columns:
        places = ", ".join(["unnest(?)"] * len(columns))
        connection.execute(f"insert into {quoted(table)} select {places}", columns)


def is_held(problem: Exception) -> bool:
    """Whether DuckDB could not open a file because another process has it open to write."""
    return "Could not set lock" in str(problem)


def why_not_read(warehouse: Path, problem: Exception) -> Told:
    """Why a DuckDB file could not be opened, and what to do: another process writes it, or it is damaged."""
    first = (str(problem).strip().splitlines() or [type(problem).__name__])[0]
    if is_held(problem):
        return Told(
            f"{warehouse}: cannot be read now, because another process is writing it; wait for that to end, "
            f"then run again ({first})",
            f"{warehouse}: ist jetzt nicht zu lesen, weil gerade ein anderer Prozess schreibt; dessen Ende "
            f"abwarten und noch einmal laufen lassen ({first})",
        )
    return Told(
        f"{warehouse}: is damaged ({first}). Nothing is lost: everything in it is made from landing/. "
        "`planstat doctor --mend` takes it away, the next run builds it anew",
        f"{warehouse}: ist beschädigt ({first}). Verloren ist nichts: Alles darin entsteht aus landing/. "
        "`planstat doctor --mend` räumt sie weg, der nächste Lauf baut sie neu",
    )
