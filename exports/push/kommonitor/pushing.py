"""The push: what a server has is read, compared with the edition, sent where it differs, and read again.

The server's state decides, not our memory of it, so a push that was cut at any request is completed by the
next one, and one with nothing to do changes nothing. What is ours is known by its id; where that was lost or
the thing deleted, by its tag and owner (`bodies.TAG`); a level that somebody else made is never written to.

The state after a push: each number of the edition that stands on an outline is there, as the 32-bit float
nearest to it, and no other number is. A missing, withdrawn or refused value is sent as null. What must not be
shown any more goes first, over all indicators; one that the edition no longer has stays without a number.
Values come before what is said about them, so that an indicator names an edition when it shows it. Outlines
that left the edition stay, without a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from exports.push.kommonitor import bodies
from exports.push.kommonitor.bodies import DAY, ENDS, IDENTIFIER, NAME, STARTS, TAG, Body, Places
from exports.push.kommonitor.client import Client, KomMonitorError
from exports.push.kommonitor.content import Cells, Content, Level, Outline, Series, single
from exports.push.kommonitor.ids import Ids
from sources.foundation.told import Told

BOX_TOLERANCE = 0.001
"""Degrees (about 100 m) by which an outline read back may differ: servers round coordinates."""


AREAS_AT_ONCE = 2000
"""Areas in one request with values: proxies limit the size of a body and the time for it."""


class NotAsSent(KomMonitorError):
    """What was read back is not what was sent."""

    def __init__(self, what: Told) -> None:
        super().__init__(
            Told(
                f"{what}: reads back otherwise than it was sent; nothing is claimed, push again, and if it "
                "stays so ask who runs KomMonitor",
                f"{what.de}: liest sich anders zurück, als es gesendet wurde; nichts gilt als übertragen, "
                "erneut senden, und wenn es so bleibt, den Betrieb von KomMonitor fragen",
            )
        )


@dataclass
class Outcome:
    """What a push did: things made, changed and left as they were; numbers and empty cells now there."""

    made: int = 0
    changed: int = 0
    unchanged: int = 0
    emptied: int = 0
    numbers: int = 0
    empty: int = 0

    def count(self, *, made: bool, changed: bool) -> None:
        """Count one thing."""
        self.made += made
        self.changed += changed and not made
        self.unchanged += not (made or changed)


def push(content: Content, places: Places, client: Client, ids: Ids) -> Outcome:
    """Bring a server to the state of an edition, and prove it.

    `places.topics` are topics that the office chose; the others are made. Ids are saved as soon as they are
    known. Raises `KomMonitorError` where the server fails or shows another state than was sent.
    """
    return _Push(content, places, client, ids).run()


class _Push:
    def __init__(self, content: Content, places: Places, client: Client, ids: Ids) -> None:
        self._content, self._places, self._client, self._ids = content, places, client, ids
        self._outcome = Outcome()
        self._titles: dict[str, str] = {}
        self._topics: set[str] = set()
        self._shown: dict[tuple[str, str], Cells] = {}
        self._emptied: set[str] = set()

    def run(self) -> Outcome:
        there = self._list("/spatial-units", "spatialUnitId", "spatialUnitLevel", "metadata")
        levels = {one["spatialUnitId"]: one for one in there}
        self._places = replace(self._places, levels=self._find_levels(levels))
        overviews = self._ours()
        wanted = {one.indicator_id: one for one in self._content.series}
        for indicator_id, overview in overviews.items():
            self._withdraw(indicator_id, overview, wanted.get(indicator_id))
        self._places = replace(self._places, topics=self._bring_topics())
        self._places = replace(self._places, levels=self._bring_levels(levels))
        for series in self._content.series:
            self._bring(series, overviews.get(series.indicator_id))
        return self._outcome

    # Topics

    def _bring_topics(self) -> dict[str, str]:
        there = {one["topicId"]: one for one in _nested(self._list("/public/topics", "topicId", "topicName"))}
        found: dict[str, str] = {}
        for field in dict.fromkeys(one.field for one in self._content.series):
            if (chosen := self._places.topics.get(field)) is not None:
                if chosen not in there:
                    raise KomMonitorError(
                        Told(
                            f"KomMonitor has no topic {chosen}, which office.yml names for {field}",
                            f"KomMonitor hat kein Thema {chosen}, das office.yml für {field} nennt",
                        )
                    )
                found[field] = chosen
                continue
            known = self._known(self._ids.topics, field, there, "/public/topics")
            named = [key for key, one in there.items() if one["topicName"] == field and _of_indicators(one)]
            if known is not None:
                found[field] = known
            elif named:
                found[field] = min(named)
            else:
                made = self._client.post("/topics", bodies.topic(field))
                found[field] = _id_in(made, "topicId", Told(f"topic {field}", f"Thema {field}"))
                self._outcome.count(made=True, changed=False)
            self._keep(self._ids.topics, field, found[field])
        self._topics = {*there, *found.values()}
        return found

    # Levels

    def _find_levels(self, there: dict[str, Body]) -> dict[str, str]:
        """Ids of our levels that are there."""
        found: dict[str, str] = {}
        for level in self._content.levels:
            tag = bodies.level_tag(level.level)
            tagged = [
                key
                for key, one in there.items()
                if tag in (one["metadata"].get("note") or "") and self._is_ours(one)
            ]
            known = self._known(self._ids.levels, level.level, there, "/spatial-units")
            at = known or _only(tagged, Told(f"level {level.title}", f"Ebene {level.title}"))
            if at is not None:
                found[level.level] = at
        return found

    def _bring_levels(self, there: Mapping[str, Body]) -> dict[str, str]:
        found: dict[str, str] = {}
        for level in self._content.levels:
            at = self._places.levels.get(level.level)
            made = at is None
            if at is None:
                at = self._make_level(level, there)
            self._keep(self._ids.levels, level.level, at)
            self._titles[level.level] = level.title if made else there[at]["spatialUnitLevel"]
            changed = self._bring_outlines(level, at)
            self._outcome.count(made=made, changed=changed)
            found[level.level] = at
        return found

    def _make_level(self, level: Level, there: Mapping[str, Body]) -> str:
        if any(one["spatialUnitLevel"] == level.title for one in there.values()):
            raise KomMonitorError(
                Told(
                    f"KomMonitor has a level {level.title!r} of somebody else's, which is not touched; "
                    "give ours another name (`levels:` in office.yml)",
                    f"KomMonitor hat schon eine fremde Ebene „{level.title}“, die nicht angerührt wird; "
                    "der eigenen einen anderen Namen geben (`levels:` in office.yml)",
                )
            )
        answer = self._client.post("/spatial-units", bodies.new_level(self._content, level, self._places))
        return _id_in(answer, "spatialUnitId", Told(f"level {level.title}", f"Ebene {level.title}"))

    def _bring_outlines(self, level: Level, at: str) -> bool:
        """Send the outlines that are not there as they should be; whether any was."""
        differing = self._missing(level, at)
        if differing:
            self._client.put(f"/spatial-units/{at}", bodies.more_outlines(differing))
            if self._missing(level, at):
                raise NotAsSent(Told(f"outlines of {level.title}", f"Umrisse: {level.title}"))
        return bool(differing)

    def _missing(self, level: Level, at: str) -> list[Outline]:
        there = self._outlines_at(at)
        return [
            one
            for one in level.outlines
            if not _is_drawn(one, there.get((one.code, one.valid_from.isoformat())))
        ]

    def _outlines_at(self, at: str) -> dict[tuple[str, str], Body]:
        """Features by id and first day."""
        found = self._or_none(path := f"/spatial-units/{at}/allFeatures")
        features = found["features"] if _has(found, ("features",)) else [found]
        if found is None:
            return {}
        if not all(_has(one, ("properties", "geometry")) for one in features):
            raise _unlike(path)
        return {
            (str(own[IDENTIFIER]), _day_of(own.get(STARTS)) or ""): one
            for one in features
            if IDENTIFIER in (own := one["properties"])
        }

    # Indicators

    def _ours(self) -> dict[str, Body]:
        """Overviews of our indicators by our id: known ids win over tags."""
        there = {one["indicatorId"]: one for one in self._list("/indicators", *OVERVIEW)}
        known = {
            name: there[at]
            for name in self._ids.indicators
            if (at := self._known(self._ids.indicators, name, there, "/indicators")) is not None
        }
        tagged: dict[str, list[str]] = {}
        for key, one in there.items():
            for tag in one.get("tags") or ():
                if tag.startswith(TAG) and self._is_ours(one):
                    tagged.setdefault(tag.removeprefix(TAG), []).append(key)
        found = {
            name: there[at]
            for name, keys in tagged.items()
            if name not in known and (at := _only(keys, Told(name, name))) is not None
        }
        return known | found

    def _known(self, kept: Mapping[str, str], name: str, there: dict[str, Body], path: str) -> str | None:
        """The id that we keep, if the server still has it: a list may leave out what it has."""
        at = kept.get(name)
        if at is not None and at not in there:
            found = self._or_none(f"{path}/{at}")
            if not isinstance(found, dict):
                return None
            there[at] = found
        return at

    def _list(self, path: str, *keys: str) -> list[Body]:
        """What stands at a path: a list of things with these keys."""
        found = self._client.get(path)
        if not isinstance(found, list) or not all(_has(one, keys) for one in found):
            raise _unlike(path)
        return found

    def _is_ours(self, overview: Body) -> bool:
        return bool(overview.get("ownerId", self._places.owner) == self._places.owner)

    def _bring(self, series: Series, overview: Body | None) -> None:
        name = Told(f"{series.indicator_id} {series.name}", f"{series.indicator_id} {series.name}")
        made = overview is None
        if overview is None:
            answer = self._client.post(
                "/indicators", bodies.new_indicator(self._content, series, self._places)
            )
            overview = self._overview(_id_in(answer, "indicatorId", name))
        at = overview["indicatorId"]
        self._keep(self._ids.indicators, series.indicator_id, at)
        changed = at in self._emptied
        for level, cells in series.values.items():
            changed |= self._send(at, self._places.levels[level], self._titles[level], cells, name)
        wanted = bodies.changed_indicator(self._content, series, self._places)
        if overview["topicReference"] in self._topics:  # where people moved it to, it stays
            wanted["topicReference"] = overview["topicReference"]
        changed |= self._say(at, wanted, overview, name)
        self._outcome.count(made=made, changed=changed)

    def _withdraw(self, indicator_id: str, overview: Body, series: Series | None) -> None:
        """Take out the numbers that the edition does not have: all of an indicator that it has no more."""
        at = overview["indicatorId"]
        name = Told(f"withdrawn values of {indicator_id}", f"zurückgenommene Werte von {indicator_id}")
        levels = self._places.levels
        values = {
            levels[level]: cells
            for level, cells in (series.values if series is not None else {}).items()
            if level in levels
        }
        changed = False
        for unit, title in _levels_of(overview).items():
            cells = values.get(unit, {})
            shown = self._values_at(at, unit)
            if stray := _strays(cells, shown):
                self._put(at, title, stray)
                shown = self._values_at(at, unit)
                if _strays(cells, shown):
                    raise NotAsSent(Told(f"{name}, {title}", f"{name.de}, {title}"))
                self._outcome.emptied += sum(map(len, stray.values()))
                changed = True
            self._shown[at, unit] = shown
        days = {} if series is None else series.beside.get(self._places.region, {})
        beside = overview.get("regionalReferenceValues") or []
        kept = [one for one in beside if date.fromisoformat(_day_of(one["referenceDate"]) or "") in days]
        changed |= self._say(at, {**_said_of(overview), "regionalReferenceValues": kept}, overview, name)
        if changed:
            self._emptied.add(at)
        if series is None:
            self._outcome.count(made=False, changed=changed)

    def _say(self, at: str, wanted: Body, overview: Body, name: Told) -> bool:
        """Send what is said of an indicator where it differs; whether it did."""
        if _same_said(wanted, overview):
            return False
        self._client.patch(f"/indicators/{at}", wanted)
        if not _same_said(wanted, self._overview(at)):
            raise NotAsSent(Told(f"metadata of {name}", f"Metadaten von {name.de}"))
        return True

    def _overview(self, at: str) -> Body:
        found: Body = self._client.get(path := f"/indicators/{at}")
        if not _has(found, OVERVIEW):
            raise _unlike(path)
        return found

    def _send(self, at: str, unit: str, title: str, cells: Cells, name: Told) -> bool:
        """Send the values of one level where they differ; whether they did."""
        before = self._shown.get((at, unit))
        differs = before is None or _differences(cells, before) > 0
        if differs:
            self._put(at, title, cells)
            after = self._values_at(at, unit)
            if _differences(cells, after) or _strays(cells, after):
                raise NotAsSent(Told(f"{name}, {title}", f"{name.de}, {title}"))
        numbers = [one for days in cells.values() for one in days.values()]
        self._outcome.numbers += sum(one is not None for one in numbers)
        self._outcome.empty += sum(one is None for one in numbers)
        return differs

    def _put(self, at: str, title: str, cells: Cells) -> None:
        codes = list(cells)
        for start in range(0, len(codes), AREAS_AT_ONCE):
            some = {code: cells[code] for code in codes[start : start + AREAS_AT_ONCE]}
            self._client.put(f"/indicators/{at}", bodies.values(title, some, self._places))

    def _values_at(self, at: str, unit: str) -> Cells:
        """Numbers and empty cells that a server shows for one level; nothing where it has none."""
        rows = self._or_none(path := f"/indicators/{at}/{unit}/without-geometry") or []
        if not isinstance(rows, list) or not all(_has(one, ()) for one in rows):
            raise _unlike(path)
        found: Cells = {}
        for row in rows:
            code = row.get(IDENTIFIER, row.get(IDENTIFIER.lower()))
            for column, number in row.items():
                if column.startswith(DAY):
                    day = date(*map(int, column.removeprefix(DAY).split("-")))
                    of_area = found.setdefault(str(code), {})
                    if of_area.get(day) is None:  # versions of an area share their cells
                        of_area[day] = None if number is None else float(number)
        return found

    def _or_none(self, path: str) -> Any:
        """What stands at a path, None where there is nothing yet."""
        try:
            return self._client.get(path)
        except KomMonitorError as error:
            if error.status != 404:
                raise
            return None

    def _keep(self, kept: dict[str, str], name: str, at: str) -> None:
        if kept.get(name) != at:
            kept[name] = at
            self._ids.save()


def _nested(topics: list[Body]) -> Iterator[Body]:
    for one in topics:
        yield one
        yield from _nested(one.get("subTopics") or [])


def _has(found: Any, keys: Iterable[str]) -> bool:
    return isinstance(found, dict) and all(key in found for key in keys)


def _unlike(path: str) -> KomMonitorError:
    return KomMonitorError(
        Told(
            f"GET {path}: the answer is not what the interface of data-management promises; see that the "
            "address in office.yml is that of data-management, and push again",
            f"GET {path}: die Antwort ist nicht, was die Schnittstelle von Data-Management verspricht; "
            "prüfen, ob die Adresse in office.yml die von Data-Management ist, und erneut senden",
        )
    )


def _only(keys: list[str], what: Told) -> str | None:
    """The one thing with our tag; several leave open which is ours."""
    if len(keys) > 1:
        raise KomMonitorError(
            Told(
                f"{what}: several things in KomMonitor carry its tag ({', '.join(sorted(keys))}); take the "
                "tag from all but one, and push again",
                f"{what.de}: mehrere Einträge in KomMonitor tragen sein Tag ({', '.join(sorted(keys))}); das "
                "Tag bei allen bis auf einen entfernen, dann erneut senden",
            )
        )
    return keys[0] if keys else None


def _of_indicators(topic: Body) -> bool:
    return topic.get("topicResource") in (None, "indicator") and topic.get("topicType") == "main"


def _id_in(answer: Any, key: str, what: Told) -> str:
    """The id of what was made. An answer without one claims nothing: the next push looks for the thing."""
    found = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(found, str) or not found:
        raise NotAsSent(what)
    return found


def _levels_of(overview: Body) -> dict[str, str]:
    """Ids and names of the levels that an indicator has values for."""
    return {
        one["spatialUnitId"]: one["spatialUnitName"] for one in overview.get("applicableSpatialUnits") or ()
    }


def _is_drawn(outline: Outline, feature: Body | None) -> bool:
    """Whether a feature is this outline: name, end, and where it lies.

    A server that ends a version itself, because it is sent its successor, does so on the day before.
    """
    if feature is None:
        return False
    own = feature["properties"]
    last, end = outline.valid_to, _day_of(own.get(ENDS))
    if last is None:
        ends_so = end is None
    else:
        ends_so = end in (last.isoformat(), (last - timedelta(days=1)).isoformat())
    if own.get(NAME) != outline.name or not ends_so:
        return False
    xs, ys = zip(*_points(feature["geometry"]["coordinates"]), strict=True)
    box = (min(xs), min(ys), max(xs), max(ys))
    return all(abs(one - other) <= BOX_TOLERANCE for one, other in zip(box, outline.box, strict=True))


def _points(coordinates: Any) -> Iterator[tuple[float, float]]:
    if isinstance(coordinates[0], (int, float)):
        yield coordinates[0], coordinates[1]
    else:
        for part in coordinates:
            yield from _points(part)


def _day_of(text: Any) -> str | None:
    """The day of a date that a server gives, with or without a time of day."""
    return None if not text else str(text)[:10]


def _strays(cells: Cells, there: Cells) -> Cells:
    """Cells that show a number and must not, as null."""
    found: Cells = {}
    for code, of_area in there.items():
        for day, number in of_area.items():
            if number is not None and cells.get(code, {}).get(day) is None:
                found.setdefault(code, {})[day] = None
    return found


def _differences(wanted: Cells, there: Cells) -> int:
    """Cells that are not as they should be: another 32-bit float, or a number where none should be."""
    return sum(
        _kept(number) != _kept(there.get(code, {}).get(day))
        for code, of_area in wanted.items()
        for day, number in of_area.items()
    )


def _kept(number: float | None) -> float | None:
    return None if number is None else single(number)


OVERVIEW = ("indicatorId", "indicatorName", "metadata", "topicReference")
"""What an overview must have to be one."""
OVERVIEW_KEYS = {"datasetName": "indicatorName"}
"""What a body calls otherwise than the overview that is read."""
REFERENCES = frozenset({"refrencesToOtherIndicators", "refrencesToGeoresources"})
"""Sent empty, and read under another name and form."""


def _same_said(wanted: Body, overview: Body) -> bool:
    return all(
        _plain(value) == _plain(_picked(overview.get(OVERVIEW_KEYS.get(key, key)), value))
        for key, value in wanted.items()
        if key not in REFERENCES
    )


def _picked(found: Any, like: Any) -> Any:
    """Of what was read, the keys that were sent: a server adds some of its own."""
    return (
        {key: found.get(key) for key in like} if isinstance(like, dict) and isinstance(found, dict) else found
    )


def _plain(value: Any) -> Any:
    """A form in which what was sent and what was read compare: 32-bit floats, no empty keys, lists sorted."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in sorted(value.items()) if one not in (None, "")}
    if isinstance(value, list):
        if all(isinstance(one, dict) for one in value):
            return sorted((_plain(one) for one in value), key=repr)
        return sorted(value) if all(isinstance(one, str) for one in value) else [_plain(one) for one in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return single(value)
    return value


def _said_of(overview: Body) -> Body:
    """The body of PATCH that says of an indicator what is said already."""
    keys = (
        "abbreviation", "characteristicValue", "creationType", "datasetName", "defaultClassificationMapping",
        "indicatorType", "interpretation", "isHeadlineIndicator", "metadata", "precision",
        "processDescription", "referenceDateNote", "tags", "topicReference", "unit",
    )  # fmt: skip
    said = {key: overview.get(OVERVIEW_KEYS.get(key, key)) for key in keys}
    return {key: value for key, value in said.items() if value is not None}
