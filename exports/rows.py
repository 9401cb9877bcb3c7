"""The rows of a product, taken out of the warehouse once and handed to every writer.

The warehouse is opened read-only for as long as it takes to copy one relation, then let go, because one
writer locks out even readers in other processes. What the copy holds is checked here, so that every
writer may rely on it: only flat columns of six kinds, no value that is not a number, one row per grain,
a fixed order.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from exports import outlines
from exports.describe import Column, Description
from exports.products import Geometry
from sources.foundation.exits import FAILED
from sources.foundation.sql import insert, quoted, text_literal, why_not_read

if TYPE_CHECKING:
    import duckdb

Kind = Literal["text", "integer", "number", "boolean", "date", "timestamp"]

_INTEGERS = (
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
)

_TIMESTAMPS = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE")

KINDS: dict[str, tuple[Kind, str]] = {
    "VARCHAR": ("text", "VARCHAR"),
    "UUID": ("text", "VARCHAR"),
    "BOOLEAN": ("boolean", "BOOLEAN"),
    "DATE": ("date", "DATE"),
    "FLOAT": ("number", "DOUBLE"),
    "DOUBLE": ("number", "DOUBLE"),
    **dict.fromkeys(_TIMESTAMPS, ("timestamp", "TIMESTAMP")),
    **dict.fromkeys(_INTEGERS, ("integer", "BIGINT")),
}
"""Which warehouse types are published as which kind; `_kind` adds DECIMAL and ENUM, which have parameters."""

GEOMETRY_TABLE = "dim_area_geometry"


class RowsError(ValueError):
    """The warehouse's relation cannot become a product; says which column or row, and what to do."""

    exit_code = FAILED


@dataclass(frozen=True)
class Field:
    """One column as it is published: the description's column and the kind of its values."""

    column: Column
    kind: Kind

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column.name

    @property
    def is_code(self) -> bool:
        """Whether the values are codes: signs from a closed list, never prose, never to be altered."""
        return self.kind == "text" and (
            self.column.role in ("key", "dimension")
            or bool(self.column.codes)
            or self.name.endswith(
                ("_code", "_key", "_id", "_level", "_status", "_symbol", "_reason", "_kind", "_dataset")
            )
            or self.name == "unit"
        )


@dataclass(frozen=True)
class CodeLabel:
    """What a code of a column means: in rows of one of `scopes`, or, without any, in all rows."""

    column: str
    code: str
    sign: str
    label_de: str
    label_en: str
    scopes: tuple[str, ...] = ()

    @property
    def scopes_in_brackets(self) -> str:
        """In brackets, where the code means this; nothing where it means the same everywhere."""
        return f"({', '.join(self.scopes)})" if self.scopes else ""


@dataclass(frozen=True)
class Rows:
    """The staged rows in a DuckDB of the candidate's own: table `rows` (ordered), and for maps `geometries`
    and `converted` (`_stage_maps`).

    Beside the published columns `rows` holds, for each column in `labelled`, the German label of its code in
    a column called by `label_column`, and in `ROW_DIGITS` the decimals that figures of the row have.
    """

    connection: duckdb.DuckDBPyConnection
    fields: tuple[Field, ...]
    count: int
    geometry_sha256: str | None
    labels: tuple[CodeLabel, ...]
    labelled: frozenset[str]

    def field(self, name: str) -> Field:
        """The field of that name."""
        return next(field for field in self.fields if field.name == name)

    @contextlib.contextmanager
    def another_reader(self) -> Iterator[Rows]:
        """The same rows through a connection of its own, for another thread."""
        with self.connection.cursor() as connection:
            _in_utc(connection)
            yield dataclasses.replace(self, connection=connection)

    def query(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a query over the staged tables and fetch all of it."""
        return self.connection.execute(sql, parameters or []).fetchall()


ROW_DIGITS = "(digits)"
"""The name in table `rows` of the column with the decimals to show."""


def label_column(name: str) -> str:
    """The name in table `rows` of the column with the German labels of the codes in column `name`."""
    return f"{name} (label_de)"


@contextlib.contextmanager
def staged(warehouse: Path, description: Description, scratch: Path) -> Iterator[Rows]:
    """Copy the product's relation out of the warehouse and check it; the warehouse is free again inside.

    `scratch` is a folder for whatever does not fit into memory. Raises `RowsError` when the warehouse is not
    there or being written, the relation or a column is absent or of a nested type, a grain is not unique, a
    key is empty, or a number is not finite.
    """
    import duckdb

    if not warehouse.is_file():
        raise RowsError(f"{warehouse}: there is no warehouse; run the pipeline up to its marts first")
    with duckdb.connect(":memory:", config={"threads": 1, "temp_directory": str(scratch)}) as connection:
        _in_utc(connection)
        try:
            connection.execute(f"attach {text_literal(str(warehouse))} as warehouse (read_only)")
        except duckdb.Error as problem:
            raise RowsError(why_not_read(warehouse, problem)) from problem
        try:
            relation = _relation(connection, description.relation, warehouse)
            fields, labelled = _copy_rows(connection, description, relation, warehouse)
            digest = _stage_maps(connection, description)
        finally:
            connection.execute("detach warehouse")
        _check(connection, description, fields)
        (count,) = connection.execute("select count(*) from rows").fetchone() or (0,)
        labels = _labels(connection, description)
        yield Rows(connection, fields, int(count), digest, labels, labelled)


@contextlib.contextmanager
def released(parquet: Path, description: Description, scratch: Path) -> Iterator[Rows]:
    """The rows of an edition out of its Parquet file, as `staged` gave them when it was written; no maps.

    `description` must be that of the edition: see `exports.extract`. Raises `RowsError` as `staged` does.
    """
    import duckdb

    with duckdb.connect(":memory:", config={"threads": 1, "temp_directory": str(scratch)}) as connection:
        _in_utc(connection)
        try:
            connection.execute(
                f"create view edition as select * from read_parquet({text_literal(str(parquet))})"
            )
        except duckdb.Error as problem:
            raise RowsError(f"{parquet}: cannot be read as Parquet ({problem})") from problem
        fields, labelled = _copy_rows(connection, description, "edition", parquet)
        (count,) = connection.execute("select count(*) from rows").fetchone() or (0,)
        yield Rows(connection, fields, int(count), None, _labels(connection, description), labelled)


def _in_utc(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("set timezone = 'UTC'")


def _copy_rows(
    connection: duckdb.DuckDBPyConnection, description: Description, relation: str, where: Path
) -> tuple[tuple[Field, ...], frozenset[str]]:
    """Create `rows` in publication order with published types, labels of codes and decimals to show.

    `relation` in `where`, a warehouse or an edition's Parquet file, is what they are copied from.
    """
    types = {
        str(name): str(kind)
        for name, kind, *_ in connection.execute(f"describe select * from {relation}").fetchall()
    }
    described = [column.name for column in description.columns]
    absent = [name for name in described if name not in types]
    undescribed = [name for name in types if name not in described]
    if absent or undescribed:
        raise RowsError(
            f"{where}: {description.relation} and the description of {description.product} differ: "
            + "; ".join(
                part
                for part in (
                    f"described but not in the relation: {', '.join(absent)}" if absent else "",
                    f"in the relation but not described: {', '.join(undescribed)}" if undescribed else "",
                )
                if part
            )
            + ". Rebuild the warehouse, or correct the model's contract"
        )
    fields, selected, joins = [], [], []
    _code_lists(connection, description, relation)
    labelled = [column.name for column in description.columns if _shows_labels(column)]
    digits = ["mart.decimals"] if "decimals" in described else []
    for column in description.columns:
        kind, published = _kind(column.name, types[column.name], description)
        source = f"mart.{quoted(column.name)}"
        if types[column.name] == "TIMESTAMP WITH TIME ZONE":
            source = f"({source} at time zone 'UTC')"
        fields.append(Field(column, kind))
        selected.append(f"cast({source} as {published}) as {quoted(column.name)}")
        has_digits = any(one.digits is not None for one in column.codes)
        if column.name in labelled or has_digits:
            alias = quoted(f"codes {column.name}")
            scope = f" and mart.{quoted(column.scope)} = {alias}.scope" if column.scope else ""
            mine = f"select * from code_lists where column_name = {text_literal(column.name)}"
            joins.append(f"left join ({mine}) as {alias} on {source} = {alias}.code{scope}")
            if column.name in labelled:
                selected.append(f"{alias}.label_de as {quoted(label_column(column.name))}")
            if has_digits:
                digits.append(f"{alias}.digits")
    order = ", ".join(
        f"mart.{quoted(name)} nulls first"
        for name in dict.fromkeys((*description.order_by, *description.grain))
    )
    row_digits = f"cast(coalesce({', '.join([*digits, 'null'])}) as integer) as {quoted(ROW_DIGITS)}"
    connection.execute(
        f"create table rows as select {', '.join([*selected, row_digits])} from {relation} as mart "
        f"{' '.join(joins)} "
        f"order by {order}"
    )
    return tuple(fields), frozenset(labelled)


def _shows_labels(column: Column) -> bool:
    """Whether spreadsheets get a column with the labels of this one: not where they would only repeat it."""
    return column.labels_beside and not column.named and any(one.label_de != one.code for one in column.codes)


def _code_lists(connection: duckdb.DuckDBPyConnection, description: Description, relation: str) -> None:
    """Create `code_lists`: what each code of each column means, and each list of codes that a value names."""
    connection.execute(
        "create table code_lists (column_name varchar, scope varchar, code varchar, label_de varchar, "
        "digits integer)"
    )
    for column in description.columns:
        meant = {(one.scope, one.code): one for one in column.codes}
        entries = [[column.name, *key, one.label_de, one.digits] for key, one in meant.items()]
        if column.codes and column.is_listed:
            entries += [
                [
                    column.name,
                    None,
                    text,
                    ", ".join(meant[None, code].label_de for code in text.split(", ")),
                    None,
                ]
                for (text,) in connection.execute(
                    f"select distinct {quoted(column.name)} from {relation} "
                    f"where contains({quoted(column.name)}, ', ')"
                ).fetchall()
                if all((None, code) in meant for code in text.split(", "))
            ]
        insert(connection, "code_lists", entries)


def _labels(connection: duckdb.DuckDBPyConnection, description: Description) -> tuple[CodeLabel, ...]:
    """The codes of every column in the order of its list, of keys and dimensions only those that occur.

    A code that datasets label differently comes once for each of its labels, with the datasets that say so; a
    code that occurs and has no label comes with empty texts.
    """
    return tuple(
        label for column in description.columns if column.codes for label in _labels_of(connection, column)
    )


def _labels_of(connection: duckdb.DuckDBPyConnection, column: Column) -> list[CodeLabel]:
    known = {(one.code, one.scope): one for one in column.codes}
    if column.role in ("key", "dimension"):
        scope = quoted(column.scope) if column.scope else "null"
        name = quoted(column.name)
        code = f"unnest(string_split({name}, ', '))" if column.is_listed else name
        used = {
            (code, scope)
            for code, scope in connection.execute(
                f"select distinct {code}, {scope} from rows where {name} is not null"
            ).fetchall()
        }
        shown = [key for key in known if key in used] + sorted(used - set(known), key=str)
    else:
        shown = list(known)
    meant: dict[str, dict[tuple[str, str, str], list[str]]] = {}
    for code, where in shown:
        one = known.get((code, where))
        words = (one.sign, one.label_de, one.label_en) if one else ("", "", "")
        meant.setdefault(code, {}).setdefault(words, []).append(where or "")
    return [
        CodeLabel(column.name, code, *words, tuple(scopes) if len(by_words) > 1 else ())
        for code, by_words in meant.items()
        for words, scopes in by_words.items()
    ]


def _relation(connection: duckdb.DuckDBPyConnection, name: str, warehouse: Path) -> str:
    """The qualified name of a warehouse relation, whichever schema dbt put it in."""
    found = connection.execute(
        "select table_schema from information_schema.tables "
        "where table_catalog = 'warehouse' and table_name = ? order by table_schema",
        [name],
    ).fetchall()
    if not found:
        raise RowsError(f"{warehouse}: has no relation {name}; build the warehouse's marts first")
    if len(found) > 1:
        raise RowsError(
            f"{warehouse}: has {name} in several schemas ({', '.join(row[0] for row in found)}); "
            "leave only one"
        )
    return f"warehouse.{quoted(found[0][0])}.{quoted(name)}"


def _kind(name: str, warehouse_type: str, description: Description) -> tuple[Kind, str]:
    """Kind and published type of a column; refuses types that flat files cannot hold."""
    if warehouse_type in KINDS:
        kind, published = KINDS[warehouse_type]
    elif warehouse_type.startswith("ENUM("):
        kind, published = "text", "VARCHAR"
    elif warehouse_type.startswith("DECIMAL(") and "[" not in warehouse_type:
        kind, published = ("integer", "BIGINT") if warehouse_type.endswith(",0)") else ("number", "DOUBLE")
    else:
        raise RowsError(
            f"product {description.product}: column {name} of {description.relation} is of type "
            f"{warehouse_type}, "
            "which flat files cannot hold; cast it to text, a number, a date or a truth value in the mart"
        )
    if kind != "text" and name.endswith("_code"):
        raise RowsError(
            f"product {description.product}: column {name} of {description.relation} is of type "
            f"{warehouse_type}; "
            "codes are published as text, because a number loses leading zeros: cast it in the mart"
        )
    return kind, published


def _stage_maps(connection: duckdb.DuckDBPyConnection, description: Description) -> str | None:
    """Create the tables `geometries` (see `outlines.stage`) and `converted`; give a hash of both,
    None without outlines.

    `converted` holds, of each level that the product has and of its newest outlines, the product's figures on
    their Gebietsstand: the columns of the map, value, status, reason, and how the figure was carried
    (`grade`, `from_codes`, `estimated_share`; see dbt_project/macros/territory.sql).
    """
    geometry = description.geometry
    if geometry is None:
        return None
    if geometry.point is not None:
        return outlines.stage_points(connection, geometry)
    schemas = connection.execute(
        "select table_schema from information_schema.tables where table_catalog = 'warehouse' "
        "and table_name = ?",
        [GEOMETRY_TABLE],
    ).fetchall()
    if not schemas:
        return None
    schema = f"warehouse.{quoted(schemas[0][0])}"
    level = quoted(geometry.area_level)
    levels = {
        name
        for (name,) in connection.execute(
            f"select distinct {level} from rows where {level} is not null"
        ).fetchall()
    }
    digest = outlines.stage(connection, schema, levels)
    if digest is None or geometry.converted_by is None:
        return digest
    return _convert(connection, schema, geometry, digest)


def _convert(connection: duckdb.DuckDBPyConnection, schema: str, geometry: Geometry, digest: str) -> str:
    """Create `converted`; give the hash of outlines and converted figures."""
    newest = connection.execute(
        "select valid_on, list(area_level order by area_level) from ("
        f"select area_level, max(valid_on) as valid_on from {outlines.TABLE} group by area_level"
        ") group by valid_on order by valid_on"
    ).fetchall()
    columns = [geometry.area_level, geometry.area_key, geometry.date, *geometry.by]
    taken = ", ".join(
        [
            *map(quoted, columns),
            f"{quoted(geometry.value or '')} as value",
            *("obs_status", "missing_reason", "grade", "from_codes", "estimated_share"),
        ]
    )
    fixed = "".join(f" and {quoted(name)} = ?" for name in geometry.where)
    made = False
    for valid_on, levels in newest:
        if (valid_on.month, valid_on.day) != (12, 31):
            continue  # there is no other Gebietsstand than a year-end
        # the function names the warehouse's tables without their catalogue
        connection.execute(f"use {schema}")
        try:
            connection.execute(
                f"{'insert into memory.main.converted' if made else 'create table memory.main.converted as'} "
                f"select ?::date as valid_on, {taken} from {quoted(geometry.converted_by or '')}(?::date) "
                f"where {quoted(geometry.area_level)} in (select unnest(?)){fixed}",
                [valid_on, valid_on, levels, *geometry.where.values()],
            )
        finally:
            connection.execute("use memory.main")
        made = True
    if not made:
        return digest
    (figures,) = connection.execute(
        "select sha256(string_agg(line, chr(10) order by line)) "
        "from (select converted::varchar as line from converted)"
    ).fetchone() or (None,)
    return hashlib.sha256(f"{digest}={figures}".encode()).hexdigest()


def _check(
    connection: duckdb.DuckDBPyConnection, description: Description, fields: tuple[Field, ...]
) -> None:
    """Refuse rows that no file format can carry faithfully."""
    product, relation = description.product, description.relation
    grain = ", ".join(quoted(name) for name in description.grain)

    def example(condition: str) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = connection.execute(
            f"select {grain} from rows where {condition} limit 1"
        ).fetchone()
        return row

    def place(row: tuple[Any, ...]) -> str:
        return ", ".join(f"{name}={value}" for name, value in zip(description.grain, row, strict=True))

    for name in description.grain:
        row = example(f"{quoted(name)} is null")
        if row:
            raise RowsError(
                f"product {product}: {relation} has a row without {name} ({place(row)}); "
                "the grain must be filled in every row, correct the mart"
            )
    repeated = connection.execute(
        f"select {grain}, count(*) from rows group by {grain} having count(*) > 1 order by {grain} limit 1"
    ).fetchone()
    if repeated:
        raise RowsError(
            f"product {product}: {relation} has {repeated[-1]} rows for {place(repeated[:-1])}; "
            f"it must be one row per {', '.join(description.grain)}: find the join that multiplies"
        )
    for field in fields:
        column = quoted(field.name)
        if field.kind == "number":
            row = example(f"not isfinite({column})")
            if row:
                raise RowsError(
                    f"product {product}: {field.name} is not finite for {place(row)}; "
                    "a division by zero has no value: make it NULL with a reason in the mart"
                )
        if field.is_code and field.name != "raw_symbol":
            row = example(
                rf"regexp_matches({column}, '^[=+@\t\r]|[\r\n]') and {column} not in "
                f"(select code from code_lists where column_name = {text_literal(field.name)})"
            )
            if row:
                raise RowsError(
                    f"product {product}: {field.name} holds something that is no code for {place(row)}; "
                    "a spreadsheet would take it for a formula: correct the mart or the source"
                )
