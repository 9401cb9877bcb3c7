"""Writes the classic table of GENESIS databases ("datencsv") from cells."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import random
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from sources.declared.catalogue import Catalog
from sources.declared.declaration import Declaration
from sources.declared.formats import GenesisLayout, GenesisTable
from sources.twins import quirks as quirk
from sources.twins.labels import Labels

TITLE_WIDTH = 60
NOTE = "Zu der gesamten Tabelle: geschrieben von planstat im Format des Herausgebers."
ALLOWED = (
    set(quirk.GRID)
    | set(quirk.BYTES)
    | {"wrong_table", "wrong_encoding", "cp1252", "new_first_line", "no_footer"}
)


@dataclass(frozen=True)
class ValueColumn:
    """A value column: its header texts from the top (without the unit), and what identifies its cells."""

    texts: tuple[str, ...]
    unit: str
    time: str | None
    codes: tuple[tuple[str, str], ...]
    measure: str


def render(
    catalog: Catalog,
    declaration: Declaration,
    table: pa.Table,
    *,
    seed: int = 0,
    quirks: frozenset[str] = frozenset(),
    layout: str | None = None,
    notes: Sequence[str] = (NOTE,),
    stand: dt.datetime | None = dt.datetime(2017, 10, 10, 12, 0, 0),
) -> bytes:
    """Write cells as a classic table.

    Args:
        layout: id of the declared layout; default the last, which is the oldest edition.
        notes: footnotes, each of any length.
        stand: the publisher's time stamp in the last line.

    Raises:
        ValueError: a cell is missing or does not fit the layout.
    """
    form = declaration.format
    assert isinstance(form, GenesisTable)
    quirks = quirk.check(quirks, ALLOWED)
    dice = random.Random(seed)  # noqa: S311 - reproducible test data
    chosen = form.layouts[-1] if layout is None else next(one for one in form.layouts if one.id == layout)
    labels = Labels(catalog, declaration, dice if seed else None)
    columns = value_columns(catalog, declaration, chosen, labels, header_times(chosen, table))
    title_time, rows = _pivot(declaration, chosen, columns, table, labels)
    lines = quirk.Grid(
        header=header_lines(chosen, columns),
        body=[[*key, *values] for key, values in rows],
        keys=len(chosen.keys),
        area_at=chosen.keys.index("area_code"),
        label_at=next((at for at, key in enumerate(chosen.keys) if key in declaration.dimensions), None),
    )
    lines.header_texts = [
        (row, column)
        for row, line in enumerate(lines.header)
        for column, text in enumerate(line)
        if text and column >= len(chosen.keys)
    ]
    quirk.spoil_grid(lines, quirks, dice)
    buffer = io.StringIO()
    write(
        buffer, declaration, chosen, columns, lines.header, lines.body,
        title_time=title_time, notes=notes, stand=stand, quirks=quirks,
    )  # fmt: skip
    encoding: str = form.encoding or "utf-8"
    if "cp1252" in quirks:
        encoding = "cp1252"
    if "wrong_encoding" in quirks:
        encoding = "utf-16"
    return quirk.spoil_bytes(buffer.getvalue().encode(encoding), quirks, dice)


def value_columns(
    catalog: Catalog, declaration: Declaration, layout: GenesisLayout, labels: Labels, times: Sequence[str]
) -> list[ValueColumn]:
    """The value columns of a layout from the left, with the given times where the header holds them."""
    free = [name for name in declaration.dimensions if name not in layout.keys]
    if layout.columns:
        return [
            ValueColumn(
                texts=tuple(labels.any(text) for text in column.header),
                unit=declaration.measures[column.measure].unit,
                time=None,
                codes=tuple((name, column.codes.get(name, "_T")) for name in free),
                measure=column.measure,
            )
            for column in layout.columns
        ]
    assert layout.measure is not None
    choices: list[list[tuple[str, str | None, tuple[str, str] | None]]] = []
    for level in layout.levels:
        if level.time:
            choices.append([(time, time, None) for time in times])
        elif level.dimension:
            name = level.dimension
            codes = catalog.codes(declaration, name)
            choices.append([(labels.of(name, code), None, (name, code)) for code in codes])
        else:
            assert level.text is not None
            choices.append([(labels.any(level.text), None, None)])
    columns = []
    for combination in itertools.product(*choices):
        held = dict(item[2] for item in combination if item[2])
        columns.append(
            ValueColumn(
                texts=tuple(item[0] for item in combination),
                unit=declaration.measures[layout.measure].unit,
                time=next((item[1] for item in combination if item[1]), None),
                codes=tuple((name, held.get(name, "_T")) for name in free),
                measure=layout.measure,
            )
        )
    return columns


def header_times(layout: GenesisLayout, table: pa.Table) -> list[str]:
    """The times of a table whose header holds them, in order of appearance."""
    return table["time_text"].unique().to_pylist() if layout.time_in == "header" else []


def header_lines(layout: GenesisLayout, columns: Sequence[ValueColumn]) -> list[list[str]]:
    """The header as lines of texts; key columns are empty."""
    empty = [""] * len(layout.keys)
    lines = [[*empty, *(column.texts[level] for column in columns)] for level in range(len(columns[0].texts))]
    if layout.unit == "row":
        lines.append([*empty, *(column.unit for column in columns)])
    return lines


def write(
    out: io.TextIOBase,
    declaration: Declaration,
    layout: GenesisLayout,
    columns: Sequence[ValueColumn],
    header: Iterable[Sequence[str]],
    body: Iterable[Sequence[str]],
    *,
    title_time: str | None,
    notes: Sequence[str],
    stand: dt.datetime | None,
    quirks: frozenset[str] = frozenset(),
) -> None:
    """Write a whole classic table line by line."""
    width = len(layout.keys) + len(columns)
    writer = csv.writer(out, delimiter=";", lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    code = "99999-99-99-9" if "wrong_table" in quirks else declaration.table_code
    out.write(f"{'Tabelle' if 'new_first_line' in quirks else 'GENESIS-Tabelle'}: {code}\n")
    for text in _title(declaration, layout, columns, title_time):
        out.write(text + ";" * (width - 1) + "\n")
    writer.writerows(header)
    writer.writerows(body)
    if "no_footer" not in quirks:
        out.writelines(_footer(notes, stand))


def _title(
    declaration: Declaration, layout: GenesisLayout, columns: Sequence[ValueColumn], title_time: str | None
) -> Iterator[str]:
    yield from textwrap.wrap(declaration.title_de, TITLE_WIDTH)
    if layout.unit == "title":
        measure = declaration.measures[columns[0].measure]
        yield f"{measure.title_de} ({measure.unit})"
    if title_time is not None:
        yield title_time


def _footer(notes: Sequence[str], stand: dt.datetime | None) -> Iterator[str]:
    yield "__________\n"
    if notes:
        text = "\n".join("\n".join(textwrap.wrap(note, TITLE_WIDTH)) for note in notes)
        yield '"' + text.replace('"', '""') + '"\n'
    year = stand.year if stand else 2017
    yield (
        f'"© Statistische Ämter des Bundes und der Länder, Deutschland, {year}.\n'
        "Dieses Werk ist lizenziert unter der Datenlizenz Deutschland\n"
        '- Namensnennung - Version 2.0."\n'
    )
    if stand:
        yield f"Stand: {stand:%d.%m.%Y / %H:%M:%S}\n"


def _pivot(
    declaration: Declaration,
    layout: GenesisLayout,
    columns: Sequence[ValueColumn],
    table: pa.Table,
    labels: Labels,
) -> tuple[str | None, list[tuple[list[str], list[str]]]]:
    """Time of the title (or None), and key texts with value texts per line, in order of appearance."""
    place = {(column.time, column.codes, column.measure): at for at, column in enumerate(columns)}
    free = [name for name in declaration.dimensions if name not in layout.keys]
    rows: dict[tuple[str, ...], list[str | None]] = {}
    times: set[str] = set()
    for cell in table.to_pylist():
        codes = tuple((name, cell[name]) for name in free)
        at = place.get((cell["time_text"] if layout.time_in == "header" else None, codes, cell["measure"]))
        if at is None:
            raise ValueError(f"no header column for {cell['measure']} {dict(codes)}")
        times.add(cell["time_text"])
        key = tuple(cell["time_text"] if name == "time" else cell[name] or "" for name in layout.keys)
        row = rows.setdefault(key, [None] * len(columns))
        if row[at] is not None:
            raise ValueError(f"two values for {key}, {columns[at].texts}")
        row[at] = cell["value_text"]
    if layout.time_in == "title" and len(times) != 1:
        raise ValueError(f"the time stands in the title, so there can be only one: {sorted(times)}")
    lines = []
    for key, values in rows.items():
        texts = [
            labels.of(name, text) if name in declaration.dimensions else text
            for name, text in zip(layout.keys, key, strict=True)
        ]
        missing = [columns[at].texts for at, value in enumerate(values) if value is None]
        if missing:
            raise ValueError(f"no value for {key}, {missing[0]}")
        lines.append((texts, [value or "" for value in values]))
    return (times.pop() if layout.time_in == "title" else None), lines
