"""Rows in areas that nothing names: told with file, code, name and line, and counted for the exit code."""

from __future__ import annotations

import duckdb

from orchestration.cli.progress import Outcome, Watcher
from orchestration.unplaced import unplaced
from tests.contracts import make


def lines_of(areas: int) -> list[str]:
    """What is said of one delivery in which so many areas are known to nothing."""
    with duckdb.connect() as warehouse:
        delivery = {"dataset_id": "d", "snapshot_id": "s", "file_name": "tabelle.xlsx"}
        make(warehouse, "dim_snapshot", [delivery])
        rows = [
            {
                "dataset_id": "d",
                "snapshot_id": "s",
                "area_code": f"{99000 + number}",
                "area_name": None if number else "Irgendwo",
                "source_line": 7 + number,
                "cells": 2,
            }
            for number in range(areas)
        ]
        make(warehouse, "fct_unplaced", rows)
        return unplaced(warehouse)


def test_each_delivery_is_told_with_file_code_name_and_line() -> None:
    assert lines_of(0) == []
    (line,) = lines_of(2)
    assert line.startswith("d: tabelle.xlsx: nothing names 2 of its areas, so no figure is made of 4 cells: ")
    assert "99000 Irgendwo (line 7), 99001 (line 8). Correct the code" in line
    assert "gv-isys" in line


def test_many_areas_are_counted_and_the_first_are_named() -> None:
    (line,) = lines_of(12)
    assert "nothing names 12 of its areas, so no figure is made of 24 cells" in line
    assert "99004 (line 11) and 7 more (fct_unplaced has all)" in line
    assert "99005" not in line


def test_a_warehouse_from_before_has_nothing_to_tell() -> None:
    with duckdb.connect() as warehouse:
        assert unplaced(warehouse) == []


def test_a_run_says_it_and_ends_as_with_a_file_in_trouble() -> None:
    said: list[tuple[str, str]] = []
    watcher = Watcher(lambda kind, text: said.append((kind, text)))
    watcher._materialised(["landing", "catalog", "ledger"], {"left_out": ["x.txt: no dataset"]})
    watcher._materialised(["warehouse", "fct_unplaced"], {"status": "built", "left_out": lines_of(1)})
    watcher._materialised(["warehouse", "fct_birth"], {"status": "built"})
    assert watcher.outcome.left_out == ["x.txt: no dataset", *lines_of(1)]
    assert said == [("trouble", "x.txt: no dataset"), ("trouble", lines_of(1)[0])]
    assert watcher.outcome.exit_code == Outcome(left_out=["x"]).exit_code != Outcome().exit_code
