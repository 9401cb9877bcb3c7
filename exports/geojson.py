"""GeoJSON as RFC 7946 asks for: degrees (WGS 84), longitude first, outer rings counterclockwise, no `crs`.

Coordinates have six decimals (section 11.2): 0.1 m, finer than any outline that is published. They are
rounded on a grid that all areas share, so that neighbours still meet, and no ring crosses itself by it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from exports.outlines import CRS

STEP = 0.000001
"""Of coordinates, in degrees."""


def in_degrees(geometry: str) -> str:
    """SQL: a geometry in `CRS` as it stands in GeoJSON, in degrees on the grid.

    `st_normalize` lets outer rings run clockwise and inner ones against it, RFC 7946 wants it reversed.
    """
    degrees = f"st_transform({geometry}, '{CRS}', 'EPSG:4326', always_xy := true)"
    return f"st_reverse(st_normalize(st_reduceprecision({degrees}, {STEP:.6f})))"


def feature_collection(
    features: Iterable[tuple[Mapping[str, Any], str]], said: Mapping[str, Any] | None = None
) -> str:
    """Features, each its properties and the text of its geometry, as one collection.

    `said` are members of the collection's own (section 6.1), such as source notes.
    """
    lines = ",\n".join(
        f'{{"type":"Feature","properties":{_text(properties)},"geometry":{geometry}}}'
        for properties, geometry in features
    )
    own = "".join(f"{_text(key)}:{_text(value)},\n" for key, value in (said or {}).items())
    return f'{{"type":"FeatureCollection",{own}"features":[\n{lines}\n]}}\n'


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
