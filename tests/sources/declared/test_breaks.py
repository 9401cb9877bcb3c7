"""Breaks in series: each stands once, wherever it was written down."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from sources.declared.breaks import break_problems, breaks_on_record
from sources.declared.catalogue import CATALOG, Catalog
from sources.declared.describe import describe

HEAD = "break_id,statistic_prefix,area_prefix,effective_date,kind,what_de,what_en,source\n"
NEW_LAW = "law-2009,22541,{area},{day},definition,Neue Abgrenzung,new definition,\n"


def test_no_break_stands_twice(catalog: Catalog) -> None:
    assert break_problems(catalog, CATALOG / "breaks.csv") == []


@pytest.mark.parametrize("table", ["12411-01-01-4", "12411-01-01-5", "12411-02-03-4"])
def test_each_census_is_one_break_of_each_table_of_population(catalog: Catalog, table: str) -> None:
    found = [
        item.effective_date
        for item in breaks_on_record(catalog, CATALOG / "breaks.csv")
        if table.startswith(item.statistic_prefix)
    ]
    assert found == [dt.date(2011, 12, 31), dt.date(2022, 12, 31), dt.date(2016, 12, 31)]
    text = describe(catalog, table)
    assert "Break in the series from 31.12.2011 on" in text
    assert "Break in the series from 31.12.2022 on" in text


@pytest.mark.parametrize(
    ("lines", "doubles"),
    [
        (NEW_LAW.format(area="", day="2009-12-31"), ["22541-01-04-4-1"]),  # the declaration says 2009 too
        (NEW_LAW.format(area="08", day="2011-12-31"), ["22541-01-04-4-3"]),
        (NEW_LAW.format(area="", day="2010-12-31"), []),
        (NEW_LAW.format(area="05", day="2009-12-31"), []),
        (
            NEW_LAW.format(area="", day="2015-12-31")
            + "again,22541-01,,2015-03-01,definition,Neue Abgrenzung,new definition,\n",
            ["again"],
        ),
    ],
    ids=["declared", "declared for a Land", "another year", "another Land", "twice on record"],
)
def test_doubles_are_found(catalog: Catalog, tmp_path: Path, lines: str, doubles: list[str]) -> None:
    file = tmp_path / "breaks.csv"
    file.write_text(HEAD + lines, encoding="utf-8")
    assert [found.key for found in break_problems(catalog, file)] == doubles


def test_a_time_that_is_none_is_named(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "breaks.csv"
    file.write_text(HEAD + NEW_LAW.format(area="", day="31.12.2009"), encoding="utf-8")
    (found,) = break_problems(catalog, file)
    assert "31.12.2009" in found.message
