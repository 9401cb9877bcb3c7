"""QGIS styles (QML) of one measure of a layer: classes, what is not shown and why, legend, labels.

The legend is told in German: the measure with its unit and day, the limits of the classes, each reason why an
area has no value, marks of estimated and converted values, the source notes to print. What is missing is
hatched on white, what is kept secret cross-hatched on grey, so that neither looks like a small value.

Shares, rates and means colour the areas; counts stand as circles, since a large area would look like a large
number. Written for QGIS 3.22 and newer; a rule per class, so that nothing is drawn in two ways.
"""

from __future__ import annotations

import math
import textwrap
import uuid
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as Xml

from exports.classes import COLOURS, ONE_COLOUR, limits_and_colours
from exports.writers.geopackage import REMARK, STATUS, Attribute, Layer
from sources.foundation.sql import text_literal
from sources.foundation.vocabulary import read_vocabulary

VERSION = "3.22.16-Białowieża"

LABELLED = 60
"""Areas up to which a layer shows their names and values at once; above it they are one click away."""

BORDER, BORDER_WIDTH = "#6f6f6f", 0.2
MISSING_LINES, SECRET_GROUND, SECRET_LINES = "#8c8c8c", "#d0d0d0", "#5a5a5a"
MARK = "#d7301f"
CIRCLE, CIRCLE_EDGE, CIRCLE_GROUND = COLOURS[ONE_COLOUR][5][1], COLOURS[ONE_COLOUR][5][4], "#f7f7f7"
CIRCLES = (1.6, 2.6, 3.8, 5.2, 6.8)
"""Diameters in millimetres from the class of the smallest numbers up, in a layer of `ROOMY` areas at most."""

ROOMY = 150

WIDTH = 48
"""Characters of a line of the legend."""

HATCHES = (45, 135, 0, 90, 20, 110)
"""Angles that tell reasons apart."""

_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_NAMES = uuid.UUID("6c5b5f0e-6d6f-5f5e-8a8b-7f0f7a1f4d55")


def qml(layer: Layer, attribute: Attribute, *, is_count: bool, sources: Sequence[str], edition: str) -> str:
    """The style of a measure of a layer.

    `sources` are the source notes that the legend ends with, `edition` the edition of the values.
    """
    root = Xml.Element(
        "qgis",
        {
            "version": VERSION,
            "styleCategories": "Symbology|Labeling|Fields|MapTips",
            "labelsEnabled": "1" if len(layer.names) <= LABELLED else "0",
        },
    )
    _aliases(root, layer)
    renderer = Xml.SubElement(root, "renderer-v2", {"type": "RuleRenderer", "forceraster": "0"})
    rules = Xml.SubElement(renderer, "rules", {"key": _key(layer, attribute, "rules")})
    unit = f", {attribute.unit}" if attribute.unit else ""
    day = f", {attribute.reference_date:%d.%m.%Y}" if attribute.reference_date else ""
    heading = f"{attribute.label or attribute.name}{unit}{day}"
    group = Xml.SubElement(
        rules, "rule", {"key": _key(layer, attribute, "heading"), "label": _wrapped(heading)}
    )
    symbols = Xml.SubElement(renderer, "symbols")
    parts = [*_classes(attribute, is_count), *_absent(attribute), *_marked(attribute)]
    told = [
        (f"{layer.title} · {edition}", "FALSE", [_fill(None, None)]),
        *((source, "FALSE", [_fill(None, None)]) for source in dict.fromkeys(sources)),
    ]
    for number, (label, condition, drawn) in enumerate([*parts, *told]):
        Xml.SubElement(
            group,
            "rule",
            {
                "key": _key(layer, attribute, str(number)),
                "symbol": str(number),
                "filter": condition,
                "label": _wrapped(label),
            },
        )
        symbol = Xml.SubElement(
            symbols, "symbol", {"name": str(number), "type": "fill", "alpha": "1", "clip_to_extent": "1"}
        )
        symbol.extend(drawn)
    _labels(root, attribute)
    Xml.SubElement(root, "previewExpression").text = '"area_name"'
    Xml.SubElement(root, "mapTip").text = (
        f"<b>[% \"area_name\" %]</b><br>{_html(heading)}: [% coalesce({_number(attribute)}, '–') %]"
        f"<br>[% coalesce(\"{attribute.name}{REMARK}\", '') %]"
    )
    Xml.SubElement(root, "layerGeometryType").text = "2"
    Xml.indent(root, " ")
    return _DOCTYPE + Xml.tostring(root, encoding="unicode") + "\n"


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, WIDTH))


Rule = tuple[str, str, list[Xml.Element]]
"""Label of the legend, condition, layers of the symbol from below."""


def _classes(attribute: Attribute, is_count: bool) -> list[Rule]:
    """A rule per class, from the smallest numbers up. Each number is in one class."""
    numbers = [float(cell.value) for cell in attribute.cells.values() if cell.value is not None]
    if not numbers:
        return []
    limits, colours = limits_and_colours(numbers, attribute.digits)
    edges = [min(numbers), *limits, max(numbers)]
    name = f'"{attribute.name}"'
    found: list[Rule] = []
    for number, colour in enumerate(colours):
        conditions = [f"{name} IS NOT NULL"]
        conditions += [f"{name} >= {edges[number]!r}"] if number else []
        conditions += [f"{name} < {edges[number + 1]!r}"] if number < len(limits) else []
        low, high = (_german(one, attribute.digits) for one in edges[number : number + 2])
        to = "bis unter" if number < len(limits) else "bis"
        label = low if low == high else f"{low} {to} {high}"
        drawn = (
            [_fill(CIRCLE_GROUND), _circle(_size(number, len(colours), len(attribute.cells)))]
            if is_count and min(numbers) >= 0
            else [_fill(colour)]
        )
        found.append((label, " AND ".join(conditions), drawn))
    return found


def _size(number: int, classes: int, areas: int) -> float:
    """The circle of a class, by the place of the class among all; smaller where areas are many."""
    last = len(CIRCLES) - 1
    size = CIRCLES[round(number * last / (classes - 1)) if classes > 1 else last // 2]
    return round(size * min(1.0, math.sqrt(ROOMY / areas)), 2)


def _absent(attribute: Attribute) -> list[Rule]:
    """A rule per reason why areas have no value; what is missing first, then what is kept secret."""
    name, remark = f'"{attribute.name}"', f'"{attribute.name}{REMARK}"'
    secret = {one.de for one in read_vocabulary()["missing_reason"].values() if one.is_secret}
    reasons = {cell.remark for cell in attribute.cells.values() if cell.value is None}
    found: list[Rule] = []
    for number, reason in enumerate(sorted(reasons, key=lambda one: (one in secret, one is None, one or ""))):
        why = f"{remark} IS NULL" if reason is None else f"{remark} = {text_literal(reason)}"
        angle = HATCHES[number % len(HATCHES)]
        drawn = (
            [_fill(SECRET_GROUND), _hatch(45, SECRET_LINES), _hatch(135, SECRET_LINES)]
            if reason in secret
            else [_fill("#ffffff"), _hatch(angle, MISSING_LINES)]
        )
        label = f"Kein Wert: {reason}" if reason else "Kein Wert"
        found.append((label, f"{name} IS NULL AND {why}", drawn))
    return found


def _marked(attribute: Attribute) -> list[Rule]:
    """A rule per status that is no ordinary one: drawn over the class."""
    known = read_vocabulary()["obs_status"]
    there = {cell.status for cell in attribute.cells.values() if cell.value is not None}
    return [
        (
            meaning.de,
            f'"{attribute.name}" IS NOT NULL AND "{attribute.name}{STATUS}" = \'{status}\'',
            [_dots()],
        )
        for status, meaning in known.items()
        if status in there and status != "A"
    ]


def _labels(root: Xml.Element, attribute: Attribute) -> None:
    """Names of areas without what follows the comma, and the number below."""
    labeling = Xml.SubElement(root, "labeling", {"type": "simple"})
    settings = Xml.SubElement(labeling, "settings", {"calloutType": "simple"})
    style = Xml.SubElement(
        settings,
        "text-style",
        {
            "fieldName": (
                f"regexp_replace(\"area_name\", ',.*$', '') || coalesce('\\n' || {_number(attribute)}, '')"
            ),
            "isExpression": "1",
            "fontFamily": "DejaVu Sans",
            "fontSize": "7",
            "fontSizeUnit": "Point",
            "textColor": "20,20,20,255",
            "textOpacity": "1",
            "fontWeight": "50",
            "multilineHeight": "1",
        },
    )
    Xml.SubElement(
        style,
        "text-buffer",
        {
            "bufferDraw": "1",
            "bufferSize": "0.7",
            "bufferSizeUnits": "MM",
            "bufferColor": "255,255,255,255",
            "bufferOpacity": "0.85",
        },
    )
    Xml.SubElement(settings, "text-format", {"multilineAlign": "1"})
    Xml.SubElement(settings, "placement", {"placement": "1", "centroidInside": "1", "centroidWhole": "1"})
    Xml.SubElement(settings, "rendering", {"displayAll": "0", "obstacle": "0"})


def _aliases(root: Xml.Element, layer: Layer) -> None:
    """What the columns are called in tables and forms."""
    aliases = Xml.SubElement(root, "aliases")
    for one in layer.attributes:
        day = f", {one.reference_date:%d.%m.%Y}" if one.reference_date else ""
        name = f"{one.label or one.name}{f' ({one.unit})' if one.unit else ''}{day}"
        ends = {"": "", STATUS: ": Status", REMARK: ": Hinweis"} if one.has_status else {"": ""}
        for end, told in ends.items():
            Xml.SubElement(aliases, "alias", {"field": one.name + end, "name": name + told})


def _number(attribute: Attribute) -> str:
    """An expression of QGIS: the number as Germans read it."""
    digits = attribute.digits if attribute.digits is not None else 2
    return f"format_number(\"{attribute.name}\", {digits}, 'de')"


def _german(value: float, digits: int | None) -> str:
    """A number with its decimals, comma and points of thousands."""
    shown = f"{value + 0.0:,.{digits}f}" if digits is not None else f"{value + 0.0:,g}"
    return shown.translate({ord(","): ".", ord("."): ","})


def _fill(colour: str | None, border: str | None = BORDER) -> Xml.Element:
    return _layer(
        "SimpleFill",
        {
            "color": _rgba(colour),
            "style": "solid" if colour else "no",
            "outline_color": _rgba(border),
            "outline_style": "solid" if border else "no",
            "outline_width": str(BORDER_WIDTH),
            "outline_width_unit": "MM",
            "joinstyle": "round",
        },
    )


def _hatch(angle: int, colour: str) -> Xml.Element:
    line = _layer("SimpleLine", {"line_color": _rgba(colour), "line_width": "0.25", "line_width_unit": "MM"})
    found = _layer(
        "LinePatternFill",
        {"angle": str(angle), "distance": "1.6", "distance_unit": "MM", "color": _rgba(colour)},
    )
    return _with_symbol(found, "line", line)


def _dots() -> Xml.Element:
    dot = _layer(
        "SimpleMarker",
        {"name": "circle", "color": _rgba(MARK), "outline_style": "no", "size": "0.6", "size_unit": "MM"},
    )
    distances = {
        f"{kind}_{axis}{end}": value
        for kind in ("distance",)
        for axis in ("x", "y")
        for end, value in (("", "1.8"), ("_unit", "MM"))
    }
    return _with_symbol(_layer("PointPatternFill", distances), "marker", dot)


def _circle(size: float) -> Xml.Element:
    marker = _layer(
        "SimpleMarker",
        {
            "name": "circle",
            "color": _rgba(CIRCLE),
            "outline_color": _rgba(CIRCLE_EDGE),
            "outline_width": "0.2",
            "size": str(size),
            "size_unit": "MM",
        },
    )
    inside = {"point_on_surface": "1", "point_on_all_parts": "0"}
    return _with_symbol(_layer("CentroidFill", inside), "marker", marker)


def _with_symbol(layer: Xml.Element, kind: str, inner: Xml.Element) -> Xml.Element:
    symbol = Xml.SubElement(layer, "symbol", {"name": "@0@0", "type": kind, "alpha": "1"})
    symbol.append(inner)
    return layer


def _layer(kind: str, options: dict[str, str]) -> Xml.Element:
    found = Xml.Element("layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})
    inner = Xml.SubElement(found, "Option", {"type": "Map"})
    for name, value in options.items():
        Xml.SubElement(inner, "Option", {"name": name, "type": "QString", "value": value})
    return found


def _rgba(colour: str | None) -> str:
    if colour is None:
        return "255,255,255,0"
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},255"


def _key(layer: Layer, attribute: Attribute, part: str) -> str:
    """An id that is the same in every file of the same content."""
    return f"{{{uuid.uuid5(_NAMES, f'{layer.name} {attribute.name} {part}')}}}"


def _html(text: str) -> str:
    marks: Iterable[tuple[str, str]] = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("[%", "[ %"))
    for mark, written in marks:
        text = text.replace(mark, written)
    return text
