"""A key out of outlines: shares of ground and of people, and what is refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from sources.areas.overlay import main, overlay
from sources.errors import SourceError


def box(west: float, south: float, east: float, north: float) -> list:
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def outlines(folder: Path, name: str, areas: dict[str, list], crs: str = "EPSG:25832", **more: list) -> Path:
    file = folder / f"{name}.geojson"
    features = [
        {
            "type": "Feature",
            "properties": {"id": code, **{key: values[i] for key, values in more.items()}},
            "geometry": {"type": "Polygon", "coordinates": shape},
        }
        for i, (code, shape) in enumerate(areas.items())
    ]
    about = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:{crs.replace(':', '::')}"}}
    file.write_text(json.dumps({"type": "FeatureCollection", "crs": about, "features": features}))
    return file


OLD = {"A": box(0, 0, 1000, 1000), "B": box(1000, 0, 2000, 1000)}
NEW = {"C": box(0, 0, 250, 1000), "D": box(250, 0, 2000.5, 1000)}


def test_shares_of_ground_and_of_people(tmp_path: Path) -> None:
    old, new = outlines(tmp_path, "old", OLD), outlines(tmp_path, "new", NEW)
    by_area = {(row["from_code"], row["to_code"]): row["weight_population"] for row in overlay(old, new)}
    assert by_area == {("A", "C"): 0.25, ("A", "D"): 0.75, ("B", "D"): 1.0}
    cells = {"1": box(0, 0, 100, 100), "2": box(300, 0, 400, 100), "3": box(1200, 0, 1300, 100)}
    people = outlines(tmp_path, "people", cells, residents=[90, 10, 7])
    key = tmp_path / "key.csv"
    main([str(old), str(new), str(key), "--people", str(people), "--count", "residents"])
    rows = list(csv.DictReader(key.read_text(encoding="utf-8").splitlines()))
    assert {(row["from_code"], row["to_code"]): float(row["weight_population"]) for row in rows} == {
        ("A", "C"): 0.9, ("A", "D"): 0.1, ("B", "D"): 1.0,
    }  # fmt: skip
    assert {row["from_code"]: float(row["weight_area"]) for row in rows if row["to_code"] == "C"} == {
        "A": 0.25
    }


def test_a_border_drawn_twice_is_no_part(tmp_path: Path) -> None:
    moved = {"C": box(0, 0, 1001, 1000), "D": box(1001, 0, 2000, 1000)}
    rows = overlay(outlines(tmp_path, "old", OLD), outlines(tmp_path, "new", moved))
    assert [(row["from_code"], row["to_code"], row["weight_area"]) for row in rows] == [
        ("A", "C", 1.0), ("B", "D", 1.0),
    ]  # fmt: skip


BOW = [[[0, 0], [1000, 1000], [1000, 0], [0, 1000], [0, 0]]]


@pytest.mark.parametrize(
    ("new", "crs", "words"),
    [
        ({"C": box(8, 50, 9, 51)}, "EPSG:4326", r"new\.geojson.*EPSG:4326; areas are measured in metres"),
        (NEW, "EPSG:3035", r"new\.geojson.*in EPSG:3035, old\.geojson in EPSG:25832"),
        (
            {"C": BOW, "D": box(1000, 0, 2000, 1000)},
            "EPSG:25832",
            r"new\.geojson, line 1: C: .*crosses itself",
        ),
        ({"C": box(0, 0, 1000, 1000)}, "EPSG:25832", r"old\.geojson, line 2: B: .*cover less than 98%"),
    ],
)
def test_what_is_refused(tmp_path: Path, new: dict[str, list], crs: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        overlay(outlines(tmp_path, "old", OLD), outlines(tmp_path, "new", new, crs))
