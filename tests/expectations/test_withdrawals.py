"""A recorded withdrawal explains the rows of that delivery that go, and nothing more."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.expectations.candidates import Candidate, indicators, population, write_parquet

WITHDRAWN, COUNTING = "20170101T000000Z-bbbb", "20160101T000000Z-aaaa"
REASON = "Zahlen vertauscht (A. Muster)"


def ledger(folder: Path, status: str = "withdrawn") -> Path:
    """Two deliveries of a table: the one of 2015 counts, the one of 2016 has the status."""
    file = folder / "ledger.parquet"
    types = dict.fromkeys(("dataset_id", "snapshot_id", "status", "status_reason"), "VARCHAR")
    of = {"dataset_id": "12411-01-01-4"}
    write_parquet(
        file,
        types | {"period_min": "DATE", "period_max": "DATE"},
        [
            of
            | {"snapshot_id": COUNTING, "status": "accepted", "status_reason": None}
            | {"period_min": date(2014, 12, 31), "period_max": date(2015, 12, 31)},
            of
            | {"snapshot_id": WITHDRAWN, "status": status, "status_reason": REASON}
            | {"period_min": date(2016, 12, 31), "period_max": date(2016, 12, 31)},
        ],
    )
    return file


def published() -> tuple[Candidate, Candidate]:
    """What the deliveries of both years gave, and what is left without the second."""
    left, before = population(), population()
    for candidate in (left, before):
        candidate.types["snapshot_id"] = "VARCHAR"
        for row in candidate.rows:
            row["snapshot_id"] = COUNTING
    before.rows += [
        row
        | {"snapshot_id": WITHDRAWN, "period_key": "D2016-12-31", "reference_date": date(2016, 12, 31)}
        | {"value": row["value"] + 1}
        for row in list(before.rows)
    ]
    return left, before


@pytest.mark.parametrize("check", ["comparison.rows_lost", "comparison.totals_fallen"])
def test_rows_of_a_withdrawn_delivery_go_with_its_reason(ask, tmp_path: Path, check: str) -> None:
    left, before = published()
    assert ask(left, check, previous=before).outcome == "failed"
    assert ask(left, check, previous=before, deliveries=ledger(tmp_path, "accepted")).outcome == "failed"
    told = ask(left, check, previous=before, deliveries=ledger(tmp_path))
    assert told.outcome != "failed"
    if check == "comparison.rows_lost":
        assert told.outcome == "warned"
        assert told.found == told.excused == len(before.rows) - len(left.rows)
        assert REASON in told.examples_de[0]


def test_a_row_of_another_delivery_that_goes_as_well_is_refused(ask, tmp_path: Path) -> None:
    left, before = published()
    left.drop(area_code="01001", sex_code="M")
    check = ask(left, "comparison.rows_lost", previous=before, deliveries=ledger(tmp_path))
    assert (check.outcome, check.found - check.excused) == ("failed", 1)


def lineage(folder: Path, rows: list[dict[str, Any]]) -> Path:
    """The lineage of indicators: numerators of their own day, denominators from the year's end before."""
    file = folder / "lineage.parquet"
    names = ("dataset_id", "snapshot_id", "area_code", "measure_code", "indicator_id")
    types = dict.fromkeys(names, "VARCHAR") | dict.fromkeys(("first_date", "last_date", "row_date"), "DATE")
    cells = []
    for row in rows:
        day = row["reference_date"]
        same = {"dataset_id": "12411-01-01-4", "area_code": row["area_code"], "row_date": day}
        same |= {"indicator_id": row["indicator_id"], "snapshot_id": None, "measure_code": None}
        cells.append(same | {"first_date": day, "last_date": day})
    write_parquet(file, types, cells)
    return file


def test_computed_rows_are_explained_by_the_days_that_went(ask, tmp_path: Path) -> None:
    left, before = indicators(), indicators()
    gone = [row | {"reference_date": date(2016, 12, 31), "period_key": "D2016-12-31"} for row in left.rows]
    before.rows += gone
    beside = {"deliveries": ledger(tmp_path), "previous_lineage": lineage(tmp_path, before.rows)}
    assert ask(left, "comparison.rows_lost", previous=before).outcome == "failed"
    told = ask(left, "comparison.rows_lost", previous=before, **beside)
    assert (told.outcome, told.found) == ("warned", len(gone))
    left.rows = [row for row in left.rows if row["area_code"] != "01002"]
    lost = len(before.rows) - len(gone) - len(left.rows)
    check = ask(left, "comparison.rows_lost", previous=before, **beside)
    assert (check.outcome, check.found - check.excused) == ("failed", lost)
