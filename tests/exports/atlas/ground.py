"""Small editions of `indicators`, `areas` and `peer_ring` that an atlas is made of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from exports import describe, products
from exports.atlas.site import write_atlas
from exports.compilations import load_compilation
from exports.compilations.star import Edition
from exports.definition import Definition
from exports.describe import Description, parse
from exports.outlines import SOURCES
from exports.products import FOLDER, load_product
from exports.release import Release
from orchestration.labelling import with_words
from sources.declared.catalogue import load_catalog
from sources.foundation.spatial import open_spatial
from sources.foundation.sql import text_literal
from tests.contracts import contracts, make
from tests.exports.small_warehouse import DATASETS

WORDS = {"P07": Definition("Wie viele?", "9,7 heißt: 9,7 von 100.", "Keine Armutsquote.", "A / B × 100")}
TABLE = str(DATASETS[0]["dataset_id"])


def description(product: str, relation: str) -> dict[str, Any]:
    """The description of a product over the columns that the contract of its relation names, as data."""
    columns = [
        {"name": name, "type": kind, "description": name} for name, kind in contracts()[relation].items()
    ]
    words = with_words(columns, load_catalog(), [str(one["dataset_id"]) for one in DATASETS])
    return describe.describe(products.load_product(products.FOLDER / f"{product}.yml"), words, DATASETS)


@cache
def described(product: str, relation: str) -> Description:
    """The same, checked."""
    return parse(description(product, relation))


def area(
    code: str, name: str, level: str = "KREIS", since: str = "1990-01-01", land: str = "01"
) -> dict[str, Any]:
    """A version of an area."""
    return {
        "area_key": f"{code}@{since}", "area_code": code, "area_level": "KREIS", "area_name": name,
        "land_code": "01", "valid_from": date.fromisoformat(since), "valid_to": date(9999, 12, 31),
    }  # fmt: skip


def figure(of: Mapping[str, Any], day: str, value: float | None, **more: Any) -> dict[str, Any]:
    """A figure of P07; without a value it is hidden unless `more` gives another reason."""
    hidden = value is None
    return {
        "indicator_id": "P07", "indicator_name_de": "Mindestsicherungsquote",
        "indicator_name_en": "Income benefit rate",
        "policy_field": "Armut", "unit": "%", "decimals": 1, "is_backcast": False, "period_key": f"D{day}",
        **{name: of[name] for name in ("area_key", "area_code", "area_level", "area_name")},
        "reference_date": date.fromisoformat(day), "value": value,
        "numerator": None if value is None else round(value * 100), "denominator": 10_000.0,
        "lower_limit": None if value is None else value - 0.33,
        "upper_limit": None if value is None else value + 0.37,
        "obs_status": "M" if hidden else "A", "conf_status": "C" if hidden else "F",
        "missing_reason": "suppressed_primary" if hidden else "none", "numerator_dataset": TABLE,
        "denominator_dataset": TABLE, "interval_method": "wilson", "reliability": "high",
        "reference_verdict": "untested", "reference_verdict_plain": "untested", "change_verdict": "untested",
        "known_from": datetime(2026, 1, 1),
    } | more  # fmt: skip


def goal(title: str, on: str, value: float | None, status: str) -> dict[str, Any]:
    """A goal at a day."""
    return {
        "goal_id": title,
        "title_de": title,
        "indicator_id": "P07",
        "area_code": "01002",
        "area_name": "Kiel",
        "target": 12.5,
        "reference_date": date.fromisoformat(on),
        "value": value,
        "status": status,
    }


def need(of: Mapping[str, Any], day: str, gap: float | None, **more: Any) -> dict[str, Any]:
    """Need of places of an area, with its interval; without a gap it is hidden."""
    hidden = gap is None
    return {
        "scenario_label_de": "Fortschreibung", "demand_label_de": "gehalten", "age_group_code": "Y_LT6",
        **{name: of[name] for name in ("area_key", "area_code", "area_level", "area_name")},
        "reference_date": date.fromisoformat(day), "children_count": 200.0, "children_lower": 190.0,
        "children_upper": 210.0, "demand_rate_pct": 55.0, "value": 110.0, "need_lower": 104.0,
        "need_upper": 116.0, "stock_count": None if gap is None else 110.0 - gap, "gap": gap,
        "gap_lower": None if gap is None else gap - 6, "gap_upper": None if gap is None else gap + 6,
        "unit": "Plätze", "obs_status": "M" if hidden else "E",
        "missing_reason": "suppressed_primary" if hidden else "none",
    } | more  # fmt: skip


def offered(of: Mapping[str, Any], facilities: int, state: str, **more: Any) -> dict[str, Any]:
    """Offers of one kind in an area."""
    return {
        **{name: of[name] for name in ("area_key", "area_code", "area_level", "area_name")},
        "offer_kind_code": "DAYCARE", "target_group_code": "PRESCHOOL",
        "reference_date": date(2022, 10, 31), "facilities_count": float(facilities), "nearest_m": 812.0,
        "places_per_100_persons": 11.5 * facilities, "offer_state": state,
    } | more  # fmt: skip


def facility(of: Mapping[str, Any], name: str, lat: float | None, lon: float | None) -> dict[str, Any]:
    """A facility, with its point where there is one."""
    return {
        "facility_name": name, "offer_kind_code": "DAYCARE", "target_group_code": "PRESCHOOL",
        **{column: of[column] for column in ("area_key", "area_code", "area_level", "area_name")},
        "lat": lat, "lon": lon, "reference_date": date(2022, 10, 31),
    }  # fmt: skip


def in_class(of: Mapping[str, Any], code: str | None, words: str | None, **more: Any) -> dict[str, Any]:
    """The class of an area in a social index."""
    return {
        "index_id": "X02", "edition_name_de": "Status 2021", "reference_year": 2021, "index_class": code,
        **{column: of[column] for column in ("area_key", "area_code", "area_level", "area_name")},
        "class_label_de": words, "obs_status": "A" if code else "M",
        "missing_reason": "none" if code else "not_applicable",
    } | more  # fmt: skip


def in_ring(of: Mapping[str, Any], day: str, value: float | None, **more: Any) -> dict[str, Any]:
    """A member of a ring of P07 on a day, beside the statistics of the ring."""
    return {
        "ring_id": "ring", "ring_name_de": "Städte des Nordens", "ring_name_en": "Cities of the north",
        "indicator_id": "P07", "indicator_name_de": "Mindestsicherungsquote", "unit": "%",
        **{name: of[name] for name in ("area_key", "area_code", "area_name")},
        "reference_date": date.fromisoformat(day), "value": value,
        "obs_status": "M" if value is None else "A",
        "missing_reason": "suppressed_primary" if value is None else "none", "members_count": 5,
        "ring_median": 9.24, "ring_lower_quartile": 7.249, "ring_upper_quartile": 14.2496,
        "ring_minimum": 5.0, "ring_maximum": 17.5, "ring_missing_reason": "none", "change": 0.3,
        "change_verdict": "up", "ring_change_median": 0.24, "comparability": "limited",
        "comparability_reasons": "small_numbers", "structural_distance": 0.504,
    } | more  # fmt: skip


def peer(of: Mapping[str, Any], to: Mapping[str, Any], position: int) -> dict[str, Any]:
    """An area of similar structure."""
    return {
        "ring_id": "structural-peers", "ring_name_de": "Strukturähnliche Kreise",
        "ring_name_en": "Districts of similar structure",
        **{name: of[name] for name in ("area_key", "area_code", "area_name")},
        "peer_code": to["area_code"], "peer_name": to["area_name"], "position": position,
        "structural_distance": 0.5 * position, "reference_year": 2015, "context_indicators": "P07, A01",
    }  # fmt: skip


def square(column: int, row: int) -> str:
    """The outline of an area of 10 km, in a grid of such."""
    x, y = 500_000 + 10_000 * column, 6_000_000 - 10_000 * row
    return f"POLYGON(({x} {y}, {x + 10_000} {y}, {x + 10_000} {y - 10_000}, {x} {y - 10_000}, {x} {y}))"


@dataclass
class Ground:
    """What an atlas is made of, and where it is written."""

    folder: Path
    areas: list[dict[str, Any]]
    figures: list[dict[str, Any]]
    outlines: dict[str, list[tuple[dict[str, Any], str]]] = field(default_factory=dict)
    """Title of a layer (`Kreise, Gebietsstand 31.12.2022`) -> version of an area and its outline (WKT)."""

    goals: list[dict[str, Any]] = field(default_factory=list)
    """Rows of `outcome`, shown as a table."""

    rings: list[dict[str, Any]] = field(default_factory=list)
    """Rows of `peer_ring`."""

    peers: list[dict[str, Any]] = field(default_factory=list)
    """Rows of `structural_peers`."""

    drawn: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Rows of products that are shown as tables and drawn on outlines, by product."""

    @property
    def site(self) -> Path:
        return self.folder / "site"

    def file(self, product: str) -> Path:
        return self.folder / product / f"{product}.parquet"

    def write(self) -> Path:
        """Write the editions and the atlas of them; gives its folder."""
        editions = {
            "indicators": self._edition("indicators", "mart_indicator", self.figures),
            "areas": self._edition("areas", "mart_area", self.areas),
        }
        tables = {}
        if self.goals:
            editions["outcome"] = self._edition("outcome", "mart_outcome", self.goals)
            tables = {"outcome": load_compilation("atlas").tables["outcome"]}
        if self.rings:
            editions["peer_ring"] = self._edition("peer_ring", "mart_peer_ring", self.rings)
        if self.peers:
            editions["structural_peers"] = self._edition(
                "structural_peers", "mart_structural_peer", self.peers
            )
        declared = load_compilation("atlas")
        for product, rows in self.drawn.items():
            relation = load_product(FOLDER / f"{product}.yml").relation
            editions[product] = self._edition(product, relation, rows)
            tables[product] = declared.tables[product]
        self._layers()
        self.site.mkdir()
        with open_spatial() as connection:
            office = {"name": "Kreis Muster", "email": "statistik@example.org", "url": None}
            write_atlas(
                connection, editions, WORDS, office, date(2026, 11, 30), self.site, tables, declared.maps
            )
        return self.site

    def _edition(self, product: str, relation: str, rows: Iterable[Mapping[str, Any]]) -> Edition:
        folder = self.folder / product
        folder.mkdir()
        with duckdb.connect() as connection:
            make(connection, relation, rows)
            connection.execute(f"copy {relation} to {text_literal(str(self.file(product)))} (format parquet)")
        change = {"previous": None, "reason": None} | dict.fromkeys(
            ("rows_added", "rows_removed", "rows_changed", "rows_withdrawn"), 0
        )
        (folder / "diff.json").write_text(json.dumps(change), encoding="utf-8")
        release = Release(
            product, "2026-11-30.1", folder, datetime(2026, 11, 30, tzinfo=UTC), "f" * 64, len(list(rows)),
            True, f"Produkt {product}", {}, (),
        )  # fmt: skip
        return Edition(release, described(product, relation))

    def _layers(self) -> None:
        file = self.folder / "areas" / "areas.gpkg"
        for at, (title, outlines) in enumerate(self.outlines.items()):
            name = f"lage_{at}"
            with open_spatial() as connection:
                connection.execute("create table layer (area_key varchar, geom geometry)")
                for one, outline in outlines:
                    connection.execute(
                        "insert into layer values (?, st_geomfromtext(?))", [one["area_key"], outline]
                    )
                part = self.folder / f"{name}.gpkg"
                connection.execute(
                    f"copy layer to {text_literal(str(part))} (format gdal, driver 'GPKG', srs 'EPSG:25832', "
                    f"layer_creation_options ('IDENTIFIER={title}', 'FID=fid', "
                    f"'DESCRIPTION={SOURCES}© Vermessung Musterland'))"
                )
            if not file.exists():
                part.rename(file)
