"""Two pages about an area, as PDF: its indicators by policy field, from released editions.

Value, interval, small line of the years, the next higher area, the ring and the verdict stand side by side;
what a line breaks at, why a value is missing and where all of it is from stands below. `profile.yml` says
which indicators. The PDF is tagged for screen readers (PDF/UA-1, which Typst enforces).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field

from exports.definition import Definition
from exports.difference import Words
from exports.pictures.chart import breaks_of, small_line
from exports.pictures.drawing import NoPicture, german, short
from exports.pictures.imprint import Imprint
from exports.pictures.typesetting import pdf_of, save_bytes
from exports.series import (
    DOUBTFUL,
    AreaSeries,
    Cell,
    Series,
    areas_with_values,
    parquet,
    read_area,
    read_series,
    with_rings,
)
from exports.writers.licences import CHANGES
from sources.foundation.strict import Strict, read
from sources.foundation.told import Told, day_in
from sources.foundation.vocabulary import read_vocabulary

CHOICE = Path(__file__).with_name("profile.yml")
TEMPLATE = Path(__file__).parent / "templates" / "profile.typ"
FORMS = ((9.2, 2), (8.8, 2), (8.4, 2), (8.4, 1), (8.0, 1), (8.0, 0), (7.6, 0), (7.2, 0))
"""Size of the letters, and how much is said of how to read the indicators (2: also how not to), tried in
this order until two pages hold all of it."""
PAGES = 2
AT_ONCE = 200
"""Areas whose series are read together."""

_PAGE = re.compile(rb"/Type\s*/Page[^s]")


class Chosen(Strict):
    """Indicators of a policy field that stand on the profile, in this order."""

    field: str = Field(min_length=1)
    indicators: tuple[str, ...] = Field(min_length=1)


class Choice(Strict):
    """What `profile.yml` says."""

    fields: tuple[Chosen, ...]


@dataclass(frozen=True)
class Profile:
    """What was written: the area, its file, how many indicators have a value, and the pages."""

    area: str
    file: Path
    indicators: int
    pages: int


@dataclass(frozen=True)
class Heading:
    """Who prints it: name, and a picture as SVG."""

    name: str
    logo: str | None = None


@cache
def load_choice(path: Path = CHOICE) -> tuple[Chosen, ...]:
    """Which indicators stand on the profile, by policy field."""
    return read(path, Choice).fields


def write_profile(
    indicators: Path,
    rings: Path | None,
    area_code: str,
    ring_id: str | None,
    heading: Heading,
    definitions: Mapping[str, Definition],
    target: Path,
) -> Profile:
    """Write the profile of one area.

    `indicators` and `rings` are folders of editions of `indicators` and `peer_ring`, `definitions` what
    readers are told of each indicator. Raises `exports.series.NoFigures` for an area without figures, or a
    ring that it is not in.
    """
    if ring_id is not None:
        area = read_area(indicators, rings, area_code, ring_id)
    else:
        area = with_rings({area_code: read_area(indicators, None, area_code)}, rings)[area_code]
    return _Profiles(indicators, heading, definitions).write(area, target)


def indicators_on_it() -> list[str]:
    """The indicators that a profile shows."""
    return [name for one in load_choice() for name in one.indicators]


def write_profiles(
    indicators: Path,
    rings: Path | None,
    ring_id: str | None,
    heading: Heading,
    definitions: Mapping[str, Definition],
    folder: Path,
    levels: Collection[str] = (),
) -> Iterator[Profile]:
    """Write the profiles of all areas (of some levels) that have a value on it, a file each."""
    chosen = indicators_on_it()
    profiles = _Profiles(indicators, heading, definitions)
    folder.mkdir(parents=True, exist_ok=True)
    codes = areas_with_values(indicators, chosen, levels)
    for first in range(0, len(codes), AT_ONCE):
        some = read_series(indicators, codes[first : first + AT_ONCE], chosen)
        for code, area in with_rings(some, rings, ring_id).items():
            yield profiles.write(area, folder / f"profil-{code}.pdf")


class _Profiles:
    """Profiles of one edition: what is the same for all of them is read once."""

    def __init__(self, edition: Path, heading: Heading, definitions: Mapping[str, Definition]) -> None:
        self._edition, self._heading, self._definitions = edition, heading, definitions
        self._imprint = Imprint.read(edition)
        self._words = Words.read(edition / "dictionary.csv")
        self._vocabulary = read_vocabulary()
        self._names = _names(edition)
        self._above: dict[str, dict[str, frozenset[str]]] = {}

    def write(self, area: AreaSeries, target: Path) -> Profile:
        """Write the profile of an area."""
        data = self._data(area)
        for size, said in FORMS:
            readings = [{**one, "not": one["not"] if said == 2 else ""} for one in data["readings"] if said]
            pdf = pdf_of(TEMPLATE, {**data, "size": size, "readings": _halves(readings)})
            pages = len(_PAGE.findall(pdf))
            if pages <= PAGES:
                break
        save_bytes(target, pdf)
        shown = sum(row["value"] is not None for field in data["fields"] for row in field["rows"])
        return Profile(area.name, target, shown, pages)

    def _data(self, area: AreaSeries) -> dict[str, Any]:
        """What the template prints; all of it is text, ready to be read."""
        series = {one.indicator_id: one for one in area.series}
        remarks: dict[str, list[int]] = {}
        fields, used = [], []
        for chosen in load_choice():
            rows = [self._row(series[name], area, remarks) for name in chosen.indicators if name in series]
            used += [name for name in chosen.indicators if name in series]
            absent = [self._names[name] for name in chosen.indicators if name in self._names.keys() - series]
            fields.append({"name": chosen.field, "rows": rows, "absent": ", ".join(absent)})
        beside = [f"{area.above} (übergeordnetes Gebiet)"] if area.above else []
        if area.ring:
            beside.append(f"Vergleichsring „{area.ring}“ (Median)")
        elif area.rings:
            beside.append(f"kein Ring gewählt (das Gebiet ist in mehreren: {', '.join(area.rings.values())})")
        imprint = self._imprint
        return {
            "title": f"Gebietsprofil {area.name}",
            "heading": f"Gebietsprofil {short(area.name)}",
            "office": self._heading.name,
            "logo": self._heading.logo,
            "area": area.name,
            "code": area.area_code,
            "beside": " und ".join(beside) or "kein Vergleichsgebiet",
            "above": area.above or "–",
            "ring": area.ring,
            "fields": [one for one in fields if one["rows"] or one["absent"]],
            "remarks": list(remarks),
            "readings": [
                {"name": series[name].name, "how": known.how_to_read, "not": known.how_not_to_read}
                for name in used
                if (known := self._definitions.get(name)) is not None
            ],
            "signs": self._signs([series[name] for name in used], in_ring=area.ring is not None),
            "sources": imprint.notes(self._datasets([series[name] for name in used], area.above_code)),
            "changes": CHANGES,
            "edition": imprint.cited,
            "cite": f"{imprint.publisher}: {imprint.title}, {area.name}, {imprint.cited}.",
            "date": [imprint.published.year, imprint.published.month, imprint.published.day],
        }

    def _datasets(self, series: Sequence[Series], above: str | None) -> set[str]:
        """Where the figures are from, those of the area above too."""
        used = {name for one in series for name in one.datasets}
        if above is not None:
            if above not in self._above:
                found = read_series(self._edition, [above]).get(above)
                self._above[above] = {one.indicator_id: one.datasets for one in found.series} if found else {}
            used |= {name for one in series for name in self._above[above].get(one.indicator_id, ())}
        return used

    def _row(self, one: Series, area: AreaSeries, remarks: dict[str, list[int]]) -> dict[str, Any]:
        """A line of the table: the newest value with what stands beside it, or why there is none."""
        latest, newest = one.figures[-1], one.newest or _valued(one)
        noted = [f"Bruch {found.when}: {found.text}." for found in breaks_of(one)]
        if newest is not None and latest.value is None and latest.day > newest.day:
            noted.append(f"Der Stichtag {day_in(latest.day, 'de')} hat keinen Wert: {self._reason(latest)}.")
        numbers = []
        for text in noted:
            remarks.setdefault(text, [])
            numbers.append(list(remarks).index(text) + 1)
        row = {
            "name": one.name,
            "unit": one.unit,
            "notes": ", ".join(map(str, dict.fromkeys(numbers))),
            "day": day_in((newest or latest).day, "de"),
            "value": None,
            "why": f"kein Wert: {self._reason(latest)}",
        }
        if newest is None or newest.value is None:
            return row
        interval = "–"
        if newest.lower is not None and newest.upper is not None:
            interval = f"{german(newest.lower, one.decimals)} bis {german(newest.upper, one.decimals)}"
        median = one.median_on(newest.day)
        verdict = self._words.labels.get(("reference_verdict", newest.verdict, ""), ("", ""))[0]
        return {
            **row,
            "value": self._figure(one, newest),
            "doubtful": newest.status == "U" or newest.reliability in DOUBTFUL,
            "interval": interval,
            "line": small_line(one),
            "alt": _course(one),
            "above": german(newest.land, one.decimals) if newest.land is not None else "–",
            "ring": german(median, one.decimals) if median is not None else "–",
            "verdict": verdict if newest.verdict != "untested" else "nicht geprüft",
        }

    def _figure(self, one: Series, cell: Cell) -> str:
        meaning = self._vocabulary["obs_status"].get(cell.status)
        sign = meaning.sign if meaning and meaning.sign else ""
        shown = german(cell.value or 0.0, one.decimals)
        return f"({shown})" if sign == "()" else f"{shown}{sign}"

    def _reason(self, cell: Cell) -> str:
        meaning = self._vocabulary["missing_reason"].get(cell.reason)
        return meaning.de if meaning else cell.reason

    def _signs(self, series: Sequence[Series], *, in_ring: bool) -> list[str]:
        """What signs and shapes mean; only those that occur."""
        cells = [cell for one in series if (cell := one.newest or _valued(one)) is not None]
        lines = ["95-%-Intervall: in diesem Bereich schwankt der Wert durch Zufall."]
        for code in sorted({cell.status for cell in cells}):
            meaning = self._vocabulary["obs_status"].get(code)
            if meaning and meaning.sign:
                lines.append(
                    f"{'(Zahl)' if meaning.sign == '()' else f'Zahl mit {meaning.sign}'}: {meaning.de}."
                )
        if any(cell.reliability in DOUBTFUL for cell in cells):
            lines.append("Kursive Zahl: beruht auf wenigen Fällen und schwankt stark.")
        lines.append(
            "Verlauf: jede Linie hat ihre eigene Höhe; an Brüchen (senkrechter Strich) und Lücken ist sie "
            "unterbrochen, der Punkt am Ende ist der neueste Wert."
        )
        if in_ring:
            lines.append("Ring: der Median gilt für denselben Stichtag wie der Wert, sonst steht ein Strich.")
        return lines


def _halves(readings: Sequence[dict[str, str]]) -> list[list[dict[str, str]]]:
    """Two columns of about equal length; none without anything to read."""
    whole = sum(len("".join(one.values())) + 40 for one in readings)
    halves: list[list[dict[str, str]]] = [[], []]
    so_far = 0
    for one in readings:
        halves[so_far * 2 >= whole].append(one)
        so_far += len("".join(one.values())) + 40
    return halves if readings else []


def _valued(one: Series) -> Cell | None:
    """The newest figure with a value, of whatever status."""
    return next((cell for cell in reversed(one.figures) if cell.value is not None), None)


def _course(one: Series) -> str:
    """The small line in words: all its figures by day, and its breaks."""
    cells = [cell for cell in one.figures if cell.is_drawn]
    figures = "; ".join(
        f"{day_in(cell.day, 'de')} {german(cell.value or 0.0, one.decimals)}" for cell in cells
    )
    breaks = "".join(f"; Bruch {found.when}" for found in breaks_of(one))
    return f"Verlauf {one.name}: {figures}{breaks}"


def _names(edition: Path) -> dict[str, str]:
    """The names of the indicators of an edition."""
    import duckdb

    with duckdb.connect() as connection:
        return dict(
            connection.execute(
                "select indicator_id, min(indicator_name_de) from read_parquet(?) group by 1 order by 1",
                [parquet(edition)],
            ).fetchall()
        )


LARGEST = 300_000
"""Bytes of a logo: it stands in every profile."""
_PNG = b"\x89PNG\r\n\x1a\n"


def logo_of(file: Path) -> str:
    """The logo of an office as SVG, from an SVG or PNG file.

    Raises `NoPicture` for one that is missing, too large, or neither.
    """
    if not file.is_file():
        raise NoPicture(
            Told(
                f"office.yml: `logo` names {file}, which is not there",
                f"office.yml: `logo` nennt {file}, diese Datei gibt es nicht",
            )
        )
    size = file.stat().st_size
    if size > LARGEST:
        raise NoPicture(
            Told(
                f"office.yml: the logo {file} has {size // 1000} kB; {LARGEST // 1000} kB at most",
                f"office.yml: das Logo {file} hat {size // 1000} kB; erlaubt sind höchstens "
                f"{LARGEST // 1000} kB",
            )
        )
    content = file.read_bytes()
    if content.startswith(_PNG):
        return _svg_of_png(content)
    try:
        from xml.etree import ElementTree

        root = ElementTree.fromstring(content).tag  # noqa: S314  # of the office itself
        if root.rsplit("}", 1)[-1] == "svg":
            return content.decode("utf-8")
    except (ElementTree.ParseError, UnicodeDecodeError):
        pass
    raise NoPicture(
        Told(
            f"office.yml: the logo {file} is neither SVG nor PNG",
            f"office.yml: das Logo {file} ist weder SVG noch PNG",
        )
    )


def _svg_of_png(content: bytes) -> str:
    """A PNG inside an SVG of its size."""
    from base64 import b64encode

    width, height = (int.from_bytes(content[start : start + 4], "big") for start in (16, 20))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" '
        f'href="data:image/png;base64,{b64encode(content).decode()}"/></svg>'
    )
