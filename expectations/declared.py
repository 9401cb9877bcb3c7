"""Values of a declaration inside DuckDB: bound once into tables, named by number in SQL, never pasted.

Great Expectations takes a rule as finished SQL text without parameters. So every number, date and list
that a product file declares is inserted, bound, into one of three small tables, and the rule's SQL selects
it by its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import duckdb

from sources.foundation.sql import insert, quoted


class Declared:
    """Puts declared values into `connection` and returns the SQL that reads them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._next = 0
        connection.execute("create table declared_text (id integer, position integer, value varchar)")
        connection.execute("create table declared_number (id integer, value double)")
        connection.execute("create table declared_date (id integer, value date)")

    def texts(self, values: Iterable[str]) -> str:
        """A subquery with one row per text, for `in` and `not in`."""
        number = self._take()
        rows = [(number, position, value) for position, value in enumerate(values)]
        insert(self._connection, "declared_text", rows)
        return f"(select value from declared_text where id = {number})"

    def mapping(self, values: Mapping[str, int]) -> str:
        """A variable that holds a map of texts to numbers, for `map_extract_value`."""
        name = f"declared_map_{self._take()}"
        self._connection.execute(f"set variable {name} = map(?, ?)", [list(values), list(values.values())])
        return f"getvariable('{name}')"

    def number(self, value: float) -> str:
        """A scalar subquery that gives the number."""
        number = self._take()
        self._connection.execute("insert into declared_number values (?, ?)", [number, float(value)])
        return f"(select value from declared_number where id = {number})"

    def day(self, value: date) -> str:
        """A scalar subquery that gives the date."""
        number = self._take()
        self._connection.execute("insert into declared_date values (?, ?)", [number, value])
        return f"(select value from declared_date where id = {number})"

    def where(
        self,
        selection: Mapping[str, Iterable[str]],
        *,
        relation: str = "",
        since: date | None = None,
        until: date | None = None,
    ) -> str:
        """A condition: every named column has one of its values; `since`/`until` bound reference_date."""
        prefix = f"{relation}." if relation else ""
        conditions = [
            f"cast({prefix}{quoted(column)} as varchar) in {self.texts(values)}"
            for column, values in selection.items()
        ]
        if since is not None:
            conditions.append(f"{prefix}reference_date >= {self.day(since)}")
        if until is not None:
            conditions.append(f"{prefix}reference_date <= {self.day(until)}")
        return " and ".join(conditions) or "true"

    def _take(self) -> int:
        self._next += 1
        return self._next
