"""One indicator on outlines: areas of a level on one day, in classes that are the same in every year.

A value stands on an outline of its own Gebietsstand; where the edition itself carried it to another one, the
value is that of its GeoPackage and marked; where it did not, the area is a class of its own. Classes are
fifths of all values of all years (around zero, thirds below and above), so that maps of two years can be laid
side by side. They are told apart by lightness, by their number on the map, and below zero by a pattern. What
is missing or hidden has patterns of its own, with the reason beside.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.classes import has_middle, limits_and_colours
from exports.outlines import PUT_TOGETHER, layer_name
from exports.pictures.drawing import (
    SOFT,
    Drawing,
    NoPicture,
    fitting,
    german,
    rounded,
    short,
    wrapped,
)
from exports.pictures.imprint import Imprint
from exports.series import datasets_of, parquet
from exports.writers.geopackage import COLUMNS_LAYER, REMARK, STATUS
from sources.foundation.spatial import open_spatial
from sources.foundation.sql import quoted
from sources.foundation.told import Told, day_in
from sources.foundation.vocabulary import read_vocabulary

if TYPE_CHECKING:
    import duckdb

WIDTH, MARGIN, LEGEND, HIGHEST = 800, 20, 220, 620
FEW, NAMED = 30, 56
"""So few areas, or so many pixels of most of them by their mean side, are printed with value and name; else
the number of the class stands there."""
SPOKEN = 500
"""Areas up to which each is named in the description of the picture."""
ABSENT = "für diesen Stichtag liegt keine Angabe vor"
CARRIED_BACK = "auf den späteren Gebietsstand zurückgerechnet"
ELSEWHERE = "Gebiet seither geändert, Wert nicht auf diese Umrisse umgerechnet"
LEVELS = {
    "DE": "Deutschland", "LAND": "Länder", "REGBEZ": "Regierungsbezirke", "KREIS": "Kreise",
    "GEMEINDE": "Gemeinden", "GEMEINDEVERBAND": "Gemeindeverbände", "BEZIRK": "Bezirke",
    "PLANUNGSRAUM": "Planungsräume",
}  # fmt: skip
"""What the areas of a level are called together, as headings say it."""


@dataclass(frozen=True)
class Place:
    """An area on the map: its outline in rings of points, where its label stands, and what stands there.

    `remark` says how a value was carried to this outline.
    """

    code: str
    name: str
    rings: tuple[tuple[tuple[float, float], ...], ...]
    label: tuple[float, float]
    room: float
    value: float | None
    status: str = "A"
    reason: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Classes:
    """Classes by their inner limits; `colours` has one more. With `middle` they lie around zero."""

    limits: tuple[float, ...]
    colours: tuple[str, ...]
    method: str
    decimals: int
    below: int = 0

    def of(self, value: float) -> int:
        """The number of a value's class, from 0, as the value is printed; a limit is in the class above."""
        return sum(rounded(value, self.decimals) >= limit for limit in self.limits)


@dataclass(frozen=True)
class Drawn:
    """What was drawn: picture, its width, the indicator's name, day, areas with and without a value."""

    svg: str
    width: int
    name: str
    day: date
    with_value: int
    without: int


def draw_map(
    indicators: Path,
    areas: Path,
    indicator_id: str,
    period: tuple[date, date],
    level: str = "KREIS",
    within: tuple[str, str] | None = None,
    outlines: Mapping[str, Collection[str]] | None = None,
) -> Drawn:
    """The map of an indicator at the newest day of a period.

    `indicators` and `areas` are folders of editions, `within` is code and name of the area whose parts are
    shown, `outlines` names the datasets of outlines with their levels. Raises `NoPicture` where there is no
    value on that day, or no outline of the level.
    """
    with open_spatial() as connection:
        figures = _figures(connection, indicators, areas, indicator_id, level, within)
        plain = [row for row in figures if row["value"] is not None and not row["is_backcast"]]
        days = sorted({row["day"] for row in plain})
        day = next((one for one in reversed(days) if period[0] <= one <= period[1]), None)
        if day is None:
            raise _no_value(indicator_id, level, period, days, connection, indicators)
        layer, drawn_on = _layer(connection, indicators, level, [row for row in figures if row["day"] == day])
        places = _places(connection, indicators, layer, drawn_on, indicator_id, day, figures, within)
    if not places:
        raise NoPicture(
            Told(
                f"no outline of the level {level} lies within the area asked for",
                f"im gefragten Gebiet liegt kein Umriss der Ebene {level}",
            )
        )
    first = figures[0]
    in_all = f"aller Werte {days[0].year}–{days[-1].year}" if days[0].year < days[-1].year else "aller Werte"
    values = [float(row["value"]) for row in plain]
    picture = _Map(
        places,
        classes(values, int(first["decimals"] or 0), in_all),
        {"name": first["name"], "unit": first["unit"] or "", "decimals": int(first["decimals"] or 0)},
        day,
        drawn_on,
        f"{LEVELS.get(level, level)}{f' in {short(within[1])}' if within and within[0] != 'DG' else ''}",
    )
    imprint = Imprint.read(indicators)
    used = datasets_of(indicators, [indicator_id], [row["code"] for row in figures if row["day"] == day])
    parts = {level, PUT_TOGETHER.get(level, level)}
    drawn = {name for name, levels in (outlines or {}).items() if parts & set(levels)}
    svg = picture.draw(imprint.lines(used, drawn))
    with_value = sum(place.value is not None for place in places)
    return Drawn(svg, WIDTH, first["name"], day, with_value, len(places) - with_value)


def classes(values: Sequence[float], decimals: int, of_what: str) -> Classes:
    """Classes of all values: fifths, or where both signs are common thirds below and above zero.

    Limits are rounded to the decimals that are printed; equal ones fall together.
    """
    limits, colours = limits_and_colours(values, decimals)
    if has_middle(values):
        method = f"Klassen: unter und über 0 je drei gleich große Teile {of_what}; in allen Jahren gleich"
        return Classes(tuple(limits), colours, method, decimals, limits.index(0.0) + 1)
    method = f"Klassen: je ein Fünftel {of_what}; in allen Jahren gleich"
    return Classes(tuple(limits), colours, method, decimals)


def _figures(
    connection: duckdb.DuckDBPyConnection,
    indicators: Path,
    areas: Path,
    indicator_id: str,
    level: str,
    within: tuple[str, str] | None,
) -> list[dict[str, Any]]:
    """All figures of the indicator at a level, with the days between which their area was what it was."""
    result = connection.execute(
        """
        select figures.area_code as code, figures.area_name as area, indicator_name_de as name, unit,
            decimals, reference_date as day, value, obs_status as status, missing_reason as reason,
            is_backcast, cast(areas.valid_from as date) as valid_from,
            cast(areas.valid_to as date) as valid_to
        from read_parquet($figures) as figures
        left join read_parquet($areas) as areas on figures.area_key = areas.area_key
        where indicator_id = $indicator and figures.area_level = $level
            and ($within is null or starts_with(figures.area_code, $within))
        order by reference_date, figures.area_code, is_backcast desc
        """,
        {
            "figures": parquet(indicators),
            "areas": parquet(areas),
            "indicator": indicator_id,
            "level": level,
            "within": within[0] if within and within[0] != "DG" else None,
        },
    )
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _no_value(
    indicator_id: str,
    level: str,
    period: tuple[date, date],
    days: Sequence[date],
    connection: duckdb.DuckDBPyConnection,
    indicators: Path,
) -> NoPicture:
    """Why there is nothing to draw, and what there is."""
    if days:
        there = ", ".join(str(one) for one in dict.fromkeys(day.year for day in days))
        return NoPicture(
            Told(
                f"{indicator_id} has no value of the level {level} in {period[0]} to {period[1]}; "
                f"there are values of {there}",
                f"{indicator_id} hat auf der Ebene {level} keinen Wert von {day_in(period[0], 'de')} bis "
                f"{day_in(period[1], 'de')}; Werte gibt es für {there}",
            )
        )
    levels = ", ".join(
        row[0]
        for row in connection.execute(
            "select distinct area_level from read_parquet(?) where indicator_id = ? and value is not null"
            " order by 1",
            [parquet(indicators), indicator_id],
        ).fetchall()
    )
    return NoPicture(
        Told(
            f"{indicator_id} has no values of the level {level} there; levels with values: "
            f"{levels or 'none'}",
            f"{indicator_id} hat dort auf der Ebene {level} keine Werte; Ebenen mit Werten: "
            f"{levels or 'keine'}",
        )
    )


def _layer(
    connection: duckdb.DuckDBPyConnection, edition: Path, level: str, figures: Sequence[Mapping[str, Any]]
) -> tuple[str, date]:
    """The layer of the level, and its Gebietsstand, on which most of the figures stand as they are."""
    file = edition / f"{edition.parent.name}.gpkg"
    prefix = layer_name(level, "0000-00-00").removesuffix("0000")
    names = []
    if file.is_file():
        (layers,) = connection.execute("select layers from st_read_meta(?)", [str(file)]).fetchone() or ((),)
        names = [layer["name"] for layer in layers if layer["geometry_fields"]]
    found = [name for name in names if name.startswith(prefix) and name.removeprefix(prefix).isdigit()]
    if not found:
        there = ", ".join(sorted(names)) or "–"
        raise NoPicture(
            Told(
                f"no outlines of the level {level} were delivered; the edition has the layers {there}",
                f"für die Ebene {level} wurden keine Umrisse geliefert; die Ausgabe hat die Ebenen {there}",
            )
        )
    days = {name: date(int(name.removeprefix(prefix)), 12, 31) for name in found}
    standing = {name: sum(_stands(row, day) for row in figures) for name, day in days.items()}
    best = max(found, key=lambda name: (standing[name], days[name]))
    return best, days[best]


def _stands(row: Mapping[str, Any], on: date) -> bool:
    """Whether the area of a figure was the same on a day."""
    return row["valid_from"] is not None and row["valid_from"] <= on < row["valid_to"]


def _places(
    connection: duckdb.DuckDBPyConnection,
    edition: Path,
    layer: str,
    drawn_on: date,
    indicator_id: str,
    day: date,
    figures: Sequence[Mapping[str, Any]],
    within: tuple[str, str] | None,
) -> list[Place]:
    """The outlines of a layer with what stands on them; the largest first, so that none covers another."""
    file = str(edition / f"{edition.parent.name}.gpkg")
    carried = connection.execute(
        "select spalte from st_read(?, layer = ?) where ebene = ? and merkmal = ? and stichtag = ?",
        [file, COLUMNS_LAYER, layer, indicator_id, day],
    ).fetchone()
    column = str(carried[0]) if carried else None
    shown = (
        f"{quoted(column)}, {quoted(column + STATUS)}, {quoted(column + REMARK)}"
        if column
        else "null, null, null"
    )
    prefix = within[0] if within and within[0] != "DG" else ""
    chosen = "from st_read($file, layer = $layer) where starts_with(area_code, $prefix)"
    given = {"file": file, "layer": layer, "prefix": prefix}
    (extent,) = connection.execute(
        f"select greatest(max(st_xmax(geom)) - min(st_xmin(geom)), max(st_ymax(geom)) - min(st_ymin(geom)))"
        f" {chosen}",
        given,
    ).fetchone() or (None,)
    rows = connection.execute(
        f"""
        with chosen as (select row_number() over (order by area_code) as place, * {chosen}),
        -- shared borders stay shared: the outlines are made coarser together
        coarser as (
            select unnest(
                st_dump(st_coveragesimplify_agg(geom, $tolerance order by place)), recursive := true
            )
            from chosen
        )
        select area_code, area_name, {shown},
            st_asgeojson(coarser.geom),
            st_x(st_pointonsurface(chosen.geom)), st_y(st_pointonsurface(chosen.geom)), st_area(chosen.geom)
        from chosen inner join coarser on coarser.path[1] = chosen.place
        order by st_area(chosen.geom) desc
        """,
        {**given, "tolerance": (extent or 1.0) / 1500},
    ).fetchall()
    of_day = [row for row in figures if row["day"] == day]
    own = {str(row["code"]): row for row in of_day if not row["is_backcast"]}
    backcast = {str(row["code"]): row for row in of_day if row["is_backcast"] and _stands(row, drawn_on)}
    places: dict[str, Place] = {}
    for code, name, value, status, remark, outline, x, y, size in rows:
        rings = tuple(
            tuple((float(px), float(py)) for px, py, *_ in ring) for ring in _rings(json.loads(outline))
        )
        if code in places:
            there = places[code]
            places[code] = Place(
                there.code, there.name, there.rings + rings, there.label, there.room, there.value,
                there.status, there.reason, there.remark,
            )  # fmt: skip
            continue
        row = own.get(code)
        what: tuple[float | None, str, str, str]
        if row is not None and _stands(row, drawn_on):
            what = (row["value"], row["status"], row["reason"], "")
        elif value is not None:
            what = (value, status or "E", "", remark or "")
        elif code in backcast and backcast[code]["value"] is not None:
            what = (backcast[code]["value"], backcast[code]["status"], "", CARRIED_BACK)
        elif row is not None and row["value"] is None:
            what = (None, "M", row["reason"], "")
        elif row is not None:
            what = (None, "M", ELSEWHERE, "")
        else:
            what = (None, "M", ABSENT, "")
        places[code] = Place(code, name, rings, (float(x), float(y)), float(size) ** 0.5, *what)
    return list(places.values())


def _rings(geometry: Mapping[str, Any]) -> list[list[Sequence[float]]]:
    """All rings of a polygon or of several."""
    many = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [ring for polygon in many for ring in polygon]


class _Map:
    """The map while it is drawn."""

    def __init__(
        self,
        places: Sequence[Place],
        found: Classes,
        about: Mapping[str, Any],
        day: date,
        drawn_on: date,
        where: str,
    ) -> None:
        self._places, self._classes, self._about, self._day = places, found, about, day
        self._drawn_on, self._where = drawn_on, where
        self._drawing = Drawing(WIDTH)
        points = [point for place in places for ring in place.rings for point in ring]
        self._west, self._north = min(x for x, _ in points), max(y for _, y in points)
        across, down = max(x for x, _ in points) - self._west, self._north - min(y for _, y in points)
        self._scale = min((WIDTH - LEGEND - 2 * MARGIN) / (across or 1), HIGHEST / (down or 1))
        self._depth = down * self._scale
        reasons = Counter(place.reason for place in places if place.value is None)
        self._letters = {reason: "abcdefghij"[min(place, 9)] for place, reason in enumerate(sorted(reasons))}
        self._reasons = reasons
        self._words = read_vocabulary()
        sides = sorted(place.room * self._scale for place in places)
        self._is_named = len(places) <= FEW or sides[len(sides) // 4] >= NAMED

    def draw(self, imprint: Sequence[str]) -> str:
        """The whole picture."""
        drawing, name, unit = self._drawing, self._about["name"], self._about["unit"]
        drawing.elements.append(_PATTERNS)
        y = drawing.lines(20, 30, wrapped(name, WIDTH - 40, 18), 18, font_weight="600")
        below = f"{self._where} am {day_in(self._day, 'de')}, {f'in {unit}' if unit == '%' else unit}"
        y = drawing.lines(20, y - 2, wrapped(below, WIDTH - 40, 13), 13, fill=SOFT)
        self._top = y + 6
        drawing.elements.append('<g stroke="#5f7386" stroke-width="0.6" fill-rule="evenodd">')
        for place in self._places:
            self._outline(place)
        drawing.elements.append("</g>")
        for place in self._places:
            self._label(place)
        legend = self._legend(WIDTH - LEGEND, self._top + 10)
        y = max(self._top + self._depth, legend) + 26
        for line in [*self._notes(), *imprint]:
            y = drawing.lines(20, y, wrapped(line, WIDTH - 40, 10.5), 10.5, fill=SOFT)
        drawing.height = int(y + 4)
        return drawing.svg(f"Karte: {name}, {self._where}", self._description())

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return MARGIN + (x - self._west) * self._scale, self._top + (self._north - y) * self._scale

    def _outline(self, place: Place) -> None:
        path = "".join(
            "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in (self._at(*point) for point in ring)) + "Z"
            for ring in place.rings
        )
        says = f"<title>{escape(self._says(place))}</title>"
        self._drawing.elements.append(f'<path d="{path}" fill="{self._fill(place)}">{says}</path>')
        if place.value is not None and self._classes.of(place.value) < self._classes.below:
            self._drawing.elements.append(f'<path d="{path}" fill="url(#below)"/>')

    def _fill(self, place: Place) -> str:
        if place.value is not None:
            return self._classes.colours[self._classes.of(place.value)]
        return "url(#hidden)" if self._is_hidden(place.reason) else "url(#missing)"

    def _label(self, place: Place) -> None:
        """Value and name where there are few areas, else the number of the class, where there is room."""
        x, y = self._at(*place.label)
        room = place.room * self._scale
        halo = {"text_anchor": "middle", "stroke": "#ffffff", "stroke_width": "3", "paint_order": "stroke"}
        is_named = self._is_named
        if place.value is None:
            said = f"{self._letters[place.reason]})"
        elif is_named:
            said = self._figure(place)
        else:
            said = f"{self._classes.of(place.value) + 1}{'*' if place.remark else ''}"
        if is_named:
            self._drawing.text(x, y, said, 13, font_weight="600", **halo)
            self._drawing.text(x, y + 11, fitting(short(place.name), max(room * 1.3, 60), 9), 9, **halo)
        elif room > 9:
            halo["stroke_width"] = "1.6"
            self._drawing.text(x, y + 3, said, 8, **halo)

    def _figure(self, place: Place) -> str:
        """A value with the sign of its status, and a star where it was carried to this outline."""
        meaning = self._words["obs_status"].get(place.status)
        sign = meaning.sign if meaning and meaning.sign else ""
        shown = german(place.value or 0.0, self._about["decimals"])
        return (f"({shown})" if sign == "()" else f"{shown}{sign}") + ("*" if place.remark else "")

    def _reason(self, reason: str) -> str:
        meaning = self._words["missing_reason"].get(reason)
        return meaning.de if meaning else reason

    def _is_hidden(self, reason: str) -> bool:
        """Whether a value is kept secret for this reason."""
        meaning = self._words["missing_reason"].get(reason)
        return meaning is not None and meaning.is_secret

    def _says(self, place: Place) -> str:
        """An area in words: its value and class, or why there is none."""
        if place.value is None:
            return f"{place.name}: kein Wert, {self._reason(place.reason)}"
        remark = f"; {place.remark}" if place.remark else ""
        return f"{place.name}: {self._figure(place)}, Klasse {self._classes.of(place.value) + 1}{remark}"

    def _legend(self, x: float, y: float) -> float:
        """Classes with their limits and how many areas are in them, then what is missing; gives its end."""
        drawing, found = self._drawing, self._classes
        counts = Counter(found.of(place.value) for place in self._places if place.value is not None)
        digits = self._about["decimals"]
        for number in range(len(found.colours) - 1, -1, -1):
            fills = [found.colours[number], *(["url(#below)"] if number < found.below else [])]
            for fill in fills:
                drawing.elements.append(_box(x, y, fill))
            white = {"stroke": "#ffffff", "stroke_width": "2", "paint_order": "stroke"}
            drawing.text(x + 13, y + 13, f"{number + 1}", 11, text_anchor="middle", **white)
            low = german(found.limits[number - 1], digits) if number else None
            high = german(found.limits[number], digits) if number < len(found.limits) else None
            said = (
                "alle Werte" if low is None and high is None
                else f"unter {high}" if low is None
                else f"{low} und mehr" if high is None
                else f"{low} bis unter {high}"
            )  # fmt: skip
            drawing.text(x + 34, y + 13, said, 12)
            drawing.text(WIDTH - MARGIN, y + 13, f"{counts[number]}", 12, text_anchor="end", fill=SOFT)
            y += 22
        drawing.text(WIDTH - MARGIN, y + 8, "Zahl der Gebiete", 9.5, text_anchor="end", fill=SOFT)
        y += 18
        for reason, letter in self._letters.items():
            drawing.elements.append(
                _box(x, y, "url(#hidden)" if self._is_hidden(reason) else "url(#missing)")
            )
            said = f"{letter}) {'geheim' if self._is_hidden(reason) else 'kein Wert'}: {self._reason(reason)}"
            lines = wrapped(said, LEGEND - 34 - MARGIN - 24, 11)
            drawing.text(WIDTH - MARGIN, y + 12, f"{self._reasons[reason]}", 12, text_anchor="end", fill=SOFT)
            y = max(drawing.lines(x + 34, y + 12, lines, 11) - 8, y + 22)
        return y

    def _notes(self) -> list[str]:
        """How classes were made, on which outlines the values stand, and what signs mean."""
        notes = [
            f"{self._classes.method}. Ziffer auf der Karte: Klasse."
            if not self._is_named
            else f"{self._classes.method}."
        ]
        carried = [place for place in self._places if place.remark]
        ground = f"Gebietsstand der Umrisse: {day_in(self._drawn_on, 'de')}"
        if carried:
            ground += (
                "; mit * auf diesen Gebietsstand umgerechnet: "
                + "; ".join(f"{short(place.name)} ({place.remark})" for place in carried[:6])
                + (f" und {len(carried) - 6} weitere" if len(carried) > 6 else "")
            )
        notes.append(f"{ground}.")
        for code in sorted({place.status for place in self._places if place.value is not None}):
            meaning = self._words["obs_status"].get(code)
            if meaning and meaning.sign and self._is_named:
                shown = "(Zahl)" if meaning.sign == "()" else f"Zahl mit {meaning.sign}"
                notes.append(f"{shown}: {meaning.de}.")
        return notes

    def _description(self) -> str:
        """All areas in words, for those who do not see the picture; of very many how many are in each class.

        What is said of a single area stands at its outline too.
        """
        start = f"{self._where} am {day_in(self._day, 'de')}"
        if len(self._places) <= SPOKEN:
            ordered = sorted(self._places, key=lambda place: place.code)
            return ". ".join([start, *map(self._says, ordered)]) + "."
        counts = Counter(self._classes.of(one.value) + 1 for one in self._places if one.value is not None)
        said = [f"Klasse {number}: {counts[number]} Gebiete" for number in sorted(counts)]
        said += [f"ohne Wert, {self._reason(reason)}: {number}" for reason, number in self._reasons.items()]
        return ". ".join([start, *said]) + "."


def _box(x: float, y: float, fill: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="26" height="17" fill="{fill}" stroke="#5f7386" '
        'stroke-width="0.6"/>'
    )


_PATTERNS = (
    "<defs>"
    '<pattern id="missing" width="7" height="7" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="7" height="7" fill="#ffffff"/>'
    '<line x1="0" y1="0" x2="0" y2="7" stroke="#7b8794" stroke-width="1.6"/></pattern>'
    '<pattern id="hidden" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="#f2f2f2"/><path d="M0,0L6,6M6,0L0,6" stroke="#3c4754" '
    'stroke-width="0.9"/></pattern>'
    '<pattern id="below" width="5" height="5" patternUnits="userSpaceOnUse">'
    '<line x1="0" y1="2.5" x2="5" y2="2.5" stroke="#3a2000" stroke-width="0.7"/></pattern>'
    "</defs>"
)
