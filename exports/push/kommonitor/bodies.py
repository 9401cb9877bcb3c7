"""The bodies of requests to data-management and to the importer, from content alone: nothing is asked here.

Names of keys are the interface's, slips included (`refrencesTo…`). What a server gives (ids of levels, topics
and of the owner) is handed in as `Places`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from exports import geojson
from exports.classes import CLASSES, ONE_COLOUR, TWO_COLOURS
from exports.push.kommonitor.content import Cells, Content, Kind, Level, Outline, Series, Source

Body = dict[str, Any]

TAG = "planstat:"
"""Begins the tag by which an indicator of ours is known again."""

INTERVALS = {"ANNUAL": "YEARLY", "QUARTERLY": "QUARTERLY", "MONTHLY": "MONTHLY"}
"""Cadence of a product -> `updateInterval`."""

TYPES: Mapping[Kind, str] = {
    "absolute": "STATUS_ABSOLUTE",
    "relative": "STATUS_RELATIVE",
    "standardized": "STATUS_STANDARDIZED",
}

BY_LIMITS, BY_SHARES = "REGIONAL_DEFAULT", "QUANTILE"
"""Classes by given limits, which hold for all days; where none can be given, by equal shares of each day."""

IDENTIFIER, NAME = "ID", "NAME"
STARTS, ENDS = "validStartDate", "validEndDate"
DAY = "DATE_"
"""Begins the name of the column of a day in what the server gives back."""

TABLE_CONVERTER = "Tabelle_Zeitreihe_zu_Indikator"


@dataclass(frozen=True)
class Places:
    """What a server knows things by: the owner, ids of levels and of topics by policy field."""

    owner: str
    permissions: tuple[str, ...] = ()
    public: bool = True
    levels: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)
    region: str = "DG"

    def rights(self) -> Body:
        """Whose it is and who may see it."""
        return {"permissions": list(self.permissions), "ownerId": self.owner, "isPublic": self.public}


def topic(policy_field: str) -> Body:
    """POST /topics: a topic for a policy field."""
    return {
        "topicName": policy_field,
        "topicDescription": f"Kennzahlen des Planungsfelds {policy_field}",
        "topicType": "main",
        "topicResource": "indicator",
    }


def feature_collection(outlines: Iterable[Outline]) -> str:
    """Outlines as GeoJSON (RFC 7946, EPSG:4326); each says when it holds."""
    return geojson.feature_collection((_properties(one), one.geometry) for one in outlines)


def _properties(outline: Outline) -> Body:
    end = {} if outline.valid_to is None else {ENDS: outline.valid_to.isoformat()}
    return {IDENTIFIER: outline.code, NAME: outline.name, STARTS: outline.valid_from.isoformat(), **end}


def period(outlines: Collection[Outline]) -> Body:
    """From when on, and until when, any of the outlines holds."""
    ends = [one.valid_to for one in outlines if one.valid_to is not None]
    start = {"startDate": min(one.valid_from for one in outlines).isoformat()}
    return start | ({"endDate": max(ends).isoformat()} if len(ends) == len(outlines) else {})


def new_level(content: Content, level: Level, places: Places) -> Body:
    """POST /spatial-units: a level with all its outlines."""
    titles = [one.title for one in content.levels]
    at = titles.index(level.title)
    neighbours = {
        "nextUpperHierarchyLevel": titles[at - 1] if at else None,
        "nextLowerHierarchyLevel": titles[at + 1] if at + 1 < len(titles) else None,
    }
    return {
        "spatialUnitLevel": level.title,
        "geoJsonString": feature_collection(level.outlines),
        "periodOfValidity": period(level.outlines),
        "metadata": _metadata(
            content, level_about(level), content.outline_sources.values(), remarks=(level_tag(level.level),)
        ),
        "isOutlineLayer": False,
        **{key: title for key, title in neighbours.items() if title is not None},
        **places.rights(),
    }


def more_outlines(outlines: Collection[Outline]) -> Body:
    """PUT /spatial-units/{id}: outlines that join, or replace, those that are there."""
    return {
        "geoJsonString": feature_collection(outlines),
        "periodOfValidity": period(outlines),
        "isPartialUpdate": True,
    }


def level_tag(level: str) -> str:
    """Ends the note of a level of ours; the interface has no tags for levels."""
    return f"[{TAG}{level}]"


def level_about(level: Level) -> str:
    """What a level shows, in German."""
    return "; ".join(layer.title for layer in level.layers)


def new_indicator(content: Content, series: Series, places: Places) -> Body:
    """POST /indicators: everything about an indicator but its values."""
    return about(content, series, places) | places.rights()


def about(content: Content, series: Series, places: Places) -> Body:
    """What is said of an indicator: the part that POST and PATCH have in common."""
    defined = series.definition
    days = {(day.month, day.day) for day in series.days}
    one_day = f"Stichtag {next(iter(days))[1]:02}.{next(iter(days))[0]:02}. des Jahres"
    limits = {level: breaks for level in series.values if (breaks := series.breaks(level))}
    negative = any(
        number is not None and number < 0
        for cells in series.values.values()
        for of_area in cells.values()
        for number in of_area.values()
    )
    return {
        "datasetName": series.name,
        "abbreviation": series.indicator_id,
        "characteristicValue": series.indicator_id.partition("-")[2] or "insgesamt",
        "unit": series.unit,
        "precision": series.decimals,
        "indicatorType": TYPES[defined.kind],
        "creationType": "INSERTION",
        "isHeadlineIndicator": False,
        "interpretation": f"{defined.how_to_read} {defined.how_not_to_read}",
        "processDescription": defined.formula,
        "referenceDateNote": one_day if len(days) == 1 else "Stichtage wechseln, siehe Datum des Werts",
        "tags": [series.field, TAG + series.indicator_id],
        "topicReference": places.topics[series.field],
        "defaultClassificationMapping": {
            "colorBrewerSchemeName": TWO_COLOURS if negative else ONE_COLOUR,
            "numClasses": CLASSES,
            "classificationMethod": BY_LIMITS if limits else BY_SHARES,
            "items": [
                {"spatialUnitId": places.levels[level], "breaks": breaks} for level, breaks in limits.items()
            ],
        },
        "refrencesToOtherIndicators": [],
        "refrencesToGeoresources": [],
        "metadata": _metadata(
            content,
            defined.question,
            [content.sources[name] for name in series.datasets if name in content.sources],
            law=defined.law,
            remarks=series.remarks,
        ),
    }


def changed_indicator(content: Content, series: Series, places: Places) -> Body:
    """PATCH /indicators/{id}: what is said of an indicator, and the published values of the region."""
    return about(content, series, places) | {"regionalReferenceValues": beside(series, places.region)}


def beside(series: Series, region: str) -> list[Body]:
    """`regionalReferenceValues`: what is published for a region, a total or a mean. Nothing is computed."""
    key = "regionalSum" if series.definition.kind == "absolute" else "regionalAverage"
    values = series.beside.get(region, {})
    return [{"referenceDate": day.isoformat(), key: number} for day, number in sorted(values.items())]


def values(title: str, cells: Cells, places: Places) -> Body:
    """PUT /indicators/{id}: the values of one level; null empties a cell."""
    return {
        "applicableSpatialUnit": title,
        "indicatorValues": [
            {
                "spatialReferenceKey": code,
                "valueMapping": [
                    {"timestamp": day.isoformat(), "indicatorValue": number}
                    for day, number in of_area.items()
                ],
            }
            for code, of_area in cells.items()
        ],
        **places.rights(),
    }


def table(cells: Cells) -> str:
    """The importer's table: a row per area, a column per day; decimal point, empty where there is no number.

    To be written as UTF-8 with a byte order mark.
    """
    days = _days(cells)
    lines = [";".join([IDENTIFIER, *(day.isoformat() for day in days)])]
    for code, of_area in cells.items():
        numbers = ("" if (one := of_area[day]) is None else f"{one!r}".removesuffix(".0") for day in days)
        lines.append(";".join([code, *numbers]))
    return "\r\n".join(lines) + "\r\n"


def mapping(file: str, title: str, cells: Cells, places: Places, indicator: str) -> Body:
    """POST /indicators/update of the importer: how a table is read. An empty cell empties the value there."""
    return {
        "indicatorId": indicator,
        "dataSource": {"type": "FILE", "parameters": [{"name": "NAME", "value": file}]},
        "converter": {
            "name": TABLE_CONVERTER,
            "encoding": "UTF-8",
            "mimeType": "text/csv",
            "parameters": [{"name": "Trennzeichen", "value": ";"}],
        },
        "propertyMapping": {
            "spatialReferenceKeyProperty": IDENTIFIER,
            "timeseriesMappings": [
                {"indicatorValueProperty": day.isoformat(), "timestamp": day.isoformat()}
                for day in _days(cells)
            ],
            "keepMissingOrNullValueIndicator": True,
        },
        "aggregations": [],
        "indicatorPutBody": {
            "applicableSpatialUnit": title,
            "indicatorValues": [],
            **places.rights(),
        },
        "dryRun": False,
    }


def _days(cells: Cells) -> list[date]:
    return list(next(iter(cells.values())))


def _metadata(
    content: Content,
    description: str,
    sources: Collection[Source],
    *,
    law: str | None = None,
    remarks: tuple[str, ...] = (),
) -> Body:
    """`CommonMetadataType`: contact, sources with licences, edition."""
    licences = "; ".join(sorted({one.licence for one in sources}))
    edition = f"Ausgabe {content.edition}. Lizenz: {licences}."
    return {
        "contact": ", ".join(filter(None, (content.publisher, content.email))),
        "datasource": "; ".join(sorted({one.attribution for one in sources})),
        "databasis": "; ".join(dict.fromkeys(one.title for one in sources)),
        "description": description,
        "updateInterval": INTERVALS.get(content.cadence, "ARBITRARY"),
        "lastUpdate": content.published_at.date().isoformat(),
        "note": " ".join((edition, *remarks)),
        "sridEPSG": 4326,
        **({} if law is None else {"literature": law}),
    }
