"""The warehouse as `query`, `explain` and `register` see it: opened late, read only, closed at once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from dbt_project.facts.declaration import Fact, load_facts
from sources.foundation.exits import IN_USE, USAGE
from sources.foundation.told import Told, day_in

Row = dict[str, Any]


class UnknownName(LookupError):
    """An indicator, area or period that is not in the warehouse; the text says what there is."""

    exit_code = USAGE


class NoWarehouse(FileNotFoundError):
    """There is no warehouse yet; the text says what makes one."""

    exit_code = USAGE


class Busy(RuntimeError):
    """A run writes the warehouse right now."""

    exit_code = IN_USE


@contextmanager
def opened(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the warehouse file.

    Raises `NoWarehouse`, in words, when there is none yet, and `Busy` while a run writes it.
    """
    if not file.is_file():
        raise NoWarehouse(
            Told(
                f"{file} is not there: run `planstat run` first",
                f"{file} ist nicht da: zuerst `planstat run` laufen lassen",
            )
        )
    try:
        connection = duckdb.connect(str(file), read_only=True)
    except duckdb.IOException as problem:
        if "lock" not in str(problem):
            raise
        raise Busy(
            Told(
                f"{file} is being written by a run: ask again when it has ended (releases stay readable)",
                f"{file} wird gerade von einem Lauf geschrieben: danach noch einmal fragen"
                " (Veröffentlichtes bleibt lesbar)",
            )
        ) from None
    try:
        yield connection
    finally:
        connection.close()


def rows(
    connection: duckdb.DuckDBPyConnection, sql: str, values: Sequence[Any] | dict[str, Any] = ()
) -> list[Row]:
    """The result of a query as dictionaries; values by place (`?`) or by name (`$name`)."""
    result = connection.execute(sql, values if isinstance(values, dict) else list(values))
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@cache
def facts() -> Mapping[str, Fact]:
    """The facts an indicator may select from, as declared; a receipt asks for each of its parts."""
    return load_facts()


def indicator_row(connection: duckdb.DuckDBPyConnection, indicator_id: str) -> Row:
    """The indicator's row, by its id in any case; raises `UnknownName` with what comes near."""
    found = rows(connection, "select * from indicator where lower(indicator_id) = lower(?)", [indicator_id])
    if found:
        return found[0]
    near = rows(
        connection,
        "select indicator_id, name_de, name_en from indicator"
        " order by starts_with(indicator_id, ?) desc, contains(lower(name_de), lower(?)) desc,"
        " jaro_winkler_similarity(lower(indicator_id), lower(?)) desc, indicator_id limit 5",
        [indicator_id[:3].upper(), indicator_id, indicator_id],
    )
    de, en = (
        ", ".join(f"{row['indicator_id']} {row[name]}" for row in near) for name in ("name_de", "name_en")
    )
    raise UnknownName(
        Told(
            f"no indicator {indicator_id!r}; near it are {en}",
            f"keine Kennzahl {indicator_id!r}; ähnlich sind {de}",
        )
    )


def period_range(text: str) -> tuple[dt.date, dt.date]:
    """First and last date that a written period covers: `2015`, `2010-2015`, `2015-12-31`, `2014/15`.

    Raises `UnknownName` for a text that is no period.
    """
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        day = dt.date.fromisoformat(text)
        return day, day
    if re.fullmatch(r"\d{4}/\d{2}", text):
        year = int(text[:4])
        return dt.date(year, 8, 1), dt.date(year + 1, 7, 31)
    if match := re.fullmatch(r"(\d{4})(?:-(\d{4}))?", text):
        return dt.date(int(match[1]), 1, 1), dt.date(int(match[2] or match[1]), 12, 31)
    raise UnknownName(
        Told(
            f"{text!r} is no period; write 2015, 2010-2015, 2015-12-31 or 2014/15",
            f"{text!r} ist kein Zeitraum; 2015, 2010-2015, 2015-12-31 oder 2014/15 schreiben",
        )
    )


def no_row(indicator_id: str, area_code: str, period: str, there: Sequence[object]) -> UnknownName:
    """The error that an indicator has no row for an area in a period, with the days or years it has."""
    dates = ", ".join(f"{one}" for one in there)
    tage = ", ".join(day_in(one, "de") if isinstance(one, dt.date) else f"{one}" for one in there)
    return UnknownName(
        Told(
            f"{indicator_id} has no row for {area_code} in {period}; there is {dates or 'none at all'}",
            f"{indicator_id} hat keine Zeile für {area_code} in {period}; es gibt {tage or 'gar keine'}",
        )
    )
