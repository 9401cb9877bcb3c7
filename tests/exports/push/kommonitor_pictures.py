"""The state of the stand-in for KomMonitor as a picture: what a reader of the server would see.

python -m tests.exports.push.kommonitor_pictures FOLDER    # after a push, and after a withdrawal
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from tests.exports.push.kommonitor_server import Indicator, StandIn, Unit, read_interface

SIDE, GAP, LEFT, WIDTH = 150, 24, 12, 980
EMPTY, SHOWN = "#ffffff", "#b5d3e7"


def picture(server: StandIn, title: str) -> str:
    """SVG with a row per indicator and level: each area at the newest day, with its number or without."""
    rows = [
        (one, server.units[level], table)
        for one in sorted(server.indicators.values(), key=lambda one: str(one.about["abbreviation"]))
        for level, table in one.values.items()
        if level in server.units
    ]
    height = 50 + len(rows) * (SIDE + 70)
    drawn = [f'<text x="{LEFT}" y="26" font-size="18">{escape(title)}</text>']
    for number, (indicator, unit, table) in enumerate(rows):
        drawn += _row(50 + number * (SIDE + 70), indicator, unit, table)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-size="12" '
        f'font-family="sans-serif"><rect width="100%" height="100%" fill="#fff"/>{"".join(drawn)}</svg>'
    )


def _row(
    top: float, indicator: Indicator, unit: Unit, table: dict[str, dict[str, float | None]]
) -> Iterator[str]:
    days = sorted({day for values in table.values() for day in values})
    newest = days[-1] if days else "keine Werte"
    words = f"{indicator.about['abbreviation']}, {unit.about['spatialUnitLevel']}, {newest}"
    yield f'<text x="{LEFT}" y="{top + 12}" font-weight="bold">{escape(words)}</text>'
    valid = [
        feature
        for feature in unit.features.values()
        if feature["properties"]["validStartDate"] <= newest
        and (feature["properties"]["validEndDate"] or "9999") >= newest
    ]
    for place, feature in enumerate(sorted(valid, key=lambda one: str(one["properties"]["ID"]))):
        own = feature["properties"]
        value = table.get(own["ID"], {}).get(newest)
        x, y = LEFT + place * (SIDE + GAP), top + 22
        yield _outline(feature["geometry"], x, y, EMPTY if value is None else SHOWN)
        said = "kein Wert" if value is None else f"{value:g}".replace(".", ",")
        yield f'<text x="{x}" y="{y + SIDE + 16}">{escape(str(own["NAME"]))}: {said}</text>'


def _outline(geometry: dict[str, Any], x: float, y: float, fill: str) -> str:
    """The rings of an area, as large as the square allows."""
    parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    points = [point for part in parts for ring in part for point in ring]
    (west, south), (east, north) = (tuple(f(p[axis] for p in points) for axis in (0, 1)) for f in (min, max))
    scale = SIDE / max(east - west, north - south)
    path = " ".join(
        "M"
        + " L".join(f"{x + (p[0] - west) * scale:.1f},{y + (north - p[1]) * scale:.1f}" for p in ring)
        + " Z"
        for part in parts
        for ring in part
    )
    return f'<path d="{path}" fill="{fill}" stroke="#1c2430" fill-rule="evenodd"/>'


def main(folder: Path) -> None:
    """Push the small edition to an empty stand-in, then one with withdrawn values; draw both states."""
    from tests.exports.push.test_kommonitor import content_of, push_to, withdrawn

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, StandIn(read_interface()).running() as server:
        home = Path(scratch)
        for name, title, rows in (
            ("nach-push.svg", "KomMonitor nach der Übertragung", None),
            ("nach-rueckzug.svg", "KomMonitor nach dem Rückzug", withdrawn()),
        ):
            content = content_of(home / name, units={"D01": "Tsd."}) if rows is None else None
            push_to(server, content or content_of(home / name, rows), home)
            (folder / name).write_text(picture(server, title), encoding="utf-8")
            print(folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
