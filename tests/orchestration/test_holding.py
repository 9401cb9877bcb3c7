"""Which products carry the same cells: lineage of rows over a small warehouse, and what holds a product."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from exports.products import load_products
from orchestration import holding, lineage
from sources.foundation.editions import REFUSED_CELLS
from tests.dbt.compiled import parsed

READS = {
    "dim_area": ["source.p.register"],
    "fct_population": ["source.p.persons", "source.p.superseded", "model.p.dim_area"],
    "fct_childcare": ["source.p.children"],
    "fct_share": ["source.p.shares"],
    "fct_indicator": ["model.p.fct_population", "model.p.fct_childcare", "model.p.dim_area"],
    "fct_index_component": ["model.p.fct_indicator", "model.p.fct_share"],
    "mart_population": ["model.p.fct_population", "model.p.dim_area"],
    "mart_childcare": ["model.p.fct_childcare", "model.p.fct_population", "model.p.dim_area"],
    "mart_indicator": ["model.p.fct_indicator", "model.p.dim_area"],
    "mart_wide": ["model.p.mart_indicator"],
    "mart_profile": ["model.p.fct_indicator"],
    "mart_index": ["model.p.fct_index_component"],
    "mart_peers": ["model.p.fct_indicator", "model.p.dim_area"],
    "mart_area": ["model.p.dim_area"],
    "fct_people": ["source.p.persons", "model.p.dim_area"],
    "int_ages": ["model.p.fct_people"],
    "mart_ahead": ["model.p.int_ages", "model.p.fct_childcare"],
    "mart_gemeinden": ["model.p.fct_people", "model.p.dim_area"],
}
NAMED = {"int_ages", "mart_gemeinden"}
"""Their contracts say that each row is made from the dataset that it names alone."""
MANIFEST: dict[str, Any] = {
    "nodes": {
        f"model.p.{name}": {
            "name": name,
            "depends_on": {"nodes": reads},
            "columns": {},
            "config": {"meta": {"names_its_dataset": True} if name in NAMED else {}},
        }
        for name, reads in READS.items()
    },
    "sources": {
        f"source.p.{name}": {"source_name": "office", "name": name, "meta": {"dataset_id": name}}
        for name in ("register", "persons", "superseded", "children", "shares")
    },
}
ROWS = """
    create table indicator as select * from (values ('D', null, null), ('K', null, null), ('R', 'K', 'D'))
        as t(indicator_id, operand_1, operand_2);
    create table fct_indicator as select * from (values
        ('D', '01', date '2015-12-31', 10.0, 'persons', null),
        ('D', '01', date '2016-12-31', 11.0, 'persons', null),
        ('D', '02', date '2015-12-31', null, 'persons', null),
        ('K', '01', date '2016-03-01', 0.5, 'children', 'persons'),
        ('R', '01', date '2016-03-01', 0.5, 'children', 'persons'))
        as t(indicator_id, area_code, reference_date, value, numerator_dataset, denominator_dataset);
    create table fct_population as select * from (values ('persons', true, 1.0), ('superseded', false, 1.0))
        as t(dataset_id, is_preferred, value);
    create table fct_people as select * from (values
        ('persons', true, 1.0), ('ages', true, 1.0), ('gemeinden', true, 1.0))
        as t(dataset_id, is_preferred, value);
    create table fct_childcare as select 'children' as dataset_id, true as is_preferred, 1.0 as value;
    create table fct_share as select 'shares' as dataset_id, 1.0 as value;
    create table mart_population as select * from (values
        ('persons', 's1', '01', 'persons', date '2015-12-31', 10.0),
        ('persons', 's1', '02', 'persons', date '2015-12-31', null))
        as t(dataset_id, snapshot_id, area_code, measure_code, reference_date, value);
    create table mart_childcare as select * from (values
        ('children', 's2', '01', 'children', date '2016-03-01', 5.0))
        as t(dataset_id, snapshot_id, area_code, measure_code, reference_date, value);
    create table mart_wide as select '01' as area_code, 2016 as reference_year, 11.0 as d, 0.5 as k;
    create table mart_profile as select 'D' as indicator_id, '01' as area_code, 11.0 as value,
        date '2016-12-31' as reference_date, date '2015-12-31' as previous_date, '02' as reference_area_code;
    create table mart_index as select '03' as area_code, 2016 as reference_year, 1.0 as score;
    create table mart_peers as select '01' as area_code, '02' as peer_code, 2016 as reference_year,
        'D, R' as context_indicators;
    create table mart_area as select '01' as area_code;
    create table int_ages as select 'ages' as dataset_id, 5.0 as persons;
    create table mart_ahead as select '01' as area_code, 2030 as reference_year, 5.0 as value;
    create table mart_gemeinden as select * from (values
        ('gemeinden', 's3', '01001000', 'persons', date '2015-12-31', 10.0))
        as t(dataset_id, snapshot_id, area_code, measure_code, reference_date, value);
"""


@pytest.fixture(scope="module")
def warehouse() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(ROWS)
    return connection


def cells(warehouse: duckdb.DuckDBPyConnection, relation: str, folder: Path) -> set[tuple[Any, ...]]:
    """(dataset, area, first day, last day) of everything a relation's rows are made from."""
    file = folder / f"{relation}.parquet"
    holding.write_lineage(warehouse, MANIFEST, relation, file)
    with duckdb.connect() as connection:
        connection.read_parquet(str(file)).create_view("lineage")
        found = connection.execute(
            "select dataset_id, area_code, cast(first_date as varchar), cast(last_date as varchar) "
            "from lineage"
        )
        return set(found.fetchall())


def test_a_printed_figure_is_made_from_its_own_cell_and_from_what_no_row_names(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    assert cells(warehouse, "mart_population", tmp_path) == {("persons", "01", "2015-12-31", "2015-12-31")}
    assert cells(warehouse, "mart_childcare", tmp_path) == {
        ("children", "01", "2016-03-01", "2016-03-01"),
        ("persons", "01", "2015-12-31", "2016-12-31"),
    }, "a rate beside the count has a denominator of another dataset"


def test_a_computed_figure_is_made_from_numerator_denominator_and_the_date_it_is_compared_with(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    assert cells(warehouse, "mart_profile", tmp_path) == {
        ("persons", "01", "2015-12-31", "2015-12-31"),
        ("persons", "01", "2016-12-31", "2016-12-31"),
    }
    assert cells(warehouse, "mart_wide", tmp_path) == {
        ("persons", "01", "2016-12-31", "2016-12-31"),
        ("children", "01", "2016-03-01", "2016-03-01"),
        ("persons", "01", "2015-12-31", "2016-12-31"),
    }


def test_rows_that_name_their_only_dataset_end_the_search(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """A product of Gemeinden rests on no table of Kreise, whatever else its fact holds."""
    gemeinden = {("gemeinden", "01001000", "2015-12-31", "2015-12-31")}
    assert cells(warehouse, "mart_gemeinden", tmp_path) == gemeinden
    assert {cell[0] for cell in cells(warehouse, "mart_ahead", tmp_path)} == {"ages", "children"}, (
        "what is computed rests on what it reads, not on all that the fact above holds"
    )


def test_an_index_over_all_areas_is_made_from_every_area(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    found = cells(warehouse, "mart_index", tmp_path)
    assert ("children", None, "2016-03-01", "2016-03-01") in found
    assert {cell[0] for cell in found} == {"persons", "children", "shares"}


def test_peers_are_made_from_every_area_by_the_indicators_they_are_sought_by(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    found = cells(warehouse, "mart_peers", tmp_path)
    assert found == {
        ("persons", None, "2016-12-31", "2016-12-31"),
        ("children", None, "2016-03-01", "2016-03-01"),
        ("persons", None, "2015-12-31", "2016-12-31"),
    }


def test_names_and_codes_are_no_figures(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert cells(warehouse, "mart_area", tmp_path) == set()
    assert lineage.figures_of(MANIFEST, "mart_population") == ["persons", "superseded"]
    assert lineage.datasets_of(MANIFEST, "mart_population") == ["persons", "register", "superseded"]


def test_products_share_when_figures_of_one_dataset_may_be_in_both() -> None:
    names = ("population", "childcare", "indicator", "index", "area")
    found = holding.sharing(MANIFEST, {name: f"mart_{name}" for name in names})
    assert found["population"] == ["childcare", "index", "indicator"]
    assert found["area"] == []


def test_what_holds_a_product_is_told_with_its_cells(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    refused = tmp_path / "population"
    refused.mkdir()
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select 'persons' as dataset_id, 's1' as snapshot_id, '01' as area_code, "
            "'persons' as measure_code, date '2015-12-31' as first_date, date '2015-12-31' as last_date, "
            "null as indicator_id, 'additivity.sex' as check_id) to $file (format parquet)",
            {"file": str(refused / REFUSED_CELLS)},
        )
    verdict = {"checks": [{"id": "additivity.sex", "title": "Males and females add to the total"}]}
    (refused / "receipt.json").write_text(json.dumps({"verdict": verdict}), encoding="utf-8")
    held = {}
    for relation in ("mart_childcare", "mart_profile", "mart_wide", "mart_index", "mart_area"):
        file = tmp_path / f"{relation}.parquet"
        holding.write_lineage(warehouse, MANIFEST, relation, file)
        held[relation] = holding.holds(file, {"population": refused, "education": tmp_path / "absent"})
    assert held["mart_area"] == []
    for relation in ("mart_childcare", "mart_profile", "mart_wide", "mart_index"):
        [hold] = held[relation]
        assert holding.in_words(hold) == (
            "population (Males and females add to the total: persons; area 01; 2015-12-31)"
        )
        assert hold["snapshots"] == ["s1"]


OF_OUTLINES = {"catchment_areas"}
"""Parts of ground by outlines; no table of figures is in them."""


def test_every_product_shares_its_figures_with_others() -> None:
    """One whose figures came through relations named for codes and names alone would never be held."""
    manifest = parsed().manifest()
    relations = {name: product.relation for name, product in load_products().items()}
    without = {name for name, relation in relations.items() if not lineage.figures_of(manifest, relation)}
    assert without == OF_OUTLINES
    assert "population" in holding.sharing(manifest, relations)["structural_peers"]
