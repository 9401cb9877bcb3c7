"""Rows of data in words."""

from __future__ import annotations

import pytest

from expectations.wording import place
from sources.foundation.told import Language


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "01002 Kiel · 31.12.2019 · Jahr 2019 · Geschlecht M"),
        ("en", "01002 Kiel · 2019-12-31 · year 2019 · sex M"),
    ],
)
def test_a_whole_number_in_a_key_is_a_name_and_gets_no_thousands_mark(language: Language, words: str) -> None:
    row = {
        "area_code": "01002",
        "area_name": "Kiel",
        "reference_date": "2019-12-31",
        "reference_year": 2019,
        "sex_code": "M",
        "age_group_code": "_T",
    }
    assert place(row, row, language) == words
