"""KomMonitor as a folder of files: for who imports by hand, and to see what a push would send.

`kennzahlen/<id>.json` is the body of POST /indicators, with `<…>` where a server gives an id;
`vergleich/<id>.json` has the published values of Bund and Länder beside, `werte/` a table and its mapping
for the importer per indicator and level, and the body of PUT, `raumeinheiten/` the outlines per level and
Gebietsstand with the period in which they hold. `manifest.json` names editions and hashes.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from exports.push.kommonitor import bodies
from exports.push.kommonitor.bodies import Body, Places
from exports.push.kommonitor.content import Content
from sources.foundation.exits import USAGE
from sources.foundation.files import leftover_beside, readable_json, remove, sha256_of
from sources.foundation.templates import fill
from sources.foundation.told import Told
from sources.foundation.vocabulary import read_vocabulary

README, MANIFEST = "LIESMICH.md", "manifest.json"
FORMAT = "planstat-kommonitor-1"


class NotOurs(ValueError):
    """A folder that holds something else than a package."""

    exit_code = USAGE


@dataclass(frozen=True)
class Package:
    """What was written: files and bytes."""

    files: int
    size: int


def unnamed(content: Content) -> Places:
    """Places that no server has given ids for: words in angle brackets stand for them."""
    return Places(
        "<Id der Organisationseinheit>",
        levels={one.level: f"<Id der Raumebene {one.title}>" for one in content.levels},
        topics={one.field: f"<Id des Themas {one.field}>" for one in content.series},
    )


def write_package(content: Content, licences: Path, target: Path) -> Package:
    """Write a package to the folder `target`, which is replaced whole. `licences` is the edition's page.

    Raises `NotOurs` for a folder that is there and is none.
    """
    if target.exists() and not (target / MANIFEST).is_file() and any(target.iterdir()):
        raise NotOurs(
            Told(
                f"{target}: is a folder with other things in it; name a new one",
                f"{target}: ist ein Ordner mit anderem Inhalt; einen neuen angeben",
            )
        )
    beside = leftover_beside(target)
    beside.mkdir(parents=True)
    try:
        _write(content, licences, beside)
        if target.exists():
            remove(target)
        beside.rename(target)
    except BaseException:
        remove(beside)
        raise
    sizes = [file.stat().st_size for file in target.rglob("*") if file.is_file()]
    return Package(len(sizes), sum(sizes))


def _write(content: Content, licences: Path, home: Path) -> None:
    places = unnamed(content)
    for level in content.levels:
        for layer in level.layers:
            _text(home / "raumeinheiten" / f"{layer.name}.geojson", bodies.feature_collection(layer.outlines))
        first = bodies.new_level(content, level, places)
        periods = {layer.name: bodies.period(layer.outlines) for layer in level.layers}
        del first["geoJsonString"]
        _json(home / "raumeinheiten" / f"{level.level}.json", {**first, "periods": periods})
    for series in content.series:
        name = series.indicator_id
        _json(home / "kennzahlen" / f"{name}.json", bodies.new_indicator(content, series, places))
        beside = {region: bodies.beside(series, region) for region in sorted(series.beside)}
        _json(home / "vergleich" / f"{name}.json", {"regionalReferenceValues": beside})
        for level_code, cells in series.values.items():
            title, stem = content.title_of(level_code), f"{name}.{level_code}"
            _text(home / "werte" / f"{stem}.csv", "\ufeff" + bodies.table(cells))
            _text(home / "werte" / f"{stem}.json", _compact(bodies.values(title, cells, places)))
            _json(
                home / "werte" / f"{stem}.mapping.json",
                bodies.mapping(f"{stem}.csv", title, cells, places, f"<Id der Kennzahl {name}>"),
            )
    shutil.copyfile(licences, home / licences.name)
    _text(home / README, _readme(content, licences.name))
    hashes = {
        file.relative_to(home).as_posix(): sha256_of(file)
        for file in sorted(home.rglob("*"))
        if file.is_file()
    }
    _json(home / MANIFEST, {"format": FORMAT, "edition": content.edition, "files": hashes})


def _json(path: Path, body: Body) -> None:
    _text(path, readable_json(body))


def _compact(body: Body) -> str:
    return json.dumps(body, ensure_ascii=False, allow_nan=False) + "\n"


def _text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


def _readme(content: Content, licences: str) -> str:
    named = read_vocabulary()["area_level"]
    values = {
        "content": content,
        "licences": licences,
        "about": bodies.level_about,
        "label": lambda level: named[level].de,
    }
    return fill(__file__, f"{README}.j2", values)
