"""What changed against an earlier edition of a product: rows added, removed, changed; the largest movements.

Rows are matched by the product's grain. A row counts as changed when a figure, a status or a label differs;
where a figure came from (`snapshot_id`, `known_from`, `source_line`, `source_column`) may change without
anybody noticing a difference, so these columns are not compared. Works on the Parquet files alone, inside
DuckDB.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exports.rows import quoted, text_literal

PROVENANCE = frozenset({"snapshot_id", "known_from", "source_line", "source_column", "area_key"})
"""Columns that say where a figure came from, not what it is."""

LARGEST = 20
"""How many of the largest movements the summary lists."""


@dataclass(frozen=True)
class Difference:
    """Counts and the largest movements between two editions.

    `previous` is the earlier edition's name, None for a first one. When `reason` is set the two cannot be
    compared row by row, and the counts of changes are 0.
    """

    product: str
    previous: str | None
    rows_before: int
    rows_after: int
    rows_added: int = 0
    rows_removed: int = 0
    rows_changed: int = 0
    values_changed: dict[str, int] = field(default_factory=dict)
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    largest_movements: tuple[dict[str, Any], ...] = ()
    reason: str | None = None

    def as_plain(self) -> dict[str, Any]:
        """The summary as JSON-ready data."""
        return {
            "product": self.product,
            "previous": self.previous,
            "rows_before": self.rows_before,
            "rows_after": self.rows_after,
            "rows_added": self.rows_added,
            "rows_removed": self.rows_removed,
            "rows_changed": self.rows_changed,
            "values_changed": self.values_changed,
            "columns_added": list(self.columns_added),
            "columns_removed": list(self.columns_removed),
            "largest_movements": list(self.largest_movements),
            "reason": self.reason,
        }

    def in_words(self) -> str:
        """One German sentence for the README."""
        if self.previous is None:
            return f"Erste Ausgabe mit {self.rows_after} Zeilen."
        if self.reason:
            return f"Gegenüber {self.previous} nicht Zeile für Zeile vergleichbar: {self.reason}"
        return (
            f"Gegenüber {self.previous}: {self.rows_added} Zeilen neu, {self.rows_removed} entfallen, "
            f"{self.rows_changed} geändert."
        )


def compare(
    product: str, grain: Sequence[str], after: Path, before: Path | None, previous: str | None, lines: Path
) -> Difference:
    """Compare two Parquet editions; write every difference to the CSV `lines` and give the summary.

    `lines` has `change` (added, removed, changed), the grain, `column`, `old_value`, `new_value` and, for
    numbers, `movement` (new minus old). An added or removed row has one line per figure it holds.
    """
    import duckdb

    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute("set timezone = 'UTC'")
        new = _columns(connection, "after_rows", after)
        key = ", ".join(quoted(name) for name in grain)
        header = f"select ''::varchar as change, {_grain_texts('after_rows', grain)}, {_NO_CHANGE}"
        (rows_after,) = connection.execute("select count(*) from after_rows").fetchone() or (0,)
        if before is None or not before.is_file():
            _write(connection, f"{header} from after_rows where false", lines)
            return Difference(product, None, 0, rows_after)
        old = _columns(connection, "before_rows", before)
        (rows_before,) = connection.execute("select count(*) from before_rows").fetchone() or (0,)
        added_columns = tuple(name for name in new if name not in old)
        removed_columns = tuple(name for name in old if name not in new)
        reason = _not_comparable(connection, grain, old)
        if reason:
            _write(connection, f"{header} from after_rows where false", lines)
            return Difference(
                product,
                previous,
                rows_before,
                rows_after,
                columns_added=added_columns,
                columns_removed=removed_columns,
                reason=reason,
            )
        compared = [name for name in new if name in old and name not in grain and name not in PROVENANCE]
        figures = [name for name in compared if _is_number(new[name]) and _is_number(old[name])]
        match = " and ".join(f"a.{quoted(name)} = b.{quoted(name)}" for name in grain)
        first = quoted(grain[0])
        shown = ", ".join(
            f"cast(coalesce(a.{quoted(n)}, b.{quoted(n)}) as varchar) as {quoted(n)}" for n in grain
        )
        told_apart = [
            f"select 'changed' as change, {shown}, {text_literal(name)} as \"column\", {_text('b', name, old)} as old_value, "
            f"{_text('a', name, new)} as new_value, "
            + (f"a.{quoted(name)} - b.{quoted(name)}" if name in figures else "cast(null as double)")
            + f" as movement from after_rows a join before_rows b on {match} "
            f"where a.{quoted(name)} is distinct from b.{quoted(name)}"
            for name in compared
        ]
        come_and_gone = [
            f'select {text_literal(change)} as change, {shown}, {text_literal(name)} as "column", '
            f"{_text('b', name, old) if change == 'removed' else 'null'} as old_value, "
            f"{_text('a', name, new) if change == 'added' else 'null'} as new_value, cast(null as double) as movement "
            f"from after_rows a full join before_rows b on {match} where {other}.{first} is null"
            for change, other in (("added", "b"), ("removed", "a"))
            for name in (["value"] if "value" in compared else figures or compared[:1])
        ]
        connection.execute("create table differences as " + " union all ".join([*told_apart, *come_and_gone]))
        _write(connection, f'select * from differences order by change, {key}, "column"', lines)
        counts = dict(
            connection.execute(
                f"select change, count(distinct ({key})) from differences group by change"
            ).fetchall()
        )
        per_column = connection.execute(
            "select \"column\", count(*) from differences where change = 'changed' group by 1 order by 1"
        ).fetchall()
        largest = connection.execute(
            f'select {key}, "column", old_value, new_value, movement from differences '
            f'where movement is not null order by abs(movement) desc, {key}, "column" limit {LARGEST}'
        ).fetchall()
        names = (*grain, "column", "old_value", "new_value", "movement")
        return Difference(
            product,
            previous,
            rows_before,
            rows_after,
            rows_added=counts.get("added", 0),
            rows_removed=counts.get("removed", 0),
            rows_changed=counts.get("changed", 0),
            values_changed=dict(per_column),
            columns_added=added_columns,
            columns_removed=removed_columns,
            largest_movements=tuple(dict(zip(names, row, strict=True)) for row in largest),
        )


_NO_CHANGE = "''::varchar as \"column\", ''::varchar as old_value, ''::varchar as new_value, cast(null as double) as movement"


def _columns(connection: Any, view: str, parquet: Path) -> dict[str, str]:
    """Make a Parquet file readable under a name and give its columns with their types."""
    connection.execute(f"create view {view} as select * from read_parquet({text_literal(str(parquet))})")
    return {name: kind for name, kind, *_ in connection.execute(f"describe {view}").fetchall()}


def _grain_texts(view: str, grain: Sequence[str]) -> str:
    return ", ".join(f"cast({view}.{quoted(name)} as varchar) as {quoted(name)}" for name in grain)


def _not_comparable(connection: Any, grain: Sequence[str], old: dict[str, str]) -> str | None:
    """Why the earlier edition cannot be matched by this grain; None when it can."""
    absent = [name for name in grain if name not in old]
    if absent:
        return f"die frühere Ausgabe hat keine Spalte {', '.join(absent)}."
    key = ", ".join(quoted(name) for name in grain)
    repeated = connection.execute(
        f"select 1 from before_rows group by {key} having count(*) > 1 limit 1"
    ).fetchone()
    return "die frühere Ausgabe hat mehrere Zeilen je Schlüssel." if repeated else None


def _is_number(kind: str) -> bool:
    return kind in {"DOUBLE", "BIGINT", "INTEGER"}


def _text(side: str, name: str, types: dict[str, str]) -> str:
    """SQL for a value as text, whole doubles without `.0`."""
    column = f"{side}.{quoted(name)}"
    if types[name] == "DOUBLE":
        return (
            f"case when {column} = trunc({column}) and abs({column}) < 1e15 "
            f"then cast(cast({column} as bigint) as varchar) else cast({column} as varchar) end"
        )
    return f"cast({column} as varchar)"


def _write(connection: Any, sql: str, lines: Path) -> None:
    connection.execute(f"copy ({sql}) to {text_literal(str(lines))} (format csv, header, nullstr '')")
