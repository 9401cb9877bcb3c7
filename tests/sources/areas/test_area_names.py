"""One name for every area code, by a rule that does not hang on the order of files."""

from __future__ import annotations

import datetime as dt
from itertools import permutations
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sources.areas.area_names import SIDECAR, area_names, read_areas

OLD, NEW = dt.datetime(2017, 10, 10), dt.datetime(2026, 2, 26)


def named(*deliveries: tuple[dt.datetime, dict[str, tuple[str, ...]]]) -> dict[str, str]:
    """The names of these deliveries, the same in whatever order they come."""
    rows: list[tuple[dict[str, Any], dict[str, tuple[str, ...]]]] = [
        ({"published_at": known, "retrieved_at": NEW}, areas) for known, areas in deliveries
    ]
    [found] = {
        tuple(zip(table["area_code"].to_pylist(), table["area_name"].to_pylist(), strict=True))
        for table in (area_names(order) for order in permutations(rows))
    }
    return dict(found)


def test_the_newest_delivery_names_an_area() -> None:
    old, new = {"01051": ("Dithmarschen, Landkreis",)}, {"01051": ("Dithmarschen, Kreis",)}
    assert named((OLD, old), (OLD, old), (NEW, new)) == {"01051": "Dithmarschen, Kreis"}


def test_of_names_of_the_same_time_the_one_that_more_deliveries_print_holds() -> None:
    one, other = {"01051": ("Dithmarschen, Kreis",)}, {"01051": ("Dithmarschen",)}
    assert named((NEW, one), (NEW, other), (OLD, one)) == {"01051": "Dithmarschen, Kreis"}
    assert named((NEW, one), (NEW, other)) == {"01051": "Dithmarschen / Dithmarschen, Kreis"}, "both are told"


def test_a_delivery_with_two_names_for_a_code_hides_neither(tmp_path: Path) -> None:
    rows = [("16063", "Wartburgkreis"), ("16063", "Wartburgkreis, Kreis"), ("16063", "Wartburgkreis")]
    columns = {"area_code": [code for code, _ in rows], "area_name": [name for _, name in rows]}
    pq.write_table(pa.table(columns), tmp_path / SIDECAR)
    assert read_areas(tmp_path) == {"16063": ("Wartburgkreis", "Wartburgkreis, Kreis")}
    assert named((OLD, read_areas(tmp_path)), (OLD, {"16063": ("Wartburgkreis",)})) == {
        "16063": "Wartburgkreis"
    }


def test_a_name_is_not_replaced_by_none() -> None:
    assert named((OLD, {"01051": ("Dithmarschen, Kreis",)}), (NEW, {"01051": ("",)})) == {
        "01051": "Dithmarschen, Kreis"
    }
