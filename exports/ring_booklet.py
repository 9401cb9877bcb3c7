"""The workbook of a whole ring, to read and to print: indicators are rows, members columns.

It is made from released editions of `peer_ring` and `indicators`. Of each indicator it shows the newest day
on which the ring has a median: the value of each member, how many have one, median and quartiles, and the
Land where all members lie in one. Members stand in the order of their codes: it is for learning, no ranking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from exports.booklet import NAME_WIDTH, Book, height_of
from exports.definition import Definition
from exports.difference import Words
from exports.series import Cell, NoFigures, Series, parquet, read_series
from sources.foundation.files import replacing
from sources.foundation.told import Told


@dataclass(frozen=True)
class RingBooklet:
    """What was written: the ring's name, its members' names by code, and the number of indicators."""

    ring_name: str
    members: Mapping[str, str]
    indicators: int


@dataclass(frozen=True)
class Comparison:
    """An indicator in a ring at one day: figures of members by code, and what the ring has of it.

    `quartiles` are lower quartile, median and upper quartile, None where too few members have a value.
    `land` is the value of the area that all members are compared with. `remark` says in words why the
    comparison is limited.
    """

    series: Series
    day: date
    figures: Mapping[str, Cell]
    members_with_value: int
    quartiles: tuple[float | None, float | None, float | None]
    land: float | None
    remark: str


@dataclass(frozen=True)
class Ring:
    """A ring of an edition: its name, members by code, comparisons, and the area above them if it is one."""

    name: str
    members: Mapping[str, str]
    comparisons: tuple[Comparison, ...]
    above: str


def write_ring_booklet(
    indicators: Path,
    rings: Path,
    ring_id: str,
    own: str | None,
    definitions: Mapping[str, Definition],
    fields: Sequence[str],
    target: Path,
) -> RingBooklet:
    """Write the workbook of a ring to `target`, which is replaced whole.

    `indicators` and `rings` are the folders of editions of `indicators` and `peer_ring`, `fields` the policy
    fields in their order, `own` the code of the member to mark. Raises `NoFigures` for a ring that the
    edition has not, for one in which each member has peers of its own, and for an area that is no member.
    """
    words = Words.read(rings / "dictionary.csv")
    ring = read_ring(indicators, rings, ring_id, words)
    if own is not None and own not in ring.members:
        known = ", ".join(ring.members)
        raise NoFigures(
            Told(
                f"{own} is no member of {ring_id}; its members: {known}",
                f"{own} ist kein Mitglied von {ring_id}; seine Mitglieder: {known}",
            )
        )
    order = {field: place for place, field in enumerate(fields)}
    compared = sorted(
        ring.comparisons, key=lambda one: (order.get(one.series.field, len(order)), one.series.indicator_id)
    )
    series = [one.series for one in compared]
    with replacing(target) as beside:
        book = Book(beside, words, ring.name, [indicators, rings], ring.above)
        about = {
            "Ring": f"{ring.name} (Kennung {ring_id})",
            "Mitglieder": "; ".join(f"{name} ({code})" for code, name in ring.members.items()),
            "Hervorgehoben": ring.members[own] if own else "kein Mitglied",
            "Daneben": ring.above or "kein Vergleich: die Mitglieder liegen in mehreren Ländern",
            "Lesen": "Zum Lernen voneinander, nicht als Rangliste. Je Kennzahl der jüngste Stichtag, für den "
            "der Ring einen Median hat.",
        }
        days = [one.day for one in compared]
        shown = f"{len(compared)} Kennzahlen, Stichtage {min(days):%d.%m.%Y} bis {max(days):%d.%m.%Y}"
        book.start(about, [(SHEET, shown)])
        _compare(book, ring, compared, own)
        book.definitions(series, definitions)
        book.sources(series, list(ring.members))
        book.close()
    return RingBooklet(ring.name, ring.members, len(compared))


SHEET = "Ring"
"""The sheet with the comparison."""

MEMBERS_PER_PAGE = 24
"""Members beside each other on paper; more of them go on on the next page, with the indicators repeated."""


def read_ring(indicators: Path, rings: Path, ring_id: str, words: Words) -> Ring:
    """A ring with its newest comparisons; raises `NoFigures` where there is none to show."""
    import duckdb

    with duckdb.connect() as connection:
        rows = connection.execute(
            "select indicator_id, reference_date, ring_name_de, area_code, area_name, value, obs_status, "
            "missing_reason, members_count, ring_lower_quartile, ring_median, ring_upper_quartile, "
            "comparability, comparability_reasons from read_parquet($file) where ring_id = $ring "
            "qualify reference_date = coalesce("
            "max(reference_date) filter (ring_median is not null) over (partition by indicator_id), "
            "max(reference_date) over (partition by indicator_id)) order by indicator_id, area_code",
            {"file": parquet(rings), "ring": ring_id},
        ).fetchall()
        known = connection.execute(
            "select distinct ring_id from read_parquet(?) order by 1", [parquet(rings)]
        ).fetchall()
    if not rows:
        names = ", ".join(str(name) for (name,) in known) or "–"
        raise NoFigures(
            Told(
                f"the edition has no ring {ring_id!r}; its rings: {names}",
                f"die Ausgabe hat keinen Ring {ring_id!r}; ihre Ringe: {names}",
            )
        )
    members = {str(row[3]): str(row[4]) for row in sorted(rows, key=lambda row: (row[3], row[1]))}
    areas = read_series(indicators, members, {str(row[0]) for row in rows})
    by_indicator: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        by_indicator.setdefault(str(row[0]), []).append(row)
    above = {area.above for area in areas.values()}
    is_one = len(above) == 1 and len(areas) == len(members)
    return Ring(
        str(rows[-1][2]),
        members,
        tuple(
            _comparison(ring_id, name, own, areas, words, has_land=is_one)
            for name, own in by_indicator.items()
        ),
        above.pop() if is_one else "",
    )


def _comparison(
    ring_id: str,
    name: str,
    rows: Sequence[tuple[Any, ...]],
    areas: Mapping[str, Any],
    words: Words,
    *,
    has_land: bool,
) -> Comparison:
    if len({row[8:12] for row in rows}) > 1:
        raise NoFigures(
            Told(
                f"{ring_id}: each member has peers of its own, a workbook of all would compare none; "
                "write that of an area (AREA)",
                f"{ring_id}: jedes Mitglied hat eigene Vergleichsgebiete, eine Mappe aller vergliche keine; "
                "die eines Gebiets schreiben (AREA)",
            )
        )
    _, day, *_ = rows[0]
    count, lower, median, upper = rows[0][8:12]
    known = {code: one for code, area in areas.items() for one in area.series if one.indicator_id == name}
    figures, lands, remarks = {}, set(), []
    for _, _, _, code, area_name, value, status, reason, *_, comparability, reasons in rows:
        of_day = [cell for cell in known[code].figures if cell.day == day] if code in known else []
        reliability = of_day[0].reliability if of_day and of_day[0].value == value else "high"
        figures[code] = Cell(day, value, status, reason, reliability, "untested", None, "untested")
        lands |= {cell.land for cell in of_day}
        if comparability != "good" and value is not None:
            told = ", ".join(
                words.labels.get(("comparability_reasons", one, ""), (one, one))[0]
                for one in (reasons or "").split(", ")
            )
            remarks.append((told, area_name))
    grouped = {told: [name for text, name in remarks if text == told] for told, _ in remarks}
    remark = "; ".join(
        f"{told}: {'alle' if len(names) == count else ', '.join(one.split(',')[0] for one in names)}"
        for told, names in grouped.items()
    )
    land = lands.pop() if has_land and len(lands) == 1 else None
    series = next(iter(known.values()))
    return Comparison(series, day, figures, count, (lower, median, upper), land, remark)


def _compare(book: Book, ring: Ring, compared: Sequence[Comparison], own: str | None) -> None:
    """The sheet of the comparison: policy fields as headings, members as columns, the ring beside."""
    sheet = book.sheet(SHEET)
    look: dict[str, Any] = {"bold": True, "bottom": 1, "text_wrap": True, "bg_color": "#E8EEF4"}
    head, right = book.look(**look), book.look(**look, align="right")
    sheet.write_string(0, 0, ring.name, book.look(bold=True, font_size=14))
    sheet.set_row(0, 24)
    beside = ["Mitglieder mit Wert", "unteres Quartil", "Median", "oberes Quartil"]
    beside += [ring.above] if ring.above else []
    beside += [LIMITED] if any(one.remark for one in compared) else []
    for column, text in enumerate(("Kennzahl", "Einheit", "Stichtag")):
        sheet.write_string(1, column, text, head)
    upright = book.look(**look, align="right", rotation=90) if len(ring.members) > 8 else right
    first = 3
    for column, (code, name) in enumerate(ring.members.items(), start=first):
        marked = {"bg_color": OWN} if code == own else {}
        of_member = book.look(**{**look, **marked}, align="right", rotation=90 if upright is not right else 0)
        sheet.write_string(1, column, name.split(",")[0], of_member)
    last = first + len(ring.members)
    for column, text in enumerate(beside, start=last):
        sheet.write_string(1, column, text, book.look(**look, indent=1) if text == LIMITED else right)
    longest = max(len(name.split(",")[0]) for name in ring.members.values())
    sheet.set_row(1, max(46, longest * 6 + 8) if upright is not right else 46)
    sheet.set_column(0, 0, NAME_WIDTH)
    sheet.set_column(1, 1, 13)
    sheet.set_column(2, 2, 11)
    sheet.set_column(first, last - 1, 8 if upright is not right else 12)
    end = last + len(beside) - 1
    sheet.set_column(last, end, 11)
    if beside[-1] == LIMITED:
        sheet.set_column(end, end, REMARK_WIDTH)
    sheet.freeze_panes(2, 1)
    sheet.repeat_rows(1)
    sheet.repeat_columns(0)
    sheet.fit_to_pages(-(-len(ring.members) // MEMBERS_PER_PAGE), 0)
    reasons: dict[str, str] = {}
    used: set[str] = set()
    row, field = 2, ""
    for one in compared:
        if one.series.field != field:
            field = one.series.field
            sheet.write_string(row, 0, field, book.look(bold=True, font_color="#1F4E79"))
            row += 1
        _line(book, sheet, row, one, ring, own, reasons, used)
        row += 1
    legend = book.legend(reasons, used)
    if own:
        legend.insert(0, f"farbig unterlegt: {ring.members[own]}")
    for text in legend:
        row += 1
        sheet.merge_range(row, 0, row, end, text, book.look(font_size=9))
    sheet.print_area(0, 0, row, end)


LIMITED = "eingeschränkt vergleichbar"
"""Heads the column that says why; it is left out where nothing is to be said."""

OWN = "#FCE8B2"
"""The colour behind the own member."""
REMARK_WIDTH = 34


def _line(
    book: Book,
    sheet: Any,
    row: int,
    one: Comparison,
    ring: Ring,
    own: str | None,
    reasons: dict[str, str],
    used: set[str],
) -> None:
    """An indicator: the members' figures, and those of the ring."""
    texts = ((one.series.name, NAME_WIDTH), (one.series.unit, 13), (one.remark, REMARK_WIDTH))
    sheet.set_row(row, height_of(*texts))
    sheet.write_string(row, 0, one.series.name, book.look(text_wrap=True))
    sheet.write_string(row, 1, one.series.unit, book.look(text_wrap=True))
    sheet.write_string(row, 2, f"{one.day:%d.%m.%Y}", book.look())
    for column, code in enumerate(ring.members, start=3):
        if code in one.figures:
            look: dict[str, Any] = {"bg_color": OWN, "bold": True} if code == own else {}
            book.figure(sheet, row, column, one.series.decimals, one.figures[code], reasons, used, **look)
    column = 3 + len(ring.members)
    sheet.write_number(row, column, one.members_with_value, book.look(align="right"))
    for value in one.quartiles if not ring.above else (*one.quartiles, one.land):
        column += 1
        if value is not None:
            sheet.write_number(row, column, value, book.number(one.series.decimals))
    if one.remark:
        sheet.write_string(row, column + 1, one.remark, book.look(text_wrap=True, indent=1))
