"""The atlas: a folder of pages that opens by a double click, written from released editions.

`index.html`, `atlas.css` and `atlas.js` (bundled from `web/`, committed as generated) are the same in every
atlas; `data/` holds the records (see `packing`): `atlas` with what there is, `areas`, one per indicator and
one per map layer.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.atlas.figures import CODED, Columns, code_list, indicator_heads, stage_figures, write_figures
from exports.atlas.maps import MapOfTable
from exports.atlas.outlines import drawn_versions, write_outlines
from exports.atlas.packing import write_record
from exports.atlas.rings import PEERS, RINGS, ring_words, write_peers, write_rings
from exports.atlas.tables import write_table
from exports.definition import Definition
from exports.describe import Dataset
from exports.writers.licences import CHANGES

if TYPE_CHECKING:
    import duckdb

    from exports.compilations.star import Edition

SITE = Path(__file__).parent / "site"
PAGES = ("index.html", "atlas.css", "atlas.js")

FIGURES, AREAS = "indicators", "areas"
"""Products without which there is no atlas."""


def write_atlas(
    connection: duckdb.DuckDBPyConnection,
    editions: Mapping[str, Edition],
    definitions: Mapping[str, Definition],
    office: Mapping[str, str | None],
    made_on: date,
    folder: Path,
    tables: Mapping[str, Sequence[str]] | None = None,
    maps: Mapping[str, MapOfTable] | None = None,
    audience: str = "public",
) -> int:
    """Write the site into `folder`; gives the number of figures in it.

    `connection` has the spatial extension. `editions` by product: `indicators` and `areas`; `peer_ring`,
    `structural_peers` and what `tables` names (product -> columns to show) where there is one; `maps`: how
    some of these are drawn. `office`: name, email, url. `audience` internal: every view and picture says so.
    Raises `ValueError` where `indicators` and `areas` do not fit together.
    """
    for page in PAGES:
        shutil.copyfile(SITE / page, folder / page)
    figures, areas = editions[FIGURES], editions[AREAS]
    geopackage = areas.release.path / f"{AREAS}.gpkg"
    is_drawn = geopackage.is_file()
    stage_figures(connection, figures.file, areas.file, drawn_versions(geopackage) if is_drawn else ())
    layers = write_outlines(connection, geopackage, folder) if is_drawn else []
    columns = Columns()
    sources_of = figures.described.sources_of
    indicators = [
        {
            **head,
            "definition": vars(definitions[head["id"]]) if head["id"] in definitions else None,
            "datasets": sorted(sources_of.get(head["id"], ())),
            **write_figures(connection, head["id"], head["decimals"], folder, columns),
        }
        for head in indicator_heads(connection)
    ]
    _write_areas(connection, folder)
    drawn, tables = maps or {}, tables or {}
    written = [
        {
            **write_table(connection, editions[product], names, folder, drawn.get(product)),
            "datasets": sorted({one.dataset_id for one in editions[product].described.datasets}),
        }
        for product, names in tables.items()
        if product in editions
    ]
    used = {name for one in (*indicators, *written) for name in one["datasets"]}
    datasets = {
        one.dataset_id: one
        for product in (AREAS, *(table["product"] for table in written), FIGURES)
        for one in editions[product].described.datasets
    }
    breaks = connection.execute("select break_de, break_en from list_break order by place").fetchall()
    atlas = {
        "made_on": made_on.isoformat(),
        "audience": audience,
        "office": dict(office),
        "attribution_changed": CHANGES,
        "editions": [_edition(one) for _, one in sorted(editions.items())],
        "changes": [_change(one) for _, one in sorted(editions.items())],
        "fields": {
            one.code: [one.label_de, one.label_en] for one in figures.described.column("policy_field").codes
        },
        "levels": _levels(connection, figures),
        "indicators": indicators,
        "layers": layers,
        "datasets": [_dataset(datasets[name]) for name in sorted(datasets)],
        "rings": write_rings(connection, editions[RINGS], folder) if RINGS in editions else [],
        "ring_words": ring_words(editions[RINGS]) if RINGS in editions else {},
        "peers": write_peers(connection, editions[PEERS], folder) if PEERS in editions else [],
        "tables": written,
        "codes": {name: _codes(connection, figures, name, column) for name, column in CODED.items()},
        "breaks": [list(row) for row in breaks],
        "sources": sorted(
            {f"{one.attribution} ({one.licence})" for one in datasets.values() if one.dataset_id in used}
        ),
    }
    write_record(folder, "atlas", atlas)
    (found,) = connection.execute("select count(*) from figures").fetchone() or (0,)
    return int(found)


def _write_areas(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write the areas: per unit (a code of a level) code, level and Land, per version name and first day."""
    units = connection.execute(
        "select any_value(area_code), any_value(area_level), coalesce(any_value(land_code), '') "
        "from versions group by unit order by unit"
    ).fetchall()
    versions = connection.execute(
        "select area_name, strftime(valid_from, '%Y-%m-%d'), unit from versions order by version"
    ).fetchall()
    write_record(
        folder,
        "areas",
        {
            **_columns(("code", "level", "land"), units),
            **_columns(("name", "from", "version_of"), versions),
        },
    )


def _columns(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, list[Any]]:
    return {name: [row[at] for row in rows] for at, name in enumerate(names)}


def _edition(edition: Edition) -> dict[str, Any]:
    release = edition.release
    return {
        "product": release.product,
        "version": release.version,
        "title": release.title_de,
        "published": release.published_at.isoformat(),
        "rows": release.rows,
        "fingerprint": release.fingerprint,
    }


def _change(edition: Edition) -> dict[str, Any]:
    """What the edition says of its difference to the one before."""
    said = json.loads((edition.release.path / "diff.json").read_text(encoding="utf-8"))
    return {
        "product": edition.product,
        "previous": said["previous"],
        "added": said["rows_added"],
        "removed": said["rows_removed"],
        "changed": said["rows_changed"],
        "withdrawn": said["rows_withdrawn"],
        "reason": said["reason"],
    }


def _dataset(dataset: Dataset) -> dict[str, Any]:
    return {
        "id": dataset.dataset_id,
        "title": dataset.title_de,
        "publisher": dataset.publisher,
        "licence": dataset.licence,
        "licence_url": dataset.licence_url,
        "attribution": dataset.attribution,
        "stand": dataset.stand,
        "snapshot": dataset.snapshot_id,
        "source_url": dataset.source_url,
    }


def _levels(connection: duckdb.DuckDBPyConnection, figures: Edition) -> dict[str, list[str]]:
    """The levels of areas in the order of the list, with their names."""
    present = {
        level for (level,) in connection.execute("select distinct area_level from versions").fetchall()
    }
    return {
        one.code: [one.label_de, one.label_en]
        for one in figures.described.column("area_level").codes
        if one.code in present
    }


def _codes(
    connection: duckdb.DuckDBPyConnection, figures: Edition, name: str, column: str
) -> dict[str, list[Any]]:
    """The codes of a list, in words and as the sign that offices print."""
    known = {one.code: one for one in figures.described.column(column).codes}
    codes = code_list(connection, name)
    return {
        "list": codes,
        "words": [
            [known[one].label_de, known[one].label_en] if one in known else [one, one] for one in codes
        ],
        "signs": [known[one].sign if one in known else "" for one in codes],
    }
