"""What can be an area code by its digits."""

from __future__ import annotations

import pytest

from sources.areas.area_codes import levels_of


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("DG", "DE"), ("01", "LAND"), ("02", "LAND"), ("11", "LAND"), ("051", "REGBEZ"), ("145", "REGBEZ"),
        ("01001", "KREIS"), ("02000", "KREIS"), ("14511", "KREIS"), ("15101", "KREIS"), ("16077", "KREIS"),
        ("03241001", "CITY_IN_KREIS"), ("10041100", "CITY_IN_KREIS"), ("11001001", "BEZIRK"),
        ("11012", "BEZIRK"), ("11000000", "GEMEINDE"), ("010", "REGBEZ"), ("0713101", "GEMEINDEVERBAND"),
        ("0713101001", "GEMEINDE"), ("03151401002", "GEMEINDE"),
        ("010530000100", "GEMEINDE"), ("010535313", "GEMEINDEVERBAND"),
    ],
)  # fmt: skip
def test_codes_that_exist(code: str, level: str) -> None:
    assert level in levels_of(code)


@pytest.mark.parametrize(
    "code",
    ["", "1", "00", "17", "99", "99999", "dg", "D", "DG ", " 01", "01200", "05200", "05100", "11013", "1001",
     "11013013", "0100", "123456", "2015", "31.12.2015", "0100a", "٠١", "01\n", "0100100", "1234567890123"],
)  # fmt: skip
def test_codes_that_cannot_be(code: str) -> None:
    assert levels_of(code) == ()
