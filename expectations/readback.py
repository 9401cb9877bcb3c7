"""Reading a CSV back and comparing it with the Parquet, row by row in file order and cell by cell.

Both files hold the same rows in the same order, so no key is needed: a shifted row differs everywhere.
Numbers and dates are read the way the format promises; a text that cannot be read so counts as different.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sources.foundation.sql import quoted
from sources.foundation.told import Phrase

_FLOATS = {"DOUBLE", "FLOAT"}
_NUMBERS = {"DOUBLE", "FLOAT", "BIGINT", "INTEGER", "SMALLINT", "TINYINT"}
_NEAR = "1e-12"


@dataclass(frozen=True)
class Notation:
    """How a CSV writes things. `reads` gives SQL that reads a text as a type, NULL where it is none; `writes`
    gives the usual way to write a value.

    `moment` is the precision of its time stamps. `has_headings` says that headings are titles, not column
    names, that a code may have its label in a column before it (`Altersgruppe`, `Altersgruppe (Code)`), and
    that texts may be made harmless: one line, a leading apostrophe before a formula sign.
    """

    delimiter: str
    reads: Callable[[str, str], str]
    writes: Callable[[str, str], str]
    moment: str
    has_headings: bool


def _machine(text: str, kind: str) -> str:
    return f"try_cast({text} as {kind})"


def _german(text: str, kind: str) -> str:
    if kind in _NUMBERS:
        return (
            f"case when regexp_full_match({text}, '-?[0-9]+(,[0-9]+)?([eE][-+]?[0-9]+)?') "
            f"then try_cast(replace({text}, ',', '.') as {kind}) end"
        )
    if kind == "DATE":
        return f"cast(try_strptime({text}, '%d.%m.%Y') as date)"
    if kind.startswith("TIMESTAMP"):
        return f"try_strptime({text}, '%d.%m.%Y %H:%M')"
    if kind == "BOOLEAN":
        return f"case {text} when 'ja' then true when 'nein' then false end"
    return f"try_cast({text} as {kind})"


def _written(value: str, kind: str) -> str:
    if kind.startswith("TIMESTAMP"):
        return f"strftime({value}, '%Y-%m-%dT%H:%M:%SZ')"
    if kind in _FLOATS:
        return (
            f"case when {value} = trunc({value}) and abs({value}) < 1e15 "
            f"then cast(cast({value} as bigint) as varchar) else cast({value} as varchar) end"
        )
    return f"cast({value} as varchar)"


def _written_german(value: str, kind: str) -> str:
    if kind in _FLOATS:
        return f"replace({_written(value, kind)}, '.', ',')"
    if kind == "DATE":
        return f"strftime({value}, '%d.%m.%Y')"
    if kind.startswith("TIMESTAMP"):
        return f"strftime({value}, '%d.%m.%Y %H:%M')"
    return _written(value, kind)


MACHINE = Notation(",", _machine, _written, "second", has_headings=False)
"""RFC 4180, decimal point, ISO dates."""

GERMAN_EXCEL = Notation(";", _german, _written_german, "minute", has_headings=True)
"""Semicolons, decimal comma without thousands marks, TT.MM.JJJJ, ja/nein."""


def differences(
    connection: duckdb.DuckDBPyConnection,
    parquet: Path,
    csv: Path,
    notation: Notation,
    digits: Mapping[str, str] | None = None,
) -> Iterator[Phrase]:
    """What the CSV says differently, in words; nothing when it says the same. Raises duckdb.Error.

    `digits`: for numbers that are shown rounded, SQL over the Parquet's columns that gives the decimals (NULL
    where a row has them in full).
    """
    rounded = digits or {}
    table = connection.read_parquet(str(parquet))
    lines = connection.read_csv(
        str(csv),
        header=True,
        sep=notation.delimiter,
        quotechar='"',
        escapechar='"',
        all_varchar=True,
        na_values="",
    )
    kinds = dict(zip(table.columns, map(str, table.types), strict=True))
    headings = columns_of(lines.columns) if notation.has_headings else lines.columns
    fitting = len(headings) == len(kinds) if notation.has_headings else headings == table.columns
    if not fitting:
        yield Phrase(
            f"Spalten sind {', '.join(lines.columns)}, in Parquet {', '.join(kinds)}",
            f"columns are {', '.join(lines.columns)}, in Parquet {', '.join(kinds)}",
        )
        return
    texts = [
        f'"{name.replace(chr(34), chr(34) * 2)}" as c{number}'
        for number, name in enumerate(headings[: len(kinds)])
    ]
    values = [f"{quoted(name)} as p{number}" for number, name in enumerate(kinds)]
    values += [f"{rounded[name]} as d{number}" for number, name in enumerate(kinds) if name in rounded]
    lines.project(", ".join([*texts, "true as has_line"])).create_view("csv_lines", replace=True)
    table.project(", ".join([*values, "true as has_row"])).create_view("parquet_rows", replace=True)
    wrong = [
        _is_not_rounded(f"c{n}", f"p{n}", f"d{n}", kind, notation)
        if name in rounded
        else _differs(f"c{n}", f"p{n}", kind, notation)
        for n, (name, kind) in enumerate(kinds.items())
    ]
    counted = ", ".join(f"count(*) filter (where {condition})" for condition in wrong)
    joined = "csv_lines positional join parquet_rows"
    (counts,) = connection.execute(
        f"select count(has_line), count(has_row), {counted} from {joined}"
    ).fetchall()
    if counts[0] != counts[1]:
        yield Phrase(
            f"hat {counts[0]} Zeilen, Parquet {counts[1]}", f"has {counts[0]} rows, Parquet {counts[1]}"
        )
        return
    for number, (name, count) in enumerate(zip(kinds, counts[2:], strict=True)):
        if count:
            ((line, text, value),) = connection.execute(
                f"""
                select line, c{number}, cast(p{number} as varchar)
                from (select row_number() over () + 1 as line, * from {joined})
                where {wrong[number]} order by line limit 1
                """
            ).fetchall()
            yield Phrase(
                f"{count} Zellen der Spalte {name} weichen ab, zuerst Zeile {line}: „{text}“ statt „{value}“",
                f"{count} cells of column {name} differ, first in line {line}: “{text}” instead of “{value}”",
            )


def columns_of(headings: list[str]) -> list[str]:
    """The headings of the columns that stand in the Parquet: not the label that stands before its code."""
    return [
        heading
        for heading, following in zip(headings, [*headings[1:], ""], strict=True)
        if following != f"{heading} (Code)"
    ]


def _differs(text: str, value: str, kind: str, notation: Notation) -> str:
    """SQL: the text does not mean the value. An empty text and NULL mean the same: no value."""
    if kind == "VARCHAR":
        same = f"coalesce({text}, '') = coalesce({value}, '')"
        apart = f"{_harmless(text)} <> {_harmless(value)}" if notation.has_headings else "true"
        return f"case when {same} then false else {apart} end"
    read = notation.reads(text, kind)
    if kind in _FLOATS:
        apart = f"abs({read} - {value}) > {_NEAR} * greatest(1, abs({value}))"
        apart = f"({read} is null) <> ({value} is null) or {apart}"
    elif kind.startswith("TIMESTAMP"):
        apart = f"{read} is distinct from date_trunc('{notation.moment}', {value})"
    else:
        apart = f"{read} is distinct from {value}"
    # Reading a text costs more than comparing two: what is written in the usual way is not read at all.
    return f"case when {text} is not distinct from {notation.writes(value, kind)} then false else {apart} end"


def _is_not_rounded(text: str, value: str, digits: str, kind: str, notation: Notation) -> str:
    """SQL: the text is not the value with so many decimals, rounded half away from zero."""
    read = notation.reads(text, kind)
    decimals = f"length(split_part(coalesce({text}, ''), ',', 2))"
    apart = (
        f"({read} is null) <> ({value} is null) or {value} is not null and ({decimals} <> {digits} "
        f"or abs({read} - {value}) > 0.5 * pow(10, -{digits}) + {_NEAR} * greatest(1, abs({value})))"
    )
    return f"case when {digits} is null then {_differs(text, value, kind, notation)} else {apart} end"


def _harmless(text: str) -> str:
    return rf"trim(regexp_replace(ltrim(coalesce({text}, ''), '''' || chr(9)), '\s+', ' ', 'g'))"


def harmless(text: str) -> str:
    """A text without what keeps it from being taken for a formula: on one line, no apostrophe or tab."""
    return " ".join(text.lstrip("'\t").split())
