"""The ways over the network that a declaration names, ready to be fetched.

`PLANSTAT_MIRROR` is the address of a mirror, for networks that reach no publisher: a declared address
`https://host/path` is then fetched from `<mirror>/host/path`. GENESIS has `PLANSTAT_<INSTANCE>_BASE`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from sources.declared.declaration import Declaration
from sources.declared.vocabulary import Publisher
from sources.fetch import content
from sources.fetch.errors import FetchError, Trouble
from sources.fetch.genesis import INSTANCES
from sources.fetch.ways import DownloadWay, GenesisWay

_TABLES = frozenset({content.TEXT})
_EXPECTED: Mapping[str, frozenset[str]] = {
    "genesis_table": _TABLES,
    "genesis_flat": _TABLES,
    "zensus_grid": _TABLES,
    "delimited": _TABLES,
    "fixed_width": _TABLES,
    "workbook": frozenset({content.WORKBOOK, content.OLD_WORKBOOK}),
    "xoev_codelist": frozenset({content.JSON}),
    "json_map": frozenset({content.JSON}),
}
_GEOMETRY = {
    "GeoJSON": frozenset({content.JSON}),
    "GPKG": frozenset({content.SQLITE}),
    "ESRI Shapefile": frozenset({content.BINARY, content.TEXT, content.XML}),
}
_SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def ways_of(
    declaration: Declaration, publisher: Publisher, environ: Mapping[str, str] | None = None
) -> list[DownloadWay | GenesisWay]:
    """All declared ways, the one that needs no login first; empty for what only comes by hand.

    Raises:
        FetchError: the declaration names a GENESIS table but its publisher no known interface.
    """
    ways: list[DownloadWay | GenesisWay] = []
    access = declaration.access
    if access.download:
        mirror = (os.environ if environ is None else environ).get("PLANSTAT_MIRROR", "")
        ways.append(_download(declaration, _mirrored(access.download, mirror)))
    if access.genesis:
        flat = any(form.kind == "genesis_flat" for form in (declaration.format, *declaration.other_formats))
        ways.append(
            GenesisWay(
                instance=_instance(publisher),
                table=access.genesis.table,
                wire_format="ffcsv" if flat else "datencsv",
                area=access.genesis.area,
                start_year=access.genesis.first_year,
            )
        )
    return ways


def _mirrored(url: str, mirror: str) -> str:
    """The address of a file on the mirror; the publisher's own without one.

    Raises:
        FetchError: the mirror is no http or https address.
    """
    if not mirror:
        return url
    if urlsplit(mirror).scheme not in ("http", "https") or not urlsplit(mirror).hostname:
        raise FetchError(
            Trouble.USAGE, "PLANSTAT_MIRROR is no http or https address", mirror, "Correct or unset it."
        )
    parts = urlsplit(url)
    return f"{mirror.rstrip('/')}/{parts.netloc}{urlunsplit(('', '', parts.path, parts.query, ''))}"


def _download(declaration: Declaration, url: str) -> DownloadWay:
    form = declaration.format
    if form.kind != "geometry":
        return DownloadWay(url, _EXPECTED[form.kind], declaration.file_patterns)
    patterns = declaration.file_patterns
    if form.driver == "ESRI Shapefile":
        stems = [pattern.rsplit(".", 1)[0] for pattern in patterns]
        patterns = tuple(stem + part for stem in stems for part in _SHAPEFILE_PARTS)
    return DownloadWay(url, _GEOMETRY[form.driver], patterns)


def _instance(publisher: Publisher) -> str:
    for instance in INSTANCES.values():
        if publisher.genesis_base and publisher.genesis_base.rstrip("/") == instance.base:
            return instance.id
    raise FetchError(
        Trouble.USAGE,
        f"No GENESIS interface is known for {publisher.name_en}",
        publisher.id,
        "Give genesis_base in its publisher.yml one of the addresses in sources/fetch/genesis.py.",
    )
