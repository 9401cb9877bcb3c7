"""Series of one indicator over time: chosen areas, beside them the next higher area and a ring.

The time axis is true to the day. Nothing is joined across a break, a gap, or a day without a figure; breaks
are upright lines with a number, and their text stands below. Bands are 95 % intervals. Where a figure is
missing, a cross stands on the axis, and the reason below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from pathlib import Path

from exports.pictures.drawing import (
    DASHES,
    HUES,
    INK,
    LINE,
    SHAPES,
    SOFT,
    Drawing,
    NoPicture,
    decimals_of,
    fitting,
    german,
    length,
    short,
    ticks,
    wrapped,
)
from exports.pictures.imprint import Imprint
from exports.series import DOUBTFUL, AreaSeries, Cell, Series, read_area, read_series, with_rings
from sources.foundation.told import Told, day_in
from sources.foundation.vocabulary import read_vocabulary

MOST = len(HUES)
"""Areas that a chart can hold and still be read."""
WIDTH, LEFT, LABELS, DEPTH = 800, 62, 176, 300
"""Of the picture; of the space for numbers, and for names; height of the field of lines."""
FAR = 3
"""So many times the greatest value of the areas a line beside may be."""
BROKEN = "Bruch in der Reihe; davor und danach nicht vergleichbar"


@dataclass(frozen=True)
class Curve:
    """A line of the chart: whose it is, its figures in runs to join, colour, dash and mark."""

    name: str
    series: Series
    runs: list[list[Cell]]
    colour: str
    dash: str
    shape: str
    is_beside: bool = False


@dataclass(frozen=True)
class Break:
    """What parts the figures of one or several areas, and where."""

    day: date
    when: str
    text: str
    areas: tuple[str, ...]


def draw_chart(
    indicators: Path,
    rings: Path | None,
    indicator_id: str,
    areas: Sequence[str],
    ring_id: str | None = None,
) -> tuple[str, int, str]:
    """The chart of an indicator for areas (codes): SVG, its width, and the indicator's name.

    From editions of `indicators` and `peer_ring`. Raises `exports.series.NoFigures` for an area or ring that
    is not there, `NoPicture` for too many areas and for an indicator without figures of them.
    """
    if len(areas) > MOST:
        raise NoPicture(
            Told(
                f"a chart holds {MOST} areas at most, not {len(areas)}",
                f"ein Diagramm fasst höchstens {MOST} Gebiete, nicht {len(areas)}",
            )
        )
    found = [read_area(indicators, None, code) for code in dict.fromkeys(areas)]
    with_ring = None
    if ring_id is not None:
        with_ring = read_area(indicators, rings, found[0].area_code, ring_id)
    elif len(found) == 1:
        with_ring = with_rings({found[0].area_code: found[0]}, rings)[found[0].area_code]
    curves = _curves(indicators, found, with_ring, indicator_id)
    own = [curve for curve in curves if not curve.is_beside]
    if not any(cell.value is not None for curve in own for cell in curve.series.figures):
        names = ", ".join(area.name for area in found)
        raise NoPicture(
            Told(
                f"{indicator_id}: the edition has no value of {names}",
                f"{indicator_id}: die Ausgabe enthält keinen Wert von {names}",
            )
        )
    absent = [short(area.name) for area in found if _of(area, indicator_id) is None]
    notes = [f"Ohne Angabe in dieser Ausgabe: {', '.join(absent)}."] if absent else []
    far = [curve for curve in curves if curve.is_beside and _is_far(curve, own)]
    notes += [f"Nicht gezeichnet, weil weit außerhalb: {curve.name}." for curve in far]
    shown = [curve for curve in curves if curve not in far]
    chart = _Chart(shown, Imprint.read(indicators), notes)
    used = {name for curve in shown for name in curve.series.datasets}
    return chart.draw(used), WIDTH, curves[0].series.name


def _curves(
    edition: Path, areas: Sequence[AreaSeries], with_ring: AreaSeries | None, indicator_id: str
) -> list[Curve]:
    """The areas' lines in their order, then those beside: the area above all of them, and the ring."""
    shorts = [short(area.name) for area in areas]
    curves = []
    for number, area in enumerate(areas):
        one = _of(area, indicator_id)
        if one is not None:
            name = shorts[number] if shorts.count(shorts[number]) == 1 else area.name
            curves.append(Curve(name, one, list(one.runs()), HUES[number], DASHES[number], SHAPES[number]))
    if not curves:
        names = ", ".join(area.name for area in areas)
        raise NoPicture(
            Told(
                f"{indicator_id}: the edition has no figure of {names}",
                f"{indicator_id}: die Ausgabe enthält keine Angabe zu {names}",
            )
        )
    above = {area.above_code for area in areas}
    if len(above) == 1 and (code := above.pop()) and code not in [area.area_code for area in areas]:
        higher = read_series(edition, [code], [indicator_id]).get(code)
        if higher is not None and higher.series:
            one = higher.series[0]
            curves.append(Curve(short(higher.name), one, list(one.runs()), SOFT, "1 4", "", is_beside=True))
    if with_ring is not None and with_ring.ring and (own := _of(with_ring, indicator_id)) and own.medians:
        curves.append(_ring(own, with_ring.ring))
    return curves


def _of(area: AreaSeries, indicator_id: str) -> Series | None:
    return next((one for one in area.series if one.indicator_id == indicator_id), None)


def _ring(own: Series, name: str) -> Curve:
    """The ring's medians; they are not joined where the area's own figures are not."""
    cells = {
        day: Cell(day, median, "A", "none", "", "untested", None, "untested") for day, median in own.medians
    }
    runs = [[cells[cell.day] for cell in run if cell.day in cells] for run in own.runs()]
    joined = {cell.day for run in runs for cell in run}
    runs += [[cell] for day, cell in cells.items() if day not in joined]
    series = Series(own.indicator_id, own.name, own.field, own.unit, own.decimals, tuple(cells.values()))
    runs = [run for run in runs if run]
    return Curve(f"Median: {name}", series, runs, SOFT, "8 4", "", is_beside=True)


def _is_far(beside: Curve, own: Sequence[Curve]) -> bool:
    """Whether a line beside would press the areas' lines flat, as counts of a Land do beside a Kreis."""
    values = [abs(cell.value) for curve in own for cell in curve.series.figures if cell.value is not None]
    others = [abs(cell.value) for cell in beside.series.figures if cell.value is not None]
    return bool(others) and min(others) > FAR * max(values)


class _Chart:
    """The chart while it is drawn; `notes` are printed below beside those that follow from its figures."""

    def __init__(self, curves: Sequence[Curve], imprint: Imprint, notes: Sequence[str] = ()) -> None:
        self._curves, self._imprint, self._more = curves, imprint, notes
        first = curves[0].series
        self._name, self._unit, self._decimals = first.name, first.unit, first.decimals
        self._words = read_vocabulary()
        self._drawing = Drawing(WIDTH)
        self._right = WIDTH - LABELS
        self._breaks = _breaks(curves)
        days = [cell.day for curve in curves for cell in curve.series.figures]
        days += [one.day for one in self._breaks]
        spare = max((max(days) - min(days)) // 40, timedelta(days=30))
        self._first, self._last = min(days) - spare, max(days) + spare
        shown = [cell for curve in curves for cell in curve.series.figures if cell.value is not None]
        lows = [cell.lower if cell.lower is not None else cell.value for cell in shown]
        highs = [cell.upper if cell.upper is not None else cell.value for cell in shown]
        low = min(one for one in lows if one is not None)
        high = max(one for one in highs if one is not None)
        self._ticks = ticks(0 if 0 <= low < 0.5 * high else low, high)

    def draw(self, datasets: set[str]) -> str:
        """The whole picture."""
        drawing = self._drawing
        y = drawing.lines(20, 30, wrapped(self._name, WIDTH - 40, 18), 18, font_weight="600")
        first, last = (day_in(day, "de") for day in self._span())
        whose = ", ".join(curve.name for curve in self._curves)
        y = drawing.lines(20, y - 2, wrapped(f"{whose}; {first} bis {last}", WIDTH - 40, 13), 13, fill=SOFT)
        drawing.text(20, y + 8, f"in {self._unit}" if self._unit == "%" else self._unit, 12, fill=SOFT)
        self._top = y + 26
        self._bottom = self._top + DEPTH
        self._axes()
        self._bands()
        self._lines()
        self._labels()
        y = self._notes(self._bottom + 52)
        y = drawing.lines(
            20, y + 8,
            [part for line in self._imprint.lines(datasets) for part in wrapped(line, WIDTH - 40, 10.5)],
            10.5, fill=SOFT,
        )  # fmt: skip
        drawing.height = int(y + 4)
        return drawing.svg(f"Diagramm: {self._name}", self._description())

    def _span(self) -> tuple[date, date]:
        days = [cell.day for curve in self._curves for cell in curve.series.figures]
        return min(days), max(days)

    def _x(self, day: date) -> float:
        share = (day - self._first) / (self._last - self._first)
        return LEFT + share * (self._right - LEFT)

    def _y(self, value: float) -> float:
        low, high = self._ticks[0], self._ticks[-1]
        return self._bottom - (value - low) / (high - low) * DEPTH

    def _axes(self) -> None:
        drawing = self._drawing
        digits = decimals_of(self._ticks)
        for tick in self._ticks:
            y = self._y(tick)
            is_zero = tick == 0
            drawing.line(LEFT, y, self._right, y, SOFT if is_zero else LINE)
            drawing.text(LEFT - 8, y + 4, german(tick, digits), 12, text_anchor="end", fill=SOFT)
        drawing.line(LEFT, self._bottom, self._right, self._bottom, SOFT)
        days = sorted({cell.day for curve in self._curves for cell in curve.series.figures})
        fixed = {(day.month, day.day) for day in days}
        if len(fixed) == 1:
            every = {day.year: day for day in days}
            months, number = fixed.pop()
            marks = [(_day(year, months, number), str(year)) for year in range(min(every), max(every) + 1)]
            said = f"Stichtag {number:02}.{months:02}. jedes Jahres"
        else:
            years = range(self._first.year + 1, self._last.year + 1)
            marks = [(date(year, 1, 1), f"1.1.{year}") for year in years]
            said = "Zeitachse nach Tagen; die Stichtage wechseln"
            if not marks:
                marks = [(day, day_in(day, "de")) for day in days]
        widest = max(length(text, 12) for _, text in marks) + 10
        step = max(1, -(-int(widest * len(marks)) // int(self._right - LEFT)))
        for place, (day, text) in enumerate(marks):
            x = self._x(day)
            drawing.line(x, self._bottom, x, self._bottom + 5, SOFT)
            if (len(marks) - 1 - place) % step == 0:
                drawing.text(x, self._bottom + 18, text, 12, text_anchor="middle", fill=SOFT)
        if self._ticks[0] > 0:
            said += f"; die senkrechte Achse beginnt bei {german(self._ticks[0], digits)}, nicht bei 0"
        drawing.text(LEFT, self._bottom + 34, said, 10.5, fill=SOFT)
        for number, one in enumerate(self._breaks, start=1):
            x = self._x(one.day)
            drawing.line(x, self._top - 4, x, self._bottom, "#a11622", 1.2, "5 4")
            drawing.elements.append(f'<circle cx="{x:.1f}" cy="{self._top - 11:.1f}" r="8" fill="#a11622"/>')
            drawing.text(
                x, self._top - 7, f"{number}", 11, text_anchor="middle", fill="#ffffff", font_weight="600"
            )

    def _bands(self) -> None:
        for curve in self._curves:
            for run in [] if curve.is_beside else curve.runs:
                inside = [
                    (self._x(cell.day), self._y(cell.lower), self._y(cell.upper))
                    for cell in run
                    if cell.lower is not None and cell.upper is not None
                ]
                if len(inside) > 1 and len(inside) == len(run):
                    there = [f"{x:.1f},{upper:.1f}" for x, _, upper in inside]
                    back = [f"{x:.1f},{lower:.1f}" for x, lower, _ in reversed(inside)]
                    self._drawing.elements.append(
                        f'<path d="M{"L".join(there + back)}Z" fill="{curve.colour}" fill-opacity="0.16"/>'
                    )
                else:
                    for x, lower, upper in inside:
                        self._drawing.line(x, lower, x, upper, curve.colour, 1.6)

    def _lines(self) -> None:
        drawing = self._drawing
        for curve in [*filter(lambda one: one.is_beside, self._curves), *self._areas()]:
            for run in curve.runs:
                if len(run) > 1:
                    path = "L".join(
                        f"{self._x(cell.day):.1f},{self._y(cell.value or 0.0):.1f}" for cell in run
                    )
                    dash = f' stroke-dasharray="{curve.dash}"' if curve.dash else ""
                    drawing.elements.append(
                        f'<path d="M{path}" fill="none" stroke="{curve.colour}" '
                        f'stroke-width="{1.6 if curve.is_beside else 2.2}" stroke-linejoin="round"{dash}/>'
                    )
            for cell in curve.series.figures:
                x = self._x(cell.day)
                if cell.value is None:
                    if not curve.is_beside:
                        drawing.mark("cross", x, self._bottom - 7, curve.colour, says=self._says(curve, cell))
                elif curve.is_beside:
                    drawing.elements.append(
                        f'<circle cx="{x:.1f}" cy="{self._y(cell.value):.1f}" r="2" fill="{curve.colour}">'
                        f"<title>{escape(self._says(curve, cell))}</title></circle>"
                    )
                else:
                    hollow = cell.status == "U" or cell.reliability in DOUBTFUL
                    drawing.mark(
                        curve.shape, x, self._y(cell.value), curve.colour, hollow=hollow,
                        says=self._says(curve, cell),
                    )  # fmt: skip

    def _labels(self) -> None:
        """Whose line it is and its newest figure, at its right end; labels give way to each other."""
        ends = []
        for curve in self._curves:
            last = next((cell for cell in reversed(curve.series.figures) if cell.value is not None), None)
            if last is not None and last.value is not None:
                ends.append((self._y(last.value), curve, last, last.value))
        ends.sort(key=lambda one: one[0])
        places: list[float] = []
        for y, *_ in ends:
            places.append(max(y, places[-1] + 30) if places else y)
        over = places[-1] + 18 - self._bottom if places else 0
        if over > 0:
            places[-1] -= over
            for number in range(len(places) - 2, -1, -1):
                places[number] = min(places[number], places[number + 1] - 30)
        for (y, curve, cell, value), place in zip(ends, places, strict=True):
            x = self._x(cell.day)
            self._drawing.line(x + 6, y, self._right + 8, place, curve.colour, 0.6)
            size = 12 if curve.is_beside else 13
            name = fitting(curve.name, LABELS - 22, size)
            shade = {"fill": curve.colour}
            self._drawing.text(
                self._right + 12, place - 1, name, size,
                font_weight="400" if curve.is_beside else "600", **shade,
            )  # fmt: skip
            day = "" if cell.day == self._span()[1] else f" ({day_in(cell.day, 'de')})"
            self._drawing.text(self._right + 12, place + 13, f"{self._figure(cell, value)}{day}", 12, **shade)

    def _areas(self) -> list[Curve]:
        return [curve for curve in self._curves if not curve.is_beside]

    def _figure(self, cell: Cell, value: float) -> str:
        """A figure with the sign of its status."""
        meaning = self._words["obs_status"].get(cell.status)
        sign = meaning.sign if meaning and meaning.sign else ""
        shown = german(value, self._decimals)
        return f"({shown})" if sign == "()" else f"{shown}{sign}"

    def _says(self, curve: Curve, cell: Cell) -> str:
        """A figure in words: whose, when, how much, within which interval, or why not."""
        when = f"{curve.name}, {day_in(cell.day, 'de')}: "
        if cell.value is None:
            return when + f"kein Wert, {self._reason(cell)}"
        said = when + self._figure(cell, cell.value)
        if cell.lower is not None and cell.upper is not None:
            lower, upper = (german(one, self._decimals) for one in (cell.lower, cell.upper))
            said += f" (95-%-Intervall {lower} bis {upper})"
        return said

    def _reason(self, cell: Cell) -> str:
        meaning = self._words["missing_reason"].get(cell.reason)
        return meaning.de if meaning else cell.reason

    def _notes(self, y: float) -> float:
        """What lines, signs and breaks mean; only those that occur."""
        lines = []
        cells = [cell for curve in self._areas() for cell in curve.series.figures]
        if any(cell.lower is not None for cell in cells):
            lines.append("Farbige Fläche oder senkrechter Strich: 95-%-Intervall.")
        if any(
            cell.status == "U" or cell.reliability in DOUBTFUL for cell in cells if cell.value is not None
        ):
            lines.append("Hohles Zeichen: beruht auf wenigen Fällen und schwankt stark.")
        for code in sorted({cell.status for cell in cells if cell.value is not None}):
            meaning = self._words["obs_status"].get(code)
            if meaning and meaning.sign:
                shown = "(Zahl)" if meaning.sign == "()" else f"Zahl mit {meaning.sign}"
                lines.append(f"{shown}: {meaning.de}.")
        for number, one in enumerate(self._breaks, start=1):
            whose = f" ({', '.join(one.areas)})" if len(one.areas) < len(self._curves) else ""
            lines.append(f"Bruch {number}, {one.when}: {one.text}{whose}.".replace("..", "."))
        reasons: dict[tuple[str, str], list[date]] = {}
        for curve in self._areas():
            for cell in curve.series.figures:
                if cell.value is None:
                    reasons.setdefault((curve.name, self._reason(cell)), []).append(cell.day)
        for (name, reason), days in reasons.items():
            when = ", ".join(day_in(day, "de") for day in days)
            lines.append(f"Kreuz auf der Achse: {name} {when} ohne Wert: {reason}.")
        parts = [part for line in [*lines, *self._more] for part in wrapped(line, WIDTH - 40, 11.5)]
        return self._drawing.lines(20, y + 6, parts, 11.5, fill=INK) if parts else y

    def _description(self) -> str:
        """All figures in words, for those who do not see the picture."""
        series = [
            "; ".join(self._says(curve, cell) for cell in curve.series.figures) for curve in self._curves
        ]
        breaks = [f"Bruch {one.when}: {one.text}" for one in self._breaks]
        unit = f"Einheit: {self._unit}"
        return ". ".join([unit, *series, *breaks]) + "."


def _breaks(curves: Sequence[Curve]) -> list[Break]:
    """Each break once, with the areas that it concerns; its line stands halfway between two figures."""
    found: dict[tuple[date, str, str], list[str]] = {}
    for curve in curves:
        before: Cell | None = None
        for cell in curve.series.figures:
            if cell.breaks and before is not None:
                day = before.day + (cell.day - before.day) / 2
                when = f"zwischen {day_in(before.day, 'de')} und {day_in(cell.day, 'de')}"
                found.setdefault((day, when, cell.break_text.rstrip(".") or BROKEN), []).append(curve.name)
            before = cell
    return [Break(*key, tuple(dict.fromkeys(areas))) for key, areas in sorted(found.items())]


def _day(year: int, month: int, day: int) -> date:
    """The day in a year; of a leap day the one before."""
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month, day - 1)


def small_line(series: Series, width: float = 96, height: float = 20) -> str | None:
    """A small line of the series for a table, as SVG; None with fewer than two figures.

    Nothing is joined across a break or a gap; a break is an upright stroke.
    """
    cells = [cell for cell in series.figures if cell.is_drawn]
    if len(cells) < 2:
        return None
    first, last = cells[0].day, cells[-1].day
    values = [cell.value for cell in cells if cell.value is not None]
    low, high = min(values), max(values)

    def x(day: date) -> float:
        return 3 + (day - first) / (last - first) * (width - 6)

    def y(value: float) -> float:
        return height / 2 if high == low else height - 3 - (value - low) / (high - low) * (height - 6)

    parts = []
    for one in breaks_of(series):
        if first < one.day < last:
            parts.append(
                f'<line x1="{x(one.day):.1f}" x2="{x(one.day):.1f}" y1="0" y2="{height:g}" '
                'stroke="#a11622" stroke-width="1" stroke-dasharray="2.5 1.5"/>'
            )
    for run in series.runs():
        points = [f"{x(cell.day):.1f},{y(cell.value or 0.0):.1f}" for cell in run]
        if len(points) > 1:
            parts.append(f'<path d="M{"L".join(points)}" fill="none" stroke="{HUES[0]}" stroke-width="1.3"/>')
        else:
            parts.append(_dot(points[0], 1.4))
    parts.append(_dot(f"{x(last):.1f},{y(values[-1]):.1f}", 2.2))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}">{"".join(parts)}</svg>'
    )


def _dot(point: str, radius: float) -> str:
    x, y = point.split(",")
    return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{HUES[0]}"/>'


def breaks_of(series: Series) -> list[Break]:
    """The breaks of one series, by day."""
    return _breaks([Curve("", series, [], "", "", "")])
