"""A small dbt project over a small landing, so that planning and building are tested with the real dbt."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration.resources import Paths, Settings
from sources.arrival.landing import Landing

with warnings.catch_warnings():  # a library of dagster-dbt's warns about itself when it is first imported
    warnings.filterwarnings("ignore", "sqlglotrs is deprecated", DeprecationWarning)
    import dagster_dbt  # noqa: F401

PROJECT = {
    "dbt_project.yml": """
name: small
version: "1.0"
profile: small
model-paths: [models]
seed-paths: [seeds]
macro-paths: [macros]
test-paths: [tests]
flags: {send_anonymous_usage_stats: false}
models:
  small:
    staging: {+materialized: view}
    marts: {+materialized: table}
""",
    "profiles.yml": """
small:
  target: warehouse
  outputs:
    warehouse:
      type: duckdb
      path: "{{ env_var('PLANSTAT_DATA') }}/warehouse.duckdb"
""",
    "models/sources.yml": """
sources:
  - name: office
    config:
      meta:
        external_location: >-
          read_parquet('{{ env_var('PLANSTAT_DATA') }}/landing/office/{name}/*/cells.parquet')
    tables: [{name: a-1}, {name: b-1}]
  - name: catalog
    config:
      meta:
        external_location: "read_parquet('{{ env_var('PLANSTAT_DATA') }}/landing/{name}.parquet')"
    tables: [{name: ledger}]
models:
  - name: stg_a
    columns: [{name: area, data_tests: [not_null]}]
  - name: mart_a
    columns: [{name: area, data_tests: [unique]}]
  - name: mart_b
    columns: [{name: area, data_tests: [unique]}]
""",
    "models/staging/stg_a.sql": "select {{ plain('area') }} as area, n from {{ source('office', 'a-1') }}\n"
    "where exists (select 1 from {{ source('catalog', 'ledger') }})\n",
    "models/staging/stg_b.sql": "select area, n from {{ source('office', 'b-1') }}\n",
    "models/marts/mart_a.sql": "select stg_a.area, label, n from {{ ref('stg_a') }} as stg_a\n"
    "left join {{ ref('labels') }} as labels using (area)\n",
    "models/marts/mart_b.sql": "select area, n from {{ ref('stg_b') }}\n",
    "macros/plain.sql": "{% macro plain(column) %}trim({{ column }}){% endmacro %}\n",
    "seeds/labels.csv": "area,label\nx,first\ny,second\n",
}


def write_project(folder: Path) -> Path:
    """Write the small project."""
    for name, text in PROJECT.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def land(root: Path, dataset: str, areas: list[str], snapshot: str) -> None:
    """Put one accepted snapshot of a dataset into a landing and list it in the ledger, as a delivery does."""
    folder = root / "landing" / "office" / dataset / f"snapshot={snapshot}"
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("create table cells (area varchar, n integer)")
        connection.executemany("insert into cells values (?, 1)", [[area] for area in areas])
        connection.execute("copy cells to $file (format parquet)", {"file": str(folder / "cells.parquet")})
    about = {
        "snapshot_id": snapshot, "publisher": "office", "dataset_id": dataset, "origin": "folder",
        "retrieved_at": "2026-01-01T00:00:00", "landed_at": "2026-01-01T00:00:00", "published_at": None,
        "file_name": "cells.csv", "sha256": snapshot, "size_bytes": 1, "row_count": len(areas),
        "declaration_sha256": "-", "reader": "-", "reader_version": "1",
    }  # fmt: skip
    (folder / "snapshot.json").write_text(json.dumps(about), encoding="utf-8")
    Landing(root).prepare()


def make_small(folder: Path) -> Settings:
    """A data root in which two datasets of the small project have landed."""
    root = folder / "root"
    land(root, "a-1", ["x", "y"], "s1")
    land(root, "b-1", ["x"], "s2")
    return Settings(Paths(root), write_project(folder / "project"))


@pytest.fixture
def small(tmp_path: Path) -> Settings:
    """The small project and its landing, for tests that change them."""
    return make_small(tmp_path)


@pytest.fixture(scope="module")
def kept_small(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The small project and its landing, one for all tests of a module."""
    return make_small(tmp_path_factory.mktemp("small"))


@pytest.fixture
def deliver() -> Callable[[Path, str, list[str], str], None]:
    """Land one more snapshot: `deliver(root, dataset, areas, snapshot)`."""
    return land
