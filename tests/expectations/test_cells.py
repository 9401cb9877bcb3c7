"""A finding belongs to cells of sources: which it names, and which products carry them."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date
from pathlib import Path

import duckdb
import pytest

from expectations import cells, gate
from expectations.verdict import Cell
from tests.expectations.candidates import Candidate, indicators, population
from tests.expectations.conftest import TODAY
from tests.expectations.test_additivity import more

DAY = date(2015, 12, 31)
TABLE = "12411-01-01-4"


def cell(area: str | None, first: date | None = DAY, last: date | None = DAY) -> Cell:
    return Cell(TABLE, None, area, "persons", first, last)


def lineage_of(candidate: Candidate, folder: Path) -> Path:
    """The lineage that the rows of a candidate name themselves, as a file."""
    parquet = candidate.write(folder) / f"{candidate.product}.parquet"
    file = folder / f"{candidate.product}_lineage.parquet"
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(parquet))
        rows.create_view("relation")
        sql = cells.named(rows.columns, "relation")
        assert sql
        connection.execute(f"copy ({sql}) to '{file}' (format parquet)")
    return file


def refused_by(candidate: Candidate, folder: Path, previous: Path | None = None) -> Path:
    """What the gate refuses of a candidate, as the file it leaves."""
    target = candidate.write(folder)
    assert not gate.check(target, candidate.description(), previous, None, TODAY).passed
    return target / cells.REFUSED_CELLS


def test_a_sum_of_parts_refuses_the_cells_of_total_and_parts(ask) -> None:
    candidate = population()
    more(candidate, 7, area_code="01001", sex_code="F")
    assert ask(candidate, "additivity.sex").cells == (cell("01001"),)
    assert ask(population(), "additivity.sex").cells == ()


def test_a_sum_of_areas_refuses_every_area_of_it(ask) -> None:
    candidate = population()
    more(candidate, -3, area_code="05001", sex_code="_T")
    assert ask(candidate, "additivity.kreise").cells == (cell("05"), cell("05001"))


def test_all_cells_are_kept_where_examples_end_after_twenty(ask) -> None:
    candidate = population()
    for row in candidate.rows:
        if row["area_level"] == "KREIS":
            row["value"] += 0.5
    check = ask(candidate, "values.whole_counts")
    kreise = {row["area_code"] for row in candidate.rows if row["area_level"] == "KREIS"}
    assert len(check.examples) == 20 < check.found
    assert {found.area_code for found in check.cells} == kreise


def test_a_lost_row_refuses_what_its_dataset_says_of_that_day(ask) -> None:
    candidate = population()
    candidate.drop(area_code="01001")
    check = ask(candidate, "comparison.rows_lost", previous=population())
    assert check.cells == (cell(None),)


def test_a_formula_that_changed_refuses_the_figure_and_not_the_cells_it_is_made_from(tmp_path: Path) -> None:
    before, after = indicators(), indicators()
    for row in after.rows:
        if row["indicator_id"] == "D01" and row["value"] is not None and row["area_code"] != "DG":
            row["value"] *= 2
            row["numerator"] = row["value"]
    folder, previous = after.write(tmp_path / "now"), before.write(tmp_path / "before")
    verdict = gate.check(folder, after.description(), previous, None, TODAY)
    check = next(one for one in verdict.checks if one.id == "comparison.share_moved")
    assert check.outcome == "failed", check.observed
    assert {found.indicator_id for found in check.cells} == {"D01"}
    refused = folder / cells.REFUSED_CELLS
    others = {found.indicator_id for one in verdict.checks for found in one.cells if one is not check}
    assert others <= {"D01"}, "nothing else doubts the cells"
    assert cells.held(refused, lineage_of(after, tmp_path / "computed")), "computed figures are held"
    assert not cells.held(refused, lineage_of(population(), tmp_path / "printed")), "the counts are not"


def test_what_is_explained_or_only_warns_refuses_nothing(ask) -> None:
    candidate = population()
    more(candidate, 7, area_code="01001", sex_code="F")
    entry = {"where": {"area_code": "01001"}, "why": "an amended return"}
    candidate.checks["parts"][0]["explained"] = [entry]
    check = ask(candidate, "additivity.sex")
    assert (check.outcome, check.cells) == ("warned", ())


def test_the_gate_leaves_the_cells_in_a_file_and_takes_it_away_when_all_is_well(tmp_path: Path) -> None:
    candidate = population()
    more(candidate, 7, area_code="01001", sex_code="F")
    file = refused_by(candidate, tmp_path)
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(file)).fetchall()
    assert (*astuple(cell("01001")), "additivity.sex") in rows
    assert gate.check(population().write(tmp_path), population().description(), None, None, TODAY).passed
    assert not file.exists()


def test_a_computed_figure_is_held_with_its_numerator_and_with_its_denominator(tmp_path: Path) -> None:
    candidate = population()
    more(candidate, 7, area_code="01001", sex_code="F")
    refused = refused_by(candidate, tmp_path / "refused")

    def held(
        numerator: str | None, denominator: str | None, area: str, day: date, value: float | None = 1.0
    ) -> bool:
        other = indicators()
        other.types["denominator_dataset"] = "VARCHAR"
        row = {"indicator_id": "X1", "area_code": area, "reference_date": day, "value": value}
        other.rows = [row | {"numerator_dataset": numerator, "denominator_dataset": denominator}]
        return bool(cells.held(refused, lineage_of(other, tmp_path / "other")))

    assert held(TABLE, None, "01001", DAY)
    assert held(f"12411-02-03-4, {TABLE}", None, "01001", DAY), "one of two datasets"
    assert held("22541-01-02-4", TABLE, "01001", date(2016, 3, 1)), "the year-end before"
    assert held("22541-01-02-4", TABLE, "01001", date(2015, 3, 1)), "the year-end"
    assert not held(TABLE, None, "01002", DAY), "another area"
    assert not held(TABLE, None, "01001", date(2014, 12, 31)), "another day"
    assert not held("22541-01-02-4", TABLE, "01001", date(2017, 3, 1)), "years later"
    assert not held("22541-01-02-4", None, "01001", DAY), "another dataset"
    assert not held(TABLE, None, "01001", DAY, value=None), "no figure"


@pytest.mark.parametrize(
    ("changed", "is_held"),
    [
        ({}, True),
        ({"dataset_id": "12411-02-03-4"}, False),
        ({"measure_code": "households"}, False),
        ({"area_code": "01002"}, False),
        ({"reference_date": date(2014, 12, 31)}, False),
    ],
)
def test_a_printed_figure_is_held_when_it_is_the_very_cell(tmp_path: Path, changed, is_held) -> None:
    candidate = population()
    more(candidate, 7, area_code="01001", sex_code="F")
    refused = refused_by(candidate, tmp_path / "refused")
    other = population()
    other.rows = [row | changed for row in other.rows if row["area_code"] == "01001"]
    other.rows = [row for row in other.rows if row["reference_date"] in (DAY, date(2014, 12, 31))][:1]
    other.rows[0]["reference_date"] = changed.get("reference_date", DAY)
    assert bool(cells.held(refused, lineage_of(other, tmp_path / "other"))) is is_held
