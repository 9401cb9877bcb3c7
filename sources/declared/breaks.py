"""Breaks in series: those on record in `catalog/breaks.csv` and those a declaration names itself.

A break that several tables share stands in `breaks.csv`, with the beginning of their ids; one of a single
table in its declaration. Each stands once.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sources.areas.reforms import Reform
from sources.declared.declaration import Declaration
from sources.foundation.located_yaml import Problem


@dataclass(frozen=True)
class SeriesBreak:
    """Figures before `effective_date` and from it on do not compare.

    It concerns datasets whose id begins with `statistic_prefix` and areas whose code begins with
    `area_prefix` (None: all areas).
    """

    break_id: str
    statistic_prefix: str
    area_prefix: str | None
    effective_date: dt.date
    kind: str
    what_de: str
    what_en: str
    source: str | None


def breaks_on_record(declarations: Mapping[str, Declaration], file: Path) -> list[SeriesBreak]:
    """All breaks: the rows of the file (`breaks.csv`), then those of the declarations.

    Raises:
        ValueError: a time that is none, with the dataset.
    """
    with file.open(encoding="utf-8", newline="") as lines:
        recorded = [
            SeriesBreak(
                break_id=row["break_id"],
                statistic_prefix=row["statistic_prefix"],
                area_prefix=row["area_prefix"] or None,
                effective_date=dt.date.fromisoformat(row["effective_date"]),
                kind=row["kind"],
                what_de=row["what_de"],
                what_en=row["what_en"],
                source=row["source"] or None,
            )
            for row in csv.DictReader(lines)
        ]
    return recorded + [found for declaration in declarations.values() for found in _declared(declaration)]


def breaks_of_reforms(own: Sequence[Reform]) -> list[SeriesBreak]:
    """A break of every area that an office's reforms took ground from, in all tables."""
    return [
        SeriesBreak(
            break_id=f"reform-{code}-{one.valid_from}",
            statistic_prefix="",
            area_prefix=code,
            effective_date=one.valid_from,
            kind="territory",
            what_de=f"Ab {one.valid_from:%d.%m.%Y} ohne {one.area_code}, das eigenständig ist",
            what_en=f"From {one.valid_from:%d.%m.%Y} without {one.area_code}, an area of its own since",
            source=one.legal_basis,
        )
        for one in own
        if one.valid_from is not None
        for code in one.formed_from
    ]


def break_problems(declarations: Mapping[str, Declaration], file: Path) -> list[Problem]:
    """Breaks that stand twice (the same tables and areas, in the same year), or at no time at all."""
    try:
        breaks = breaks_on_record(declarations, file)
    except ValueError as error:
        return [Problem(str(file), 0, "breaks", str(error))]
    return [
        Problem(
            str(file),
            0,
            second.break_id,
            f"says what {first.break_id} says (the same tables, areas and year): keep one of them",
        )
        for place, second in enumerate(breaks)
        for first in breaks[:place]
        if _is_same(first, second)
    ]


def _is_same(one: SeriesBreak, other: SeriesBreak) -> bool:
    return (
        one.effective_date.year == other.effective_date.year
        and one.area_prefix == other.area_prefix
        and (
            one.statistic_prefix.startswith(other.statistic_prefix)
            or other.statistic_prefix.startswith(one.statistic_prefix)
        )
    )


def _declared(declaration: Declaration) -> list[SeriesBreak]:
    """Breaks that a declaration names; `statistic_prefix` is then the whole id of the dataset."""
    found = []
    for number, item in enumerate(declaration.breaks, start=1):
        if re.fullmatch("[0-9]{4}", item.at):
            first = dt.date(int(item.at), 1, 1)
        else:
            try:
                first, _ = declaration.reference_time.period(item.at)
            except ValueError as error:
                raise ValueError(f"{declaration.id}: {error}") from error
        found += [
            SeriesBreak(
                break_id=f"{declaration.id}-{number}",
                statistic_prefix=declaration.id,
                area_prefix=prefix,
                effective_date=first,
                kind="definition",
                what_de=item.what_de,
                what_en=item.what_en,
                source=declaration.title_de,
            )
            for prefix in item.areas or (None,)
        ]
    return found
