"""What a line of a form says about itself: a part is no larger than its whole, parts add up to their sum,
nothing ends before it begins, no person is named where organisations stand.

Told at the door: behind it a part above its whole would leave fewer than nobody over.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

import pyarrow as pa

from sources.declared.declaration import Declaration
from sources.declared.file_formats import FormFile, ValueColumn
from sources.errors import problem

Line = Mapping[str, tuple[int, int]]
"""Header of a value column -> number and field of the line; without those that hold a sign instead."""


PERSON = re.compile(
    r"\b(?:Herrn?|Frau|Hr\.|Fr\.|Ansprechpartner(?:in)?:?|Mr|Mrs)\s+(?:(?:Dr|Prof)\.\s*)*[A-ZÄÖÜ][\w-]+"
    r"|\b[a-zäöüß-]{2,}\.[a-zäöüß-]{2,}@|\b0?1[5-7][0-9][ /-]?[0-9]{6,}",
)
"""A form of address with a name, an address of e-mail made of first and last name, a mobile telephone."""


def check_records(declaration: Declaration, table: pa.Table, file_name: str) -> None:
    """Compare the days of each line and look for persons as the form declares (`not_before`, `no_persons`).

    `table` holds one row per line (`records_schema`).

    Raises:
        SourceError: `ends_before` or `names_a_person` with the line of the first that does not fit.
    """
    form = declaration.format
    if not isinstance(form, FormFile) or declaration.shape != "records":
        return
    numbers = {str(column.source): number for number, column in enumerate(declaration.columns, start=1)}
    names = {str(column.source): column.name for column in declaration.columns}
    for row in table.to_pylist():
        for later, earlier in form.not_before.items():
            end, start = row[names[later]], row[names[earlier]]
            if end and start and _day(end) < _day(start):
                raise problem(
                    "ends_before", file_name, line=row["line"], column=numbers[later], found=end,
                    later=later, earlier=earlier, limit=start,
                )  # fmt: skip
        for header in form.no_persons:
            if named := PERSON.search(row[names[header]] or ""):
                raise problem(
                    "names_a_person", file_name, line=row["line"], column=numbers[header],
                    found=named[0], header=header,
                )  # fmt: skip


def _day(text: str) -> dt.date:
    return dt.datetime.strptime(text, "%d.%m.%Y").date()


def check_line_sums(declaration: Declaration, table: pa.Table, file_name: str) -> None:
    """Compare the value columns of each line as the form declares (`parts`, `sums`).

    `table` holds one row per cell (`cells_schema`). Where a figure is not known nothing is compared.

    Raises:
        SourceError: `part_above_whole` or `sum_differs` with line and field of the first that does not fit.
    """
    form = declaration.format
    if not isinstance(form, FormFile) or not (form.parts or form.sums):
        return
    for line, found in sorted(_lines(form, table).items()):
        for part, whole in form.parts.items():
            if part in found and whole in found and found[part][0] > found[whole][0]:
                (number, column), limit = found[part], found[whole][0]
                raise problem(
                    "part_above_whole",
                    file_name,
                    line=line,
                    column=column,
                    found=number,
                    part=part,
                    whole=whole,
                    limit=limit,
                )
        for whole, parts in form.sums.items():
            if whole in found and all(part in found for part in parts):
                (number, column), together = found[whole], sum(found[part][0] for part in parts)
                if number != together:
                    raise problem(
                        "sum_differs",
                        file_name,
                        line=line,
                        column=column,
                        found=number,
                        whole=whole,
                        together=together,
                    )


def _lines(form: FormFile, table: pa.Table) -> Mapping[int, Line]:
    dimensions = sorted({name for value in form.values for name in value.codes})
    header_of = {_place(value, dimensions): value.header for value in form.values}
    lines: dict[int, dict[str, tuple[int, int]]] = {}
    columns = ["line", "column_no", "measure", "value_text", *dimensions]
    for row in table.select(columns).to_pylist():
        header = header_of.get((row["measure"], *(row[name] or "_T" for name in dimensions)))
        text = "0" if row["value_text"] == "-" else row["value_text"]
        if header is not None and text.isdigit():
            lines.setdefault(row["line"], {})[header] = (int(text), row["column_no"])
    return lines


def _place(value: ValueColumn, dimensions: list[str]) -> tuple[str, ...]:
    return (value.measure, *(value.codes.get(name, "_T") for name in dimensions))
