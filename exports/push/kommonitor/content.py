"""What released editions have for KomMonitor: outlines by level and Gebietsstand, series, values beside.

Values pass through 32-bit floats there. A whole number is exact to 16,777,216, and about seven digits count:
a number that would come out as another one is not sent (`Refused`), and its cell is empty.

A value stands on an outline of its own Gebietsstand or on none: numbers of areas that no outline was
delivered for are left out and counted (`Content.undrawn`). A feature is valid as long as its area: the day on
which it ends is the first on which it does not hold, because the server shows a value of a day where
`validStartDate <= day < validEndDate`.
"""

from __future__ import annotations

import json
import math
import sqlite3
import struct
from collections import Counter
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from exports.about import OF_TOWNS
from exports.classes import CLASSES, cuts
from exports.geojson import in_degrees
from exports.outlines import LAYERS, day_of_layer
from sources.foundation.exits import USAGE
from sources.foundation.spatial import open_spatial
from sources.foundation.sql import text_literal
from sources.foundation.told import Told
from sources.foundation.vocabulary import read_vocabulary

Kind = Literal["absolute", "relative", "standardized"]
Unit = Literal["Tsd.", "Mio."]

ORDER = (
    "LAND", "REGBEZ", "KREIS", "GEMEINDEVERBAND", "GEMEINDE",
    "BEZIRK", "PROGNOSERAUM", "BEZIRKSREGION", "PLANUNGSRAUM",
)  # fmt: skip
"""Levels from the largest areas down: a level lies within those before it."""

BESIDE = ("DE", "LAND")
"""Levels whose areas' published values stand beside, as `regionalReferenceValues`."""

FACTORS: Mapping[Unit, float] = {"Tsd.": 1e3, "Mio.": 1e6}
FOREVER = date(9999, 12, 31)
CHANGED, UNDRAWN = "durch 32-Bit-Zahlen verfälscht", "ohne Umriss des Gebietsstands"
"""Why a number is not sent, as the note of an indicator says it."""
CLOSE = 0.49
"""Part of the last decimal by which a 32-bit float may be off: less than the half at which it is rounded."""


class NothingToSend(ValueError):
    """Editions that KomMonitor cannot be told of; the message says why and what to do."""

    exit_code = USAGE


@dataclass(frozen=True)
class Definition:
    """What a reader is told about an indicator, in German; `kind` decides on total or mean beside."""

    question: str
    how_to_read: str
    how_not_to_read: str
    formula: str
    kind: Kind
    law: str | None = None


@dataclass(frozen=True)
class Outline:
    """A version of an area: geometry as GeoJSON text in EPSG:4326, `box` west, south, east, north.

    `valid_to` is the first day on which it does not hold, None for today's.
    """

    area_key: str
    code: str
    name: str
    valid_from: date
    valid_to: date | None
    geometry: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Layer:
    """The outlines of a level by one Gebietsstand, `drawn_on` its day."""

    name: str
    title: str
    drawn_on: date
    outlines: tuple[Outline, ...]


@dataclass(frozen=True)
class Level:
    """A level with its layers, the oldest Gebietsstand first; a version of an area is in one of them."""

    level: str
    title: str
    layers: tuple[Layer, ...]

    @property
    def outlines(self) -> tuple[Outline, ...]:
        return tuple(one for layer in self.layers for one in layer.outlines)


Cells = dict[str, dict[date, float | None]]
"""Area code -> day -> number. Every area has the same days, None where it has no number."""


@dataclass(frozen=True)
class Series:
    """One indicator: its values by level, the published values beside by area code, its remarks."""

    indicator_id: str
    name: str
    field: str
    unit: str
    decimals: int
    definition: Definition
    datasets: tuple[str, ...]
    values: dict[str, Cells]
    beside: dict[str, dict[date, float]]
    remarks: tuple[str, ...] = ()

    @property
    def days(self) -> list[date]:
        """Every day that a value is of."""
        return sorted({day for cells in self.values.values() for days in cells.values() for day in days})

    def breaks(self, level: str) -> list[float]:
        """Four limits between five classes of equal size, over all days; none where values are too alike."""
        numbers = [one for days in self.values[level].values() for one in days.values() if one is not None]
        found = cuts(numbers, self.decimals)
        return found if len(found) == CLASSES - 1 else []


@dataclass(frozen=True)
class Refused:
    """A number that 32-bit floats would change, and what it would become."""

    indicator_id: str
    name: str
    area: str
    day: date
    value: float
    becomes: float
    decimals: int

    def words(self) -> Told:
        """What would happen and what to do about it."""
        value, becomes = (f"{one:,.{self.decimals}f}" for one in (self.value, self.becomes))
        german = {ord(","): ".", ord("."): ","}
        return Told(
            f"{self.indicator_id} {self.name}, {self.area}, {self.day:%Y-%m-%d}: {value} would become "
            f"{becomes}, because KomMonitor keeps 32-bit numbers; send it in thousands or millions "
            "(`units:` in office.yml)",
            f"{self.indicator_id} {self.name}, {self.area}, {self.day:%d.%m.%Y}: aus "
            f"{value.translate(german)} würde {becomes.translate(german)}, weil KomMonitor mit 32-Bit-Zahlen "
            "rechnet; die Kennzahl in Tsd. oder Mio. senden (`units:` in office.yml)",
        )


@dataclass(frozen=True)
class Source:
    """A dataset behind an edition: how it is named and under which licence."""

    title: str
    attribution: str
    licence: str


@dataclass(frozen=True)
class Content:
    """What the editions have for KomMonitor; `undrawn` counts values without an outline, by level."""

    indicators: str
    areas: str
    published_at: datetime
    publisher: str
    email: str | None
    levels: tuple[Level, ...]
    series: tuple[Series, ...]
    sources: dict[str, Source]
    outline_sources: dict[str, Source]
    cadence: str
    refused: tuple[Refused, ...] = ()
    undrawn: dict[str, int] = field(default_factory=dict)

    @property
    def edition(self) -> str:
        """The editions as they are cited."""
        return f"indicators/{self.indicators}, areas/{self.areas}"

    def title_of(self, level: str) -> str:
        """What a level is called there."""
        return next(one.title for one in self.levels if one.level == level)


def single(value: float) -> float:
    """The 32-bit float nearest to a number; infinite beyond their range."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def survives(value: float, decimals: int) -> bool:
    """Whether a number with these decimals is printed out of a 32-bit float as it went in.

    A float just between two numbers is printed as either, so it does not count.
    """
    off: float = abs(single(value) - value) * 10.0**decimals
    return off < CLOSE


def read_content(
    indicators: Path,
    areas: Path,
    definitions: Mapping[str, Definition],
    *,
    titles: Mapping[str, str] | None = None,
    within: Collection[str] = (),
    units: Mapping[str, Unit] | None = None,
    beside: Collection[str] | None = None,
) -> Content:
    """Read the folders of editions of `indicators` and `areas`.

    Args:
        definitions: of indicators by id.
        titles: what levels are called there, where not as on map layers.
        within: codes of areas; these, and those whose codes begin so. None: all.
        units: indicators that are sent in thousands or millions.
        beside: codes of Bund and Länder whose published values stand beside. None: all.

    Raises:
        NothingToSend: no outlines, no values on them, or a unit for an indicator that is not there.
    """
    levels = _levels(areas, titles or {}, within)
    if not levels:
        raise NothingToSend(
            Told(
                f"{areas}: this edition has no outlines, and KomMonitor shows nothing without; deliver some "
                "(e.g. the dataset vg250) and run again",
                f"{areas}: diese Ausgabe hat keine Umrisse, und ohne sie zeigt KomMonitor nichts; Umrisse "
                "liefern (z. B. VG250) und erneut laufen lassen",
            )
        )
    reading = _Reading(levels, units or {}, within, beside)
    series = reading.series(indicators, definitions)
    if not series:
        raise NothingToSend(
            Told(
                "no number of this edition stands on an outline of its own Gebietsstand",
                "keine Zahl dieser Ausgabe liegt auf einem Umriss ihres Gebietsstands",
            )
        )
    if unknown := sorted(set(units or {}) - {one.indicator_id for one in series}):
        raise NothingToSend(
            Told(
                f"office.yml names {', '.join(unknown)} under `units:`, which the edition does not have",
                f"office.yml nennt {', '.join(unknown)} unter `units:`, aber die Ausgabe hat keine solche "
                "Kennzahl",
            )
        )
    package = json.loads((indicators / "datapackage.json").read_text(encoding="utf-8"))
    note = json.loads((indicators / "release.json").read_text(encoding="utf-8"))
    publisher = package["contributors"][0]
    used = {level for one in series for level in one.values}
    return Content(
        indicators.name,
        areas.name,
        datetime.fromisoformat(note["published_at"]),
        publisher["title"],
        publisher.get("email"),
        tuple(level for level in levels if level.level in used),
        tuple(series),
        _sources(package),
        _sources(json.loads((areas / "datapackage.json").read_text(encoding="utf-8"))),
        package["planstat"]["cadence"],
        tuple(reading.refused),
        dict(sorted(reading.undrawn.items())),
    )


def _sources(package: Mapping[str, Any]) -> dict[str, Source]:
    return {
        one["dataset_id"]: Source(one["title_de"], one["attribution"], one["licence_title"])
        for one in package["planstat"]["datasets"]
    }


def _inside(code: str, level: str, within: Collection[str]) -> bool:
    return not within or any(
        code == one or (code.startswith(one) and level not in OF_TOWNS) for one in within
    )


def _levels(areas: Path, titles: Mapping[str, str], within: Collection[str]) -> list[Level]:
    """The map layers of the areas. A version drawn for several days is taken as drawn last."""
    file = areas / "areas.gpkg"
    if not file.is_file():
        return []
    with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as database:
        named = database.execute(
            "select table_name, identifier from gpkg_contents where data_type = 'features'"
        ).fetchall()
    found: dict[str, dict[date, Layer]] = {}
    connection = open_spatial()
    with closing(connection):
        for name, title in named:
            rows = connection.execute(
                f"""
                with drawn as (
                    select * replace ({in_degrees("geom")} as geom)
                    from st_read({text_literal(str(file))}, layer = {text_literal(name)})
                )
                select area_level, area_key, area_code, area_name, valid_from, valid_to, st_asgeojson(geom),
                    st_xmin(geom), st_ymin(geom), st_xmax(geom), st_ymax(geom)
                from drawn order by area_code, area_key
                """
            ).fetchall()
            drawn_on = day_of_layer(title)
            for level in {row[0] for row in rows}:
                outlines = tuple(
                    Outline(key, code, area, start, None if end == FOREVER else end, shape, (w, s, e, n))
                    for at, key, code, area, start, end, shape, w, s, e, n in rows
                    if at == level and _inside(code, level, within)
                )
                found.setdefault(level, {})[drawn_on] = Layer(name, title, drawn_on, outlines)
    return [
        Level(level, titles.get(level, LAYERS.get(level, (level, level))[1]), layers)
        for level in sorted(found, key=lambda one: (ORDER.index(one) if one in ORDER else len(ORDER), one))
        if (layers := _each_version_once(list(found[level].values())))
    ]


def _each_version_once(layers: list[Layer]) -> tuple[Layer, ...]:
    kept: list[Layer] = []
    seen: set[str] = set()
    for layer in sorted(layers, key=lambda one: one.drawn_on, reverse=True):
        outlines = tuple(one for one in layer.outlines if one.area_key not in seen)
        seen.update(one.area_key for one in outlines)
        if outlines:
            kept.append(Layer(layer.name, layer.title, layer.drawn_on, outlines))
    return tuple(reversed(kept))


class _Reading:
    """One pass over the rows of an edition."""

    def __init__(
        self,
        levels: Collection[Level],
        units: Mapping[str, Unit],
        within: Collection[str],
        beside: Collection[str] | None,
    ) -> None:
        self._drawn = {one.area_key for level in levels for one in level.outlines}
        self._levels = [level.level for level in levels]
        self._units, self._within, self._beside = units, within, beside
        self._vocabulary = read_vocabulary()
        self.refused: list[Refused] = []
        self.undrawn: Counter[str] = Counter()

    def series(self, indicators: Path, definitions: Mapping[str, Definition]) -> list[Series]:
        """The series that have a number on an outline, in the order of the edition."""
        import duckdb

        with duckdb.connect() as connection:
            rows = connection.execute(
                """
                with sent as (
                    select unnest($names::varchar[]) as indicator_id, unnest($factors::double[]) as factor
                )
                select indicator_id, indicator_name_de, policy_field, coalesce(unit, ''), digits,
                    area_level, area_code, area_key, area_name, reference_date, round(value / factor, digits),
                    obs_status, missing_reason, numerator_dataset, denominator_dataset
                from (
                    select rows.* exclude (decimals), coalesce(factor, 1) as factor,
                        greatest(coalesce(decimals, 0), if(factor is null, 0, 1))::int as digits
                    from read_parquet($file) as rows left join sent using (indicator_id)
                    where not is_backcast
                )
                order by indicator_id, reference_date, area_code
                """,
                {
                    "file": str(indicators / f"{indicators.parent.name}.parquet"),
                    "names": list(self._units),
                    "factors": [FACTORS[unit] for unit in self._units.values()],
                },
            ).fetchall()
        by_indicator: dict[str, list[_Row]] = {}
        for indicator_id, *rest in rows:
            by_indicator.setdefault(indicator_id, []).append(_Row(*rest))
        found = (
            self._one(indicator_id, of_it, definitions.get(indicator_id, UNDEFINED))
            for indicator_id, of_it in by_indicator.items()
        )
        return [one for one in found if one.values]

    def _one(self, indicator_id: str, rows: list[_Row], definition: Definition) -> Series:
        newest = rows[-1]
        decimals = newest.decimals
        unit = f"{self._units.get(indicator_id, '')} {newest.unit}".strip()
        values: dict[str, Cells] = {}
        beside: dict[str, dict[date, float]] = {}
        statuses: Counter[str] = Counter()
        missing: Counter[str] = Counter()
        left_out: Counter[str] = Counter()
        datasets: dict[str, None] = {}
        for row in rows:
            number = None if row.value is None else row.value + 0.0  # zero has no sign
            on_map = row.level in self._levels and _inside(row.code, row.level, self._within)
            is_beside = row.level in BESIDE and (self._beside is None or row.code in self._beside)
            if number is not None and (on_map or is_beside) and not survives(number, decimals):
                self.refused.append(
                    Refused(indicator_id, row.name, row.area, row.day, number, single(number), decimals)
                )
                number = None
                left_out[CHANGED] += on_map
            if is_beside and number is not None:
                beside.setdefault(row.code, {})[row.day] = number
            if not on_map:
                continue
            if row.area_key not in self._drawn:
                self.undrawn[row.level] += number is not None
                left_out[UNDRAWN] += number is not None
                continue
            values.setdefault(row.level, {}).setdefault(row.code, {})[row.day] = number
            datasets.update(dict.fromkeys(one for one in (row.numerator, row.denominator) if one))
            if row.value is None:
                missing[row.reason] += 1
            elif row.status != "A":
                statuses[row.status] += 1
        whole = {
            level: _rectangular(cells)
            for level, cells in values.items()
            if any(number is not None for days in cells.values() for number in days.values())
        }
        return Series(
            indicator_id,
            newest.name,
            newest.field,
            unit,
            decimals,
            definition,
            tuple(datasets),
            dict(sorted(whole.items(), key=lambda one: self._levels.index(one[0]))),
            beside,
            self._remarks(statuses, missing, left_out),
        )

    def _remarks(
        self, statuses: Mapping[str, int], missing: Mapping[str, int], left_out: Mapping[str, int]
    ) -> tuple[str, ...]:
        """How many values are no ordinary ones, and why some are not there: the map cannot say it."""
        of_status, of_reason = self._vocabulary["obs_status"], self._vocabulary["missing_reason"]
        marked = [f"{of_status[code].de}: {count}" for code, count in sorted(statuses.items())]
        absent = [f"{of_reason[code].de}: {count}" for code, count in sorted(missing.items())]
        return tuple(
            f"{head}: {'; '.join(told)}."
            for head, told in (
                ("Werte mit Vermerk", marked),
                ("Ohne Zahl", absent),
                ("Nicht gesendet", [f"{why}: {count}" for why, count in sorted(left_out.items()) if count]),
            )
            if told
        )


@dataclass(frozen=True)
class _Row:
    """A row of the edition."""

    name: str
    field: str
    unit: str
    decimals: int
    level: str
    code: str
    area_key: str
    area: str
    day: date
    value: float | None
    status: str
    reason: str
    numerator: str | None
    denominator: str | None


def _rectangular(cells: Cells) -> Cells:
    """The same days for every area."""
    days = sorted({day for of_area in cells.values() for day in of_area})
    return {code: {day: of_area.get(day) for day in days} for code, of_area in sorted(cells.items())}


UNDEFINED = Definition(
    "Zu dieser Kennzahl liegt keine Beschreibung vor.",
    "Keine Lesehilfe hinterlegt.",
    "Ohne Beschreibung nicht zu deuten.",
    "nicht hinterlegt",
    "relative",
)
"""Of an indicator that the declarations of today do not know any more."""
