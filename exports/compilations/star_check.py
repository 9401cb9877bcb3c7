"""The star read back: every row of every fact says what the released edition says, name for name.

The check knows nothing of how the tables were written: it joins each fact with the dimensions that its keys
point to, and compares what comes out with the edition's own file, row by row and in both directions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.compilations.star import (
    AREA,
    DATASETS,
    NAMED,
    OF_THE_MAKING,
    PERIOD,
    Edition,
    Table,
    coded,
    held_by,
    key_of,
    list_name,
    pointed_to,
)
from sources.foundation.sql import quoted, text_literal

if TYPE_CHECKING:
    import duckdb


def check_star(
    connection: duckdb.DuckDBPyConnection, facts: Sequence[Edition], tables: Sequence[Table], folder: Path
) -> list[dict[str, Any]]:
    """What was checked, each as an entry of a verdict; a star may leave when none of them failed."""
    found = [_keys_are_unique(connection, table, folder) for table in tables if not table.is_fact]
    found += [
        _keys_are_known(connection, table.name, field.name, str(field.points_to), key, folder)
        for table, field, key in pointed_to(tables)
    ]
    by_name = {table.name: table for table in tables}
    found += [
        _says_the_same(connection, edition, by_name[f"fact_{edition.product}"], folder) for edition in facts
    ]
    return found


def _file(folder: Path, table: str) -> str:
    return f"read_parquet({text_literal(str(folder / f'{table}.parquet'))})"


def _keys_are_unique(connection: duckdb.DuckDBPyConnection, table: Table, folder: Path) -> dict[str, Any]:
    key = quoted(key_of(table.name))
    wrong = _number(
        connection,
        f"select count(*) - count(distinct {key}) from {_file(folder, table.name)}",
    )
    return _entry(
        f"star.unique.{table.name}",
        ("Jeder Schlüssel steht einmal", "Each key stands once"),
        table.name,
        wrong,
    )


def _keys_are_known(
    connection: duckdb.DuckDBPyConnection, fact: str, column: str, dimension: str, key: str, folder: Path
) -> dict[str, Any]:
    wrong = _number(
        connection,
        f"select count(*) from {_file(folder, fact)} as f anti join {_file(folder, dimension)} as d "
        f"on f.{quoted(column)} = d.{quoted(key)} where f.{quoted(column)} is not null",
    )
    return _entry(
        f"star.known.{fact}.{column}",
        (f"Jeder Schlüssel steht in {dimension}", f"Each key is in {dimension}"),
        f"{fact}.{column}",
        wrong,
    )


def _says_the_same(
    connection: duckdb.DuckDBPyConnection, edition: Edition, table: Table, folder: Path
) -> dict[str, Any]:
    """Rows that only one of the two says: the fact with its dimensions, or the edition."""
    said = dict(_expressions(edition, table))
    joined = "".join(
        f" left join {_file(folder, str(field.points_to))} as {quoted(field.name)} "
        f"on f.{quoted(field.name)} = {quoted(field.name)}.{quoted(key_of(str(field.points_to)))}"
        for field in table.fields
        if field.points_to is not None
    )
    again = ", ".join(f"{expression} as {quoted(column)}" for column, expression in said.items())
    printed = ", ".join(quoted(column) for column in said)
    star = f"select {again} from {_file(folder, table.name)} as f{joined}"
    released = f"select {printed} from read_parquet({text_literal(str(edition.file))})"
    wrong = _number(
        connection,
        f"select (select count(*) from (({star}) except all ({released}))) + "
        f"(select count(*) from (({released}) except all ({star})))",
    )
    return _entry(
        f"star.same.{table.name}",
        ("Jede Zeile sagt, was die Ausgabe sagt", "Each row says what the edition says"),
        f"{table.name}, {edition.release.id}",
        wrong,
    )


def _expressions(edition: Edition, table: Table) -> Iterator[tuple[str, str]]:
    """Column of the product -> where the star says it."""
    names, held = set(edition.names), held_by(edition)
    keys = {field.name for field in table.fields if field.points_to is not None}
    from_dimension: dict[str, str] = {column: "period_sk" for column in PERIOD if column in names}
    for entity in (AREA, *NAMED):
        if entity.name in held:
            for column in (*entity.by, *held[entity.name]):
                from_dimension.setdefault(column, entity.key)
    lists: Mapping[str, str] = {
        column.name: f"{list_name(column.name)}_sk"
        for column in coded(edition)
        if f"{list_name(column.name)}_sk" in keys
    }
    for column in edition.names:
        if column in OF_THE_MAKING:
            continue
        if column in DATASETS:
            yield column, f"{quoted(DATASETS[column])}.dataset_id"
        elif column in from_dimension:
            yield column, f"{quoted(from_dimension[column])}.{quoted(column)}"
        elif column in lists:
            yield column, f"{quoted(lists[column])}.code"
        else:
            yield column, f"f.{quoted(column)}"


def _number(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row else -1


def _entry(check: str, titles: tuple[str, str], where: str, wrong: int) -> dict[str, Any]:
    """One check of a verdict: passed without a wrong row, failed else."""
    return {
        "id": check,
        "title": f"{titles[1]} ({where})",
        "title_de": f"{titles[0]} ({where})",
        "severity": "fail",
        "outcome": "failed" if wrong else "passed",
        "observed": f"{wrong} rows differ" if wrong else "0 rows differ",
        "observed_de": f"{wrong} Zeilen weichen ab",
        "who_fixes": "planstat",
    }
