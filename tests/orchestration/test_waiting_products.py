"""A product that was never released waits for its first rows; with rows to expect the gate judges it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.plan import State
from orchestration.publication import WAITS, Publication
from orchestration.resources import Paths
from sources.declared.catalogue import load_catalog
from tests.contracts import make

CATALOG = load_catalog()


def node(relation: str, *reads: str) -> dict[str, Any]:
    return {"name": relation, "depends_on": {"nodes": list(reads)}, "columns": {}}


MANIFEST: dict[str, Any] = {
    "nodes": {
        "model.p.mart_area": node("mart_area", "source.p.gebietsgliederung"),
        "model.p.mart_population": node("mart_population", "source.p.12411-01-01-4", "model.p.mart_area"),
        "model.p.mart_indicator": node(
            "mart_indicator", "source.p.12411-01-01-4", "source.p.hilfen-zur-erziehung", "model.p.mart_area"
        ),
        "model.p.mart_indicator_wide": node(
            "mart_indicator_wide", "source.p.12411-01-01-4", "source.p.ewr-lor2021", "model.p.mart_area"
        ),
        "model.p.mart_youth_service": node("mart_youth_service", "source.p.hilfen-zur-erziehung"),
    },
    "sources": {
        f"source.p.{name}": {"source_name": "office", "name": name, "meta": {"dataset_id": name}}
        for name in ("gebietsgliederung", "12411-01-01-4", "ewr-lor2021", "hilfen-zur-erziehung")
    },
}


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """A root with a town's division and its cases, and with nothing that an office publishes."""
    paths = Paths(tmp_path)
    paths.landing.mkdir()
    with duckdb.connect(str(paths.warehouse)) as warehouse:
        for relation in ("mart_population", "mart_indicator", "mart_indicator_wide", "mart_youth_service"):
            make(warehouse, relation)
        warehouse.execute("create table mart_area as select 'GEMEINDE' as area_level")
    deliver(paths, "gebietsgliederung", "hilfen-zur-erziehung")
    return paths


def deliver(paths: Paths, *datasets: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table ledger (dataset_id varchar, snapshot_id varchar, status varchar)")
        connection.executemany("insert into ledger values (?, 's1', 'accepted')", [[d] for d in datasets])
        connection.execute("copy ledger to $file", {"file": str(paths.landing / "ledger.parquet")})


def built(paths: Paths, relation: str) -> None:
    """A state of the warehouse in which this relation holds."""
    State({f"model.p.{relation}": {"fingerprint": "1", "status": "success"}}).write(paths)


def publication(paths: Paths, product: str) -> Publication:
    return Publication(paths, MANIFEST, CATALOG, product)


@pytest.mark.parametrize(
    ("product", "words"),
    [
        ("population", "none of the tables it is made from is delivered"),
        ("indicators", "none of the tables it is made from is delivered"),
        ("youth_service", "until a town hands in its figures by small area"),
        ("areas", "until a register or a table with official areas is delivered"),
    ],
)
def test_without_its_rows_a_product_waits_and_nothing_fails(paths: Paths, product: str, words: str) -> None:
    waiting = publication(paths, product)
    assert waiting.build() == (WAITS, 0)
    answer = waiting.check()
    assert answer.passed
    assert words in answer.words
    assert waiting.publish().status == "waits"
    assert words in waiting.next_step()


def test_a_product_whose_table_came_and_gave_no_row_is_built_for_the_gate(paths: Paths) -> None:
    deliver(paths, "12411-01-01-4")
    assert publication(paths, "population")._waits() is None


def test_a_product_that_was_released_does_not_wait_again(paths: Paths) -> None:
    edition = paths.releases / "population" / "2026-01-01.1"
    edition.mkdir(parents=True)
    (edition / "release.json").write_text(json.dumps({}), encoding="utf-8")
    (edition.parent / "current").symlink_to(edition.name)
    assert publication(paths, "population")._waits() is None


def test_the_register_begins_with_official_areas(paths: Paths) -> None:
    with duckdb.connect(str(paths.warehouse)) as warehouse:
        warehouse.execute("insert into mart_area values ('KREIS')")
    assert publication(paths, "areas")._waits() is None


def test_planning_areas_alone_keep_a_product_of_kreise_waiting(paths: Paths) -> None:
    built(paths, "mart_indicator_wide")
    deliver(paths, "ewr-lor2021")
    waits = publication(paths, "indicators_wide")._waits()
    assert waits
    assert "no delivered table holds an indicator or area level that it promises" in waits
    deliver(paths, "ewr-lor2021", "12411-01-01-4")
    assert publication(paths, "indicators_wide")._waits() is None, "with Kreise to expect it owes rows"


def test_without_a_register_areas_come_from_the_tables_that_name_them(paths: Paths) -> None:
    with duckdb.connect(str(paths.warehouse)) as warehouse:
        warehouse.execute("insert into mart_area values ('KREIS')")
    built(paths, "mart_area")
    deliver(paths, "12411-01-01-4", "ewr-lor2021")
    assert publication(paths, "areas")._sources()["datasets"] == ["12411-01-01-4"]
