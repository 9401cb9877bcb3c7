"""What changed against an earlier edition of a product: rows added, removed, changed; the largest movements.

Rows are matched by the product's grain. A row counts as changed when a figure, a status or a label differs;
where a figure came from (`snapshot_id`, `known_from`, `source_line`, `source_column`) may change without
anybody noticing a difference, so these columns are not compared. Works on the Parquet files and the newer
edition's dictionary alone, inside DuckDB.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.notation import shortest
from sources.foundation.sql import insert, quoted, text_literal

if TYPE_CHECKING:
    import duckdb

PROVENANCE = frozenset({"snapshot_id", "known_from", "source_line", "source_column", "area_key"})
"""Columns that say where a figure came from, not what it is."""

LARGEST = 20
"""How many of the largest movements the summary lists."""


CHANGES = {
    "added": ("neu", "added"),
    "removed": ("entfallen", "removed"),
    "changed": ("geändert", "changed"),
    "withdrawn": ("zurückgezogen", "withdrawn"),
}
"""What became of a row, in German and English."""

NAMES = {"area_code": "area_name", "area_key": "area_name"}
"""The column that names what a column of the grain stands for, where the rows carry it."""


@dataclass(frozen=True)
class Words:
    """What columns and codes are called, as an edition's `dictionary.csv` says.

    `headings` by column, `scopes` the column that tells apart what a code means, `labels` by column, code and
    the value of that column ("" where it means the same everywhere).
    """

    headings: dict[str, tuple[str, str]] = field(default_factory=dict)
    scopes: dict[str, str] = field(default_factory=dict)
    labels: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, dictionary: Path) -> Words:
        """Read a dictionary; one of an older form, or none, gives no words."""
        words = cls()
        if not dictionary.is_file():
            return words
        with dictionary.open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                told = line["heading_de"], line["heading_en"]
                column, code, scope = line["column"], line["code"], line.get("scope") or ""
                if not code:
                    words.headings[column] = told
                    if scope:
                        words.scopes[column] = scope
                else:
                    words.labels.update({(column, code, one): told for one in scope.split(", ")})
        return words


@dataclass(frozen=True)
class Difference:
    """Counts and the largest movements between two editions.

    `rows_withdrawn` counts rows whose value was public and is kept secret now.

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
    rows_withdrawn: int = 0
    values_changed: dict[str, int] = field(default_factory=dict)
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    largest_movements: tuple[dict[str, Any], ...] = ()
    largest_relative_movements: tuple[dict[str, Any], ...] = ()
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
            "rows_withdrawn": self.rows_withdrawn,
            "values_changed": self.values_changed,
            "columns_added": list(self.columns_added),
            "columns_removed": list(self.columns_removed),
            "largest_movements": list(self.largest_movements),
            "largest_relative_movements": list(self.largest_relative_movements),
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
            + (
                f" {self.rows_withdrawn} Werte zurückgezogen: sie standen in {self.previous} und werden "
                "jetzt "
                "geheim gehalten."
                if self.rows_withdrawn
                else ""
            )
        )


def compare(
    product: str,
    grain: Sequence[str],
    after: Path,
    before: Path | None,
    previous: str | None,
    lines: Path,
    *,
    protected: bool = False,
    words: Words | None = None,
) -> Difference:
    """Compare two Parquet editions; write every difference to the CSV `lines` and give the summary.

    `lines` has `change` (added, removed, changed, withdrawn), the grain, `column`, `old_value`, `new_value`
    and, for numbers, `movement` (new minus old); beside codes and columns stand their names in both languages
    (`<name>_de`, `<name>_en`), and the name of the area. An added or removed row has one line, for its value;
    so has a withdrawn one (public before, kept secret now), which does not repeat the old number. In
    a `protected` product nothing repeats what an edition before said and this one does not: an old share
    would give its withdrawn whole away.
    """
    import duckdb

    words = words or Words()
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute("set timezone = 'UTC'")
        _create_labels(connection, words)
        new = _columns(connection, "after_rows", after)
        rows_after = _count(connection, "after_rows")
        if before is None or not before.is_file():
            _differences(connection, grain, [], [])
            _write(connection, grain, [], words, lines)
            return Difference(product, None, 0, rows_after)
        old = _columns(connection, "before_rows", before)
        counted = Difference(
            product=product,
            previous=previous,
            rows_before=_count(connection, "before_rows"),
            rows_after=rows_after,
            columns_added=tuple(name for name in new if name not in old),
            columns_removed=tuple(name for name in old if name not in new),
        )
        reason = _not_comparable(connection, grain, old)
        if reason:
            _differences(connection, grain, [], [])
            _write(connection, grain, [], words, lines)
            return replace(counted, reason=reason)
        compared = [name for name in new if name in old and name not in grain and name not in PROVENANCE]
        beside = _beside(grain, words, new, old)
        _pairs(connection, grain, compared, beside, _withdrawn(compared))
        _differences(connection, grain, beside, _selections([*grain, *beside], compared, new, old, protected))
        _write(connection, grain, beside, words, lines)
        counts = dict(connection.execute("select change, count(*) from pairs group by change").fetchall())
        per_column = connection.execute(
            "select \"column\", count(*) from differences where change = 'changed' group by 1 order by 1"
        ).fetchall()
        return replace(
            counted,
            rows_added=counts.get("added", 0),
            rows_removed=counts.get("removed", 0),
            rows_changed=counts.get("changed", 0),
            rows_withdrawn=counts.get("withdrawn", 0),
            values_changed=dict(per_column),
            largest_movements=_largest(connection, _named(grain, beside), "abs(movement)"),
            largest_relative_movements=_largest(connection, _named(grain, beside), "abs(relative_movement)"),
        )


def _create_labels(connection: duckdb.DuckDBPyConnection, words: Words) -> None:
    """Create `labels`: column, code, scope, label_de, label_en."""
    connection.execute(
        "create table labels (column_name varchar, code varchar, scope varchar, label_de varchar, "
        "label_en varchar)"
    )
    rows = [[*key, *told] for key, told in words.labels.items()]
    rows += [["change", code, "", *told] for code, told in CHANGES.items()]
    rows += [["column", name, "", *told] for name, told in words.headings.items()]
    insert(connection, "labels", rows)


def _beside(grain: Sequence[str], words: Words, *editions: dict[str, str]) -> list[str]:
    """Columns that both editions have and that say what the grain stands for: names, and scopes of codes."""
    wanted = [NAMES[name] for name in grain if name in NAMES] + [
        words.scopes[name] for name in grain if name in words.scopes
    ]
    return [
        name
        for name in dict.fromkeys(wanted)
        if name not in grain and all(name in edition for edition in editions)
    ]


def _named(grain: Sequence[str], beside: Sequence[str]) -> list[str]:
    """The grain with the names of what it stands for."""
    return [*grain, *(name for name in beside if name in NAMES.values())]


def _columns(connection: duckdb.DuckDBPyConnection, view: str, parquet: Path) -> dict[str, str]:
    """Make a Parquet file readable under a name and give its columns with their types."""
    connection.execute(f"create view {view} as select * from read_parquet({text_literal(str(parquet))})")
    return {name: kind for name, kind, *_ in connection.execute(f"describe {view}").fetchall()}


def _count(connection: duckdb.DuckDBPyConnection, view: str) -> int:
    """The number of rows of an edition."""
    (count,) = connection.execute(f"select count(*) from {view}").fetchone() or (0,)
    return int(count)


def _not_comparable(
    connection: duckdb.DuckDBPyConnection, grain: Sequence[str], old: dict[str, str]
) -> str | None:
    """Why the earlier edition cannot be matched by this grain; None when it can."""
    absent = [name for name in grain if name not in old]
    if absent:
        return f"die frühere Ausgabe hat keine Spalte {', '.join(absent)}."
    key = _list(grain)
    repeated = connection.execute(
        f"select 1 from before_rows group by {key} having count(*) > 1 limit 1"
    ).fetchone()
    return "die frühere Ausgabe hat mehrere Zeilen je Schlüssel." if repeated else None


def _withdrawn(compared: Sequence[str]) -> str:
    """Whether a value that was public is kept secret now; products without these columns never say so."""
    if not {"value", "conf_status"} <= set(compared):
        return "false"
    return "b.value is not null and a.value is null and a.conf_status is distinct from 'F'"


def _pairs(
    connection: duckdb.DuckDBPyConnection,
    grain: Sequence[str],
    compared: Sequence[str],
    beside: Sequence[str],
    withdrawn: str,
) -> None:
    """Create `pairs`: the rows that differ, with what became of them and both sides as structs."""
    match = " and ".join(f"a.{quoted(name)} = b.{quoted(name)}" for name in grain)
    differs = [f"a.{quoted(name)} is distinct from b.{quoted(name)}" for name in compared] or ["false"]
    came, went = f"b.{quoted(grain[0])} is null", f"a.{quoted(grain[0])} is null"
    shown = ", ".join(
        f"cast(coalesce(a.{quoted(name)}, b.{quoted(name)}) as varchar) as {quoted(name)}"
        for name in (*grain, *beside)
    )
    connection.execute(
        f"create table pairs as select "
        f"case when {came} then 'added' when {went} then 'removed' when {withdrawn} then 'withdrawn' "
        f"else 'changed' end as change, {shown}, "
        f"a as new_row, b as old_row from after_rows a full join before_rows b on {match} "
        f"where {came} or {went} or {' or '.join(differs)}"
    )


def _selections(
    kept: Sequence[str],
    compared: Sequence[str],
    new: dict[str, str],
    old: dict[str, str],
    protected: bool,
) -> list[str]:
    """One query per column that was compared, and one for the value of rows that came or went."""
    shown = _list(kept)
    selections = []
    for name in compared:
        before, after = f"old_row.{quoted(name)}", f"new_row.{quoted(name)}"
        movement, relative = "cast(null as double)", "cast(null as double)"
        if _is_number(new[name]) and _is_number(old[name]):
            movement, relative = f"{after} - {before}", f"({after} - {before}) / nullif(abs({before}), 0)"
        told_before = _text(before, old[name])
        if protected:
            told_before = f"case when {after} is not null then {told_before} end"
        selections.append(
            f'select change, {shown}, {text_literal(name)} as "column", '
            f"{told_before} as old_value, "
            f"{_text(after, new[name])} as new_value, {movement} as movement, {relative} as "
            "relative_movement "
            f"from pairs where change = 'changed' and {before} is distinct from {after}"
        )
    figures = [name for name in compared if _is_number(new[name]) and _is_number(old[name])]
    told = "value" if "value" in compared else next(iter([*figures, *compared]), None)
    before = _text(f"old_row.{quoted(told)}", old[told]) if told else "null"
    kept_back = "change in ('withdrawn', 'removed')" if protected else "change = 'withdrawn'"
    before = f"case when not ({kept_back}) then {before} end"
    after = _text(f"new_row.{quoted(told)}", new[told]) if told else "null"
    selections.append(
        f'select change, {shown}, {text_literal(told or "")} as "column", {before} as old_value, '
        f"{after} as new_value, cast(null as double) as movement, cast(null as double) as relative_movement "
        "from pairs where change <> 'changed'"
    )
    return selections


def _differences(
    connection: duckdb.DuckDBPyConnection,
    grain: Sequence[str],
    beside: Sequence[str],
    selections: list[str],
) -> None:
    """Create `differences`: one row per changed value, and per row that came or went."""
    columns = ", ".join(f"{quoted(name)} varchar" for name in ("change", *grain, *beside, "column"))
    connection.execute(
        f"create table differences ({columns}, old_value varchar, new_value varchar, movement double, "
        "relative_movement double)"
    )
    for selection in selections:
        connection.execute(f"insert into differences {selection}")


def _write(
    connection: duckdb.DuckDBPyConnection,
    grain: Sequence[str],
    beside: Sequence[str],
    words: Words,
    lines: Path,
) -> None:
    """Write `differences` as CSV, ordered, with the names of codes, columns and areas beside them."""
    key = _list(grain)
    labelled = {column for column, _, _ in words.labels} & set(grain)
    shown, joins = [], []
    for name in ("change", *grain, "column"):
        shown.append(f"found.{quoted(name)}")
        if name in ("change", *labelled) or (name == "column" and words.headings):
            alias = quoted(f"of {name}")
            scope = words.scopes.get(name)
            where = f"found.{quoted(scope)}" if scope in (*grain, *beside) else "''"
            joins.append(
                f"left join labels as {alias} on {alias}.column_name = {text_literal(name)} "
                f"and {alias}.code = found.{quoted(name)} and {alias}.scope in ('', {where})"
            )
            shown += [f"{alias}.label_{code} as {quoted(f'{name}_{code}')}" for code in ("de", "en")]
        shown += [f"found.{quoted(NAMES[name])}"] if NAMES.get(name) in beside else []
    for name in ("old_value", "new_value"):
        alias = quoted(f"of {name}")
        joins.append(
            f'left join labels as {alias} on {alias}.column_name = found."column" '
            f"and {alias}.code = found.{name} and {alias}.scope = ''"
        )
        shown.append(f"found.{name}")
        shown += [f"{alias}.label_{code} as {name}_{code}" for code in ("de", "en") if words.labels]
    connection.execute(
        f"copy (select {', '.join(dict.fromkeys(shown))}, "
        f"{_text('movement', 'DOUBLE')} as movement from differences as found {' '.join(joins)} "
        f'order by change, {key}, "column") to {text_literal(str(lines))} '
        "(format csv, header, delimiter ',', nullstr '')"
    )


def _largest(
    connection: duckdb.DuckDBPyConnection, told: Sequence[str], size: str
) -> tuple[dict[str, Any], ...]:
    """The changed values that moved most by the SQL measure `size`."""
    key = _list(told)
    found = connection.execute(
        f'select {key}, "column", old_value, new_value, movement, relative_movement from differences '
        f'where {size} is not null order by {size} desc, {key}, "column" limit {LARGEST}'
    ).fetchall()
    names = (*told, "column", "old_value", "new_value", "movement", "relative_movement")
    return tuple(dict(zip(names, row, strict=True)) for row in found)


def _list(names: Sequence[str]) -> str:
    return ", ".join(quoted(name) for name in names)


def _is_number(kind: str) -> bool:
    return kind in {"DOUBLE", "BIGINT", "INTEGER"}


def _text(expression: str, kind: str) -> str:
    """SQL for a value as text, numbers as `notation` writes them."""
    return shortest(expression) if kind == "DOUBLE" else f"cast({expression} as varchar)"
