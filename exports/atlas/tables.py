"""Further products in the atlas: rows as they are released, one record per product.

Which columns of which product is declared in `exports/compilations/atlas.yml`. Numbers have the decimals
that people are shown, where the column says how many, else all; texts, days and codes stand once in a list,
and a row names their place in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.atlas.maps import MapOfTable, drawn_head, points_sql, versions_sql
from exports.atlas.packing import read_record, runs, unrolled, write_record
from sources.foundation.sql import quoted, text_literal

if TYPE_CHECKING:
    import duckdb

    from exports.compilations.star import Edition
    from exports.describe import Column

NUMBERS = ("BIGINT", "INTEGER", "DOUBLE", "DECIMAL", "FLOAT", "SMALLINT", "HUGEINT")


def is_number(column: Column) -> bool:
    """Whether a column holds numbers; anything else is held as text."""
    return column.type.upper().startswith(NUMBERS)


BY_ROW = 3
"""Decimals of a column whose rows have different ones: as many as any indicator has."""


def decimals_of(column: Column) -> int | None:
    """Decimals that a column of numbers is held with; None for all."""
    if isinstance(column.digits, int):
        return column.digits
    return {"2 at most": 2, "row": BY_ROW}.get(column.digits or "")


def _shown(name: str, decimals: int | None) -> str:
    """SQL of a number as it is shown."""
    return name if decimals is None else f"round({name}, {decimals})"


def write_table(
    connection: duckdb.DuckDBPyConnection,
    edition: Edition,
    columns: Sequence[str],
    folder: Path,
    drawn: MapOfTable | None = None,
) -> dict[str, Any]:
    """Write the record of a product; gives its head: title, number of rows, columns with headings and words.

    Columns that the product does not have are left out. Rows stand in the order of the edition. With `drawn`
    the record has the version of each row's area; that of facilities has their points.
    """
    import numpy

    shown = [edition.described.column(name) for name in columns if name in edition.names]
    held: list[Any] = []
    rows = 0
    texts: dict[str, list[Any]] = {}
    for column in shown:
        name = quoted(column.name)
        cell = _shown(name, decimals_of(column)) if is_number(column) else f"cast({name} as varchar)"
        found = connection.execute(f"select {cell} from {edition.read()} order by file_row_number").fetchall()
        values = [value for (value,) in found]
        rows = len(values)
        if is_number(column):
            held.append([int(one) if one is not None and one == int(one) else one for one in values])
            texts[column.name] = held[-1]
        else:
            texts[column.name] = values
            listed = sorted({value or "" for value in values})
            places = {value: place for place, value in enumerate(listed)}
            codes = numpy.array([places[value or ""] for value in values], dtype=numpy.int64)
            held.append({"list": listed, "runs": runs(codes)})
    record: dict[str, Any] = {"rows": rows, "columns": held}
    if drawn is not None:
        versions = [one for (one,) in connection.execute(versions_sql(str(edition.file))).fetchall()]
        record["version"] = runs(numpy.array(versions, dtype=numpy.int64))
    if {"lat", "lon"} <= set(edition.names):
        points = connection.execute(points_sql(str(edition.file))).fetchall()
        record["points"] = {"x": [x for x, _ in points], "y": [y for _, y in points]}
    write_record(folder, f"table/{edition.product}", record)
    return {
        "product": edition.product,
        "title": [edition.described.title_de, edition.described.title_en],
        "about": [
            " ".join(text.split())
            for text in (edition.described.description, edition.described.description_en)
        ],
        "rows": rows,
        "columns": [_head(column) for column in shown],
        "map": None
        if drawn is None
        else drawn_head(drawn, texts, {column.name: decimals_of(column) for column in shown}),
    }


def _head(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "heading": [column.heading_de, column.heading_en],
        "number": is_number(column),
        "digits": decimals_of(column),
        "words": {one.code: [one.label_de, one.label_en] for one in column.codes if one.scope is None},
    }


def rows_that_differ(
    connection: duckdb.DuckDBPyConnection, folder: Path, product: str, columns: Sequence[Any], file: Path
) -> int:
    """How many rows only one of the two says: the record of a product, or its edition's file."""
    import numpy

    record = read_record(folder, f"table/{product}")
    names = [(quoted(column["name"]), "double" if column["number"] else "varchar") for column in columns]
    arrays = {
        f"c{at}": numpy.array([numpy.nan if one is None else one for one in held], dtype=numpy.float64)
        if isinstance(held, list)
        else numpy.array(held["list"], dtype=object)[unrolled(held["runs"])]
        for at, held in enumerate(record["columns"])
    }
    connection.register("columns_of_product", arrays)
    said = ", ".join(
        f"case when isnan(c{at}) then null else c{at} end as {name}"
        if kind == "double"
        else f"c{at} as {name}"
        for at, (name, kind) in enumerate(names)
    )
    connection.execute(
        f"create or replace temp table said_of_product as select {said} from columns_of_product"
    )
    connection.unregister("columns_of_product")
    hers = "select " + ", ".join(
        f"cast({_shown(name, column['digits'])} as double) as {name}"
        if kind == "double"
        else f"coalesce(cast({name} as varchar), '') as {name}"
        for (name, kind), column in zip(names, columns, strict=True)
    )
    released = f"{hers} from read_parquet({text_literal(str(file))})"
    found = connection.execute(
        f"select (select count(*) from (from said_of_product except all {released})) + "
        f"(select count(*) from ({released} except all from said_of_product))"
    ).fetchone()
    return int(found[0]) if found else -1
