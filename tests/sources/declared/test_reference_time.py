"""How a printed time becomes a period."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from sources.declared.declaration import ReferenceTime

DAY = dt.date


def time(**values: Any) -> ReferenceTime:
    return ReferenceTime.model_validate(values)


@pytest.mark.parametrize(
    ("reference", "text", "first", "last"),
    [
        (time(kind="stock", text="date"), "01.03.2016", DAY(2016, 3, 1), DAY(2016, 3, 1)),
        (time(kind="stock", text="compact_date"), "20220515", DAY(2022, 5, 15), DAY(2022, 5, 15)),
        (time(kind="stock", text="year", month_days=["12-31"]), "2015", DAY(2015, 12, 31), DAY(2015, 12, 31)),
        (time(kind="flow", text="year"), "2015", DAY(2015, 1, 1), DAY(2015, 12, 31)),
        (time(kind="school_year", text="year", year_is="start"), "2015", DAY(2015, 8, 1), DAY(2016, 7, 31)),
        (time(kind="school_year", text="year", year_is="end"), "2015", DAY(2014, 8, 1), DAY(2015, 7, 31)),
        (time(kind="flow", text="month"), "202402", DAY(2024, 2, 1), DAY(2024, 2, 29)),
        (time(kind="flow", text="month"), "2024-12", DAY(2024, 12, 1), DAY(2024, 12, 31)),
        (time(kind="stock", text="month"), "202402", DAY(2024, 2, 29), DAY(2024, 2, 29)),
        (time(kind="flow", text="half_year"), "2015-02", DAY(2015, 7, 1), DAY(2015, 12, 31)),
        (time(kind="stock", text="none", fixed="2022-12-31"), None, DAY(2022, 12, 31), DAY(2022, 12, 31)),
    ],
)
def test_periods(reference: ReferenceTime, text: str | None, first: dt.date, last: dt.date) -> None:
    assert reference.period(text) == (first, last)


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        (time(kind="stock", text="date"), "2015"),
        (time(kind="stock", text="date"), "31.02.2015"),
        (time(kind="stock", text="date"), "1.3.2016"),
        (time(kind="stock", text="date", month_days=["12-31"]), "30.12.2015"),
        (time(kind="stock", text="date"), None),
        (time(kind="flow", text="year"), "31.12.2015"),
        (time(kind="flow", text="year"), "2015/16"),
        (time(kind="flow", text="year"), "1815"),
        (time(kind="stock", text="compact_date"), "2022-5-15"),
    ],
)
def test_texts_that_are_no_such_time(reference: ReferenceTime, text: str | None) -> None:
    with pytest.raises(ValueError, match=r"is not a|is none of"):
        reference.period(text)


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "school_year", "text": "year"},
        {"kind": "stock", "text": "year"},
        {"kind": "stock", "text": "date", "year_is": "end"},
        {"kind": "stock", "text": "none"},
        {"kind": "stock", "text": "date", "fixed": "2022-12-31"},
    ],
)
def test_incomplete_declarations(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        time(**values)
