"""Names and texts inside SQL, where SQL takes no bound parameter; rows into a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

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
